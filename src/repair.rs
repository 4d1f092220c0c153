//! The edit of the raw object that hands the agent image back to Rancher, as
//! Rancher's own migration does (rancher/rancher `pkg/rancher/migrations.go`,
//! `migrateImportedClusterFields`).
//!
//! Only the object and its `spec` are taken apart. Every other value stays the JSON text
//! that it is, so that the patch which the host computes touches nothing else. Nothing is
//! copied before the answer is written.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::cluster::{DesiredField, SPEC};
use crate::lenient::{Members, members_at};

/// The object of a payload with some fields of its `spec` set to `""`.
#[derive(Debug, Clone)]
pub struct Cleared<'a> {
    object: Members<'a>,
    spec: Members<'a>,
}

/// Reads the object in a payload with these fields of its `spec` set to `""`.
/// `None` if the payload has no object with a `spec`.
#[must_use]
pub fn cleared<'a>(payload: &'a [u8], fields: &[DesiredField]) -> Option<Cleared<'a>> {
    let object = members_at(payload, &["request", "object"])?;
    let mut spec = Members::read(object.get(SPEC)?.get().as_bytes())?;
    let empty: &'static RawValue = serde_json::from_str(r#""""#).ok()?;
    for field in fields {
        spec.replace(field.key(), empty);
    }
    Some(Cleared { object, spec })
}

impl Cleared<'_> {
    /// How many bytes its JSON takes, about.
    #[must_use]
    pub fn size_hint(&self) -> usize {
        const MARKS: usize = 4;
        let sizes = self.object.0.iter().map(|(key, value)| {
            let size = value.get().len().saturating_add(key.len());
            size.saturating_add(MARKS)
        });
        sizes.fold(0, usize::saturating_add)
    }
}

impl Serialize for Cleared<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Members(members) = &self.object;
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (key, value) in members {
            if key == SPEC {
                map.serialize_entry(key, &self.spec)?;
            } else {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::DesiredField::{AgentImageOverride, DesiredAgentImage};

    #[track_caller]
    fn clears(object: &str, fields: &[DesiredField], expected: Option<&str>) {
        let payload = format!(r#"{{"request":{{"object":{object},"oldObject":{{}}}}}}"#);
        let cleared = cleared(payload.as_bytes(), fields);
        let written = cleared.map(|object| serde_json::to_string(&object).unwrap());
        assert_eq!(written.as_deref(), expected);
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
