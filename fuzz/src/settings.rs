//! A second reading of the policy's settings, and texts of settings.

use arbitrary::{Result, Unstructured};
use rancher_agent_version_policy::settings::{
    AllowedLag, DeployedImagePolicy, KEYS, Settings, UnknownVersionPolicy,
};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::rarely;
use crate::{json, version};

/// What is wrong with settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// They are no map.
    NoMap,
    /// These settings have a value that is not allowed, or are there twice.
    Values(Vec<&'static str>),
    /// A key is not that of a setting.
    Key,
}

/// Reads settings. An empty value is absent: null, an empty text, list or object.
pub fn read(json: &str) -> std::result::Result<Settings, Wrong> {
    let is_null = serde_json::from_str::<()>(json).is_ok();
    let members = if is_null {
        Some(Vec::new())
    } else {
        json::members(json)
    };
    let members = members.ok_or(Wrong::NoMap)?;
    if members.iter().any(|(key, _)| key.is_none()) {
        return Err(Wrong::NoMap);
    }
    let mut settings = Settings::default();
    let mut wrong = Vec::new();
    for key in KEYS {
        let mut values = members
            .iter()
            .filter(|(name, _)| name.as_deref() == Some(key))
            .map(|(_, value)| *value);
        let value = values.next();
        if values.next().is_some() || value.is_some_and(|v| set(&mut settings, key, v).is_none()) {
            wrong.push(key);
        }
    }
    let is_setting = |key: &Option<String>| key.as_deref().is_some_and(|key| KEYS.contains(&key));
    if !wrong.is_empty() {
        Err(Wrong::Values(wrong))
    } else if !members.iter().all(|(key, _)| is_setting(key)) {
        Err(Wrong::Key)
    } else {
        Ok(settings)
    }
}

fn set(settings: &mut Settings, key: &str, value: &RawValue) -> Option<()> {
    let value: Value = serde_json::from_str(value.get()).ok()?;
    match (key, value) {
        (_, Value::Null) => {}
        (_, Value::String(text)) if text.is_empty() => {}
        (_, Value::Array(list)) if list.is_empty() => {}
        (_, Value::Object(map)) if map.is_empty() => {}
        ("ratcheting", Value::Bool(flag)) => settings.ratcheting = flag,
        ("repair", Value::Bool(flag)) => settings.repair = flag,
        ("serverVersion", Value::String(text)) => {
            version::keys(&text)?;
            settings.server_version = Some(text);
        }
        ("allowedLag", Value::String(text)) => {
            settings.allowed_lag = match text.as_str() {
                "none" => AllowedLag::None,
                "patch" => AllowedLag::Patch,
                "minor" => AllowedLag::Minor,
                _ => return None,
            };
        }
        ("deployedImage", Value::String(text)) => {
            settings.deployed_image = match text.as_str() {
                "reject" => DeployedImagePolicy::Reject,
                "warn" => DeployedImagePolicy::Warn,
                "ignore" => DeployedImagePolicy::Ignore,
                _ => return None,
            };
        }
        ("unknownVersion", Value::String(text)) => {
            settings.unknown_version = match text.as_str() {
                "reject" => UnknownVersionPolicy::Reject,
                "warn" => UnknownVersionPolicy::Warn,
                _ => return None,
            };
        }
        _ => return None,
    }
    Some(())
}

/// Settings of which one in `odd` is not as it should be.
pub fn made(u: &mut Unstructured<'_>, odd: u16) -> Result<String> {
    let mut members = Vec::new();
    for key in KEYS {
        if u.ratio(1, 3)? {
            continue;
        }
        let value = if rarely(u, odd)? {
            json::any(u, "v2.11.0", 1)?
        } else if key == "serverVersion" {
            let text = version::text(u)?;
            json::quoted(u, &text)?
        } else {
            let values: &[&str] = match key {
                "allowedLag" => &["none", "patch", "minor"],
                "deployedImage" => &["reject", "warn", "ignore"],
                "unknownVersion" => &["reject", "warn"],
                _ => &["true", "false"],
            };
            let value = *u.choose(values)?;
            match key {
                "ratcheting" | "repair" => value.to_owned(),
                _ => json::quoted(u, value)?,
            }
        };
        members.push((key, value));
    }
    if rarely(u, odd)? {
        let keys = ["mode", "", "ServerVersion", "a\u{202e}\n", "repair "];
        let key = *u.choose(&keys)?;
        for _ in 0..u.int_in_range(1..=14)? {
            members.push((key, json::any(u, "x", 1)?));
        }
    }
    json::object(u, &members)
}
