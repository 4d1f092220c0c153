//! The request by which a cluster is put to the policy.

use serde_json::{Value, json};

use crate::fleet::Cluster;

/// The `AdmissionRequest` that Kubewarden's audit scanner sends for an object that
/// exists: a creation by nobody (kubewarden-controller
/// `internal/audit-scanner/scanner/admission_request.go`). Its object holds no
/// more than the policy reads. One that was never stored gets a resource version,
/// because that is how a policy tells an audit from a creation.
#[must_use]
pub fn audit_request(cluster: &Cluster) -> Value {
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    json!({
        "uid": cluster.uid,
        "kind": kind,
        "resource": {"group": "management.cattle.io", "version": "v3", "resource": "Cluster"},
        "requestKind": kind,
        "name": cluster.name,
        "operation": "CREATE",
        "userInfo": {},
        "object": object(cluster),
    })
}

fn object(cluster: &Cluster) -> Value {
    let resource_version = match cluster.resource_version.as_str() {
        "" => "0",
        version => version,
    };
    let spec = if cluster.spec.is_odd {
        json!(false)
    } else {
        json!({
            "displayName": cluster.display_name,
            "desiredAgentImage": cluster.spec.desired_agent_image,
            "agentImageOverride": cluster.spec.agent_image_override,
        })
    };
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {
            "name": cluster.name,
            "uid": cluster.uid,
            "resourceVersion": resource_version,
            "deletionTimestamp": cluster.deletion_timestamp,
            "annotations": {"provisioning.cattle.io/administrated": cluster.administrated},
        },
        "spec": spec,
        "status": {"agentImage": cluster.agent_image},
    })
}
