//! The report as JSON and as YAML: the same fields in both.

use std::collections::BTreeMap;

use rancher_agent_version_policy::cluster::DesiredField;
use rancher_agent_version_policy::text::is_hidden;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_saphyr::DoubleQuoted;

use crate::report::{Report, Row};
use crate::text::{COMMAND, escape_hidden};

/// JSON, indented.
pub(crate) fn json(report: &Report) -> Result<String, String> {
    let text = serde_json::to_string_pretty(&Document(report)).map_err(|e| e.to_string())?;
    let escape = |character: char| {
        let units = character.encode_utf16(&mut [0; 2]).to_vec();
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    Ok(escape_hidden(&text, escape) + "\n")
}

/// YAML.
pub(crate) fn yaml(report: &Report) -> Result<String, String> {
    let text = serde_saphyr::to_string(&Document(report)).map_err(|e| e.to_string())?;
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

struct Document<'a>(&'a Report);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let clusters: Vec<_> = report.rows.iter().map(Cluster).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("question", &report.question)?;
        map.serialize_entry("serverVersion", &Text(&report.server_version))?;
        map.serialize_entry("summary", &Summary(report))?;
        map.serialize_entry("clusters", &clusters)?;
        map.end()
    }
}

/// What is said of a cluster.
struct Cluster<'a>(&'a Row);

impl Serialize for Cluster<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &Text(&row.name))?;
        map.serialize_entry("displayName", &Text(&row.display_name))?;
        map.serialize_entry("uid", &Text(row.uid.as_deref().unwrap_or_default()))?;
        map.serialize_entry("source", &Text(&row.source))?;
        map.serialize_entry("desired", &Text(&row.desired))?;
        map.serialize_entry(
            "deployed",
            &Text(row.deployed.as_deref().unwrap_or_default()),
        )?;
        if row.running.is_some() {
            let (image, roll_out) = (row.running_image().map(Text), row.roll_out().map(Text));
            let running = BTreeMap::from([("image", image), ("rollOut", roll_out)]);
            map.serialize_entry("running", &running)?;
        }
        map.serialize_entry("verdict", row.verdict())?;
        map.serialize_entry("reason", &Text(row.reason.unwrap_or_default()))?;
        map.serialize_entry("pinnedBy", &row.pinned_by.map(DesiredField::path))?;
        map.serialize_entry("unreachable", &row.unreachable.map(<&str>::from))?;
        map.serialize_entry("message", &Text(row.message.as_deref().unwrap_or_default()))?;
        map.end()
    }
}

/// A map whose order is that of the verdicts.
struct Summary<'a>(&'a Report);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = [("clusters", self.0.rows.len())];
        serializer.collect_map(all.into_iter().chain(self.0.summary()))
    }
}
