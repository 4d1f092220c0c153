//! The settings of the policy.

use std::fs;

use rancher_agent_version_policy::settings::{DeployedImagePolicy, Settings};
use rancher_agents::printable;
use serde_json::{Map, Value};

use crate::command::arguments::Arguments;

/// The settings of the policy as they are given, with what the arguments say.
pub(crate) fn settings(arguments: &Arguments) -> Result<Settings, String> {
    let mut given = file(arguments)?;
    let version = arguments.server_version.as_ref();
    if let Some(version) = version.or(arguments.upgrade_to.as_ref()) {
        given.insert("serverVersion".to_owned(), version.as_str().into());
    }
    let json = Value::Object(given).to_string();
    let mut settings =
        Settings::from_json(json.as_bytes()).map_err(|e| format!("{}: {e}", origin(arguments)))?;
    if arguments.upgrade_to.is_some() {
        // What is deployed now does not tell what will be.
        settings.deployed_image = DeployedImagePolicy::Ignore;
    }
    Ok(settings)
}

fn file(arguments: &Arguments) -> Result<Map<String, Value>, String> {
    let Some(path) = &arguments.settings else {
        return Ok(Map::new());
    };
    let name = printable(&path.to_string_lossy());
    let text = fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
    // What is JSON is YAML, too.
    let options = serde_saphyr::options! { with_snippet: false };
    match serde_saphyr::from_str_with_options(&text, options) {
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(_) => Err(format!(
            "{name}: these are not the settings of a policy, but no map"
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

/// Where settings that the policy refuses come from.
fn origin(arguments: &Arguments) -> String {
    let sources = [
        (arguments.settings.is_some(), "--settings"),
        (arguments.server_version.is_some(), "--server-version"),
        (arguments.upgrade_to.is_some(), "--upgrade-to"),
    ];
    let given: Vec<&str> = sources
        .into_iter()
        .filter_map(|(is_given, name)| is_given.then_some(name))
        .collect();
    given.join(", ")
}
