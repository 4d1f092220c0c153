//! What is wrong with the policy's settings, field by field.

use rancher_agent_version_policy::lenient::Members;
use rancher_agent_version_policy::settings::Settings;

/// How many fields are named: a Cluster in the place of settings has many that are unknown.
const MAX_FIELDS: usize = 9;

/// What is wrong, and with which field, if it is one.
type Invalid = (Option<String>, String);

/// All that is wrong with settings in JSON.
pub(super) fn invalid(json: &str) -> Vec<Invalid> {
    let Err(all) = Settings::from_json(json.as_bytes()) else {
        return Vec::new();
    };
    let fields: Vec<Invalid> = fields(json).take(MAX_FIELDS).collect();
    if !fields.is_empty() {
        return fields;
    }
    // No field on its own: it is not a mapping, or has one of them twice.
    vec![(None, all.to_string())]
}

/// Each field that would be wrong alone.
fn fields(json: &str) -> impl Iterator<Item = Invalid> {
    let members = Members::read(json.as_bytes()).unwrap_or_default().0;
    members.into_iter().filter_map(|(field, value)| {
        let key = serde_json::to_string(&field).ok()?;
        let alone = format!("{{{key}:{}}}", value.get());
        let wrong = Settings::from_json(alone.as_bytes()).err()?;
        Some((Some(field.into_owned()), wrong.to_string()))
    })
}
