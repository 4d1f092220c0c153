//! What every format prints: one row for each cluster, the same facts in all.

use std::cmp::Ordering;

use clap::ValueEnum;

use crate::fleet::{Cluster, Pinned, Unreachable};

/// A cluster and what is said about it. No text is escaped yet: that is the
/// business of each format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name of the object.
    pub cluster: String,
    /// Name that people know.
    pub name: String,
    /// The input that it was in, fit to print: a file, or `-` for standard input.
    pub source: String,
    /// The object's uid; empty where the input has none.
    pub uid: String,
    /// The object's resourceVersion; empty where the input has none.
    pub resource_version: String,
    /// The image that the cluster pins, or `follows`.
    pub desired: String,
    /// The image that Rancher deployed last; empty if none.
    pub deployed: String,
    /// One word: a verdict such as `lagging`, or before an upgrade what will
    /// happen, such as `stays-behind`.
    pub verdict: &'static str,
    /// The policy's reason code, such as `desired-lagging`, or why the cluster cannot
    /// be reached where that decides; empty where there is no finding.
    pub reason: String,
    /// The field that pins the image, such as `spec.desiredAgentImage`.
    pub pinned_by: Option<&'static str>,
    /// Why Rancher cannot reach the cluster, as far as its status says.
    pub unreachable: Option<&'static str>,
    /// The finding in full, and what to do; empty where there is none.
    pub message: String,
    /// Pass or fail.
    pub outcome: Outcome,
    /// How urgent it is.
    pub level: Level,
    /// Whether it is what the exit status tells.
    pub concern: Concern,
}

impl Row {
    /// See [`Cluster::key`].
    #[must_use]
    pub fn key(&self) -> (String, String) {
        let identity = match self.uid.as_str() {
            "" => &self.source,
            uid => uid,
        };
        (self.cluster.clone(), identity.to_owned())
    }

    /// What a row says of a cluster before it was judged.
    pub(crate) fn about(cluster: &Cluster) -> Self {
        let (pinned_by, desired) = match cluster.pin() {
            None => (None, "follows"),
            Some((field, Pinned::Image(image))) => (Some(field), image),
            Some((field, Pinned::Odd)) => (Some(field), "?"),
        };
        Self {
            cluster: cluster.name.clone(),
            name: cluster.display_name.clone(),
            source: cluster.source.to_string(),
            uid: cluster.uid.clone(),
            resource_version: cluster.resource_version.clone(),
            desired: desired.to_owned(),
            deployed: cluster.agent_image.clone(),
            verdict: "",
            reason: String::new(),
            pinned_by,
            unreachable: cluster.unreachable.map(Unreachable::word),
            message: String::new(),
            outcome: Outcome::Pass,
            level: Level::None,
            concern: Concern::None,
        }
    }
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

/// By what the rows are sorted. Rows that are alike in it are sorted by verdict,
/// then by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// The worst first.
    Verdict,
    /// By the name of the object.
    Cluster,
    /// By the name that people know.
    Name,
    /// By the image that the cluster pins.
    Desired,
    /// By the image that Rancher deployed last.
    Deployed,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The policy rejects it, or it will stay behind.
    Error,
    /// It lags, cannot be judged, or cannot be reached, and is accepted all the same.
    Warning,
    /// There is something to know.
    Note,
    /// Nothing to say.
    None,
}

/// All rows, in the order in which they are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The version that the images are compared with.
    pub server_version: String,
    /// What the verdicts are about.
    pub question: Question,
    /// One for each cluster.
    pub rows: Vec<Row>,
    /// All verdicts, worst first, and how many clusters have each.
    pub summary: Vec<(&'static str, usize)>,
}

impl Report {
    /// Sorts rows, each with its rank among the verdicts, and counts them. `verdicts`
    /// are all there are, in order of rank.
    #[must_use]
    pub fn new(
        question: Question,
        server_version: String,
        verdicts: &[&'static str],
        mut rows: Vec<(u8, Row)>,
        sort: SortKey,
    ) -> Self {
        rows.sort_by(|(rank, row), (other_rank, other)| {
            let ordering = match sort {
                SortKey::Verdict => Ordering::Equal,
                SortKey::Cluster => row.cluster.cmp(&other.cluster),
                SortKey::Name => row.name.cmp(&other.name),
                SortKey::Desired => row.desired.cmp(&other.desired),
                SortKey::Deployed => row.deployed.cmp(&other.deployed),
            };
            ordering
                .then(rank.cmp(other_rank))
                .then_with(|| row.name.cmp(&other.name))
                .then_with(|| row.cluster.cmp(&other.cluster))
                .then_with(|| row.uid.cmp(&other.uid))
        });
        let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
        let summary = verdicts
            .iter()
            .map(|verdict| {
                (
                    *verdict,
                    rows.iter().filter(|row| row.verdict == *verdict).count(),
                )
            })
            .collect();
        Self {
            server_version,
            question,
            rows,
            summary,
        }
    }
}

/// What the verdicts of a report are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Which agents lag behind the server now.
    Audit,
    /// What happens to each when the server becomes another version.
    Upgrade,
}
