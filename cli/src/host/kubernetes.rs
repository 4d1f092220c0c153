//! The Kubernetes that a policy sees through its host.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// A look-up of one object, as a policy sends it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GetResource {
    /// Group and version, such as `management.cattle.io/v3`.
    pub api_version: String,
    /// Kind, such as `Setting`.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Namespace, absent for what has none.
    pub namespace: Option<String>,
    /// Whether a cached answer is not good enough.
    #[serde(default)]
    pub disable_cache: bool,
    /// The fields that the policy wants to see; all of them if absent or empty.
    /// The host applies them.
    pub field_masks: Option<BTreeSet<String>>,
}

/// Answers the look-ups of a policy.
pub trait Kubernetes: Send + Sync {
    /// The object as JSON, or the error text that the policy gets to see.
    ///
    /// # Errors
    /// Whatever a real host would answer: no such object, forbidden, not granted.
    fn get_resource(&self, request: &GetResource) -> Result<String, String>;
}

impl<F> Kubernetes for F
where
    F: Fn(&GetResource) -> Result<String, String> + Send + Sync,
{
    fn get_resource(&self, request: &GetResource) -> Result<String, String> {
        self(request)
    }
}

/// Rancher's Settings by name. As a [`Kubernetes`] it holds nothing else, and
/// grants access to nothing else.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings(BTreeMap<String, Value>);

impl Settings {
    const API_VERSION: &str = "management.cattle.io/v3";
    const KIND: &str = "Setting";

    /// Adds a Setting object under a name, and returns the one that it replaces.
    pub fn insert(&mut self, name: &str, setting: Value) -> Option<Value> {
        self.0.insert(name.to_owned(), setting)
    }

    /// The value in effect: `value`, or `default` if that is empty or absent.
    #[must_use]
    pub fn effective_value(&self, name: &str) -> Option<&str> {
        effective_value(self.0.get(name)?)
    }

    /// Whether there is a Setting of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// The value in effect of one Setting.
pub(crate) fn effective_value(setting: &Value) -> Option<&str> {
    ["value", "default"]
        .into_iter()
        .filter_map(|field| setting.get(field)?.as_str())
        .find(|value| !value.is_empty())
}

impl Kubernetes for Settings {
    fn get_resource(&self, request: &GetResource) -> Result<String, String> {
        let GetResource {
            api_version,
            kind,
            name,
            namespace,
            ..
        } = request;
        if api_version != Self::API_VERSION || kind != Self::KIND {
            return Err(format!(
                "Policy has not been granted access to Kubernetes {api_version}/{kind} resources. \
                 The violation has been reported."
            ));
        }
        match self.0.get(name) {
            Some(setting) if namespace.is_none() => Ok(setting.to_string()),
            _ => Err(format!(
                "Callback evaluation failure: Cannot find {api_version}/{kind} named '{name}' \
                 inside of namespace '{namespace:?}'"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> Settings {
        let mut settings = Settings::default();
        settings.insert(
            "server-version",
            json!({"value": "v2.12.3", "default": "dev"}),
        );
        settings.insert("agent-image", json!({"value": "", "default": "a:head"}));
        settings.insert("odd", json!({"value": 7}));
        settings
    }

    #[track_caller]
    fn answers(
        api_version: &str,
        name: &str,
        namespace: Option<&str>,
        expected: Result<&str, &str>,
    ) {
        let request = GetResource {
            api_version: api_version.to_owned(),
            kind: "Setting".to_owned(),
            name: name.to_owned(),
            namespace: namespace.map(str::to_owned),
            disable_cache: false,
            field_masks: None,
        };
        assert_eq!(
            settings().get_resource(&request),
            expected.map(str::to_owned).map_err(str::to_owned)
        );
    }

    #[test]
    fn answers_in_the_words_of_policy_server() {
        answers("management.cattle.io/v3", "odd", None, Ok(r#"{"value":7}"#));
        answers(
            "management.cattle.io/v3",
            "x",
            None,
            Err(
                "Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named 'x' inside of namespace 'None'",
            ),
        );
        answers(
            "management.cattle.io/v3",
            "odd",
            Some("default"),
            Err(
                "Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named 'odd' inside of namespace 'Some(\"default\")'",
            ),
        );
        answers(
            "v1",
            "odd",
            None,
            Err(
                "Policy has not been granted access to Kubernetes v1/Setting resources. The violation has been reported.",
            ),
        );
    }

    #[test]
    fn the_default_counts_where_the_value_is_empty() {
        let settings = settings();
        assert_eq!(settings.effective_value("server-version"), Some("v2.12.3"));
        assert_eq!(settings.effective_value("agent-image"), Some("a:head"));
        assert_eq!(settings.effective_value("odd"), None);
        assert_eq!(settings.effective_value("none"), None);
    }
}
