//! The settings of the policy.

use rancher_agent_version_policy::settings::{DeployedImagePolicy, Settings};
use rancher_agents::printable;
use serde_json::{Map, Value};

use crate::command::arguments::Policy;
use crate::command::input::read_text;

/// The version to compare with that an option names, and what it stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given<'a> {
    /// None: Rancher's Settings tell.
    Nothing,
    /// `--server-version`
    ServerVersion(&'a str),
    /// `--to`
    Upgrade(&'a str),
}

impl<'a> Given<'a> {
    /// The version that the server has, if it is given.
    pub(crate) fn server_version(version: Option<&'a String>) -> Self {
        version.map_or(Self::Nothing, |version| Self::ServerVersion(version))
    }

    fn version(self) -> Option<&'a str> {
        match self {
            Self::Nothing => None,
            Self::ServerVersion(version) | Self::Upgrade(version) => Some(version),
        }
    }

    fn option(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::ServerVersion(_) => Some("--server-version"),
            Self::Upgrade(_) => Some("--to"),
        }
    }
}

/// The settings of the policy as they are given, with what the arguments say.
pub(crate) fn settings(policy: &Policy, given: Given<'_>) -> Result<Settings, String> {
    let mut settings = file(policy)?;
    if let Some(version) = given.version() {
        settings.insert("serverVersion".to_owned(), version.into());
    }
    let json = Value::Object(settings).to_string();
    let mut settings = Settings::from_json(json.as_bytes())
        .map_err(|error| format!("{}: {error}", origin(policy, given)))?;
    if let Given::Upgrade(_) = given {
        // What is deployed now does not tell what will be.
        settings.deployed_image = DeployedImagePolicy::Ignore;
    }
    Ok(settings)
}

fn file(policy: &Policy) -> Result<Map<String, Value>, String> {
    let Some(path) = &policy.settings else {
        return Ok(Map::new());
    };
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

/// Where settings that the policy refuses come from.
fn origin(policy: &Policy, given: Given<'_>) -> String {
    let file = policy.settings.as_ref().map(|_| "--settings");
    let options: Vec<&str> = file.into_iter().chain(given.option()).collect();
    options.join(", ")
}
