//! A shipped ClusterAdmissionPolicy, and what Kubewarden's controller makes of it: the
//! webhook configuration, and policy-server's list of policies.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

/// The unique name that the controller gives to a cluster-wide policy.
pub const UNIQUE_NAME: &str = "clusterwide-rancher-agent-version-policy";

/// A ClusterAdmissionPolicy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    spec: Value,
}

impl Policy {
    /// Reads `deploy/NAME.yaml`. `NAME-fail` is the same with `failurePolicy: Fail`; what
    /// follows a `+` does not belong to it.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn shipped(name: &str) -> Self {
        let name = name.split('+').next().unwrap_or_default();
        let (file, fail) = match name.strip_suffix("-fail") {
            Some(file) => (file, true),
            None => (name, false),
        };
        let path = root().join(format!("deploy/{file}.yaml"));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut policy: Value = serde_saphyr::from_str(&text).expect("YAML");
        let mut spec = policy["spec"].take();
        if fail {
            spec["failurePolicy"] = "Fail".into();
        }
        Self { spec }
    }

    /// True if it may change a request.
    #[must_use]
    pub fn mutating(&self) -> bool {
        self.spec["mutating"] == true
    }

    /// The policy's own settings.
    #[must_use]
    pub fn settings(&self) -> &Value {
        &self.spec["settings"]
    }

    /// The plural of the resource of its webhook configuration.
    #[must_use]
    pub fn resource(&self) -> &'static str {
        if self.mutating() {
            "mutatingwebhookconfigurations"
        } else {
            "validatingwebhookconfigurations"
        }
    }

    /// The webhook configuration, but for the address: a URL in place of a service.
    #[must_use]
    pub fn webhook(&self, server: &str, authority: &str) -> Value {
        let kind = if self.mutating() {
            "MutatingWebhookConfiguration"
        } else {
            "ValidatingWebhookConfiguration"
        };
        let mut webhook = json!({
            "name": format!("{UNIQUE_NAME}.kubewarden.admission"),
            "clientConfig": {
                "url": format!("{server}/validate/{UNIQUE_NAME}"),
                "caBundle": BASE64_STANDARD.encode(authority),
            },
            "matchPolicy": "Equivalent",
            "namespaceSelector": {"matchExpressions": [{
                "key": "kubernetes.io/metadata.name",
                "operator": "NotIn",
                "values": ["kubewarden"],
            }]},
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        });
        for field in [
            "rules",
            "failurePolicy",
            "matchPolicy",
            "objectSelector",
            "timeoutSeconds",
            "matchConditions",
        ] {
            if let Some(value) = self.spec.get(field) {
                webhook[field] = value.clone();
            }
        }
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": kind,
            "metadata": {
                "name": UNIQUE_NAME,
                "labels": {"app.kubernetes.io/part-of": "kubewarden"},
                "annotations": {
                    "kubewardenPolicyName": "rancher-agent-version-policy",
                    "kubewardenPolicyNamespace": "",
                },
            },
            "webhooks": [webhook],
        })
    }

    /// policy-server's list of policies, with this one alone.
    #[must_use]
    pub fn list(&self, module: &Path) -> Value {
        let mut entry = Map::from_iter([
            ("hostCapabilities".to_owned(), json!(["*"])),
            (
                "module".to_owned(),
                format!("file://{}", module.display()).into(),
            ),
            ("policyMode".to_owned(), self.spec["mode"].clone()),
            ("allowedToMutate".to_owned(), self.spec["mutating"].clone()),
        ]);
        for field in ["settings", "contextAwareResources", "timeoutEvalSeconds"] {
            if let Some(value) = self.spec.get(field) {
                entry.insert(field.to_owned(), value.clone());
            }
        }
        json!({ UNIQUE_NAME: entry })
    }
}

/// The folder of the project.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONDITION: &str = "request.operation != 'UPDATE' || !has(request.userInfo.username) || !request.userInfo.username.startsWith('system:serviceaccount:') || !has(object.spec) || !has(oldObject.spec) || object.spec != oldObject.spec";

    /// As seen in a cluster that Kubewarden 1.36 runs in, but for the address.
    #[test]
    fn webhook_of_the_controller() {
        assert_eq!(
            Policy::shipped("protect").webhook("https://127.0.0.1:9443", "PEM"),
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "ValidatingWebhookConfiguration",
                "metadata": {
                    "name": "clusterwide-rancher-agent-version-policy",
                    "labels": {"app.kubernetes.io/part-of": "kubewarden"},
                    "annotations": {
                        "kubewardenPolicyName": "rancher-agent-version-policy",
                        "kubewardenPolicyNamespace": "",
                    },
                },
                "webhooks": [{
                    "name": "clusterwide-rancher-agent-version-policy.kubewarden.admission",
                    "clientConfig": {
                        "url": "https://127.0.0.1:9443/validate/clusterwide-rancher-agent-version-policy",
                        "caBundle": "UEVN",
                    },
                    "rules": [{
                        "apiGroups": ["management.cattle.io"],
                        "apiVersions": ["v3"],
                        "resources": ["clusters"],
                        "operations": ["CREATE", "UPDATE"],
                    }],
                    "failurePolicy": "Ignore",
                    "matchPolicy": "Equivalent",
                    "namespaceSelector": {"matchExpressions": [{
                        "key": "kubernetes.io/metadata.name",
                        "operator": "NotIn",
                        "values": ["kubewarden"],
                    }]},
                    "sideEffects": "None",
                    "timeoutSeconds": 10,
                    "admissionReviewVersions": ["v1"],
                    "matchConditions": [{
                        "name": "changed-or-not-by-a-service-account",
                        "expression": CONDITION,
                    }],
                }],
            })
        );
    }

    #[test]
    fn mutating_webhook_that_fails_closed() {
        let policy = Policy::shipped("repair-fail");
        let webhook = policy.webhook("https://127.0.0.1:9443", "PEM");
        assert_eq!(policy.resource(), "mutatingwebhookconfigurations");
        assert_eq!(webhook["kind"], "MutatingWebhookConfiguration");
        assert_eq!(webhook["webhooks"][0]["failurePolicy"], "Fail");
        assert_eq!(webhook["webhooks"][0]["matchConditions"], Value::Null);
    }

    #[test]
    fn list_of_policy_server() {
        assert_eq!(
            Policy::shipped("repair").list(Path::new("/policy.wasm")),
            json!({"clusterwide-rancher-agent-version-policy": {
                "module": "file:///policy.wasm",
                "policyMode": "protect",
                "allowedToMutate": true,
                "hostCapabilities": ["*"],
                "settings": {"repair": true},
                "contextAwareResources": [
                    {"apiVersion": "management.cattle.io/v3", "kind": "Setting"},
                ],
                "timeoutEvalSeconds": 10,
            }})
        );
    }
}
