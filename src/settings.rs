//! The policy's settings, validated while they are read.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;
use strum::{IntoStaticStr, VariantArray};

use crate::lenient::{Lenient, Members, Text};
use crate::text::bounded;
use crate::version::{NotAVersion, Version};

/// How far an image may be behind and still be accepted, with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum AllowedLag {
    /// Not at all.
    #[default]
    None,
    /// An earlier patch or build of the same MAJOR.MINOR.
    Patch,
    /// That, or one minor version.
    Minor,
}

/// What to do about a `status.agentImage` that lags, on CREATE and in audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum DeployedImagePolicy {
    /// Reject.
    #[default]
    Reject,
    /// Accept with a warning.
    Warn,
    /// Do not look at it.
    Ignore,
}

/// What to do when no verdict can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum UnknownVersionPolicy {
    /// Reject.
    #[default]
    Reject,
    /// Accept with a warning.
    Warn,
}

/// The settings, all of them optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The version to compare with, a valid [`Version`]. `None`: Rancher is
    /// asked for its own.
    pub server_version: Option<String>,
    /// The lag that is accepted with a warning.
    pub allowed_lag: AllowedLag,
    /// True: an UPDATE is only rejected for what it makes worse.
    pub ratcheting: bool,
    /// What to do about a deployed image that lags.
    pub deployed_image: DeployedImagePolicy,
    /// What to do when no verdict can be reached.
    pub unknown_version: UnknownVersionPolicy,
    /// True: clear the fields that pin a lagging image.
    pub repair: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server_version: None,
            allowed_lag: AllowedLag::default(),
            ratcheting: true,
            deployed_image: DeployedImagePolicy::default(),
            unknown_version: UnknownVersionPolicy::default(),
            repair: false,
        }
    }
}

/// The names of the settings.
pub const KEYS: [&str; 6] = [
    "serverVersion",
    "allowedLag",
    "ratcheting",
    "deployedImage",
    "unknownVersion",
    "repair",
];

/// All errors in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSettings(Vec<String>);

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid settings: {}", self.0.join("; "))
    }
}

impl std::error::Error for InvalidSettings {}

impl InvalidSettings {
    fn not_a_map() -> Self {
        Self(vec![format!(
            "expected a mapping with the keys {}",
            list(KEYS)
        )])
    }
}

/// The longest value of a setting that an error repeats, in characters.
const VALUE_LIMIT: usize = 64;

/// How many errors are reported in full.
const ERROR_LIMIT: usize = 9;

impl Settings {
    /// Reads the payload of the waPC operation `validate_settings`: JSON, in
    /// which absent, null and empty values are defaults.
    ///
    /// # Errors
    /// All errors at once, each with the field, its value and the allowed values.
    pub fn from_json(json: &[u8]) -> Result<Self, InvalidSettings> {
        match serde_json::from_slice(json) {
            Ok(settings) => Self::read(&settings),
            Err(_) => Err(InvalidSettings::not_a_map()),
        }
    }

    /// Reads settings that are part of a larger document.
    pub(crate) fn read(settings: &Lenient<Members<'_>>) -> Result<Self, InvalidSettings> {
        let entries = match settings {
            Lenient::Absent => Vec::new(),
            Lenient::Present(Members(members)) => members.clone(),
            Lenient::Odd => return Err(InvalidSettings::not_a_map()),
        };
        let mut reader = Reader {
            entries,
            errors: Vec::new(),
        };
        let defaults = Self::default();
        let settings = Self {
            server_version: reader.version("serverVersion"),
            allowed_lag: reader.choice("allowedLag"),
            ratcheting: reader.flag("ratcheting", defaults.ratcheting),
            deployed_image: reader.choice("deployedImage"),
            unknown_version: reader.choice("unknownVersion"),
            repair: reader.flag("repair", defaults.repair),
        };
        reader.finish().map(|()| settings)
    }
}

/// Takes the entries one by one and collects the errors.
struct Reader<'a> {
    entries: Vec<(Cow<'a, str>, &'a RawValue)>,
    errors: Vec<String>,
}

impl<'a> Reader<'a> {
    /// The JSON of a setting; `None` if it is absent or empty.
    fn take(&mut self, key: &str) -> Option<&'a str> {
        let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|(name, _)| name == key);
        self.entries = others;
        if mine.len() > 1 {
            self.errors.push(format!("`{key}` is given more than once"));
            return None;
        }
        let (_, json) = mine.first()?;
        Some(json.get()).filter(|json| !is_empty(json))
    }

    /// One of the variants, by its word.
    fn choice<T>(&mut self, key: &str) -> T
    where
        T: Copy + Default + Into<&'static str> + VariantArray,
    {
        let Some(json) = self.take(key) else {
            return T::default();
        };
        let given = text(json);
        let mut variants = T::VARIANTS.iter().copied();
        let chosen = variants.find(|variant| (*variant).into() == given);
        chosen.unwrap_or_else(|| {
            let allowed = list(T::VARIANTS.iter().map(|variant| (*variant).into()));
            self.refuse(key, json, &format!("allowed are {allowed}"));
            T::default()
        })
    }

    fn flag(&mut self, key: &str, default: bool) -> bool {
        let Some(json) = self.take(key) else {
            return default;
        };
        json.parse().unwrap_or_else(|_| {
            self.refuse(key, json, "allowed are `true`, `false`");
            default
        })
    }

    fn version(&mut self, key: &str) -> Option<String> {
        let json = self.take(key)?;
        let text = text(json);
        let version = text.parse::<Version>().is_ok().then_some(text);
        if version.is_none() {
            self.refuse(key, json, NotAVersion::TEXT);
        }
        version
    }

    /// Records that a setting has a value that is not allowed.
    fn refuse(&mut self, key: &str, json: &str, allowed: &str) {
        let value = bounded(json, VALUE_LIMIT);
        self.errors.push(format!("`{key}` is `{value}`, {allowed}"));
    }

    fn finish(mut self) -> Result<(), InvalidSettings> {
        let room = ERROR_LIMIT.saturating_sub(self.errors.len());
        for (key, _) in self.entries.iter().take(room) {
            let (key, keys) = (bounded(key, VALUE_LIMIT), list(KEYS));
            self.errors.push(format!(
                "`{key}` is not a setting of this policy, allowed are {keys}"
            ));
        }
        let hidden = self.entries.len().saturating_sub(room);
        if hidden > 0 {
            self.errors.push(format!("and {hidden} more"));
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(InvalidSettings(self.errors))
        }
    }
}

/// The Rancher UI and Helm leave empty values in place of absent ones.
fn is_empty(json: &str) -> bool {
    let inner = |open, close| json.strip_prefix(open)?.strip_suffix(close);
    json == "null"
        || json == "\"\""
        || inner('[', ']')
            .or_else(|| inner('{', '}'))
            .is_some_and(|inner| inner.trim().is_empty())
}

/// The value if it is a string, else an empty string.
fn text(json: &str) -> String {
    let text: Text<'_> = serde_json::from_slice(json.as_bytes()).unwrap_or_default();
    text.text().to_owned()
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(json: &str, expected: &str) {
        let message = Settings::from_json(json.as_bytes()).map_err(|e| e.to_string());
        assert_eq!(message, Err(expected.to_owned()));
    }

    #[test]
    fn absent_null_and_empty_are_defaults() {
        for json in [
            "null",
            "{}",
            r#"{"serverVersion":null,"allowedLag":null,"ratcheting":null,"deployedImage":null,"unknownVersion":null,"repair":null}"#,
            r#"{"serverVersion":"","allowedLag":"","ratcheting":"","deployedImage":"","unknownVersion":"","repair":""}"#,
            r#"{"serverVersion":[],"allowedLag":{},"ratcheting":[ ],"repair":{ }}"#,
        ] {
            assert_eq!(
                Settings::from_json(json.as_bytes()),
                Ok(Settings::default()),
                "{json}"
            );
        }
    }

    #[test]
    fn reads_every_value() {
        let json = r#"{"serverVersion":"v2.11.0","allowedLag":"minor","ratcheting":false,
            "deployedImage":"ignore","unknownVersion":"warn","repair":true}"#;
        let expected = Settings {
            server_version: Some("v2.11.0".to_owned()),
            allowed_lag: AllowedLag::Minor,
            ratcheting: false,
            deployed_image: DeployedImagePolicy::Ignore,
            unknown_version: UnknownVersionPolicy::Warn,
            repair: true,
        };
        assert_eq!(Settings::from_json(json.as_bytes()), Ok(expected));
        let read = |json: &str| Settings::from_json(json.as_bytes()).unwrap();
        assert_eq!(
            read(r#"{"allowedLag":"none"}"#).allowed_lag,
            AllowedLag::None
        );
        assert_eq!(
            read(r#"{"allowedLag":"patch"}"#).allowed_lag,
            AllowedLag::Patch
        );
        assert_eq!(
            ["reject", "warn"]
                .map(|v| read(&format!(r#"{{"deployedImage":"{v}"}}"#)).deployed_image),
            [DeployedImagePolicy::Reject, DeployedImagePolicy::Warn]
        );
        assert_eq!(
            read(r#"{"unknownVersion":"reject"}"#).unknown_version,
            UnknownVersionPolicy::Reject
        );
    }

    #[test]
    fn tells_all_errors_at_once() {
        refuses(
            r#"{"allowedLag":"major","repair":"yes","ratcheting":0,"serverVersion":"dev","mode":"monitor","deployedImage":["warn"],"unknownVersion":"accept"}"#,
            "invalid settings: `serverVersion` is `\"dev\"`, not a Rancher version such as v2.11.0, v2.12.0-rc3 or v2.11-head; \
             `allowedLag` is `\"major\"`, allowed are `none`, `patch`, `minor`; \
             `ratcheting` is `0`, allowed are `true`, `false`; \
             `deployedImage` is `[\"warn\"]`, allowed are `reject`, `warn`, `ignore`; \
             `unknownVersion` is `\"accept\"`, allowed are `reject`, `warn`; \
             `repair` is `\"yes\"`, allowed are `true`, `false`; \
             `mode` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`",
        );
    }

    #[test]
    fn refuses_what_a_yaml_reader_makes_of_a_bare_version() {
        refuses(
            r#"{"serverVersion":2.11}"#,
            "invalid settings: `serverVersion` is `2.11`, not a Rancher version such as v2.11.0, v2.12.0-rc3 or v2.11-head",
        );
    }

    #[test]
    fn refuses_keys_that_are_given_twice() {
        refuses(
            r#"{"repair":true,"repair":false,"x":1,"x":2}"#,
            "invalid settings: `repair` is given more than once; \
             `x` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`; \
             `x` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`",
        );
    }

    #[test]
    fn refuses_what_is_no_map() {
        for json in ["[]", "5", "\"v2.11.0\"", "", "{", "{}x", "[\"v2.11.0\"]"] {
            refuses(
                json,
                "invalid settings: expected a mapping with the keys `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`",
            );
        }
    }

    #[test]
    fn errors_are_bounded() {
        let mut json = "{".to_owned();
        for i in 0..100 {
            json.push_str(&format!("\"key{i}\":1,"));
        }
        json.push_str(&format!("\"allowedLag\":\"{}\"}}", "a\\n".repeat(50_000)));
        let message = Settings::from_json(json.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(
            message.len() <= 2048 && message.ends_with("; and 92 more"),
            "{message}"
        );
        assert!(!message.contains('\n'));
    }
}
