//! The facts that every format prints, under one set of names and in one order.

use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::{Report, Row};
use crate::unreachable::Unreachable;

/// How the facts are called; with another separator where a format wants one. What runs is a
/// fact where it was asked for.
pub(crate) fn names(report: &Report) -> impl Iterator<Item = &'static str> {
    let is_asked = report.tells_what_runs();
    ALL.into_iter()
        .filter(move |name| is_asked || !OF_RUNNING.contains(name))
}

const ALL: [&str; 12] = [
    "name",
    "display_name",
    "desired",
    "deployed",
    "running",
    "roll_out",
    "server_version",
    "verdict",
    "reason",
    "pinned_by",
    "unreachable",
    "message",
];

const OF_RUNNING: [&str; 2] = ["running", "roll_out"];

/// What a fact is, as it was found; empty where there is nothing to say.
fn value<'a>(report: &'a Report, row: &'a Row, name: &str) -> &'a str {
    match name {
        "name" => &row.name,
        "display_name" => &row.display_name,
        "desired" => &row.desired,
        "deployed" => row.deployed.as_deref().unwrap_or_default(),
        "running" => row.running_image().unwrap_or_default(),
        "roll_out" => row.roll_out().unwrap_or_default(),
        "server_version" => &report.server_version,
        "verdict" => row.verdict(),
        "reason" => row.reason.unwrap_or_default(),
        "pinned_by" => row.pinned_by.map_or("", DesiredField::path),
        "unreachable" => row.unreachable.map_or("", Unreachable::word),
        "message" => row.message.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// Names and values.
pub(crate) fn facts<'a>(
    report: &'a Report,
    row: &'a Row,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    names(report).map(|name| (name, value(report, row, name)))
}

/// The values alone.
pub(crate) fn values<'a>(report: &'a Report, row: &'a Row) -> impl Iterator<Item = &'a str> {
    facts(report, row).map(|(_, value)| value)
}

/// The name of a fact as the start of a line has it.
pub(crate) fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The message, or a short one where there is none: some formats refuse an empty
/// one.
pub(crate) fn sentence(row: &Row) -> String {
    match &row.message {
        Some(message) => message.clone(),
        None => format!("cluster {}: {}", row.name, row.verdict()),
    }
}
