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
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
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
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
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
    TokenRefused,
    /// It has no such Deployment.
    NoDeployment,
    /// It did not answer in time.
    Timeout,
    /// There is no connection to Rancher.
    NoConnection,
    /// Rancher has answered with an error of its own.
    ServerError,
    /// The answer is not a Deployment of the agent.
    UnexpectedAnswer,
}

impl Running {
    /// The word for what is to be known of it, if there is something.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        match self.roll_out {
            RollOut::Done => self.is_edited.then_some("edited"),
            other => Some(other.into()),
        }
    }
}

impl NotAsked {
    /// Whether it is an error. That a cluster has no connection or no agent yet is none: its
    /// status says so.
    #[must_use]
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Disconnected | Self::NotProvisioned)
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
            Self::TokenRefused => {
                "Rancher refuses the token: it has expired, was deleted, or is scoped to another cluster"
            }
            Self::NoDeployment => "there is no Deployment cattle-system/cattle-cluster-agent",
            Self::Timeout => "no answer in time; give it more: --running-timeout",
            Self::NoConnection => "Rancher cannot be reached",
            Self::ServerError => "Rancher answered with an error of its own",
            Self::UnexpectedAnswer => "the answer is not the Deployment of an agent",
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
