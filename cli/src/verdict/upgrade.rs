//! What happens to each cluster when the server becomes another version.

use crate::fleet::{Cluster, Unreachable};
use crate::report::{Concern, Level, Outcome, Row};
use crate::verdict::answer::Answer;

/// What happens to a cluster, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// It pins an image that will lag, and nobody changes that.
    StaysBehind,
    /// It pins an image of which the policy cannot tell.
    Unknown,
    /// The policy refuses it for another reason, such as a field of the wrong type.
    Rejected,
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

impl Outlook {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::StaysBehind,
        Self::Unknown,
        Self::Rejected,
        Self::NotReachable,
        Self::Pinned,
        Self::ReApplied,
        Self::Follows,
        Self::BeingDeleted,
        Self::NoAgent,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::StaysBehind => "stays-behind",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::NotReachable => "not-reachable",
            Self::Pinned => "pinned",
            Self::ReApplied => "re-applied",
            Self::Follows => "follows",
            Self::BeingDeleted => "being-deleted",
            Self::NoAgent => "no-agent",
        }
    }

    fn of(cluster: &Cluster, answer: &Answer) -> Self {
        let reachable = |outlook| match cluster.unreachable {
            Some(_) => Self::NotReachable,
            None => outlook,
        };
        if cluster.is_local() {
            Self::NoAgent
        } else if cluster.is_being_deleted() {
            Self::BeingDeleted
        } else if cluster.is_pinned_by_rancher() {
            reachable(Self::ReApplied)
        } else if cluster.pin().is_none() {
            reachable(Self::Follows)
        } else {
            match answer.annotation("verdict") {
                Some("lagging") => Self::StaysBehind,
                Some("unknown") => Self::Unknown,
                _ if !answer.accepted => Self::Rejected,
                _ => Self::Pinned,
            }
        }
    }

    fn concern(self) -> Concern {
        match self {
            Self::StaysBehind => Concern::Lags,
            Self::Unknown | Self::Rejected => Concern::Unknown,
            _ => Concern::None,
        }
    }

    /// What happens, where the policy says nothing: it judges images, not the future.
    fn message(self, cluster: &Cluster) -> &'static str {
        match self {
            Self::StaysBehind | Self::Unknown | Self::Rejected | Self::Pinned => "",
            Self::NotReachable => match cluster.unreachable {
                Some(Unreachable::NoNode) => {
                    "Rancher deploys its new agent once the cluster has a node"
                }
                Some(Unreachable::NotProvisioned) => {
                    "Rancher deploys its new agent once the cluster is provisioned"
                }
                Some(Unreachable::Disconnected) | None => {
                    "Rancher deploys its new agent once the cluster is connected again"
                }
            },
            Self::ReApplied => "Rancher provisioned this cluster and writes its new image itself",
            Self::Follows => "Rancher rolls its new agent out by itself",
            Self::BeingDeleted => "the cluster is being deleted",
            Self::NoAgent => "Rancher's own cluster has no agent",
        }
    }
}

/// The row that says what happens to a cluster. The answer is that of a policy
/// which compares with the new version, and looks at the desired image only.
#[must_use]
pub fn upgrade(cluster: &Cluster, answer: &Answer) -> (Outlook, Row) {
    let outlook = Outlook::of(cluster, answer);
    let mut row = Row::about(cluster);
    row.verdict = outlook.word();
    row.concern = outlook.concern();
    // What the policy finds of an image that Rancher will overwrite is not to the point.
    let has_finding = !cluster.is_pinned_by_rancher() && outlook != Outlook::NotReachable;
    match &answer.message {
        Some(message) if has_finding && !message.is_empty() => {
            row.reason = answer.annotation("reason").unwrap_or_default().to_owned();
            row.message.clone_from(message);
        }
        _ => outlook.message(cluster).clone_into(&mut row.message),
    }
    if outlook == Outlook::NotReachable {
        row.reason = row.unreachable.unwrap_or_default().to_owned();
    }
    (row.outcome, row.level) = match outlook {
        Outlook::BeingDeleted | Outlook::NoAgent => (Outcome::Skip, Level::None),
        Outlook::StaysBehind => (Outcome::Fail, Level::Error),
        _ if !answer.is_evaluated() => (Outcome::Error, Level::Error),
        Outlook::Unknown | Outlook::Rejected if !answer.accepted => (Outcome::Fail, Level::Error),
        Outlook::Unknown | Outlook::Rejected | Outlook::NotReachable => {
            (Outcome::Pass, Level::Warning)
        }
        Outlook::Pinned => (Outcome::Pass, Level::Note),
        Outlook::Follows if !row.reason.is_empty() => (Outcome::Pass, Level::Note),
        Outlook::ReApplied | Outlook::Follows => (Outcome::Pass, Level::None),
    };
    (outlook, row)
}
