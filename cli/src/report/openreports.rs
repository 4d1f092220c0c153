//! ClusterReports of `openreports.io/v1alpha1`, one for each cluster, as
//! Kubewarden's audit scanner writes them: for a server without Kubewarden, or
//! for what shows such reports.
//!
//! The labels are not the scanner's. After each scan it deletes every report that
//! has its `app.kubernetes.io/managed-by: kubewarden` and not the uid of that
//! scan. These reports say who manages them in the same label, so that they can be
//! selected, and leave out the scanner's other two: the uid of a scan, and the
//! version of its own layout.
//!
//! The name is the scanner's, the uid of the cluster. Where it scans the same
//! server, it takes the object over.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::facts::facts;
use crate::report::{Outcome, Report, Row};

const API_VERSION: &str = "management.cattle.io/v3";
const KIND: &str = "Cluster";

/// What the policy's metadata say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyInfo<'a> {
    /// Its name, as in `io.kubewarden.policy.title`.
    pub title: &'a str,
    /// As in `io.kubewarden.policy.category`.
    pub category: &'a str,
    /// As in `io.kubewarden.policy.severity`.
    pub severity: &'a str,
}

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
    name: &'a str,
    labels: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_references: Option<[Reference<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    api_version: &'static str,
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    uid: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    resource_version: &'a str,
}

#[derive(Serialize)]
struct ReportResult<'a> {
    source: &'static str,
    policy: String,
    category: &'a str,
    severity: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    result: &'static str,
    scored: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    properties: BTreeMap<String, &'a str>,
}

/// The API demands both fields.
#[derive(Serialize)]
struct Timestamp {
    seconds: u64,
    nanos: u32,
}

/// A document for each row. `now` is in seconds since 1970.
pub(crate) fn openreports(
    report: &Report,
    policy: &PolicyInfo<'_>,
    now: Option<u64>,
) -> Result<String, String> {
    let documents: Vec<ClusterReport<'_>> = report
        .rows
        .iter()
        .map(|row| document(report, row, policy, now))
        .collect();
    // A text stays on one line, so that nobody has to know how blocks fold.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_multiple_with_options(&documents, options)
        .map_err(|error| error.to_string())
}

fn document<'a>(
    report: &'a Report,
    row: &'a Row,
    policy: &PolicyInfo<'a>,
    now: Option<u64>,
) -> ClusterReport<'a> {
    // The scanner has no `skip` for a result: what is out of scope is accepted.
    let result = match row.outcome {
        Outcome::Pass | Outcome::Skip => "pass",
        Outcome::Fail => "fail",
        Outcome::Error => "error",
    };
    let counts = ["pass", "fail", "warn", "error", "skip"];
    let scope = Reference {
        api_version: API_VERSION,
        kind: KIND,
        name: &row.cluster,
        uid: &row.uid,
        resource_version: &row.resource_version,
    };
    let owner = Reference {
        resource_version: "",
        ..scope
    };
    ClusterReport {
        api_version: "openreports.io/v1alpha1",
        kind: "ClusterReport",
        metadata: Metadata {
            name: if row.uid.is_empty() {
                &row.cluster
            } else {
                &row.uid
            },
            labels: BTreeMap::from([("app.kubernetes.io/managed-by", "rancher-agent-audit")]),
            // Kubernetes refuses an owner without a uid.
            owner_references: (!row.uid.is_empty()).then_some([owner]),
        },
        scope,
        summary: counts
            .map(|count| (count, u8::from(count == result)))
            .into(),
        results: [ReportResult {
            source: "kubewarden",
            policy: format!("clusterwide-{}", policy.title),
            category: policy.category,
            severity: policy.severity,
            timestamp: now.map(|seconds| Timestamp { seconds, nanos: 0 }),
            result,
            scored: true,
            message: &row.message,
            properties: facts(report, row)
                .filter(|(name, value)| *name != "message" && !value.is_empty())
                .map(|(name, value)| (name.replace('_', "-"), value))
                .collect(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const POLICY: PolicyInfo<'_> = PolicyInfo {
        title: "rancher-agent-version-policy",
        category: "Rancher",
        severity: "medium",
    };

    #[test]
    fn has_a_document_for_each_cluster() {
        let mut report = sample::report();
        report.rows.truncate(2);
        report.rows[1].uid.clear();
        assert_eq!(
            openreports(&report, &POLICY, Some(1_766_000_000)).unwrap(),
            r#"apiVersion: openreports.io/v1alpha1
kind: ClusterReport
metadata:
  name: uid-of-c-1
  labels:
    app.kubernetes.io/managed-by: rancher-agent-audit
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
- source: kubewarden
  policy: clusterwide-rancher-agent-version-policy
  category: Rancher
  severity: medium
  timestamp:
    seconds: 1766000000
    nanos: 0
  result: fail
  scored: true
  message: pins `v2.10.3`, "two" minor versions behind
  properties:
    cluster: c-1
    deployed: rancher/rancher-agent:v2.12.3
    desired: rancher/rancher-agent:v2.10.3
    name: name of c-1
    pinned-by: spec.desiredAgentImage
    reason: desired-lagging
    server-version: v2.12.3
    verdict: lagging
---
apiVersion: openreports.io/v1alpha1
kind: ClusterReport
metadata:
  name: c-2
  labels:
    app.kubernetes.io/managed-by: rancher-agent-audit
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
- source: kubewarden
  policy: clusterwide-rancher-agent-version-policy
  category: Rancher
  severity: medium
  timestamp:
    seconds: 1766000000
    nanos: 0
  result: error
  scored: true
  message: no server version
  properties:
    cluster: c-2
    desired: follows
    name: name of c-2
    server-version: v2.12.3
    unreachable: disconnected
    verdict: unknown
"#
        );
    }
}
