//! The rows of the decision table, by name. The table itself is in the crate's
//! documentation.

use strum::VariantArray;

/// Which row answered a request, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Row {
    /// 1: a new desired image lags.
    DesiredLags,
    /// 2: the deployed image lags.
    DeployedLags,
    /// 3: a new desired image is unknown by the image.
    DesiredUnknown,
    /// 4: a new desired image is tolerated or ahead.
    DesiredToleratedOrAhead,
    /// 5: Rancher's own `agent-image` lags or is ahead.
    AgentImageSettingDiffers,
    /// 5a: Rancher creates a cluster that it administrates.
    CreatedByRancher,
    /// 5b: the deployed image is ahead or unknown.
    DeployedAheadOrUnknown,
    /// 6: a new desired image is current or as the server deploys, or the cluster follows.
    CurrentOrFollows,
    /// 7: a service account leaves the desired image as it was.
    UnchangedByServiceAccount,
    /// 8: a user leaves the desired image as it was.
    UnchangedByUser,
    /// 9: the cluster follows from now on.
    ChangedToFollows,
    /// 10: Rancher pins its own image again.
    RepinnedByRancher,
    /// 11: changed to an image that neither lags nor is unknown.
    ChangedToAcceptable,
    /// 12: changed, lags as before, and no worse.
    ChangedNoWorse,
    /// 13: changed, and lags now.
    ChangedToLagging,
    /// 14: changed to an image that is unknown by the image.
    ChangedToUnknown,
    /// Out of scope: it neither creates nor updates an object.
    OtherOperation,
    /// Out of scope: it is about a sub-resource.
    SubResource,
    /// Out of scope: the object is not a Cluster of Rancher.
    NotACluster,
    /// Out of scope: Rancher's own cluster has no agent.
    Local,
    /// Out of scope: the cluster is being deleted.
    BeingDeleted,
    /// Out of scope: rancher-backup restores the object.
    Restore,
    /// The API server will answer 409, so nothing is repaired.
    Stale,
    /// A desired field is of the wrong JSON type.
    MalformedField,
    /// The desired field that decides is of the wrong JSON type, as it was before.
    MalformedAsBefore,
    /// The server's version is unknown.
    ServerUnknown,
}

impl Row {
    /// The rows that have a number in the table.
    pub const NUMBERED: &'static [Self] = Self::VARIANTS.split_at(16).0;

    /// The other rows.
    pub const OTHERS: &'static [Self] = Self::VARIANTS.split_at(16).1;
}
