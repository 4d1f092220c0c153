//! What holds for every answer, whatever was asked.

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::response::{Answer, Response};
use rancher_agent_version_policy::setting::{Fact, SettingName};
use rancher_agent_version_policy::words::{ANNOTATION_LIMIT, MESSAGE_LIMIT, WARNING_LIMIT};
use serde::de::IgnoredAny;

use crate::seen::Seen;

/// An answer that was checked, and the Settings that were looked up for it.
pub struct Evaluated {
    /// The answer, as a host reads it.
    pub response: Seen,
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
        (read_back(response), lookups)
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

fn is_sound(response: &Seen) {
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
}

/// The JSON of an answer says what the answer says.
fn read_back(response: Response<'_>) -> Seen {
    let (accepted, message, code, mutated_object) = match response.answer.clone() {
        Answer::Accepted { message } => (true, message, None, None),
        Answer::Repaired(object) => (
            true,
            None,
            None,
            Some(serde_json::to_string(&object).expect("JSON")),
        ),
        Answer::Rejected { message, code } => (false, Some(message), code.map(u16::from), None),
    };
    let annotations = response.audit_annotations.iter().flat_map(|annotations| {
        [
            ("verdict", annotations.verdict.unwrap_or_default()),
            ("reason", annotations.reason.unwrap_or_default()),
            (
                "desired-image",
                annotations.desired_image.as_deref().unwrap_or_default(),
            ),
            (
                "deployed-image",
                annotations.deployed_image.as_deref().unwrap_or_default(),
            ),
            (
                "server-version",
                annotations.server_version.as_deref().unwrap_or_default(),
            ),
        ]
    });
    let said = Seen {
        accepted,
        message,
        code,
        warnings: response.warnings.clone(),
        audit_annotations: annotations
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        mutated_object,
    };
    let seen = Seen::from(response);
    assert_eq!(seen, said);
    seen
}
