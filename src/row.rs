//! The rows of the decision table, by name. The table itself is in the crate's
//! documentation.

/// Which row answered a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// None: the request is out of scope.
    OutOfScope(OutOfScope),
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
    /// The server's version is unknown.
    ServerUnknown,
    /// A desired field is of the wrong JSON type.
    MalformedField,
    /// The desired field that decides is of the wrong JSON type, as it was before.
    MalformedAsBefore,
    /// The API server will answer 409, so nothing is repaired.
    Stale,
}

/// Why the policy does not look at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfScope {
    /// It neither creates nor updates an object.
    Operation,
    /// It is about a sub-resource.
    SubResource,
    /// The object is not a Cluster of Rancher.
    NotACluster,
    /// Rancher's own cluster has no agent.
    Local,
    /// The cluster is being deleted.
    BeingDeleted,
    /// rancher-backup restores the object.
    Restore,
}

impl Row {
    /// The rows that have a number in the table, in its order.
    pub const NUMBERED: [(&str, Self); 16] = [
        ("1", Self::DesiredLags),
        ("2", Self::DeployedLags),
        ("3", Self::DesiredUnknown),
        ("4", Self::DesiredToleratedOrAhead),
        ("5", Self::AgentImageSettingDiffers),
        ("5a", Self::CreatedByRancher),
        ("5b", Self::DeployedAheadOrUnknown),
        ("6", Self::CurrentOrFollows),
        ("7", Self::UnchangedByServiceAccount),
        ("8", Self::UnchangedByUser),
        ("9", Self::ChangedToFollows),
        ("10", Self::RepinnedByRancher),
        ("11", Self::ChangedToAcceptable),
        ("12", Self::ChangedNoWorse),
        ("13", Self::ChangedToLagging),
        ("14", Self::ChangedToUnknown),
    ];

    /// The other rows, in the order in which the table lists them.
    pub const OTHERS: [Self; 10] = [
        Self::OutOfScope(OutOfScope::Operation),
        Self::OutOfScope(OutOfScope::SubResource),
        Self::OutOfScope(OutOfScope::NotACluster),
        Self::OutOfScope(OutOfScope::Local),
        Self::OutOfScope(OutOfScope::BeingDeleted),
        Self::OutOfScope(OutOfScope::Restore),
        Self::Stale,
        Self::MalformedField,
        Self::MalformedAsBefore,
        Self::ServerUnknown,
    ];

    /// The name as text, in kebab case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutOfScope(OutOfScope::Operation) => "other-operation",
            Self::OutOfScope(OutOfScope::SubResource) => "sub-resource",
            Self::OutOfScope(OutOfScope::NotACluster) => "not-a-cluster",
            Self::OutOfScope(OutOfScope::Local) => "local",
            Self::OutOfScope(OutOfScope::BeingDeleted) => "being-deleted",
            Self::OutOfScope(OutOfScope::Restore) => "restore",
            Self::DesiredLags => "desired-lags",
            Self::DeployedLags => "deployed-lags",
            Self::DesiredUnknown => "desired-unknown",
            Self::DesiredToleratedOrAhead => "desired-tolerated-or-ahead",
            Self::AgentImageSettingDiffers => "agent-image-setting-differs",
            Self::DeployedAheadOrUnknown => "deployed-ahead-or-unknown",
            Self::CreatedByRancher => "created-by-rancher",
            Self::CurrentOrFollows => "current-or-follows",
            Self::UnchangedByServiceAccount => "unchanged-by-service-account",
            Self::UnchangedByUser => "unchanged-by-user",
            Self::ChangedToFollows => "changed-to-follows",
            Self::RepinnedByRancher => "repinned-by-rancher",
            Self::ChangedToAcceptable => "changed-to-acceptable",
            Self::ChangedNoWorse => "changed-no-worse",
            Self::ChangedToLagging => "changed-to-lagging",
            Self::ChangedToUnknown => "changed-to-unknown",
            Self::ServerUnknown => "server-unknown",
            Self::MalformedField => "malformed-field",
            Self::MalformedAsBefore => "malformed-as-before",
            Self::Stale => "stale",
        }
    }
}
