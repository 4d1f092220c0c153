//! The facts that every format prints, under one set of names and in one order.

use crate::report::{Report, Row};

/// How the facts are called; with another separator where a format wants one.
pub(crate) const NAMES: [&str; 10] = [
    "cluster",
    "name",
    "desired",
    "deployed",
    "server_version",
    "verdict",
    "reason",
    "pinned_by",
    "unreachable",
    "message",
];

/// What each is, as it was found and in the order of [`NAMES`]; empty where there
/// is nothing to say.
pub(crate) fn values<'a>(report: &'a Report, row: &'a Row) -> [&'a str; 10] {
    [
        &row.cluster,
        &row.name,
        &row.desired,
        &row.deployed,
        &report.server_version,
        row.verdict,
        &row.reason,
        row.pinned_by.unwrap_or_default(),
        row.unreachable.unwrap_or_default(),
        &row.message,
    ]
}

/// Both together.
pub(crate) fn facts<'a>(
    report: &'a Report,
    row: &'a Row,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    NAMES.into_iter().zip(values(report, row))
}

/// The code that groups rows of one kind: the reason, or the verdict where the
/// policy has no finding.
pub(crate) fn rule(row: &Row) -> &str {
    if row.reason.is_empty() {
        row.verdict
    } else {
        &row.reason
    }
}

/// The message, or a short one where there is none: some formats refuse an empty
/// one.
pub(crate) fn sentence(row: &Row) -> String {
    if row.message.is_empty() {
        format!("cluster {}: {}", row.cluster, row.verdict)
    } else {
        row.message.clone()
    }
}
