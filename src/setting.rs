//! Rancher's two Settings that are read: their value, or why it is unknown.

use serde::Deserialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::lenient::{Lenient, Object, Text};

/// The Settings that are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum SettingName {
    /// `server-version`: the version that Rancher itself has.
    ServerVersion,
    /// `agent-image`: the image that Rancher deploys.
    AgentImage,
}

/// Why the value of a Setting is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Fault {
    /// The policy's `contextAwareResources` or host capabilities lack it.
    NotGranted,
    /// RBAC keeps it from policy-server.
    Forbidden,
    /// The cluster has no such Setting, or no such kind.
    NotFound,
    /// The host has no connection to a cluster.
    NoClient,
    /// The answer is not a Setting that holds a string.
    Unreadable,
    /// Any other error of the host.
    Failed,
}

impl Fault {
    /// Sorts the error text of a host call; the texts are those of
    /// kubewarden-controller `crates/policy-evaluator` (runtimes/callback.rs,
    /// callback_handler/kubernetes). The text itself is never passed on: it can
    /// contain the whole answer of the API server.
    #[must_use]
    pub fn classify(host_error: &str) -> Self {
        let says = |text: &str| {
            let mut windows = host_error.as_bytes().windows(text.len());
            windows.any(|window| window == text.as_bytes())
        };
        if says("has not been granted access to") {
            Self::NotGranted
        } else if says("is forbidden") || says("Forbidden") || says("Unauthorized") {
            Self::Forbidden
        } else if says("was not initialized") {
            Self::NoClient
        } else if says("Cannot find ") || says("NotFound") || says("404 page not found") {
            Self::NotFound
        } else {
            Self::Failed
        }
    }
}

/// The result of the lookup of a Setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Its effective value.
    Value(String),
    /// It is unknown, for this reason.
    Fault(Fault),
}

/// A Setting object, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Setting<'a> {
    #[serde(borrow)]
    value: Text<'a>,
    default: Text<'a>,
}

impl Object for Setting<'_> {}

impl Fact {
    /// Reads the effective value of a Setting object: `value`, or `default` if
    /// that is empty (rancher/rancher `pkg/controllers/dashboardapi/settings`).
    #[must_use]
    pub fn read(object: &[u8]) -> Self {
        let Ok(Lenient::Present(Setting { value, default })) = serde_json::from_slice(object)
        else {
            return Self::Fault(Fault::Unreadable);
        };
        Self::effective(value, default)
    }

    /// The effective value of a Setting with these two fields.
    #[must_use]
    pub fn effective(value: Text<'_>, default: Text<'_>) -> Self {
        let is_empty = !value.is_odd() && value.text().is_empty();
        match if is_empty { default } else { value } {
            Lenient::Present(value) => Self::Value(value.into_owned()),
            Lenient::Absent => Self::Value(String::new()),
            Lenient::Odd => Self::Fault(Fault::Unreadable),
        }
    }
}

/// Why the server allows no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownServer {
    /// Its `server-version` is not a version.
    NotAVersion,
    /// A Setting is unknown.
    Setting(SettingName, Fault),
}

/// What is known of Rancher's server; `None` before a lookup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rancher {
    /// Its `server-version`.
    pub server_version: Option<Fact>,
    /// Its `agent-image`.
    pub agent_image: Option<Fact>,
}

impl Rancher {
    /// Records the result of a lookup.
    pub fn learn(&mut self, name: SettingName, fact: Fact) {
        match name {
            SettingName::ServerVersion => self.server_version = Some(fact),
            SettingName::AgentImage => self.agent_image = Some(fact),
        }
    }

    /// What is known of a Setting.
    ///
    /// # Errors
    /// The name of the Setting, if it has not been looked up yet.
    pub fn know(&self, name: SettingName) -> Result<&Fact, SettingName> {
        let fact = match name {
            SettingName::ServerVersion => &self.server_version,
            SettingName::AgentImage => &self.agent_image,
        };
        fact.as_ref().ok_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effective_value_is_the_value_or_the_default_if_that_is_empty() {
        let value = |text: &str| Fact::Value(text.to_owned());
        let unreadable = Fact::Fault(Fault::Unreadable);
        let table = [
            (r#"{"value":"v2.12.3","default":"dev"}"#, value("v2.12.3")),
            (r#"{"value":"","default":"dev"}"#, value("dev")),
            (r#"{"value":null,"default":"dev"}"#, value("dev")),
            (r#"{"default":"dev"}"#, value("dev")),
            (r#"{"value":"v2.12.3","default":5}"#, value("v2.12.3")),
            (r#"{"value":"v2.12\u002e3"}"#, value("v2.12.3")),
            (r"{}", value("")),
            (r#"{"value":"","default":5}"#, unreadable.clone()),
            (r#"{"value":5,"default":"dev"}"#, unreadable.clone()),
            (r#"{"value":{"value":"v2.12.3"}}"#, unreadable.clone()),
            (r#"["v2.12.3","dev"]"#, unreadable.clone()),
            (r"null", unreadable.clone()),
            (r"v2.12.3", unreadable.clone()),
            ("", unreadable),
        ];
        for (json, expected) in table {
            assert_eq!(Fact::read(json.as_bytes()), expected, "{json}");
        }
    }

    /// The texts are those of policy-server and kwctl 1.36.
    #[test]
    fn host_errors_are_sorted() {
        let table = [
            (
                "Host error: Policy has not been granted access to Kubernetes management.cattle.io/v3/Setting resources. The violation has been reported.",
                Fault::NotGranted,
            ),
            (
                "Host error: Policy has not been granted access to the 'kubernetes/get_resource' host capability. The violation has been reported.",
                Fault::NotGranted,
            ),
            (
                "Host error: Callback evaluation failure: ApiError: settings.management.cattle.io \"server-version\" is forbidden: User \"system:serviceaccount:kubewarden:policy-server\" cannot get resource \"settings\" (Status { code: 403, reason: \"Forbidden\" })",
                Fault::Forbidden,
            ),
            (
                "Host error: Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named 'server-version' inside of namespace 'None'",
                Fault::NotFound,
            ),
            (
                "Host error: Callback evaluation failure: Cannot find resource management.cattle.io/v3/Setting",
                Fault::NotFound,
            ),
            (
                "Host error: error finding resource management.cattle.io/v3 / Setting: ApiError: 404 page not found\n: Failed to parse error data (Status { code: 404 })",
                Fault::NotFound,
            ),
            (
                "Host error: Callback evaluation failure: ApiError: Unauthorized (Status { code: 401 })",
                Fault::Forbidden,
            ),
            (
                "Host error: Callback evaluation failure: ApiError: (Status { reason: \"Forbidden\" })",
                Fault::Forbidden,
            ),
            (
                "Host error: kube::Client was not initialized properly",
                Fault::NoClient,
            ),
            (
                "Host error: Callback evaluation failure: Replay error: unexpected request",
                Fault::Failed,
            ),
            ("Host error: ", Fault::Failed),
        ];
        for (text, expected) in table {
            assert_eq!(Fault::classify(text), expected, "{text}");
        }
    }
}
