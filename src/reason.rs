//! What was found, and its reason code.

use crate::cluster::{DesiredField, Pin};
use crate::image::{ImageRef, UnknownImage};
use crate::lag::{Deviation, Gap};
use crate::setting::{Fault, UnknownServer};
use crate::standing::Standing;

/// Why a request was answered as it was; stable, for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ReasonCode {
    /// The desired image lags.
    DesiredLagging,
    /// The deployed image lags.
    DeployedLagging,
    /// The deployed image is later than the server.
    DeployedAhead,
    /// The deployed image cannot be judged.
    DeployedUnknown,
    /// The desired image is behind, by no more than `allowedLag`.
    DesiredTolerated,
    /// The desired image is later than the server.
    DesiredAhead,
    /// The desired image has neither tag nor digest.
    NoTag,
    /// The desired image has a digest and no tag.
    DigestOnly,
    /// The tag of the desired image is not a version.
    NotAVersion,
    /// The tag of the desired image has no order to the server's version.
    NotComparable,
    /// The server's version is not a version.
    ServerNotAVersion,
    /// The policy is not granted access to Settings.
    SettingNotGranted,
    /// RBAC forbids policy-server to read the Setting.
    SettingForbidden,
    /// There is no such Setting.
    SettingNotFound,
    /// The host has no connection to a cluster.
    NoKubernetesClient,
    /// The Setting does not hold a string.
    SettingUnreadable,
    /// The lookup of the Setting failed otherwise.
    SettingLookupFailed,
    /// Rancher's own `agent-image` Setting lags.
    AgentImageSettingLagging,
    /// Rancher's own `agent-image` Setting is later than the server.
    AgentImageSettingAhead,
    /// The image is current, and pinned: it will lag after the next upgrade.
    PinnedWillNotFollow,
    /// The field is `fixed`, which pins the image of today.
    FixedWillNotFollow,
    /// A lagging pin was cleared.
    Repaired,
    /// A desired field is of the wrong JSON type.
    MalformedField,
    /// The object is not a Cluster of Rancher.
    NotACluster,
}

/// What was found, with the data for its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding<'a> {
    /// The verdict on the desired image, anything but current.
    Desired {
        /// The image, and where it is written.
        pin: Pin<'a>,
        /// How it stands.
        verdict: DesiredVerdict,
    },
    /// The verdict on a deployed image that is not the expected one.
    Deployed {
        /// The image.
        image: ImageRef<'a>,
        /// How it stands.
        verdict: DeployedVerdict,
    },
    /// No image can be judged.
    UnknownServer(UnknownServer),
    /// Rancher's own `agent-image` is not of Rancher's version.
    AgentImageSetting {
        /// The image of the Setting.
        image: ImageRef<'a>,
        /// What is wrong with it.
        deviation: Deviation,
    },
    /// A current image is pinned.
    PinnedWillNotFollow(Pin<'a>),
    /// The desired image is `fixed`, written in this field.
    FixedWillNotFollow(DesiredField),
    /// A desired field is of the wrong JSON type.
    MalformedField(DesiredField),
    /// The object is not a Cluster of Rancher.
    NotACluster,
}

/// What can be found about a desired image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredVerdict {
    /// Behind, by no more than `allowedLag`.
    Tolerated(Gap),
    /// Later than the server.
    Ahead,
    /// Behind.
    Lagging(Gap),
    /// Cannot be judged.
    Unknown(UnknownImage),
}

/// What can be found about a deployed image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeployedVerdict {
    /// Later than the server.
    Ahead,
    /// Behind.
    Lagging(Gap),
    /// Cannot be judged.
    Unknown(UnknownImage),
}

impl Finding<'_> {
    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::Desired { verdict, .. } => match verdict {
                DesiredVerdict::Tolerated(_) => ReasonCode::DesiredTolerated,
                DesiredVerdict::Ahead => ReasonCode::DesiredAhead,
                DesiredVerdict::Lagging(_) => ReasonCode::DesiredLagging,
                DesiredVerdict::Unknown(UnknownImage::NoTag) => ReasonCode::NoTag,
                DesiredVerdict::Unknown(UnknownImage::DigestOnly) => ReasonCode::DigestOnly,
                DesiredVerdict::Unknown(UnknownImage::NotAVersion) => ReasonCode::NotAVersion,
                DesiredVerdict::Unknown(UnknownImage::NotComparable) => ReasonCode::NotComparable,
            },
            Self::Deployed { verdict, .. } => match verdict {
                DeployedVerdict::Lagging(_) => ReasonCode::DeployedLagging,
                DeployedVerdict::Ahead => ReasonCode::DeployedAhead,
                DeployedVerdict::Unknown(_) => ReasonCode::DeployedUnknown,
            },
            Self::UnknownServer(UnknownServer::NotAVersion) => ReasonCode::ServerNotAVersion,
            Self::UnknownServer(UnknownServer::Setting(_, fault)) => match fault {
                Fault::NotGranted => ReasonCode::SettingNotGranted,
                Fault::Forbidden => ReasonCode::SettingForbidden,
                Fault::NotFound => ReasonCode::SettingNotFound,
                Fault::NoClient => ReasonCode::NoKubernetesClient,
                Fault::Unreadable => ReasonCode::SettingUnreadable,
                Fault::Failed => ReasonCode::SettingLookupFailed,
            },
            Self::AgentImageSetting { deviation, .. } => match deviation {
                Deviation::Lagging(_) => ReasonCode::AgentImageSettingLagging,
                Deviation::Ahead => ReasonCode::AgentImageSettingAhead,
            },
            Self::PinnedWillNotFollow(_) => ReasonCode::PinnedWillNotFollow,
            Self::FixedWillNotFollow(_) => ReasonCode::FixedWillNotFollow,
            Self::MalformedField(_) => ReasonCode::MalformedField,
            Self::NotACluster => ReasonCode::NotACluster,
        }
    }

    /// How the image of the cluster stands that the finding is about; `None` if it is about
    /// something else.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        Some(match self {
            Self::Desired { verdict, .. } => match verdict {
                DesiredVerdict::Tolerated(_) => Standing::Tolerated,
                DesiredVerdict::Ahead => Standing::Ahead,
                DesiredVerdict::Lagging(_) => Standing::Lagging,
                DesiredVerdict::Unknown(_) => Standing::Unknown,
            },
            Self::Deployed { verdict, .. } => match verdict {
                DeployedVerdict::Ahead => Standing::Ahead,
                DeployedVerdict::Lagging(_) => Standing::Lagging,
                DeployedVerdict::Unknown(_) => Standing::Unknown,
            },
            Self::UnknownServer(_) => Standing::Unknown,
            Self::AgentImageSetting { .. }
            | Self::PinnedWillNotFollow(_)
            | Self::FixedWillNotFollow(_)
            | Self::MalformedField(_)
            | Self::NotACluster => return None,
        })
    }

    /// The field that holds the pin which the finding is about.
    pub(crate) fn pin(&self) -> Option<DesiredField> {
        match self {
            Self::Desired { pin, .. } | Self::PinnedWillNotFollow(pin) => Some(pin.field),
            Self::FixedWillNotFollow(field) => Some(*field),
            Self::Deployed { .. }
            | Self::UnknownServer(_)
            | Self::AgentImageSetting { .. }
            | Self::MalformedField(_)
            | Self::NotACluster => None,
        }
    }

    /// Of findings that weigh the same, the one of the lowest rank decides.
    pub(crate) fn rank(&self) -> u8 {
        match (self.standing(), self) {
            (Some(Standing::Lagging), _) => 0,
            (None, Self::MalformedField(_) | Self::NotACluster) => 1,
            (Some(Standing::Unknown), _) => 2,
            (Some(_), _) => 3,
            (None, Self::AgentImageSetting { .. }) => 4,
            (None, _) => 5,
        }
    }

    /// True if the pin keeps Rancher from rolling out its own agent.
    pub(crate) fn is_to_be_cleared(&self) -> bool {
        matches!(
            self,
            Self::Desired {
                verdict: DesiredVerdict::Lagging(_) | DesiredVerdict::Unknown(_),
                ..
            }
        )
    }
}
