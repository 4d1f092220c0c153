//! The AdmissionRequest for a Cluster that was pasted.

use serde_json::value::RawValue;

use rancher_agent_version_policy::cluster::Cluster;
use rancher_agent_version_policy::lenient::{Lenient, Members, Text};
use rancher_agent_version_policy::request::Requester;

/// Who that is, as the API server or the audit scanner says it.
fn user_info(requester: Requester) -> &'static str {
    match requester {
        Requester::User => r#"{"username":"user-55gsl","groups":["system:authenticated"]}"#,
        Requester::ServiceAccount => {
            r#"{"username":"system:serviceaccount:cattle-system:rancher"}"#
        }
        Requester::AuditScanner => "{}",
    }
}

/// The AdmissionRequest for a Cluster, as the API server or the audit scanner sends it.
pub(super) fn request(cluster: &RawValue, old: Option<&RawValue>, requester: Requester) -> String {
    let is_audit = requester == Requester::AuditScanner;
    let (operation, old) = match old {
        Some(old) if !is_audit => ("UPDATE", old.get()),
        _ => ("CREATE", "null"),
    };
    // A stored object has a resourceVersion, which a pasted one may lack.
    let stored = if is_audit {
        with_version(cluster.get())
    } else {
        None
    };
    let object = stored.as_deref().unwrap_or(cluster.get());
    [
        r#"{"uid":"playground","kind":{"group":"management.cattle.io","version":"v3","kind":"Cluster"},"#,
        r#""resource":{"group":"management.cattle.io","version":"v3","resource":"clusters"},"#,
        r#""operation":""#,
        operation,
        r#"","userInfo":"#,
        user_info(requester),
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

/// The object with a resourceVersion, else unchanged; `None` if it has one, or is not an
/// object.
fn with_version(object: &str) -> Option<String> {
    const METADATA: &str = "metadata";
    const VERSION: &str = "resourceVersion";
    let mut object = Members::read(object.as_bytes())?;
    let metadata = object.get(METADATA);
    let metadata = metadata.and_then(|metadata| Members::read(metadata.get().as_bytes()));
    let mut metadata = metadata.unwrap_or_default();
    if let Some(version) = metadata.get(VERSION)
        && let Ok::<Text<'_>, _>(version) = serde_json::from_str(version.get())
        && !version.text().is_empty()
    {
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
