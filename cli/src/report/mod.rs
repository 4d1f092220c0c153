//! What the command prints: the same facts in every format.

mod csv;
mod describe;
mod facts;
mod fit;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod openreports;
pub(crate) mod prometheus;
mod row;
#[cfg(test)]
mod sample;
mod status;
mod table;

use clap::ValueEnum;
use strum::VariantNames;

pub(crate) use fit::cut;
pub(crate) use row::Place;
pub use row::{Replacement, Report, Row, SortKey};
pub use status::{Concern, FailOn, Level, Question, Status, Verdict, Weight};

use crate::text::{count, short};

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// The columns that matter most.
    Table,
    /// Columns, all of them.
    Wide,
    /// Each cluster in full, with the message.
    Describe,
    /// One document of JSON.
    Json,
    /// One document of YAML.
    Yaml,
    /// Comma-separated values.
    Csv,
    /// One page of HTML that needs nothing else.
    Html,
    /// A table in Markdown.
    Markdown,
    /// JUnit XML: a test case for each cluster.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Metrics for the textfile collector of Prometheus' node exporter.
    Prometheus,
    /// `ClusterReport`s of openreports.io.
    Openreports,
}

/// What some formats need beside the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether tables are coloured.
    pub is_coloured: bool,
    /// Whether texts are as they are, though a terminal or a spreadsheet may act on them.
    pub is_raw: bool,
    /// How wide a table may be, if there is a limit.
    pub width: Option<usize>,
    /// Whether tables have clusters, too, with nothing to say about.
    pub shows_all: bool,
    /// The time of the report, in seconds since 1970.
    pub now: Option<u64>,
}

/// The report in a format.
///
/// # Errors
/// When a library cannot write the format.
pub fn render(report: &Report, format: Format, context: &Context) -> Result<String, String> {
    match format {
        Format::Table => Ok(table::table(report, context)),
        Format::Wide => Ok(table::wide(report, context)),
        Format::Describe => Ok(describe::describe(report)),
        Format::Json => json::json(report),
        Format::Yaml => json::yaml(report),
        Format::Csv => csv::csv(report, context.is_raw),
        Format::Html => Ok(html::html(report, context.now)),
        Format::Markdown => Ok(markdown::markdown(report)),
        Format::Junit => junit::junit(report),
        Format::Github => Ok(github::github(report)),
        Format::Prometheus => prometheus::prometheus(report),
        Format::Openreports => openreports::openreports(report, context.now),
    }
}

/// How many clusters got which verdict, and by which Rancher, in one line.
#[must_use]
pub fn summary_line(report: &Report) -> String {
    let clusters = count(report.rows.len(), "cluster");
    let counts: Vec<String> = report
        .summary()
        .enumerate()
        // The first is the one that is looked for.
        .filter(|(index, (_, count))| *index == 0 || *count > 0)
        .map(|(_, (verdict, count))| format!("{count} {verdict}"))
        .collect();
    let (counts, server) = (counts.join(", "), short(&report.server_version));
    let upgrade = match report.question {
        Question::Audit => "",
        Question::Upgrade => "upgrade to ",
    };
    format!("{clusters}: {counts} ({upgrade}Rancher {server})")
}
