//! The report as JSON and as YAML: the same fields in both.

use rancher_agent_version_policy::cluster::DesiredField;
use serde::{Serialize, Serializer};

use crate::report::{Question, Report, Row};
use crate::unreachable::Unreachable;

/// JSON, indented.
pub(crate) fn json(report: &Report) -> Result<String, String> {
    let mut text =
        serde_json::to_string_pretty(&Document::new(report)).map_err(|e| e.to_string())?;
    text.push('\n');
    Ok(text)
}

/// YAML.
pub(crate) fn yaml(report: &Report) -> Result<String, String> {
    serde_saphyr::to_string(&Document::new(report)).map_err(|e| e.to_string())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    question: &'static str,
    server_version: &'a str,
    summary: Summary<'a>,
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cluster<'a> {
    name: &'a str,
    display_name: &'a str,
    uid: &'a str,
    source: &'a str,
    desired: &'a str,
    deployed: &'a str,
    verdict: &'static str,
    reason: &'a str,
    pinned_by: Option<&'static str>,
    unreachable: Option<&'static str>,
    message: &'a str,
}

/// A map whose order is that of the verdicts.
struct Summary<'a>(&'a Report);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = [("clusters", self.0.rows.len())];
        serializer.collect_map(all.into_iter().chain(self.0.summary()))
    }
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            question: match report.question {
                Question::Audit => "audit",
                Question::Upgrade => "upgrade",
            },
            server_version: &report.server_version,
            summary: Summary(report),
            clusters: report.rows.iter().map(Cluster::new).collect(),
        }
    }
}

impl<'a> Cluster<'a> {
    fn new(row: &'a Row) -> Self {
        Self {
            name: &row.name,
            display_name: &row.display_name,
            uid: row.uid.as_deref().unwrap_or_default(),
            source: &row.source,
            desired: &row.desired,
            deployed: row.deployed.as_deref().unwrap_or_default(),
            verdict: row.verdict(),
            reason: row.reason.unwrap_or_default(),
            pinned_by: row.pinned_by.map(DesiredField::path),
            unreachable: row.unreachable.map(Unreachable::word),
            message: row.message.as_deref().unwrap_or_default(),
        }
    }
}
