//! The policy that judges, and its settings.

use std::fs;

use rancher_agent_audit::{LoadError, POLICY, Policy, printable};
use serde_json::{Map, Value, json};

use crate::command::arguments::Arguments;

/// The settings of the policy, as they are given.
pub(crate) fn settings(arguments: &Arguments) -> Result<Map<String, Value>, String> {
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

/// The setting of the policy that holds the version to compare with.
const SERVER_VERSION: &str = "serverVersion";

/// The version in the settings; an empty one counts as absent, as in the policy.
pub(crate) fn given_version(settings: &Map<String, Value>) -> Option<String> {
    let version = settings.get(SERVER_VERSION)?.as_str()?;
    (!version.is_empty()).then(|| version.to_owned())
}

/// Puts a version into the settings, whatever is there.
pub(crate) fn give_version(settings: &mut Map<String, Value>, version: &str) {
    settings.insert(SERVER_VERSION.to_owned(), json!(version));
}

/// Loads the policy. It refuses settings that it does not know.
pub(crate) fn load(arguments: &Arguments, settings: Map<String, Value>) -> Result<Policy, String> {
    let settings = Value::Object(settings);
    match &arguments.policy {
        None => Policy::load(POLICY, &settings).map_err(|e| explain(e, arguments)),
        Some(path) => {
            let name = printable(&path.to_string_lossy());
            let wasm = fs::read(path).map_err(|e| format!("{name}: {e}"))?;
            if !wasm.starts_with(b"\0asm") {
                return Err(format!("{name}: this is not a WebAssembly module"));
            }
            Policy::load(&wasm, &settings).map_err(|e| format!("{name}: {}", explain(e, arguments)))
        }
    }
}

/// Says where settings that the policy refuses come from.
fn explain(error: LoadError, arguments: &Arguments) -> String {
    let LoadError::Settings(problem) = error else {
        return error.to_string();
    };
    let mut sources = Vec::new();
    if arguments.settings.is_some() {
        sources.push("--settings");
    }
    if arguments.server_version.is_some() {
        sources.push("--server-version");
    }
    if arguments.upgrade_to.is_some() {
        sources.push("--upgrade-to");
    }
    format!("{}: {problem}", sources.join(", "))
}
