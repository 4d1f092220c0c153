//! deploy/unreadable.yaml in the API server.

use std::fs;

use serde_json::{Value, json};

use crate::client::Request;
use crate::kubernetes::Kubernetes;
use crate::policy::root;
use crate::process::until;
use crate::user::User;

/// What follows the name of a policy that it stands beside.
pub const SUFFIX: &str = "+unreadable";

fn manifest() -> String {
    fs::read_to_string(root().join("deploy/unreadable.yaml")).expect("deploy/unreadable.yaml")
}

/// Puts it in force, and waits until it is.
///
/// # Panics
///
/// If it is not within a minute.
pub fn put_in_force(kubernetes: &Kubernetes) {
    kubernetes.apply_all(&manifest());
    until("deploy/unreadable.yaml is in force", || {
        probed(kubernetes, 422)
    });
}

/// Takes it away, and waits until it is gone.
///
/// # Panics
///
/// If it is not within a minute.
pub fn take_away(kubernetes: &Kubernetes) {
    kubernetes.delete_all(&manifest());
    until("deploy/unreadable.yaml is gone", || probed(kubernetes, 201));
}

/// Creates what it refuses, but stores nothing. policy-server cannot read that either.
fn probed(kubernetes: &Kubernetes, expected: u16) -> Result<(), String> {
    let nested = (0..130).fold(json!(1), |inner, _| json!([inner]));
    let object: Value = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": "probe"},
        "spec": {"desiredAgentImage": "rancher/rancher-agent:v0.0.1", "nested": nested},
    });
    let path = "/apis/management.cattle.io/v3/clusters?dryRun=All";
    let reply = kubernetes
        .client
        .send(User::Admin, &Request::post(path, object));
    if reply.status == expected {
        Ok(())
    } else {
        Err(format!("{reply:?}"))
    }
}
