//! Rancher's kinds and rights in the API server.

use std::fs;

use serde_json::{Value, json};

use crate::client::Request;
use crate::kubernetes::{Kubernetes, path};
use crate::policy::{Policy, UNIQUE_NAME, root};
use crate::process::until;
use crate::user::User;
use crate::{unreadable, webhook};

const CLUSTERS: &str = "/apis/management.cattle.io/v3/clusters";
const SETTINGS: &str = "/apis/management.cattle.io/v3/settings";

/// What policy-server and the audit scanner may do: deploy/rbac.yaml.
///
/// # Panics
///
/// If the file is not there.
#[must_use]
pub fn rights() -> String {
    fs::read_to_string(root().join("deploy/rbac.yaml")).expect("deploy/rbac.yaml")
}

/// Brings the API server back to where it holds no Cluster, no Setting and no webhook;
/// Rancher's kinds are there, Clusters with or without the status subresource.
///
/// # Panics
///
/// If that does not succeed within a minute.
pub fn reset(kubernetes: &Kubernetes, status_subresource: bool) {
    for policy in ["protect", "repair"] {
        let resource = Policy::shipped(policy).resource();
        let path = format!("/apis/admissionregistration.k8s.io/v1/{resource}/{UNIQUE_NAME}");
        let reply = kubernetes.client.send(User::Admin, &Request::delete(&path));
        assert!(matches!(reply.status, 200 | 404), "{}", reply.body);
    }
    kubernetes.apply_all(include_str!("../rancher/rbac.yaml"));
    kubernetes.apply_all(&rights());
    set_status_subresource(kubernetes, status_subresource);
    webhook::wait_until_gone(kubernetes);
    unreadable::take_away(kubernetes);
    for path in [CLUSTERS, SETTINGS] {
        until("all objects are gone", || {
            let list = kubernetes.get(path).unwrap_or_default();
            let items = list["items"].as_array().ok_or("no list")?;
            for item in items {
                remove(kubernetes, path, item);
            }
            if items.is_empty() {
                Ok(())
            } else {
                Err(format!("{items:?}"))
            }
        });
    }
}

fn remove(kubernetes: &Kubernetes, path: &str, object: &Value) {
    let path = format!(
        "{path}/{}",
        object["metadata"]["name"].as_str().unwrap_or_default()
    );
    if object["metadata"]["finalizers"].is_array() {
        let patch = json!({"metadata": {"finalizers": null}});
        kubernetes
            .client
            .send(User::Admin, &Request::merge(&path, patch));
    }
    kubernetes.client.send(User::Admin, &Request::delete(&path));
}

/// Declares Rancher's kinds, as Rancher does at its start, and waits until that holds.
///
/// # Panics
///
/// If it does not within a minute.
pub fn set_status_subresource(kubernetes: &Kubernetes, wanted: bool) {
    let kinds: Vec<Value> =
        serde_saphyr::from_multiple(include_str!("../rancher/crds.yaml")).expect("YAML");
    for mut kind in kinds {
        if kind["spec"]["names"]["plural"] == "clusters" && wanted {
            kind["spec"]["versions"][0]["subresources"] = json!({"status": {}});
        }
        kubernetes.apply(kind);
    }
    // The status of a cluster can be had, or not.
    let probe = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": "probe"},
        "spec": {},
    });
    until("the kinds are as declared", || {
        let send = |request: Request| {
            let reply = kubernetes.client.send(User::Admin, &request);
            if reply.status < 300 {
                Ok(())
            } else {
                Err(format!("{reply:?}"))
            }
        };
        send(Request::get(SETTINGS))?;
        send(Request::apply(&path(&probe), probe.clone()))?;
        match send(Request::get(&format!("{}/status", path(&probe)))) {
            Ok(()) if wanted => Ok(()),
            Err(_) if !wanted => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    kubernetes.delete(&probe);
}

/// Waits until a lookup of policy-server has this status.
///
/// # Panics
///
/// If it has not within a minute.
pub fn wait_for_rights(kubernetes: &Kubernetes, status: u16) {
    let look_up = Request::get(&format!("{SETTINGS}/server-version"));
    until("the rights are as given", || {
        let reply = kubernetes.client.send(User::PolicyServer, &look_up);
        if reply.status == status {
            Ok(())
        } else {
            Err(format!("{reply:?}"))
        }
    });
}
