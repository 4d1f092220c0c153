//! A Cluster of Rancher, out of the fields that were kept of an object.

use std::sync::Arc;

use crate::fleet::{Cluster, DesiredFields, LOCAL, Unreachable};
use crate::input::lenient::Part;
use crate::input::object::{Condition, Metadata, Object, Spec, Status};

/// Reads a Cluster. `source` is the input that it was in, fit to print.
pub(crate) fn read(object: Object, source: Arc<str>) -> Cluster {
    let metadata = object.metadata.object().unwrap_or_default();
    let status = object.status.object().unwrap_or_default();
    let Metadata {
        name,
        uid,
        resource_version,
        deletion_timestamp,
        annotations,
    } = metadata;
    let annotations = annotations.object().unwrap_or_default();
    let (is_odd, spec) = match object.spec {
        Part::Odd => (true, Spec::default()),
        Part::Absent => (false, Spec::default()),
        Part::Object(spec) => (false, spec),
    };
    let is_local = name.is(LOCAL);
    Cluster {
        name: name.or_empty(),
        display_name: spec.display_name.or_empty(),
        uid: uid.or_empty(),
        resource_version: resource_version.or_empty(),
        deletion_timestamp: deletion_timestamp.0.filter(|time| !time.is_empty()),
        administrated: annotations.administrated.0,
        spec: DesiredFields {
            is_odd,
            desired_agent_image: spec.desired_agent_image,
            agent_image_override: spec.agent_image_override,
        },
        // Rancher's own cluster has no agent that could be missing.
        unreachable: if is_local { None } else { unreachable(&status) },
        agent_image: status.agent_image.or_empty(),
        source,
    }
}

/// Why Rancher cannot reach a cluster, as far as its status says.
fn unreachable(status: &Status) -> Option<Unreachable> {
    let condition = |name: &str| {
        status
            .conditions
            .elements
            .iter()
            .find_map(|condition| match condition {
                Part::Object(condition) if condition.name.is(name) => Some(condition),
                _ => None,
            })
    };
    let is_false = |condition: &Condition| condition.status.is("False");
    let says_disconnected = |ready: &Condition| is_false(ready) && ready.reason.is("Disconnected");
    let is_provisioned = match condition("Provisioned") {
        Some(provisioned) => provisioned.status.is("True"),
        // Without its conditions, an agent that was deployed tells the same.
        None => status
            .agent_image
            .0
            .as_ref()
            .is_some_and(|image| !image.is_empty()),
    };
    if !is_provisioned {
        Some(Unreachable::NotProvisioned)
    } else if condition("Connected").is_some_and(is_false)
        || condition("Ready").is_some_and(says_disconnected)
    {
        Some(Unreachable::Disconnected)
    } else if condition("Provisioned").is_some() && status.node_count.0.unwrap_or(0) == 0 {
        // Rancher leaves a count of 0 out (`pkg/apis/management.cattle.io/v3`).
        Some(Unreachable::NoNode)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn reached(status: &Value) -> Option<Unreachable> {
        let object = serde_json::from_value(json!({"status": status})).unwrap();
        read(object, "-".into()).unreachable
    }

    #[test]
    fn the_status_says_whether_rancher_can_reach_a_cluster() {
        let conditions = |conditions: &[(&str, &str)]| {
            let conditions: Vec<Value> = conditions
                .iter()
                .map(|(name, status)| json!({"type": name, "status": status}))
                .collect();
            json!({"conditions": conditions, "nodeCount": 3})
        };
        let ready = |status: &str, reason: &str| {
            json!({
                "agentImage": "a:v1",
                "conditions": [{"type": "Ready", "status": status, "reason": reason}],
            })
        };
        let (not_provisioned, no_node) =
            (Some(Unreachable::NotProvisioned), Some(Unreachable::NoNode));
        let disconnected = Some(Unreachable::Disconnected);
        for (status, expected) in [
            (json!(null), not_provisioned),
            (json!({}), not_provisioned),
            (json!({"agentImage": ""}), not_provisioned),
            (json!({"agentImage": "a:v1"}), None),
            (
                json!({"agentImage": "a:v1", "conditions": "text", "nodeCount": "0"}),
                None,
            ),
            (
                json!({"agentImage": "a:v1", "conditions": [7, {"type": "Connected"}]}),
                None,
            ),
            (
                json!({"conditions": [{"type": "Pending", "status": "True"}]}),
                not_provisioned,
            ),
            (
                json!({"conditions": [{"type": "Provisioned", "status": "True"}]}),
                no_node,
            ),
            (
                json!({"conditions": [{"type": "Provisioned", "status": "True"}], "nodeCount": 0}),
                no_node,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "True")]),
                None,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "Unknown")]),
                None,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "False")]),
                disconnected,
            ),
            (
                conditions(&[("Connected", "False"), ("Provisioned", "Unknown")]),
                not_provisioned,
            ),
            (ready("False", "Disconnected"), disconnected),
            (ready("True", "Disconnected"), None),
            (ready("False", "Error"), None),
        ] {
            assert_eq!(reached(&status), expected, "{status}");
        }
    }

    #[test]
    fn what_holds_something_is_to_be_cleared() {
        for (spec, expected) in [
            (json!({}), vec![]),
            (
                json!({"desiredAgentImage": "", "agentImageOverride": null}),
                vec![],
            ),
            (
                json!({"desiredAgentImage": "a:v1"}),
                vec!["desiredAgentImage"],
            ),
            (
                json!({"desiredAgentImage": 1, "agentImageOverride": "fixed"}),
                vec!["agentImageOverride", "desiredAgentImage"],
            ),
            (json!("text"), vec![]),
        ] {
            let object = serde_json::from_value(json!({"spec": spec})).unwrap();
            let cluster = read(object, "-".into());
            assert_eq!(cluster.fields_to_clear(), expected, "{spec}");
        }
    }

    #[test]
    fn rancher_writes_the_desired_image_of_what_it_provisioned() {
        let both = json!({"desiredAgentImage": "a:v2", "agentImageOverride": "a:v1"});
        let desired = json!({"desiredAgentImage": "a:v2"});
        for (administrated, spec, expected) in [
            ("true", &desired, (true, vec![])),
            ("true", &both, (false, vec!["agentImageOverride"])),
            ("false", &desired, (false, vec!["desiredAgentImage"])),
            ("True", &desired, (false, vec!["desiredAgentImage"])),
            ("true", &json!({}), (false, vec![])),
        ] {
            let annotations = json!({"provisioning.cattle.io/administrated": administrated});
            let object = json!({"metadata": {"annotations": annotations}, "spec": spec});
            let cluster = read(serde_json::from_value(object).unwrap(), "-".into());
            let found = (cluster.is_pinned_by_rancher(), cluster.fields_to_clear());
            assert_eq!(found, expected, "{administrated} {spec}");
        }
    }
}
