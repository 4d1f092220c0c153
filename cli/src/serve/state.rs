//! What is known of the clusters, and since when.

use std::collections::BTreeMap;

use rancher_agent_version_policy::judge::Judge;
use rancher_agent_version_policy::setting::Fact;
use rancher_agent_version_policy::settings::Settings;
use strum::VariantArray;

use crate::follow::Follower;
use crate::listed::{Key, Listed};
use crate::live::{NotAsked, Running, Signal};
use crate::report::{FailOn, Report, SortKey};
use crate::text::count;

/// Why nobody could be asked what runs.
pub(super) const NO_RANCHER: &str = "no-rancher";

/// What was seen, and what went wrong.
pub(super) struct State {
    settings: Settings,
    asks_what_runs: bool,
    follower: Follower,
    sight: Sight,
    /// How often the watch has failed.
    pub(super) errors: u64,
    /// How often nobody said what runs, by reason. Empty where it is not asked.
    pub(super) running_errors: BTreeMap<&'static str, u64>,
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
        let mut running_errors = BTreeMap::new();
        if asks_what_runs {
            // A counter is there before it counts, so that Prometheus sees its first step.
            let errors = NotAsked::VARIANTS.iter().filter(|it| it.is_error());
            let reasons = errors.map(Into::into).chain([NO_RANCHER]);
            running_errors.extend(reasons.map(|it| (it, 0)));
        }
        Self {
            follower: Follower::new(settings.clone(), asks_what_runs),
            settings,
            asks_what_runs,
            sight: Sight::Never,
            errors: 0,
            running_errors,
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
                    Sight::Never => {
                        let clusters = self.follower.inventory().clusters.len();
                        Some(format!("watching {}", count(clusters, "cluster")))
                    }
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

    /// Takes in what each cluster said of what runs there.
    pub(super) fn receive_running(&mut self, found: BTreeMap<Key, Result<Running, NotAsked>>) {
        for reason in found.values().filter_map(|answer| answer.as_ref().err()) {
            self.count_running_error(reason.into());
        }
        self.follower.receive_running(found);
    }

    /// Takes in why a cluster did not say what runs.
    pub(super) fn count_running_error(&mut self, reason: &str) {
        if let Some(count) = self.running_errors.get_mut(reason) {
            *count = count.saturating_add(1);
        }
    }

    /// Whether all clusters have come and were judged.
    pub(super) fn is_ready(&self) -> bool {
        self.sight != Sight::Never && self.follower.knows_server()
    }

    /// The last time for which what is known was true.
    pub(super) fn last_success(&self, now: u64) -> Option<u64> {
        match self.sight {
            Sight::Now if self.is_ready() => Some(now),
            Sight::Until(then) if self.is_ready() => Some(then),
            _ => None,
        }
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
        let of_rancher = || match &self.follower.inventory().settings.server_version {
            Some(Fact::Value(version)) => version.clone(),
            _ => String::new(),
        };
        let version = self.settings.server_version.clone();
        let version = version.unwrap_or_else(of_rancher);
        let report = self.follower.report(version, FailOn::Lagging);
        Some(report.sorted(SortKey::Verdict))
    }
}
