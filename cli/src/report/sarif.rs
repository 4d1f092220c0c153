//! SARIF 2.1.0, for code scanning.
//!
//! Each row is a result, whatever its outcome. The standard allows a level other
//! than `none` for the kind `fail` alone, so the level decides: what is worth a
//! note is a `fail` even if the policy accepts it.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, MultiformatMessageString,
    PhysicalLocation, PropertyBag, Region, ReportingDescriptor, Result as Finding, ResultKind,
    ResultLevel, Run, Sarif, Tool, ToolComponent, Version,
};

use crate::report::facts::{facts, rule, sentence};
use crate::report::{Level, Outcome, Report, Row};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const PROJECT: &str = env!("CARGO_PKG_REPOSITORY");

/// One run with a result for each row.
pub(crate) fn sarif(report: &Report) -> Result<String, String> {
    let mut rules: Vec<&str> = Vec::new();
    for row in &report.rows {
        if !rules.contains(&rule(row)) {
            rules.push(rule(row));
        }
    }
    let driver = ToolComponent::builder()
        .name("rancher-agent-audit")
        .version(env!("CARGO_PKG_VERSION"))
        .information_uri(PROJECT)
        .rules(rules.into_iter().map(descriptor).collect::<Vec<_>>())
        .build();
    let findings = report.rows.iter().map(|row| finding(report, row));
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(findings.collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA)
        .version(Version::V2_1_0.to_string())
        .runs([run])
        .build();
    let text = serde_json::to_string_pretty(&sarif).map_err(|error| error.to_string())?;
    Ok(format!("{text}\n"))
}

/// GitHub asks for all three texts of a rule.
fn descriptor(rule: &str) -> ReportingDescriptor {
    let text = |text: String| MultiformatMessageString::builder().text(text).build();
    ReportingDescriptor::builder()
        .id(rule)
        .short_description(text(format!("Rancher agent: {rule}")))
        .full_description(text(format!(
            "The image of a cluster's agent, compared with the Rancher server: {rule}"
        )))
        .help(text(format!("See {PROJECT}")))
        .help_uri(PROJECT)
        .build()
}

fn finding(report: &Report, row: &Row) -> Finding {
    let level = match row.level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
        Level::None => ResultLevel::None,
    };
    let kind = match (row.level, row.outcome) {
        (Level::None, Outcome::Pass) => ResultKind::Pass,
        (Level::None, Outcome::Skip) => ResultKind::NotApplicable,
        _ => ResultKind::Fail,
    };
    // In a message these two characters are the middle of a link.
    let message = sentence(row).replace("](", "] (");
    let facts = facts(report, row).map(|(name, value)| (camel(name), Value::from(value)));
    Finding::builder()
        .rule_id(rule(row))
        .level(level)
        .kind(kind)
        .message(Message::builder().text(message).build())
        .locations([location(row)])
        .partial_fingerprints(fingerprint(row))
        .properties(
            PropertyBag::builder()
                .additional_properties(facts.collect::<BTreeMap<_, _>>())
                .build(),
        )
        .build()
}

fn location(row: &Row) -> Location {
    let cluster = LogicalLocation::builder()
        .name(&row.cluster)
        .fully_qualified_name(format!("management.cattle.io/v3/Cluster/{}", row.cluster))
        .kind("resource")
        .build();
    // Code scanning refuses a file in which one result is nowhere.
    let source = PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri(&row.source)).build())
        .region(Region::builder().start_line(1).build())
        .build();
    Location::builder()
        .logical_locations([cluster])
        .physical_location(source)
        .build()
}

/// Under the only name that code scanning reads. Without it a result is known by
/// its line, and that is the same for all clusters.
fn fingerprint(row: &Row) -> BTreeMap<String, String> {
    let cluster = if row.uid.is_empty() {
        &row.cluster
    } else {
        &row.uid
    };
    let value = format!("{cluster}/{}", rule(row));
    BTreeMap::from([("primaryLocationLineHash".to_owned(), value)])
}

/// `pinned_by` as `pinnedBy`: so are all names in this format.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// The path as a URI reference.
fn uri(source: &str) -> String {
    if source == "-" {
        return "stdin".to_owned();
    }
    let mut uri = String::with_capacity(source.len());
    // Two slashes would start the name of a host.
    if source.starts_with("//") {
        uri.push_str("/.");
    }
    for byte in source.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_result_for_each_cluster() {
        let mut report = sample::report();
        report.rows.truncate(1);
        assert_eq!(
            sarif(&report).unwrap(),
            r#"{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "runs": [
    {
      "results": [
        {
          "kind": "fail",
          "level": "error",
          "locations": [
            {
              "logicalLocations": [
                {
                  "fullyQualifiedName": "management.cattle.io/v3/Cluster/c-1",
                  "kind": "resource",
                  "name": "c-1"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20fleet/clusters.json"
                },
                "region": {
                  "startLine": 1
                }
              }
            }
          ],
          "message": {
            "text": "pins `v2.10.3`, \"two\" minor versions behind"
          },
          "partialFingerprints": {
            "primaryLocationLineHash": "uid-of-c-1/desired-lagging"
          },
          "properties": {
            "cluster": "c-1",
            "deployed": "rancher/rancher-agent:v2.12.3",
            "desired": "rancher/rancher-agent:v2.10.3",
            "message": "pins `v2.10.3`, \"two\" minor versions behind",
            "name": "name of c-1",
            "pinnedBy": "spec.desiredAgentImage",
            "reason": "desired-lagging",
            "serverVersion": "v2.12.3",
            "unreachable": "",
            "verdict": "lagging"
          },
          "ruleId": "desired-lagging"
        }
      ],
      "tool": {
        "driver": {
          "informationUri": "PROJECT",
          "name": "rancher-agent-audit",
          "rules": [
            {
              "fullDescription": {
                "text": "The image of a cluster's agent, compared with the Rancher server: desired-lagging"
              },
              "help": {
                "text": "See PROJECT"
              },
              "helpUri": "PROJECT",
              "id": "desired-lagging",
              "shortDescription": {
                "text": "Rancher agent: desired-lagging"
              }
            }
          ],
          "version": "VERSION"
        }
      }
    }
  ],
  "version": "2.1.0"
}
"#
            .replace("PROJECT", PROJECT)
            .replace("VERSION", env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn kinds_and_levels_agree() {
        let report = sample::report();
        let of = |row: &Row| {
            let finding = finding(&report, row);
            let level = finding.level.unwrap().to_string();
            (level, finding.kind.unwrap().to_string())
        };
        let found: Vec<(String, String)> = report.rows.iter().map(of).collect();
        let expected = [
            ("error", "fail"),
            ("warning", "fail"),
            ("none", "pass"),
            ("none", "notApplicable"),
        ];
        assert_eq!(
            found,
            expected.map(|(level, kind)| (level.to_owned(), kind.to_owned()))
        );
    }

    #[test]
    fn a_path_becomes_a_uri_reference() {
        assert_eq!(uri("-"), "stdin");
        assert_eq!(uri("my fleet/ü%0A.json"), "my%20fleet/%C3%BC%250A.json");
        assert_eq!(uri("c:\\a\n"), "c%3A%5Ca%0A");
        assert_eq!(uri("//host/a"), "/.//host/a");
    }
}
