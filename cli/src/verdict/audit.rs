//! Which agents lag behind the server now.

use crate::fleet::Cluster;
use crate::report::{Concern, Level, Outcome, Row};
use crate::verdict::answer::{Answer, ReviewError, ReviewProblem};

/// What the policy says about a cluster, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// An agent image is older than the server.
    Lagging,
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
    /// The version of the server, with a finding all the same.
    Current,
    /// Nothing to say.
    Ok,
    /// Not the policy's business.
    OutOfScope,
}

impl Verdict {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Lagging,
        Self::Unknown,
        Self::Rejected,
        Self::Tolerated,
        Self::Ahead,
        Self::AsDeployedByServer,
        Self::Current,
        Self::Ok,
        Self::OutOfScope,
    ];

    /// The word for it, which is the policy's own where it has one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lagging => "lagging",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::Tolerated => "tolerated",
            Self::Ahead => "ahead",
            Self::AsDeployedByServer => "as-deployed-by-server",
            Self::Current => "current",
            Self::Ok => "ok",
            Self::OutOfScope => "out-of-scope",
        }
    }

    fn from_annotation(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .filter(|verdict| !matches!(verdict, Self::Rejected | Self::Ok | Self::OutOfScope))
            .find(|verdict| verdict.word() == word)
    }

    /// How far down the report it stands.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    fn concern(self) -> Concern {
        match self {
            Self::Lagging => Concern::Lags,
            Self::Unknown | Self::Rejected => Concern::Unknown,
            _ => Concern::None,
        }
    }

    fn read(answer: &Answer, cluster: &Cluster) -> Option<Self> {
        match answer.annotation("verdict") {
            Some(word) => Self::from_annotation(word),
            None if !answer.accepted => Some(Self::Rejected),
            None if cluster.is_local() || cluster.is_being_deleted() => Some(Self::OutOfScope),
            None => Some(Self::Ok),
        }
    }
}

/// The row that says what the policy says.
///
/// # Errors
/// When the answer names a verdict that there is not.
pub fn audit(cluster: &Cluster, answer: &Answer) -> Result<(Verdict, Row), ReviewError> {
    let verdict = Verdict::read(answer, cluster)
        .ok_or_else(|| ReviewError::new(cluster, ReviewProblem::Answer))?;
    let mut row = Row::about(cluster);
    row.verdict = verdict.word();
    row.concern = verdict.concern();
    row.reason = answer.annotation("reason").unwrap_or_default().to_owned();
    row.message = answer.message.clone().unwrap_or_default();
    (row.outcome, row.level) = match verdict {
        Verdict::OutOfScope => (Outcome::Skip, Level::None),
        _ if !answer.is_evaluated() => (Outcome::Error, Level::Error),
        _ if !answer.accepted => (Outcome::Fail, Level::Error),
        Verdict::Lagging | Verdict::Unknown => (Outcome::Pass, Level::Warning),
        _ if !row.message.is_empty() => (Outcome::Pass, Level::Note),
        _ => (Outcome::Pass, Level::None),
    };
    Ok((verdict, row))
}
