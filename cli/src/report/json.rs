//! The report as JSON and as YAML: the same fields in both.

use rancher_agent_version_policy::cluster::DesiredField;
use rancher_agent_version_policy::text::is_hidden;
use serde::{Serialize, Serializer};
use serde_saphyr::DoubleQuoted;

use crate::report::{Question, Report, Row};
use crate::text::{COMMAND, escape_hidden};

/// JSON, indented.
pub(crate) fn json(report: &Report) -> Result<String, String> {
    let text = serde_json::to_string_pretty(&Document::new(report)).map_err(|e| e.to_string())?;
    let escape = |character: char| {
        let units = character.encode_utf16(&mut [0; 2]).to_vec();
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    Ok(escape_hidden(&text, escape) + "\n")
}

/// YAML.
pub(crate) fn yaml(report: &Report) -> Result<String, String> {
    let text = serde_saphyr::to_string(&Document::new(report)).map_err(|e| e.to_string())?;
    Ok(escape_yaml(&text))
}

/// Escapes hidden characters of a document whose [`Text`]s hold them.
pub(crate) fn escape_yaml(document: &str) -> String {
    escape_hidden(document, |character| {
        format!("\\U{:08x}", u32::from(character))
    })
}

/// A text of a cluster. In YAML only double quotes have escapes.
#[derive(Clone, Copy)]
pub(crate) struct Text<T>(pub(crate) T);

impl<T: AsRef<str>> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_ref();
        if text.chars().any(is_hidden) || text.contains(COMMAND) {
            DoubleQuoted(text).serialize(serializer)
        } else {
            text.serialize(serializer)
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    question: Question,
    server_version: Text<&'a str>,
    summary: Summary<'a>,
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cluster<'a> {
    name: Text<&'a str>,
    display_name: Text<&'a str>,
    uid: Text<&'a str>,
    source: Text<&'a str>,
    desired: Text<&'a str>,
    deployed: Text<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<Running<'a>>,
    verdict: &'static str,
    reason: Text<&'a str>,
    pinned_by: Option<&'static str>,
    unreachable: Option<&'static str>,
    message: Text<&'a str>,
}

/// What runs: the image, and what is to be known of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Running<'a> {
    image: Option<Text<&'a str>>,
    roll_out: Option<&'static str>,
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
            question: report.question,
            server_version: Text(&report.server_version),
            summary: Summary(report),
            clusters: report.rows.iter().map(Cluster::new).collect(),
        }
    }
}

impl<'a> Cluster<'a> {
    fn new(row: &'a Row) -> Self {
        Self {
            name: Text(&row.name),
            display_name: Text(&row.display_name),
            uid: Text(row.uid.as_deref().unwrap_or_default()),
            source: Text(&row.source),
            desired: Text(&row.desired),
            deployed: Text(row.deployed.as_deref().unwrap_or_default()),
            running: row.running.as_ref().map(|_| Running {
                image: row.running_image().map(Text),
                roll_out: row.roll_out(),
            }),
            verdict: row.verdict(),
            reason: Text(row.reason.unwrap_or_default()),
            pinned_by: row.pinned_by.map(DesiredField::path),
            unreachable: row.unreachable.map(Into::into),
            message: Text(row.message.as_deref().unwrap_or_default()),
        }
    }
}
