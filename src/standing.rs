//! How a cluster stands, in one word: for audit annotations and reports.

/// The later, the more an administrator wants to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Standing {
    /// No agent is deployed yet.
    Pending,
    /// The agent is of the server's version.
    Current,
    /// It is behind, by no more than `allowedLag`.
    Tolerated,
    /// It is not of the server's version, but what Rancher itself deploys.
    AsDeployedByServer,
    /// It is later than the server.
    Ahead,
    /// It cannot be judged.
    Unknown,
    /// It is behind.
    Lagging,
}
