//! What runs in a cluster, beside what Rancher applied.

use rancher_agent_version_policy::cluster::Status;
use rancher_agent_version_policy::lenient::Lenient;

use crate::listed::Listed;
use crate::unreachable::Unreachable;

/// The agent that a cluster has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The image of its container.
    pub image: String,
    /// How its roll-out stands.
    pub roll_out: RollOut,
    /// Whether it is another image than the one that Rancher applied last: somebody has
    /// edited the Deployment.
    pub is_edited: bool,
}

/// How a roll-out stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollOut {
    /// All replicas are new and available.
    Done,
    /// It goes on.
    Rolling,
    /// It has not got on for longer than it may.
    Stuck,
    /// It is to have no replica.
    ScaledToZero,
}

/// Why a cluster was not asked, or did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotAsked {
    /// Its agent has no connection to Rancher.
    Disconnected,
    /// It is not provisioned yet.
    NotProvisioned,
    /// The user may not get the Deployment there.
    NoRight,
    /// Rancher does not let this user see the cluster.
    NotVisible,
    /// Rancher does not take this token for the cluster.
    DeadToken,
    /// It has no such Deployment.
    NoDeployment,
    /// It did not answer in time.
    Timeout,
    /// There is no connection to Rancher.
    NoConnection,
    /// Rancher has answered with an error of its own.
    ServerError,
    /// The answer is not a Deployment of the agent.
    Unexpected,
}

impl Running {
    /// The word for what is to be known of it, if there is something.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        match self.roll_out {
            RollOut::Rolling => Some("rolling"),
            RollOut::Stuck => Some("stuck"),
            RollOut::ScaledToZero => Some("scaled-to-zero"),
            RollOut::Done if self.is_edited => Some("edited"),
            RollOut::Done => None,
        }
    }
}

impl NotAsked {
    /// Those that are errors. That a cluster has no connection or no agent yet is none: its
    /// status says so.
    pub const ERRORS: [Self; 8] = [
        Self::NoRight,
        Self::NotVisible,
        Self::DeadToken,
        Self::NoDeployment,
        Self::Timeout,
        Self::NoConnection,
        Self::ServerError,
        Self::Unexpected,
    ];

    /// The word for it in a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::NotProvisioned => "not-provisioned",
            Self::NoRight => "no-right",
            Self::NotVisible => "not-visible",
            Self::DeadToken => "token-refused",
            Self::NoDeployment => "no-deployment",
            Self::Timeout => "timeout",
            Self::NoConnection => "no-connection",
            Self::ServerError => "server-error",
            Self::Unexpected => "unexpected-answer",
        }
    }

    /// What it means, and what to do.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Disconnected => "the agent has no connection to Rancher",
            Self::NotProvisioned => "Rancher has not provisioned the cluster yet",
            Self::NoRight => {
                "the user may not get the Deployment there; deploy/running.yaml has the least right"
            }
            Self::NotVisible => {
                "Rancher does not let this user see the cluster; deploy/running.yaml has the least right"
            }
            Self::DeadToken => {
                "Rancher refuses the token: it has expired, was deleted, or is scoped to another cluster"
            }
            Self::NoDeployment => "there is no Deployment cattle-system/cattle-cluster-agent",
            Self::Timeout => "no answer in time; give it more: --running-timeout",
            Self::NoConnection => "Rancher cannot be reached",
            Self::ServerError => "Rancher answered with an error of its own",
            Self::Unexpected => "the answer is not the Deployment of an agent",
        }
    }
}

/// Why a cluster need not be asked: its status says that it cannot answer. A hosted cluster
/// that is disconnected may: Rancher dials its public endpoint.
pub(super) fn skip(listed: &Listed) -> Option<NotAsked> {
    match listed.unreachable? {
        Unreachable::Disconnected if listed.is_hosted => None,
        Unreachable::Disconnected => Some(NotAsked::Disconnected),
        Unreachable::NotProvisioned => Some(NotAsked::NotProvisioned),
        Unreachable::NoNode => None,
    }
}

impl Listed {
    /// The same cluster, as if Rancher had applied what runs: that is how it is judged.
    #[must_use]
    pub fn with_running(&self, running: &Running) -> Self {
        let mut listed = self.clone();
        listed.cluster.status = Lenient::Present(Status {
            agent_image: Lenient::Present(running.image.clone().into()),
        });
        listed
    }
}
