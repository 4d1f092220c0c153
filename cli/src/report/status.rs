//! What is said of a cluster: the one thing from which all else follows.

use clap::ValueEnum;
use serde::Serialize;
use strum::IntoStaticStr;

/// What is said of a cluster, and how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What is said.
    pub verdict: Verdict,
    /// How much it weighs.
    pub weight: Weight,
}

/// One word about a cluster, the most urgent first. Some tell how it is, some what an
/// upgrade will do to it, and two may tell both. The words are the policy's own where it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// An agent image is older than the server.
    Lagging,
    /// It pins an image that will lag, and Rancher does not change that.
    StaysBehind,
    /// Rancher deploys its Setting `agent-image`, which was set by hand and stays.
    HeldBack,
    /// The policy could not tell.
    Unknown,
    /// Refused for another reason, such as a field of the wrong type.
    Rejected,
    /// Older, but within what the settings allow.
    Tolerated,
    /// Newer than the server.
    Ahead,
    /// Not the version of the server, but what this server deploys.
    AsDeployedByServer,
    /// The version of the server.
    Current,
    /// No agent is deployed yet.
    Pending,
    /// Not the policy's business.
    OutOfScope,
    /// It would get the new agent, but Rancher cannot reach it now.
    NotReachable,
    /// It pins an image that will not lag, and stays with it.
    Pinned,
    /// Rancher provisioned it and writes the new image itself.
    ReApplied,
    /// Rancher rolls its new agent out by itself.
    Follows,
    /// It is being deleted.
    BeingDeleted,
    /// Rancher's own cluster, which has no agent.
    NoAgent,
}

/// How much it weighs that a cluster has a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The policy could not evaluate it.
    Failed,
    /// The policy rejects it, or it will stay behind.
    Refused,
    /// It lags, cannot be judged, or cannot be reached, and is accepted all the same.
    Warned,
    /// There is something to know.
    Noted,
    /// There is nothing to say.
    Silent,
    /// It is not the policy's business.
    Skipped,
}

/// What makes the exit status other than 0, and a finding an error in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A cluster that lags: 2
    Lagging,
    /// The same, and where none lags one that is unknown or rejected: 3
    Unknown,
    /// Neither
    None,
}

/// How urgent a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Something has to be done.
    Error,
    /// Something may have to be done.
    Warning,
    /// There is something to know.
    Note,
    /// Nothing to say.
    None,
}

/// What the exit status of the command tells, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// The cluster lags, or will.
    Lags,
    /// It is unknown.
    Unknown,
    /// Neither.
    None,
}

/// What the verdicts of a report are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Which agents lag behind the server now.
    Audit,
    /// What happens to each when the server becomes another version.
    Upgrade,
}

impl FailOn {
    /// Whether this makes the command fail.
    #[must_use]
    pub fn includes(self, concern: Concern) -> bool {
        match concern {
            Concern::Lags => self != Self::None,
            Concern::Unknown => self == Self::Unknown,
            Concern::None => false,
        }
    }
}

impl Status {
    /// How urgent it is: an error is what the exit status tells.
    #[must_use]
    pub fn level(self, concern: Concern, fail_on: FailOn) -> Level {
        match self.weight {
            Weight::Failed => Level::Error,
            Weight::Skipped => Level::None,
            _ if fail_on.includes(concern) => Level::Error,
            _ if concern != Concern::None => Level::Warning,
            Weight::Refused | Weight::Warned => Level::Warning,
            Weight::Noted => Level::Note,
            Weight::Silent => Level::None,
        }
    }

    /// Whether it is what the exit status tells.
    #[must_use]
    pub fn concern(self) -> Concern {
        match self.verdict {
            Verdict::Lagging | Verdict::StaysBehind => Concern::Lags,
            Verdict::HeldBack if self.weight == Weight::Refused => Concern::Lags,
            Verdict::Unknown | Verdict::Rejected => Concern::Unknown,
            _ => Concern::None,
        }
    }
}

impl Question {
    /// All verdicts that answer it, the most urgent first.
    #[must_use]
    pub fn verdicts(self) -> &'static [Verdict] {
        match self {
            Self::Audit => &[
                Verdict::Lagging,
                Verdict::Unknown,
                Verdict::Rejected,
                Verdict::Tolerated,
                Verdict::Ahead,
                Verdict::AsDeployedByServer,
                Verdict::Current,
                Verdict::Pending,
                Verdict::OutOfScope,
            ],
            Self::Upgrade => &[
                Verdict::StaysBehind,
                Verdict::HeldBack,
                Verdict::Unknown,
                Verdict::Rejected,
                Verdict::NotReachable,
                Verdict::Pinned,
                Verdict::ReApplied,
                Verdict::Follows,
                Verdict::BeingDeleted,
                Verdict::NoAgent,
            ],
        }
    }
}
