//! The facts that every format prints, under one set of names and in one order.

use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::{Report, Row};
use crate::unreachable::Unreachable;

/// How the facts are called; with another separator where a format wants one.
pub(crate) const NAMES: [&str; 10] = [
    "name",
    "display_name",
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
        &row.name,
        &row.display_name,
        &row.desired,
        row.deployed.as_deref().unwrap_or_default(),
        &report.server_version,
        row.verdict(),
        row.reason.unwrap_or_default(),
        row.pinned_by.map_or("", DesiredField::path),
        row.unreachable.map_or("", Unreachable::word),
        row.message.as_deref().unwrap_or_default(),
    ]
}

/// Both together.
pub(crate) fn facts<'a>(
    report: &'a Report,
    row: &'a Row,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    NAMES.into_iter().zip(values(report, row))
}

/// The message, or a short one where there is none: some formats refuse an empty
/// one.
pub(crate) fn sentence(row: &Row) -> String {
    match &row.message {
        Some(message) => message.clone(),
        None => format!("cluster {}: {}", row.name, row.verdict()),
    }
}
