//! The requests that are measured, by tests and by the benchmark: UPDATEs of a Cluster in
//! three sizes.

use serde_json::{Value, json};

/// A Cluster of 10 KB, as a Rancher of a few years has it.
const CLUSTER: &str = include_str!("cluster.json");

/// How large a review is, both objects and the settings together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// About 5 KB: a Cluster without managed fields and other large ones.
    Small,
    /// About 20 KB: the usual Cluster.
    Usual,
    /// About 77 KB: managed fields of many managers.
    Large,
}

impl Size {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Small, Self::Usual, Self::Large];

    /// In KB.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "5 KB",
            Self::Usual => "20 KB",
            Self::Large => "77 KB",
        }
    }

    fn cluster(self) -> Value {
        let mut cluster: Value = serde_json::from_str(CLUSTER).unwrap_or_default();
        match self {
            Self::Small => {
                let large = ["managedFields", "annotations"];
                remove(&mut cluster, "/metadata", &large);
                let large = ["eksConfig", "localClusterAuthEndpoint"];
                remove(&mut cluster, "/spec", &large);
                let large = ["appliedSpec", "eksStatus", "caCert", "conditions"];
                remove(&mut cluster, "/status", &large);
            }
            Self::Usual => {}
            Self::Large => {
                if let Some(Value::Array(managers)) = cluster.pointer_mut("/metadata/managedFields")
                {
                    let one = managers.clone();
                    managers.extend((1..17).flat_map(|_| one.clone()));
                }
            }
        }
        cluster
    }
}

fn remove(object: &mut Value, at: &str, keys: &[&str]) {
    if let Some(Value::Object(map)) = object.pointer_mut(at) {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// What the policy has to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A service account leaves the desired image as it was: accepted unseen (row 7).
    FastAccept,
    /// A user leaves a current image as it was: two verdicts, nothing to say (row 8).
    JudgedAccept,
    /// A user pins an image that lags (row 13).
    Reject,
    /// An image that lags is cleared.
    Repair,
    /// As `Reject`, with both of Rancher's Settings looked up.
    Live,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::FastAccept,
        Self::JudgedAccept,
        Self::Reject,
        Self::Repair,
        Self::Live,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::FastAccept => "fast accept",
            Self::JudgedAccept => "judged accept",
            Self::Reject => "reject",
            Self::Repair => "repair",
            Self::Live => "live",
        }
    }

    /// True if an answer is what the policy has to say here: whether it accepts, and
    /// whether it edits the object.
    pub fn is_done_by(self, answer: &str) -> bool {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let accepts = answer.get("accepted").and_then(Value::as_bool);
        let edits = answer.get("mutated_object").is_some_and(Value::is_object);
        let has_code = answer.get("code").is_some_and(Value::is_number);
        let expected = match self {
            Self::FastAccept | Self::JudgedAccept => (Some(true), false),
            Self::Reject | Self::Live => (Some(false), false),
            Self::Repair => (Some(true), true),
        };
        (accepts, edits) == expected && !has_code
    }

    /// The payload of the waPC operation `validate`.
    pub fn payload(self, size: Size) -> String {
        let image = |tag: &str| format!("rancher/rancher-agent:{tag}");
        let (before, after) = match self {
            Self::FastAccept | Self::Repair => (image("v2.11.3"), image("v2.11.3")),
            Self::JudgedAccept => (image("v2.12.3"), image("v2.12.3")),
            Self::Reject | Self::Live => (image("v2.12.3"), image("v2.11.3")),
        };
        let [old, new] = [(before, "1001"), (after, "1001")].map(|(desired, version)| {
            let mut cluster = size.cluster();
            for (path, text) in [
                ("/spec/desiredAgentImage", desired.as_str()),
                ("/spec/agentImageOverride", ""),
                ("/status/agentImage", "rancher/rancher-agent:v2.12.3"),
                ("/metadata/name", "c-m-abc12345"),
                ("/metadata/resourceVersion", version),
            ] {
                if let Some(value) = cluster.pointer_mut(path) {
                    *value = json!(text);
                }
            }
            cluster
        });
        let user = match self {
            Self::FastAccept => "system:serviceaccount:cattle-system:rancher",
            _ => "user-abcde",
        };
        let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
        let resource =
            json!({"group": "management.cattle.io", "version": "v3", "resource": "clusters"});
        let settings = match self {
            Self::Live => json!({}),
            Self::Repair => json!({"serverVersion": "v2.12.3", "repair": true}),
            _ => json!({"serverVersion": "v2.12.3"}),
        };
        json!({
            "request": {
                "uid": "1299d386-525b-4032-98ae-1949f69f9cfc",
                "kind": kind, "resource": resource,
                "requestKind": kind, "requestResource": resource,
                "name": "c-m-abc12345",
                "operation": "UPDATE",
                "userInfo": {"username": user, "groups": ["system:authenticated"]},
                "object": new,
                "oldObject": old,
                "dryRun": false,
                "options": {"apiVersion": "meta.k8s.io/v1", "kind": "UpdateOptions"},
            },
            "settings": settings,
        })
        .to_string()
    }
}

/// Rancher's Settings of a server v2.12.3, as a lookup by name gives them.
pub fn setting(name: &str) -> &'static str {
    match name {
        "server-version" => r#"{"value":"v2.12.3","default":"dev"}"#,
        _ => r#"{"value":"","default":"rancher/rancher-agent:v2.12.3"}"#,
    }
}
