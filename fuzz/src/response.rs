//! What holds for every answer, whatever was asked.

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::response::Response;
use rancher_agent_version_policy::setting::{Fact, SettingName};
use rancher_agent_version_policy::words::{ANNOTATION_LIMIT, MESSAGE_LIMIT, WARNING_LIMIT};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::json;

/// An answer, as a host reads it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer<'a> {
    accepted: bool,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default, borrow)]
    audit_annotations: Option<&'a RawValue>,
    #[serde(default, borrow)]
    mutated_object: Option<&'a RawValue>,
}

/// An answer that was checked, and the Settings that were looked up for it.
pub struct Evaluated {
    /// The answer.
    pub response: Response,
    /// In order.
    pub lookups: Vec<SettingName>,
}

/// Answers a payload, twice: the same comes of it, each Setting is looked up once, and
/// the answer is sound.
pub fn evaluated(payload: &[u8], facts: &[Fact; 2]) -> Evaluated {
    let [first, second] = [(), ()].map(|()| {
        let mut lookups = Vec::new();
        let response = evaluate(payload, |name| {
            assert!(!lookups.contains(&name), "{name:?} is looked up again");
            lookups.push(name);
            let [server_version, agent_image] = facts;
            match name {
                SettingName::ServerVersion => server_version.clone(),
                SettingName::AgentImage => agent_image.clone(),
            }
        });
        (response, lookups)
    });
    assert_eq!(first, second);
    let (response, lookups) = first;
    is_sound(&response);
    Evaluated { response, lookups }
}

/// True if a text leaves its line nowhere and holds no control character.
pub fn is_one_line(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}'))
}

fn is_sound(response: &Response) {
    if let Some(message) = &response.message {
        let length = message.chars().count();
        assert!(
            (1..=MESSAGE_LIMIT).contains(&length) && is_one_line(message),
            "{message}"
        );
    }
    for warning in &response.warnings {
        let length = warning.chars().count();
        assert!(
            (1..=WARNING_LIMIT).contains(&length) && is_one_line(warning),
            "{warning}"
        );
    }
    for (_, text) in &response.audit_annotations {
        let length = text.chars().count();
        assert!(
            (1..=ANNOTATION_LIMIT).contains(&length) && is_one_line(text),
            "{text}"
        );
    }
    if !response.accepted {
        assert!(
            response.message.is_some() && response.mutated_object.is_none(),
            "{response:?}"
        );
    }
    assert!(
        matches!(response.code, None | Some(400 | 500)),
        "{response:?}"
    );
    assert!(
        response.code.is_none() || !response.accepted,
        "{response:?}"
    );
    if let Some(object) = &response.mutated_object {
        assert!(
            serde_json::from_str::<IgnoredAny>(object).is_ok(),
            "{object}"
        );
    }
    reads_back(response);
}

/// The JSON of an answer says what the answer says.
fn reads_back(response: &Response) {
    let text = response.to_json();
    let answer: Answer<'_> = match serde_json::from_str(&text) {
        Ok(answer) => answer,
        Err(error) => panic!("{error}: {text}"),
    };
    assert_eq!(answer.accepted, response.accepted, "{text}");
    assert_eq!(answer.message, response.message, "{text}");
    assert_eq!(answer.code, response.code, "{text}");
    assert_eq!(answer.warnings, response.warnings, "{text}");
    let object = answer.mutated_object.map(RawValue::get);
    assert_eq!(object, response.mutated_object.as_deref(), "{text}");
    let annotations = answer.audit_annotations.map_or("{}", RawValue::get);
    let annotations: Vec<(Option<String>, Option<String>)> = json::members(annotations)
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key, json::text(value)))
        .collect();
    let expected: Vec<(Option<String>, Option<String>)> = response
        .audit_annotations
        .iter()
        .map(|(key, value)| (Some((*key).to_owned()), Some(value.clone())))
        .collect();
    assert_eq!(annotations, expected, "{text}");
}
