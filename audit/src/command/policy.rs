//! The policy that judges, and its settings.

use std::fs;

use rancher_agent_audit::{POLICY, Policy, printable};
use serde_json::{Map, Value};

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

/// Loads the policy. It refuses settings that it does not know.
pub(crate) fn load(arguments: &Arguments, settings: Map<String, Value>) -> Result<Policy, String> {
    let settings = Value::Object(settings);
    match &arguments.policy {
        None => Policy::load(POLICY, &settings).map_err(|e| e.to_string()),
        Some(path) => {
            let name = printable(&path.to_string_lossy());
            let wasm = fs::read(path).map_err(|e| format!("{name}: {e}"))?;
            Policy::load(&wasm, &settings).map_err(|e| format!("{name}: {e}"))
        }
    }
}
