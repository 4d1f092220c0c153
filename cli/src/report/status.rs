//! What is said of a cluster: the one thing from which all else follows.

/// What is said of a cluster, and how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What is said.
    pub verdict: Verdict,
    /// How much it weighs.
    pub weight: Weight,
}

/// One word about a cluster, the most urgent first. Some tell how it is, some what an
/// upgrade will do to it, and two may tell both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// An agent image is older than the server.
    Lagging,
    /// It pins an image that will lag, and nobody changes that.
    StaysBehind,
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

/// What a test report says of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The policy accepts it.
    Pass,
    /// The policy rejects it.
    Fail,
    /// The policy could not evaluate it.
    Error,
    /// It is not the policy's business.
    Skip,
}

/// How urgent a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What the exit status of the command tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The cluster lags, or will.
    Lags,
    /// Nobody can tell.
    Unknown,
    /// Neither.
    None,
}

/// What the verdicts of a report are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Which agents lag behind the server now.
    Audit,
    /// What happens to each when the server becomes another version.
    Upgrade,
}

impl Status {
    /// Pass or fail.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self.weight {
            Weight::Failed => Outcome::Error,
            Weight::Refused => Outcome::Fail,
            Weight::Warned | Weight::Noted | Weight::Silent => Outcome::Pass,
            Weight::Skipped => Outcome::Skip,
        }
    }

    /// How urgent it is.
    #[must_use]
    pub fn level(self) -> Level {
        match self.weight {
            Weight::Failed | Weight::Refused => Level::Error,
            Weight::Warned => Level::Warning,
            Weight::Noted => Level::Note,
            Weight::Silent | Weight::Skipped => Level::None,
        }
    }

    /// Whether it is what the exit status tells.
    #[must_use]
    pub fn concern(self) -> Concern {
        match self.verdict {
            Verdict::Lagging | Verdict::StaysBehind => Concern::Lags,
            Verdict::Unknown | Verdict::Rejected => Concern::Unknown,
            _ => Concern::None,
        }
    }
}

impl Verdict {
    /// The word for it, which is the policy's own where it has one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lagging => "lagging",
            Self::StaysBehind => "stays-behind",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::Tolerated => "tolerated",
            Self::Ahead => "ahead",
            Self::AsDeployedByServer => "as-deployed-by-server",
            Self::Current => "current",
            Self::Pending => "pending",
            Self::OutOfScope => "out-of-scope",
            Self::NotReachable => "not-reachable",
            Self::Pinned => "pinned",
            Self::ReApplied => "re-applied",
            Self::Follows => "follows",
            Self::BeingDeleted => "being-deleted",
            Self::NoAgent => "no-agent",
        }
    }
}

impl Question {
    /// All verdicts that answer it, the most urgent first.
    #[must_use]
    pub fn verdicts(self) -> [Verdict; 9] {
        match self {
            Self::Audit => [
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
            Self::Upgrade => [
                Verdict::StaysBehind,
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
