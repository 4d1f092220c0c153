//! The facts that every format prints, under one set of names and in one order.

use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::{Report, Row};

/// How a fact is called, and what it is, as it was found; empty where there is nothing to say.
type Fact = (&'static str, for<'a> fn(&'a Report, &'a Row) -> &'a str);

const FACTS: [Fact; 12] = [
    ("name", |_, row| &row.name),
    ("display_name", |_, row| &row.display_name),
    ("desired", |_, row| &row.desired),
    ("deployed", |_, row| {
        row.deployed.as_deref().unwrap_or_default()
    }),
    ("running", |_, row| row.running_image().unwrap_or_default()),
    ("roll_out", |_, row| row.roll_out().unwrap_or_default()),
    ("server_version", |report, _| &report.server_version),
    ("verdict", |_, row| row.verdict()),
    ("reason", |_, row| row.reason.unwrap_or_default()),
    ("pinned_by", |_, row| {
        row.pinned_by.map_or("", DesiredField::path)
    }),
    ("unreachable", |_, row| {
        row.unreachable.map_or("", Into::into)
    }),
    ("message", |_, row| {
        row.message.as_deref().unwrap_or_default()
    }),
];

const OF_RUNNING: [&str; 2] = ["running", "roll_out"];

/// What runs is a fact where it was asked for.
fn known(report: &Report) -> impl Iterator<Item = Fact> {
    let is_asked = report.tells_what_runs();
    FACTS
        .into_iter()
        .filter(move |(name, _)| is_asked || !OF_RUNNING.contains(name))
}

/// The names; with another separator where a format wants one.
pub(crate) fn names(report: &Report) -> impl Iterator<Item = &'static str> {
    known(report).map(|(name, _)| name)
}

/// Names and values.
pub(crate) fn facts<'a>(
    report: &'a Report,
    row: &'a Row,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    known(report).map(|(name, value)| (name, value(report, row)))
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
