//! Plays a replay under one policy, or under none.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::certificate::Authority;
use crate::client::Reply;
use crate::kubernetes::Kubernetes;
use crate::policy::Policy;
use crate::policy_server::{PolicyServer, probe};
use crate::process::until;
use crate::replay::{Event, Replay, Step, Verb, Write};
use crate::webhook::{Asked, Calls, put_in_force};
use crate::{rancher, unreadable, write};

/// The words of the API server before those of the policy.
const DENIED: &str = r#"admission webhook "clusterwide-rancher-agent-version-policy.kubewarden.admission" denied the request: "#;

/// A refusal in fewer words. Where a request is too large, policy-server closes the
/// connection, and the API server may or may not have read the answer before.
fn refusal(message: &str) -> String {
    match message.split_once(": failed to call webhook: ") {
        Some((called, why)) if why.contains("413") || why.contains("write: ") => {
            format!("{called}: the request is too large")
        }
        _ => message.replace(DENIED, "refused: "),
    }
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// Whether policy-server had to do with it.
    pub asked: Asked,
    /// What was said: refusals, warnings, and what is stored otherwise than it was sent.
    pub said: Vec<String>,
}

fn writes_setting(step: &Step) -> bool {
    matches!(step, Step::Write(write) if write.what.starts_with("settings/"))
}

/// A play under way.
pub struct Stage<'a> {
    kubernetes: &'a Kubernetes,
    status_subresource: bool,
    server: Option<PolicyServer>,
    /// The names that the API server has generated, by the name in the replay.
    names: BTreeMap<String, String>,
    /// How often the webhook was called.
    calls: Calls,
}

impl<'a> Stage<'a> {
    /// Stores what is there before the steps of a replay, and nothing else. The kind of
    /// Clusters has the status subresource at first if `status_subresource` is true.
    ///
    /// # Panics
    ///
    /// If a write fails.
    #[must_use]
    pub fn set(kubernetes: &'a Kubernetes, replay: &Replay, status_subresource: bool) -> Self {
        rancher::reset(kubernetes, status_subresource);
        let mut stage = Self {
            kubernetes,
            status_subresource,
            server: None,
            names: BTreeMap::new(),
            calls: Calls::default(),
        };
        for write in &replay.before {
            let Outcome { status, said, .. } = stage.write(write);
            assert_eq!(status, write.expected(), "{}: {said:?}", write.note);
        }
        stage
    }

    /// Puts a policy in force.
    ///
    /// # Panics
    ///
    /// If it is not within a minute.
    pub fn enforce(&mut self, policy: &str, module: &Path) {
        let server = PolicyServer::start(self.kubernetes, Policy::shipped(policy), module);
        server.wait_for_settings(self.kubernetes);
        let configuration = server.webhook(&self.kubernetes.authority.pem());
        put_in_force(self.kubernetes, configuration, Asked::Yes);
        if policy.ends_with(unreadable::SUFFIX) {
            unreadable::put_in_force(self.kubernetes);
        }
        self.server = Some(server);
        self.count_calls();
    }

    /// Makes the steps of a replay, and gives what came of each write.
    ///
    /// # Panics
    ///
    /// If what has to come true does not.
    #[must_use]
    pub fn play(&mut self, replay: &Replay) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut steps = replay.steps.iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Write(write) => outcomes.push(self.write(write)),
                Step::Event(event) => self.event(*event),
            }
            // At its start Rancher writes one Setting right after the other.
            if writes_setting(step) && !steps.peek().is_some_and(|next| writes_setting(next)) {
                self.wait_for_settings();
            }
        }
        outcomes
    }

    fn write(&mut self, write: &Write) -> Outcome {
        let name = self.name(&write.what);
        let resource = write.what.split('/').next().unwrap_or_default();
        let path = write::path(&format!("{resource}/{name}"));
        let before = self.kubernetes.get(&path);
        let request = write::request(write, before.as_ref(), &name, self.status_subresource);
        let reply = self.kubernetes.client.send(write.by, &request);
        let asked = self.count_calls();
        if write.verb == Verb::Create && reply.status == 201 {
            let given = reply.body["metadata"]["name"].as_str().unwrap_or_default();
            self.names.insert(write.what.clone(), given.to_owned());
        }
        let mut said = self.said(&reply, &write.what);
        if reply.status < 300 {
            said.extend(write::altered(
                write,
                &request,
                before.as_ref(),
                &reply.body,
            ));
        } else if self.kubernetes.get(&path) != before {
            said.push("stored something all the same".to_owned());
        }
        Outcome {
            status: reply.status,
            asked,
            said,
        }
    }

    fn name(&self, what: &str) -> String {
        let alias = || what.split('/').nth(1).unwrap_or_default().to_owned();
        self.names.get(what).cloned().unwrap_or_else(alias)
    }

    /// The texts of a reply, with the replay's names in them.
    fn said(&self, reply: &Reply, what: &str) -> Vec<String> {
        let refusal = reply.message().map(refusal);
        let warnings = reply.warnings.iter().map(|text| format!("Warning: {text}"));
        let alias = what.split('/').nth(1).unwrap_or_default();
        let name = self.name(what);
        refusal
            .into_iter()
            .chain(warnings)
            .map(|text| text.replace(&name, alias))
            .map(|text| match &self.server {
                Some(server) => text.replace(&server.host(), "policy-server"),
                None => text,
            })
            .collect()
    }

    /// Whether the webhook was called since the last time.
    fn count_calls(&mut self) -> Asked {
        if self.server.is_none() {
            return Asked::No;
        }
        let before = std::mem::replace(&mut self.calls, Calls::so_far(self.kubernetes));
        self.calls.since(before)
    }

    fn wait_for_settings(&self) {
        if let Some(server) = self.server.as_ref().filter(|server| server.runs()) {
            server.wait_for_settings(self.kubernetes);
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::AddStatusSubresource => self.set_status_subresource(true),
            Event::RemoveStatusSubresource => self.set_status_subresource(false),
            Event::KillPolicyServer => {
                if let Some(server) = &mut self.server {
                    server.kill();
                }
            }
            Event::StartPolicyServer => {
                if let Some(server) = &mut self.server {
                    server.resume(self.kubernetes);
                }
                self.wait_for_settings();
            }
            Event::WrongCertificate => {
                self.trust(&Authority::new().pem(), Asked::InVain);
            }
            Event::RightCertificate => {
                self.trust(&self.kubernetes.authority.pem(), Asked::Yes);
            }
            Event::WithdrawRights => {
                self.kubernetes.delete_all(&rancher::rights());
                rancher::wait_for_rights(self.kubernetes, 403);
                self.wait_for_settings();
            }
            Event::GrantRights => {
                self.kubernetes.apply_all(&rancher::rights());
                rancher::wait_for_rights(self.kubernetes, 200);
                self.wait_for_settings();
            }
            Event::HoldLookups => self.hold_lookups(),
            Event::ReleaseLookups => {
                if let Some(server) = &self.server {
                    server.relay.release();
                }
                self.wait_for_settings();
            }
        }
        self.count_calls();
    }

    fn set_status_subresource(&mut self, open: bool) {
        rancher::set_status_subresource(self.kubernetes, open);
        self.status_subresource = open;
    }

    fn trust(&self, authority: &str, expected: Asked) {
        if let Some(server) = &self.server {
            put_in_force(self.kubernetes, server.webhook(authority), expected);
        }
    }

    /// What policy-server has looked up before is gone once an audit has to wait.
    fn hold_lookups(&self) {
        let Some(server) = &self.server else { return };
        server.relay.hold();
        let object = probe("v0.0.1");
        until("a lookup hangs", || {
            match server.audit(&object, Duration::from_secs(1)) {
                Err(_) => Ok(()),
                Ok(answer) => Err(answer.to_string()),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_fewer_words() {
        let called = r#"failed calling webhook "x""#;
        let why = |why: &str| refusal(&format!("{called}: failed to call webhook: {why}"));
        let too_large = format!("{called}: the request is too large");
        assert_eq!(
            why("the server responded with the status code 413 but"),
            too_large
        );
        assert_eq!(
            why("write tcp 127.0.0.1:4->y: write: broken pipe"),
            too_large
        );
        assert_eq!(
            why("context deadline exceeded"),
            format!("{called}: failed to call webhook: context deadline exceeded")
        );
        assert_eq!(refusal(&format!("{DENIED}it lags")), "refused: it lags");
    }
}
