//! The settings of the policy.

use std::path::Path;

use rancher_agent_version_policy::settings::{DeployedImagePolicy, Settings};
use rancher_agents::printable;
use rancher_agents::report::Question;
use serde_json::{Map, Value};

use crate::command::input::read_text;

/// The settings of the policy as a file has them, with the version to compare with that an
/// option names: `--server-version`, or before an upgrade `--to`.
pub(crate) fn settings(
    path: Option<&Path>,
    question: Question,
    version: Option<&str>,
) -> Result<Settings, String> {
    let mut settings = path.map(file).transpose()?.unwrap_or_default();
    if let Some(version) = version {
        settings.insert("serverVersion".to_owned(), version.into());
    }
    let json = Value::Object(settings).to_string();
    let mut settings = Settings::from_json(json.as_bytes()).map_err(|error| {
        let option = match question {
            Question::Audit => "--server-version",
            Question::Upgrade => "--to",
        };
        let origins = [path.map(|_| "--settings"), version.map(|_| option)];
        let origins: Vec<&str> = origins.into_iter().flatten().collect();
        format!("{}: {error}", origins.join(", "))
    })?;
    if question == Question::Upgrade {
        // What is deployed now does not tell what will be.
        settings.deployed_image = DeployedImagePolicy::Ignore;
    }
    Ok(settings)
}

fn file(path: &Path) -> Result<Map<String, Value>, String> {
    let name = printable(&path.to_string_lossy());
    let text = read_text(path).map_err(|e| format!("{name}: {e}"))?;
    // What is JSON is YAML, too.
    let options = serde_saphyr::options! { with_snippet: false };
    match serde_saphyr::from_str_with_options(&text, options) {
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::Object(settings)) => match settings.iter().find(|(_, value)| value.is_number()) {
            Some((key, _)) => {
                let key = printable(key);
                Err(format!(
                    "{name}: `{key}` is a number; put its value in quotes"
                ))
            }
            None => Ok(settings),
        },
        Ok(_) => Err(format!(
            "{name}: expected the settings of the policy, a mapping such as `allowedLag: patch`"
        )),
        Err(error) => Err(match error.location() {
            Some(at) => format!(
                "{name}: line {}, column {}: this is not valid YAML",
                at.line(),
                at.column()
            ),
            None => format!("{name}: this is not valid YAML"),
        }),
    }
}
