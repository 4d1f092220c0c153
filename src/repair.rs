//! The edit of the raw object that hands the agent image back to Rancher, as
//! Rancher's own migration does (rancher/rancher `pkg/rancher/migrations.go`,
//! `migrateImportedClusterFields`).
//!
//! The object keeps its JSON text but for the values that are edited, so that the
//! patch which the host computes touches nothing else.

use std::cmp::Reverse;

use crate::cluster::Cluster;
use crate::request::Request;

/// The JSON text of the object of the request with its desired fields set to `""`
/// where they are not empty. `None` if there is no such object.
#[must_use]
pub fn cleared(request: &Request<'_>, cluster: Cluster<'_>) -> Option<String> {
    let fields = cluster.fields_to_clear();
    let mut places: Vec<_> = fields.map(|field| cluster.place(field)).collect();
    places.sort_by_key(|place| Reverse(place.left));
    request.object_with_empty(&places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Change;

    #[track_caller]
    fn clears(object: &str, expected: Option<&str>) {
        let payload =
            format!(r#"{{"request":{{"operation":"CREATE","kind":{{}},"object":{object}}}}} "#);
        let request = Request::read(payload.as_bytes()).unwrap();
        let Ok(Change::Create(cluster)) = request.change() else {
            panic!("no object");
        };
        assert_eq!(cleared(&request, cluster).as_deref(), expected);
    }

    #[test]
    fn what_is_not_edited_keeps_its_text() {
        clears(
            r#"{ "z":1.0,"spec":{"n":12345678901234567890123, "desiredAgentImage" : "a:v1\u002e0" ,"e":1e400,
            "agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}"#,
            Some(
                r#"{ "z":1.0,"spec":{"n":12345678901234567890123, "desiredAgentImage" : "" ,"e":1e400,
            "agentImageOverride":null,"d":{"desiredAgentImage":"kept"}},"a":[null,{"b":null}, "\u00e4"]}"#,
            ),
        );
    }

    #[test]
    fn clears_both_fields_in_any_order() {
        let cleared = r#"{"spec":{"desiredAgentImage":"","agentImageOverride":""}}"#;
        clears(
            r#"{"spec":{"desiredAgentImage":"a:v1","agentImageOverride":["b"]}}"#,
            Some(cleared),
        );
        clears(
            r#"{"spec":{"agentImageOverride":{"b":"}"},"desiredAgentImage":5}}"#,
            Some(r#"{"spec":{"agentImageOverride":"","desiredAgentImage":""}}"#),
        );
        clears(cleared, Some(cleared));
    }

    #[test]
    fn nothing_to_clear_without_a_spec() {
        clears(r#"{"spec":[]}"#, Some(r#"{"spec":[]}"#));
    }
}
