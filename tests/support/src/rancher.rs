//! Rancher's Settings in a case.

use std::collections::BTreeMap;

use rancher_agent_version_policy::setting::{Fact, Fault};
use serde_json::json;

/// What a lookup gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The JSON of the object, or whatever the host gives in its place.
    Body(String),
    /// The text of the host's error.
    Error(String),
}

impl From<Lookup> for Result<String, String> {
    fn from(lookup: Lookup) -> Self {
        match lookup {
            Lookup::Body(body) => Ok(body),
            Lookup::Error(error) => Err(error),
        }
    }
}

/// What each lookup gives.
#[derive(Debug, Clone, Default)]
pub struct Rancher(pub BTreeMap<String, Lookup>);

impl Rancher {
    /// A Rancher of this version, which deploys this image.
    #[must_use]
    pub fn of(version: &str, image: &str) -> Self {
        let setting = |(name, value): (&str, &str)| {
            let body = json!({"value": value}).to_string();
            (name.to_owned(), Lookup::Body(body))
        };
        let settings = [("server-version", version), ("agent-image", image)];
        Self(settings.map(setting).into())
    }

    /// What the lookup of a Setting gives.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Lookup {
        let unforeseen = || Lookup::Error(format!("this case has no Setting {name}"));
        self.0.get(name).cloned().unwrap_or_else(unforeseen)
    }

    /// The same, as the policy reads it.
    #[must_use]
    pub fn fact(&self, name: &str) -> Fact {
        match self.lookup(name) {
            Lookup::Body(body) => Fact::read(body.as_bytes()),
            Lookup::Error(error) => Fact::Fault(Fault::classify(&error)),
        }
    }
}
