//! A replay: the writes of an upgrade, or of another part of a cluster's life, in the
//! order of time, as a YAML file that people read.

use std::collections::BTreeMap;
use std::fs;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::policy::root;
use crate::user::User;

/// A file of the folder replays.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// What it is about.
    pub about: String,
    /// The policies that it is played under, one after the other, besides none: names of
    /// files of deploy/, with `-fail` for `failurePolicy: Fail` and `+unreadable` for
    /// deploy/unreadable.yaml beside it.
    pub policies: Vec<String>,
    /// What is stored before a policy is in force.
    pub before: Vec<Write>,
    /// What happens then.
    pub steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Step {
    /// A write.
    Write(Box<Write>),
    /// Something else.
    Event(Event),
}

/// What happens besides writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A pod of Rancher 2.15 starts and adds the status subresource to the kind.
    AddStatusSubresource,
    /// A pod of Rancher 2.14 starts and takes it away.
    RemoveStatusSubresource,
    /// policy-server dies.
    KillPolicyServer,
    /// It runs again.
    StartPolicyServer,
    /// The webhook trusts an authority that did not sign policy-server's certificate.
    WrongCertificate,
    /// It trusts the right one.
    RightCertificate,
    /// policy-server may not get the Settings.
    WithdrawRights,
    /// It may.
    GrantRights,
    /// The API server does not answer to policy-server.
    HoldLookups,
    /// It does.
    ReleaseLookups,
}

/// A write to the API server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// What writes, and why; what it stands for in Rancher's source.
    pub note: String,
    /// Who.
    pub by: User,
    /// How.
    pub verb: Verb,
    /// `clusters/NAME` or `settings/NAME`.
    pub what: String,
    /// What is written, as a JSON merge patch of what is stored.
    #[serde(default)]
    pub set: Value,
    /// Besides, `spec.nested`: a value nested so many levels deep.
    #[serde(default)]
    pub nest: usize,
    /// Besides, `spec.padding`: a text of so many bytes.
    #[serde(default)]
    pub pad: usize,
    /// The resource version that the writer believes to be the current one.
    #[serde(default)]
    pub version: Version,
    /// The HTTP status without a policy, if it is not that of success.
    pub status: Option<u16>,
    /// The HTTP status with a policy, where it is another one.
    #[serde(default)]
    pub differs: BTreeMap<String, u16>,
    /// Why it is another one.
    #[serde(default)]
    pub because: String,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// POST.
    Create,
    /// PUT of the whole object, as typed clients do.
    Put,
    /// PATCH with a JSON merge patch and without a resource version, as wrangler's apply does.
    Patch,
    /// PUT of the status, as a subresource if the kind has it.
    Status,
    /// PUT of the status as a subresource, whether the kind has it or not.
    StatusSubresource,
    /// DELETE.
    Delete,
}

/// Which resource version a PUT carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Version {
    /// The stored one.
    #[default]
    Current,
    /// The stored one with a zero in front.
    Padded,
    /// An older one.
    Stale,
    /// None.
    Absent,
}

impl Verb {
    /// Its word in a replay.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Status => "status",
            Self::StatusSubresource => "/status",
            Self::Delete => "delete",
        }
    }
}

impl Write {
    /// The merge patch that it makes of what is stored.
    #[must_use]
    pub fn patch(&self) -> Value {
        let mut patch = self.set.clone();
        if self.nest > 0 {
            let nested = (0..self.nest).fold(json!(1), |inner, _| json!([inner]));
            merge(&mut patch, &json!({"spec": {"nested": nested}}));
        }
        if self.pad > 0 {
            merge(
                &mut patch,
                &json!({"spec": {"padding": "x".repeat(self.pad)}}),
            );
        }
        patch
    }

    /// The status without a policy.
    #[must_use]
    pub fn expected(&self) -> u16 {
        self.status.unwrap_or(match self.verb {
            Verb::Create => 201,
            _ => 200,
        })
    }

    /// The status under a policy. A status that is written as a subresource is no policy's
    /// concern.
    #[must_use]
    pub fn expected_under(&self, policy: &str, status_subresource: bool) -> u16 {
        let differs = match self.verb {
            Verb::Status if status_subresource => None,
            _ => self.differs.get(policy).copied(),
        };
        differs.unwrap_or_else(|| self.expected())
    }
}

impl TryFrom<Value> for Step {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value.get("event") {
            Some(event) if value.as_object().is_some_and(|fields| fields.len() == 1) => {
                Event::deserialize(event).map(Self::Event)
            }
            Some(_) => Err(serde_json::Error::custom("an event has no other fields")),
            None => Write::deserialize(&value)
                .map(|write| Self::Write(Box::new(write)))
                .map_err(|error| serde_json::Error::custom(format!("{error} in {value}"))),
        }
    }
}

impl Replay {
    /// Reads `replays/NAME.yaml`.
    ///
    /// # Panics
    ///
    /// If there is none, or it is not a replay.
    #[must_use]
    #[track_caller]
    pub fn read(name: &str) -> Self {
        let path = root().join(format!("tests/cluster/replays/{name}.yaml"));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The same where Rancher was installed with Docker: there it writes as administrator.
    #[must_use]
    pub fn docker(mut self) -> Self {
        let steps = self.steps.iter_mut().filter_map(|step| match step {
            Step::Write(write) => Some(write.as_mut()),
            Step::Event(_) => None,
        });
        for write in self.before.iter_mut().chain(steps) {
            if write.by == User::Rancher {
                write.by = User::Admin;
            }
        }
        self
    }
}

/// Changes `target` by a JSON merge patch (RFC 7386).
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    if let Some(target) = target.as_object_mut() {
        for (key, value) in patch {
            if value.is_null() {
                target.remove(key);
            } else {
                merge(target.entry(key).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replays() -> Vec<(String, Replay)> {
        let folder = root().join("tests/cluster/replays");
        let entries = fs::read_dir(folder).expect("the folder replays");
        let names = entries.map(|entry| entry.expect("a file").file_name());
        let mut names: Vec<String> = names
            .filter_map(|name| Some(name.to_str()?.strip_suffix(".yaml")?.to_owned()))
            .collect();
        names.sort_unstable();
        names
            .into_iter()
            .map(|name| (name.clone(), Replay::read(&name)))
            .collect()
    }

    #[test]
    fn what_differs_says_why() {
        let mut wrong = Vec::new();
        for (name, replay) in replays() {
            for step in &replay.steps {
                let Step::Write(write) = step else { continue };
                let known = |policy: &String| replay.policies.contains(policy);
                if write.differs.is_empty() != write.because.is_empty()
                    || !write.differs.keys().all(known)
                    || write
                        .differs
                        .values()
                        .any(|status| *status == write.expected())
                {
                    wrong.push(format!("{name}: {}", write.note));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn every_policy_is_shipped() {
        for (_, replay) in replays() {
            for policy in replay.policies {
                let _ = crate::policy::Policy::shipped(&policy);
            }
        }
    }

    #[test]
    fn a_step_is_a_write_or_an_event() {
        let step = |value: Value| Step::try_from(value).map_err(|error| error.to_string());
        assert_eq!(
            step(json!({"event": "kill-policy-server"})),
            Ok(Step::Event(Event::KillPolicyServer))
        );
        assert_eq!(
            step(json!({"event": "kill-policy-server", "by": "user"})),
            Err("an event has no other fields".to_owned())
        );
        assert_eq!(
            step(
                json!({"by": "user", "verb": "put", "what": "clusters/c", "note": "x", "sets": {}})
            ),
            Err(concat!(
                "unknown field `sets`, expected one of `note`, `by`, `verb`, `what`, `set`, ",
                "`nest`, `pad`, `version`, `status`, `differs`, `because` in ",
                r#"{"by":"user","note":"x","sets":{},"verb":"put","what":"clusters/c"}"#
            )
            .to_owned())
        );
    }

    #[test]
    fn merge_patches() {
        let mut target = json!({"a": {"b": 1, "c": [1]}, "d": "x"});
        merge(
            &mut target,
            &json!({"a": {"b": null, "c": [2]}, "e": {"f": null, "g": ""}}),
        );
        assert_eq!(target, json!({"a": {"c": [2]}, "d": "x", "e": {"g": ""}}));
    }
}
