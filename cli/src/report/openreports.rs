//! ClusterReports of `openreports.io/v1alpha1`, one for each cluster, for what shows
//! such reports.
//!
//! They are the command's own, beside those that Kubewarden's audit scanner keeps of
//! the same clusters: by the uid of a cluster the scanner finds the report with the
//! results of all policies, and after each scan it deletes every report that has its
//! `app.kubernetes.io/managed-by: kubewarden` and not the uid of that scan. These have
//! other names, another source, and the command in that label, by which they can be
//! selected.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::facts::facts;
use crate::report::json::{Text, escape_yaml};
use crate::report::{Level, Report, Row, Weight};

const API_VERSION: &str = "management.cattle.io/v3";
const KIND: &str = "Cluster";

/// Who writes the reports.
const SOURCE: &str = "rancher-agents";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterReport<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    scope: Reference<'a>,
    summary: BTreeMap<&'static str, u8>,
    results: [ReportResult<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    name: Text<String>,
    labels: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_references: Option<[Reference<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    api_version: &'static str,
    kind: &'static str,
    name: Text<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Text<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<Text<&'a str>>,
}

#[derive(Serialize)]
struct ReportResult<'a> {
    source: &'static str,
    policy: &'static str,
    category: &'static str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    result: &'static str,
    scored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'a str>>,
    properties: BTreeMap<String, Text<&'a str>>,
}

/// The API demands both fields.
#[derive(Serialize)]
struct Timestamp {
    seconds: u64,
    nanos: u32,
}

/// A document for each row. `now` is in seconds since 1970.
pub(crate) fn openreports(report: &Report, now: Option<u64>) -> Result<String, String> {
    let documents: Vec<ClusterReport<'_>> = report
        .rows
        .iter()
        .map(|row| document(report, row, now))
        .collect();
    // A text stays on one line, so that nobody has to know how blocks fold.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_multiple_with_options(&documents, options)
        .map(|text| escape_yaml(&text))
        .map_err(|error| error.to_string())
}

fn document<'a>(report: &'a Report, row: &'a Row, now: Option<u64>) -> ClusterReport<'a> {
    let result = match report.level(row) {
        _ if row.status.weight == Weight::Failed => "error",
        Level::Error => "fail",
        Level::Warning => "warn",
        // What is out of scope is accepted, as the scanner has it.
        Level::Note | Level::None => "pass",
    };
    let counts = ["pass", "fail", "warn", "error", "skip"];
    let scope = Reference {
        api_version: API_VERSION,
        kind: KIND,
        name: Text(&row.name),
        uid: row.uid.as_deref().map(Text),
        resource_version: row.resource_version.as_deref().map(Text),
    };
    let owner = Reference {
        resource_version: None,
        ..scope
    };
    ClusterReport {
        api_version: "openreports.io/v1alpha1",
        kind: "ClusterReport",
        metadata: Metadata {
            name: Text(format!(
                "{SOURCE}-{}",
                row.uid.as_ref().unwrap_or(&row.name)
            )),
            labels: BTreeMap::from([("app.kubernetes.io/managed-by", SOURCE)]),
            // Kubernetes refuses an owner without a uid.
            owner_references: row.uid.is_some().then_some([owner]),
        },
        scope,
        summary: counts
            .map(|count| (count, u8::from(count == result)))
            .into(),
        results: [ReportResult {
            source: SOURCE,
            // As the policy's own metadata have it.
            policy: "rancher-agent-version-policy",
            category: "Rancher",
            severity: "medium",
            timestamp: now.map(|seconds| Timestamp { seconds, nanos: 0 }),
            result,
            scored: true,
            message: row.message.as_deref().map(Text),
            properties: facts(report, row)
                .filter(|(name, value)| *name != "message" && !value.is_empty())
                .map(|(name, value)| (name.replace('_', "-"), Text(value)))
                .collect(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_document_for_each_cluster() {
        let mut report = sample::report();
        report.rows.truncate(2);
        report.rows[1].uid = None;
        assert_eq!(
            openreports(&report, Some(1_766_000_000)).unwrap(),
            r#"apiVersion: openreports.io/v1alpha1
kind: ClusterReport
metadata:
  name: rancher-agents-uid-of-c-1
  labels:
    app.kubernetes.io/managed-by: rancher-agents
  ownerReferences:
  - apiVersion: management.cattle.io/v3
    kind: Cluster
    name: c-1
    uid: uid-of-c-1
scope:
  apiVersion: management.cattle.io/v3
  kind: Cluster
  name: c-1
  uid: uid-of-c-1
  resourceVersion: "17"
summary:
  error: 0
  fail: 1
  pass: 0
  skip: 0
  warn: 0
results:
- source: rancher-agents
  policy: rancher-agent-version-policy
  category: Rancher
  severity: medium
  timestamp:
    seconds: 1766000000
    nanos: 0
  result: fail
  scored: true
  message: pins `v2.10.3`, "two" minor versions behind
  properties:
    deployed: rancher/rancher-agent:v2.12.3
    desired: rancher/rancher-agent:v2.10.3
    display-name: name of c-1
    name: c-1
    pinned-by: spec.desiredAgentImage
    reason: desired-lagging
    server-version: v2.12.3
    verdict: lagging
---
apiVersion: openreports.io/v1alpha1
kind: ClusterReport
metadata:
  name: rancher-agents-c-2
  labels:
    app.kubernetes.io/managed-by: rancher-agents
scope:
  apiVersion: management.cattle.io/v3
  kind: Cluster
  name: c-2
  resourceVersion: "17"
summary:
  error: 1
  fail: 0
  pass: 0
  skip: 0
  warn: 0
results:
- source: rancher-agents
  policy: rancher-agent-version-policy
  category: Rancher
  severity: medium
  timestamp:
    seconds: 1766000000
    nanos: 0
  result: error
  scored: true
  message: no server version
  properties:
    desired: follows
    display-name: name of c-2
    name: c-2
    server-version: v2.12.3
    unreachable: disconnected
    verdict: unknown
"#
        );
    }
}
