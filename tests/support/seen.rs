//! A response as whoever reads its JSON sees it.

use rancher_agent_version_policy::lenient::Members;
use rancher_agent_version_policy::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Kubewarden's `ValidationResponse`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub accepted: bool,
    pub message: Option<String>,
    pub code: Option<u16>,
    pub warnings: Vec<String>,
    /// In the order in which they are written.
    pub audit_annotations: Vec<(String, String)>,
    /// JSON.
    pub mutated_object: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    accepted: bool,
    message: Option<String>,
    code: Option<u16>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(borrow)]
    audit_annotations: Option<&'a RawValue>,
    mutated_object: Option<Box<RawValue>>,
}

impl From<Response<'_>> for Seen {
    fn from(response: Response<'_>) -> Self {
        let json = serde_json::to_string(&response).expect("a response is JSON");
        let written: Written<'_> = serde_json::from_str(&json).expect("a ValidationResponse");
        let text = |json: &RawValue| serde_json::from_str(json.get()).expect("a text");
        let annotations = written.audit_annotations;
        let annotations =
            annotations.map(|json| Members::read(json.get().as_bytes()).expect("an object"));
        Self {
            accepted: written.accepted,
            message: written.message,
            code: written.code,
            warnings: written.warnings,
            audit_annotations: annotations
                .unwrap_or_default()
                .0
                .into_iter()
                .map(|(key, value)| (key.into_owned(), text(value)))
                .collect(),
            mutated_object: written.mutated_object.map(|object| object.get().to_owned()),
        }
    }
}
