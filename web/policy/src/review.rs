//! The AdmissionRequest for a Cluster that was pasted.

use serde_json::value::RawValue;

use rancher_agent_version_policy::cluster::Cluster;
use rancher_agent_version_policy::lenient::{Lenient, Members, Text};

/// Who sends a Cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    User,
    ServiceAccount,
    AuditScanner,
}

impl Sender {
    /// Who that is, as the API server or the audit scanner says it.
    fn user_info(self) -> &'static str {
        match self {
            Self::User => r#"{"username":"user-55gsl","groups":["system:authenticated"]}"#,
            Self::ServiceAccount => r#"{"username":"system:serviceaccount:cattle-system:rancher"}"#,
            Self::AuditScanner => "{}",
        }
    }
}

/// The AdmissionRequest for a Cluster, as the API server or the audit scanner sends it.
pub(super) fn request(cluster: &RawValue, old: Option<&RawValue>, sender: Sender) -> String {
    let (operation, old) = match (sender, old) {
        (Sender::User | Sender::ServiceAccount, Some(old)) => ("UPDATE", old.get()),
        _ => ("CREATE", "null"),
    };
    let stored;
    let object = match sender {
        Sender::AuditScanner => {
            stored = stored_object(cluster.get());
            &stored
        }
        _ => cluster.get(),
    };
    [
        r#"{"uid":"playground","kind":{"group":"management.cattle.io","version":"v3","kind":"Cluster"},"#,
        r#""resource":{"group":"management.cattle.io","version":"v3","resource":"clusters"},"#,
        r#""operation":""#,
        operation,
        r#"","userInfo":"#,
        sender.user_info(),
        r#","object":"#,
        object,
        r#","oldObject":"#,
        old,
        "}",
    ]
    .concat()
}

/// Where the policy cannot read a Cluster.
pub(super) fn unreadable(cluster: &str) -> Option<serde_json::Error> {
    serde_json::from_str::<Lenient<Cluster<'_>>>(cluster).err()
}

/// A stored object has a resourceVersion, which a pasted one may lack. The rest is left
/// unchanged.
fn stored_object(object: &str) -> String {
    with_version(object).unwrap_or_else(|| object.to_owned())
}

/// The object with a resourceVersion; `None` if it has one, or is not an object.
fn with_version(object: &str) -> Option<String> {
    const METADATA: &str = "metadata";
    const VERSION: &str = "resourceVersion";
    let mut object = Members::read(object.as_bytes())?;
    let metadata = object.0.iter().find(|(key, _)| key == METADATA);
    let mut metadata = metadata
        .and_then(|(_, metadata)| Members::read(metadata.get().as_bytes()))
        .unwrap_or_default();
    let is_there = metadata.0.iter().any(|(key, value)| {
        let text: Text<'_> = serde_json::from_str(value.get()).unwrap_or_default();
        key == VERSION && !text.text().is_empty()
    });
    if is_there {
        return None;
    }
    set(&mut metadata, VERSION, serde_json::from_str(r#""1""#).ok()?);
    let metadata = serde_json::value::to_raw_value(&metadata).ok()?;
    set(&mut object, METADATA, &metadata);
    serde_json::to_string(&object).ok()
}

/// Puts a value in the place of one, or before all others.
fn set<'a>(members: &mut Members<'a>, key: &'static str, value: &'a RawValue) {
    if members.0.iter().any(|(name, _)| name == key) {
        members.replace(key, value);
    } else {
        members.0.insert(0, (key.into(), value));
    }
}
