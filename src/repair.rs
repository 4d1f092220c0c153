//! The edit of the raw object that hands the agent image back to Rancher, as
//! Rancher's own migration does (rancher/rancher `pkg/rancher/migrations.go`,
//! `migrateImportedClusterFields`).
//!
//! Only the object and its `spec` are taken apart. Every other value stays the JSON text
//! that it is, so that the patch which the host computes touches nothing else.

use serde_json::value::{RawValue, to_raw_value};

use crate::cluster::{DesiredField, SPEC};
use crate::lenient::{Members, members_at};

/// The object in a payload with these fields of its `spec` set to `""`.
/// `None` if the payload has no object with a `spec`.
#[must_use]
pub fn cleared(payload: &[u8], fields: &[DesiredField]) -> Option<Box<RawValue>> {
    let mut object = members_at(payload, &["request", "object"])?;
    let mut spec = Members::read(object.get(SPEC)?.get().as_bytes())?;
    let empty: &RawValue = serde_json::from_str(r#""""#).ok()?;
    for field in fields {
        spec.replace(field.key(), empty);
    }
    let spec = to_raw_value(&spec).ok()?;
    object.replace(SPEC, &spec);
    to_raw_value(&object).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::DesiredField::{AgentImageOverride, DesiredAgentImage};

    #[track_caller]
    fn clears(object: &str, fields: &[DesiredField], expected: Option<&str>) {
        let payload = format!(r#"{{"request":{{"object":{object},"oldObject":{{}}}}}}"#);
        let cleared = cleared(payload.as_bytes(), fields);
        assert_eq!(cleared.as_deref().map(RawValue::get), expected);
    }

    #[test]
    fn what_is_not_edited_keeps_its_text() {
        clears(
            r#"{ "z":1.0,"spec":{"n":12345678901234567890123, "desiredAgentImage" : "a:v1\u002e0" ,"e":1e400,
            "agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}"#,
            &[DesiredAgentImage],
            Some(
                r#"{"z":1.0,"spec":{"n":12345678901234567890123,"desiredAgentImage":"","e":1e400,"agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}"#,
            ),
        );
    }

    #[test]
    fn clears_both_fields_in_any_order_and_of_any_type() {
        let both = [AgentImageOverride, DesiredAgentImage];
        clears(
            r#"{"spec":{"desiredAgentImage":"a:v1","agentImageOverride":["b"]}}"#,
            &both,
            Some(r#"{"spec":{"desiredAgentImage":"","agentImageOverride":""}}"#),
        );
        clears(
            r#"{"spec":{"agentImageOverride":{"b":"}"},"desiredAgentImage":5}}"#,
            &both,
            Some(r#"{"spec":{"agentImageOverride":"","desiredAgentImage":""}}"#),
        );
    }

    #[test]
    fn nothing_to_clear_without_a_spec() {
        for object in ["{}", r#"{"spec":[]}"#, r#"{"a":1,"spec":null}"#, "[]", "5"] {
            clears(object, &[DesiredAgentImage], None);
        }
    }
}
