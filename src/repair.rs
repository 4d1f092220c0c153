//! The edit of the raw object that hands the agent image back to Rancher, as
//! Rancher's own migration does (rancher/rancher `pkg/rancher/migrations.go`,
//! `migrateImportedClusterFields`).
//!
//! Values that are not edited keep their JSON text, so that the patch which
//! the host computes touches nothing else.

use serde_json::value::{RawValue, to_raw_value};

use crate::cluster::{DesiredField, SPEC};
use crate::json::Entries;
use crate::request::Request;

/// The object of the request with these fields of its `spec` set to `""`.
/// `None` if there is no such object.
#[must_use]
pub fn cleared(request: &Request<'_>, fields: &[DesiredField]) -> Option<Box<RawValue>> {
    let mut object = request.raw_object("object")?;
    let mut spec = Entries::read(object.get(SPEC)?.get())?;
    let empty = to_raw_value("").ok()?;
    for (key, value) in &mut spec.0 {
        if fields.iter().any(|field| field.key() == key) {
            *value = &empty;
        }
    }
    let spec = to_raw_value(&spec).ok()?;
    for (key, value) in &mut object.0 {
        if key == SPEC {
            *value = &spec;
        }
    }
    to_raw_value(&object).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_not_edited_keep_their_text() {
        let payload = r#"{"request":{"operation":"UPDATE","kind":{},"object":
            {"z":1.0,"spec":{"n":12345678901234567890123, "desiredAgentImage": "a:v1.0","e":1e400,
            "agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}}}"#;
        let request = Request::read(payload.as_bytes()).unwrap();
        let fields = [
            DesiredField::AgentImageOverride,
            DesiredField::DesiredAgentImage,
        ];
        assert_eq!(
            cleared(&request, &fields[1..]).unwrap().get(),
            r#"{"z":1.0,"spec":{"n":12345678901234567890123,"desiredAgentImage":"","e":1e400,"agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}"#
        );
    }

    #[test]
    fn nothing_to_clear_without_a_spec() {
        let payload = br#"{"request":{"operation":"UPDATE","kind":{},"object":{"spec":[]}}}"#;
        let request = Request::read(payload).unwrap();
        assert!(cleared(&request, &[DesiredField::DesiredAgentImage]).is_none());
    }
}
