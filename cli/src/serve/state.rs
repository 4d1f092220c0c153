//! What is known of the clusters, and since when.

use std::collections::BTreeMap;

use rancher_agent_version_policy::judge::Judge;
use rancher_agent_version_policy::setting::Fact;
use rancher_agent_version_policy::settings::Settings;

use crate::follow::Follower;
use crate::listed::{Key, Listed};
use crate::live::{NotAsked, Running, Signal};
use crate::report::{FailOn, Question, Report, SortKey};

/// What was seen, and what went wrong.
pub(super) struct State {
    settings: Settings,
    asks_what_runs: bool,
    follower: Follower,
    sight: Sight,
    /// How often the watch has failed.
    errors: u64,
}

/// Until when what is known is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// Not all clusters have come yet.
    Never,
    /// The watch goes on.
    Now,
    /// The watch was lost at this time.
    Until(u64),
}

impl State {
    pub(super) fn new(settings: Settings, asks_what_runs: bool) -> Self {
        Self {
            follower: Follower::new(settings.clone(), asks_what_runs),
            settings,
            asks_what_runs,
            sight: Sight::Never,
            errors: 0,
        }
    }

    /// Takes in what the watch says. The answer is a line about it, where there is one.
    pub(super) fn receive(&mut self, signal: Signal, now: u64) -> Option<String> {
        match signal {
            Signal::Entry(entry) => self.follower.receive("", entry),
            Signal::Gone(name) => self.follower.receive_gone(&name),
            Signal::Listed => {
                let before = std::mem::replace(&mut self.sight, Sight::Now);
                match before {
                    Sight::Never => Some(format!(
                        "watching {} clusters",
                        self.follower.inventory().clusters.len()
                    )),
                    Sight::Until(_) => Some("the connection is back".to_owned()),
                    Sight::Now => None,
                }
            }
            Signal::Note(note) => Some(note),
            Signal::Lost(reason) => {
                self.errors = self.errors.saturating_add(1);
                if self.sight != Sight::Now {
                    return None;
                }
                self.sight = Sight::Until(now);
                Some(format!(
                    "{reason}; what is shown stands still, it is tried again"
                ))
            }
            Signal::End(reason) => {
                // A list that was not whole may have clusters that are gone at the next.
                self.follower = Follower::new(self.settings.clone(), self.asks_what_runs);
                self.sight = Sight::Never;
                self.errors = self.errors.saturating_add(1);
                Some(format!("{reason}; it is tried again"))
            }
        }
    }

    pub(super) fn receive_running(&mut self, found: BTreeMap<Key, Result<Running, NotAsked>>) {
        self.follower.receive_running(found);
    }

    /// Whether all clusters have come and were judged.
    pub(super) fn is_ready(&self) -> bool {
        self.sight != Sight::Never && self.follower.knows_server()
    }

    /// The last time for which what is known was true.
    pub(super) fn last_success(&self, now: u64) -> Option<u64> {
        match self.sight {
            _ if !self.is_ready() => None,
            Sight::Never => None,
            Sight::Now => Some(now),
            Sight::Until(then) => Some(then),
        }
    }

    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    pub(super) fn clusters(&self) -> Vec<Listed> {
        let clusters = &self.follower.inventory().clusters;
        clusters.values().cloned().collect()
    }

    /// Whether Rancher's own Setting `agent-image` lags, or is ahead.
    pub(super) fn image_setting_deviates(&self) -> bool {
        let rancher = self.follower.inventory().rancher();
        let judge = Judge::new(&self.settings, &rancher);
        matches!(judge.agent_image_deviation(), Ok(Some(_)))
    }

    /// What is known, once it is.
    pub(super) fn report(&self) -> Option<Report> {
        if !self.is_ready() {
            return None;
        }
        let version = match &self.settings.server_version {
            Some(version) => version.clone(),
            None => match &self.follower.inventory().settings.server_version {
                Some(Fact::Value(version)) => version.clone(),
                _ => String::new(),
            },
        };
        let rows = self.follower.rows();
        let (sort, fail_on) = (SortKey::Verdict, FailOn::Lagging);
        Some(Report::new(Question::Audit, version, rows, sort, fail_on))
    }
}
