//! The AdmissionRequest for a Cluster that was pasted.

use serde_json::value::RawValue;

use crate::cluster;
use crate::json::{self, Found, Shape, Slot, Want};

/// Who sends a Cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Person,
    Controller,
    Audit,
}

impl Sender {
    /// Who that is, as the API server or the audit scanner says it.
    fn user_info(self) -> &'static str {
        match self {
            Self::Person => r#"{"username":"user-55gsl","groups":["system:authenticated"]}"#,
            Self::Controller => r#"{"username":"system:serviceaccount:cattle-system:rancher"}"#,
            Self::Audit => "{}",
        }
    }
}

/// The AdmissionRequest for a Cluster, as the API server or the audit scanner sends it.
pub(super) fn request(cluster: &RawValue, old: Option<&RawValue>, sender: Sender) -> String {
    let (operation, old) = match (sender, old) {
        (Sender::Person | Sender::Controller, Some(old)) => ("UPDATE", old.get()),
        _ => ("CREATE", "null"),
    };
    let stored;
    let object = match sender {
        Sender::Audit => {
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

/// Where a Cluster cannot be read as the policy reads it, by lines and bytes before.
pub(super) fn unreadable(cluster: &str) -> Option<(usize, usize)> {
    const CLUSTER: Want = Want::Object {
        slot: 0,
        base: 1,
        shape: &cluster::SHAPE,
    };
    let mut slots = [Slot::ABSENT; cluster::SLOTS + 1];
    let bad = json::read(cluster.as_bytes(), CLUSTER, &mut slots).err()?;
    Some((bad.line.saturating_sub(1), bad.column.saturating_sub(1)))
}

static METADATA: Shape = Shape(&[("resourceVersion", Want::Text(2))]);

static OBJECT: Shape = Shape(&[(
    "metadata",
    Want::Object {
        slot: 1,
        base: 0,
        shape: &METADATA,
    },
)]);

/// What is stored has a resourceVersion, which one who pastes it may have left out.
/// All else stays as it stands.
fn stored_object(object: &str) -> String {
    const WHOLE: Want = Want::Object {
        slot: 0,
        base: 0,
        shape: &OBJECT,
    };
    const VERSION: &str = r#""1""#;
    let mut slots = [Slot::ABSENT; 3];
    if json::read(object.as_bytes(), WHOLE, &mut slots).is_err() {
        return object.to_owned();
    }
    let [_, metadata, version] = &slots;
    match (&metadata.found, &version.found) {
        (Found::Object, Found::Text(text)) if !text.is_empty() => object.to_owned(),
        (Found::Object, _) if !version.json.is_empty() => put(object, version, VERSION),
        (Found::Object, _) => first(object, metadata, r#""resourceVersion":"1""#),
        _ if !metadata.json.is_empty() => put(object, metadata, r#"{"resourceVersion":"1"}"#),
        _ => first(object, &slots[0], r#""metadata":{"resourceVersion":"1"}"#),
    }
}

/// The object with another value in a place.
fn put(object: &str, place: &Slot<'_>, value: &str) -> String {
    let end = object.len().saturating_sub(place.left);
    let start = end.saturating_sub(place.json.len());
    let before = object.get(..start).unwrap_or_default();
    [before, value, object.get(end..).unwrap_or_default()].concat()
}

/// The object with another field before all others of an object in it.
fn first(object: &str, place: &Slot<'_>, field: &str) -> String {
    let holder = std::str::from_utf8(place.json).unwrap_or_default();
    let fields = holder.strip_prefix('{').unwrap_or_default();
    let comma = if fields.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    put(object, place, &["{", field, comma, fields].concat())
}
