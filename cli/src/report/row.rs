//! What every format prints: one row for each cluster, the same facts in all.

use clap::ValueEnum;
use rancher_agent_version_policy::cluster::DesiredField;
use rancher_agent_version_policy::judge::Step;

use crate::live::{NotAsked, RollOut, Running};
use crate::report::{Concern, FailOn, Level, Question, Status, Verdict};
use crate::unreachable::Unreachable;

/// A cluster and what is said about it. No text is escaped yet: that is the
/// business of each format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `metadata.name`; empty before one is generated.
    pub name: String,
    /// `spec.displayName`, the name that people know; empty if not given.
    pub display_name: String,
    /// The input that it was in, fit to print: a file, or `-` for standard input.
    pub source: String,
    /// `metadata.uid`
    pub uid: Option<String>,
    /// `metadata.resourceVersion`
    pub resource_version: Option<String>,
    /// The image that the cluster pins, or `follows`.
    pub desired: String,
    /// The image that Rancher deployed last.
    pub deployed: Option<String>,
    /// What runs there, or why that is not known; `None` where the cluster was not asked.
    pub running: Option<Result<Running, NotAsked>>,
    /// What is said of it.
    pub status: Status,
    /// The policy's reason code, such as `desired-lagging`, or why the cluster cannot
    /// be reached where that decides.
    pub reason: Option<&'static str>,
    /// The field that pins the image.
    pub pinned_by: Option<DesiredField>,
    /// Whether Rancher itself writes that field.
    pub is_pinned_by_rancher: bool,
    /// The fields to empty so that the cluster follows its server.
    pub fields_to_clear: Vec<DesiredField>,
    /// What Rancher would deploy then, where it is known.
    pub replacement: Option<Replacement>,
    /// Whether Rancher's own Setting `agent-image` lags, so that it is to be corrected first.
    pub agent_image_lags: bool,
    /// Why Rancher cannot reach the cluster, as far as its status says.
    pub unreachable: Option<Unreachable>,
    /// The finding in full, and what to do.
    pub message: Option<String>,
}

/// What Rancher deploys in place of a pin: its own Setting `agent-image`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The image.
    pub image: String,
    /// Where it moves the agent.
    pub step: Step,
}

/// Verdict, display name, name and uid.
pub(crate) type Place = (Verdict, String, String, Option<String>);

impl Row {
    /// The image that runs, if it is known.
    #[must_use]
    pub fn running_image(&self) -> Option<&str> {
        match &self.running {
            Some(Ok(running)) => Some(&running.image),
            _ => None,
        }
    }

    /// The word for what is to be known of what runs, or for why that is not known.
    #[must_use]
    pub fn roll_out(&self) -> Option<&'static str> {
        match self.running.as_ref()? {
            Ok(running) => running.word(),
            Err(reason) => Some(reason.into()),
        }
    }

    /// What the exit status tells of it: while a roll-out is not done, an old agent runs.
    #[must_use]
    pub fn concern(&self) -> Concern {
        let concern = self.status.concern();
        match &self.running {
            Some(Ok(running)) if concern != Concern::Lags => match running.roll_out {
                RollOut::Rolling | RollOut::Stuck => Concern::Lags,
                RollOut::ScaledToZero => Concern::Unknown,
                RollOut::Done => concern,
            },
            Some(Err(_)) if concern == Concern::None => Concern::Unknown,
            _ => concern,
        }
    }

    /// The word that is said of the cluster.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        self.status.verdict.into()
    }

    /// Where it stands among others, the worst first.
    pub(crate) fn place(&self) -> Place {
        let (display_name, name) = (self.display_name.clone(), self.name.clone());
        (self.status.verdict, display_name, name, self.uid.clone())
    }
}

/// By what the rows are sorted. Rows that are alike in it are sorted by verdict,
/// then by display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// The worst first.
    Verdict,
    /// By the name of the object.
    Name,
    /// By the name that people know.
    DisplayName,
    /// By the image that the cluster pins.
    Desired,
    /// By the image that Rancher deployed last.
    Deployed,
}

/// All rows, in the order in which they are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The version that the images are compared with.
    pub server_version: String,
    /// What the verdicts are about.
    pub question: Question,
    /// What of them is an error.
    pub fail_on: FailOn,
    /// One for each cluster.
    pub rows: Vec<Row>,
}

impl Report {
    /// The same with its rows in order.
    #[must_use]
    pub fn sorted(mut self, by: SortKey) -> Self {
        self.rows.sort_by_cached_key(|row| {
            let first = match by {
                SortKey::Verdict => None,
                SortKey::Name => Some(&row.name),
                SortKey::DisplayName => Some(&row.display_name),
                SortKey::Desired => Some(&row.desired),
                SortKey::Deployed => row.deployed.as_ref(),
            };
            (first.cloned(), row.place())
        });
        self
    }

    /// How urgent a row is.
    #[must_use]
    pub fn level(&self, row: &Row) -> Level {
        row.status.level(row.concern(), self.fail_on)
    }

    /// Whether clusters were asked what runs there.
    #[must_use]
    pub fn tells_what_runs(&self) -> bool {
        self.rows.iter().any(|row| row.running.is_some())
    }

    /// All verdicts, worst first, and how many clusters have each.
    pub fn summary(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.question.verdicts().iter().map(|verdict| {
            let rows = self.rows.iter();
            let count = rows.filter(|row| row.status.verdict == *verdict).count();
            (verdict.into(), count)
        })
    }
}
