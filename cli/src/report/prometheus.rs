//! Metrics for the textfile collector of node_exporter.
//!
//! `rancher_agent_verdict`, or before an upgrade `rancher_agent_upgrade_outlook`, so
//! that both may stand beside each other, has a series for each row. Its labels are the facts but
//! one: the message is a sentence that may change with every release, and each
//! change would start a new series. The label `uid` tells clusters of two servers
//! apart. Rows that agree in every label are one series all the same, as the
//! format demands, and the value says how many they are; else it is 1.
//!
//! The families are put together here and not by `GaugeVec`: it finds a series by
//! a hash of all label values without a border between them, so a name could be
//! chosen that makes two clusters one.

use std::collections::BTreeMap;

use prometheus::TextEncoder;
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

use crate::report::facts::facts;
use crate::report::{Question, Report, Row};
use crate::text::printable;

/// The labels of a series.
pub(crate) type Labels = Vec<(&'static str, String)>;

/// A series for each row, and one for each verdict.
pub(crate) fn prometheus(report: &Report) -> Result<String, String> {
    encode(report_families(report))
}

/// The same, before it is text.
pub(crate) fn report_families(report: &Report) -> [MetricFamily; 2] {
    match report.question {
        Question::Audit => [
            gauges(
                "rancher_agent_verdict",
                "The verdict on the agent of a Rancher cluster.",
                verdicts(report),
            ),
            gauges(
                "rancher_agent_clusters",
                "How many Rancher clusters have each verdict.",
                clusters(report),
            ),
        ],
        Question::Upgrade => [
            gauges(
                "rancher_agent_upgrade_outlook",
                "What an upgrade of Rancher will do to the agent of a cluster.",
                verdicts(report),
            ),
            gauges(
                "rancher_agent_upgrade_clusters",
                "To how many Rancher clusters an upgrade will do what.",
                clusters(report),
            ),
        ],
    }
}

/// Metrics in the text format.
pub(crate) fn encode(families: impl IntoIterator<Item = MetricFamily>) -> Result<String, String> {
    // The encoder refuses a family without series.
    let families: Vec<MetricFamily> = families
        .into_iter()
        .filter(|family| !family.get_metric().is_empty())
        .collect();
    TextEncoder::new()
        .encode_to_string(&families)
        .map_err(|error| error.to_string())
}

/// Gauges under one name.
pub(crate) fn gauges(
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) -> MetricFamily {
    family(MetricType::GAUGE, name, help, values)
}

/// Metrics of this kind under one name.
pub(crate) fn family(
    kind: MetricType,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) -> MetricFamily {
    let metrics = values.into_iter().map(|(labels, value)| {
        let labels = labels.into_iter().map(|(name, value)| {
            let mut label = LabelPair::default();
            label.set_name(name.to_owned());
            label.set_value(value);
            label
        });
        let mut metric = Metric::from_label(labels.collect());
        if kind == MetricType::COUNTER {
            let mut counter = Counter::default();
            counter.set_value(value as f64);
            metric.set_counter(counter);
        } else {
            let mut gauge = Gauge::default();
            gauge.set_value(value as f64);
            metric.set_gauge(gauge);
        }
        metric
    });
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics.collect());
    family
}

fn verdicts(report: &Report) -> Vec<(Labels, u64)> {
    let mut counts: BTreeMap<Labels, u64> = BTreeMap::new();
    for row in &report.rows {
        *counts.entry(labels(report, row)).or_default() += 1;
    }
    // Taken out at the first row of each, so that the order stays.
    let rows = report.rows.iter();
    rows.filter_map(|row| counts.remove_entry(&labels(report, row)))
        .collect()
}

fn clusters(report: &Report) -> impl Iterator<Item = (Labels, u64)> {
    report
        .summary()
        .map(|(verdict, count)| (vec![("verdict", verdict.to_owned())], count as u64))
}

fn labels(report: &Report, row: &Row) -> Labels {
    facts(report, row)
        .filter(|(name, _)| *name != "message")
        .chain([("uid", row.uid.as_deref().unwrap_or_default())])
        .map(|(name, value)| (name, printable(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_series_for_each_cluster_and_for_each_verdict() {
        assert_eq!(
            prometheus(&sample::report()).unwrap(),
            r#"# HELP rancher_agent_verdict The verdict on the agent of a Rancher cluster.
# TYPE rancher_agent_verdict gauge
rancher_agent_verdict{name="c-1",display_name="name of c-1",desired="rancher/rancher-agent:v2.10.3",deployed="rancher/rancher-agent:v2.12.3",server_version="v2.12.3",verdict="lagging",reason="desired-lagging",pinned_by="spec.desiredAgentImage",unreachable="",uid="uid-of-c-1"} 1
rancher_agent_verdict{name="c-2",display_name="name of c-2",desired="follows",deployed="",server_version="v2.12.3",verdict="unknown",reason="",pinned_by="",unreachable="disconnected",uid="uid-of-c-2"} 1
rancher_agent_verdict{name="c-3",display_name="name of c-3",desired="follows",deployed="rancher/rancher-agent:v2.12.3",server_version="v2.12.3",verdict="current",reason="",pinned_by="",unreachable="",uid="uid-of-c-3"} 1
rancher_agent_verdict{name="local",display_name="name of local",desired="follows",deployed="rancher/rancher-agent:v2.12.3",server_version="v2.12.3",verdict="out-of-scope",reason="",pinned_by="",unreachable="",uid="uid-of-local"} 1
# HELP rancher_agent_clusters How many Rancher clusters have each verdict.
# TYPE rancher_agent_clusters gauge
rancher_agent_clusters{verdict="lagging"} 1
rancher_agent_clusters{verdict="unknown"} 1
rancher_agent_clusters{verdict="rejected"} 0
rancher_agent_clusters{verdict="tolerated"} 0
rancher_agent_clusters{verdict="ahead"} 0
rancher_agent_clusters{verdict="as-deployed-by-server"} 0
rancher_agent_clusters{verdict="current"} 1
rancher_agent_clusters{verdict="pending"} 0
rancher_agent_clusters{verdict="out-of-scope"} 1
"#
        );
    }

    #[test]
    fn rows_that_agree_are_one_series() {
        let mut report = sample::report();
        report.rows = vec![
            report.rows[2].clone(),
            report.rows[3].clone(),
            report.rows[2].clone(),
        ];
        let text = prometheus(&report).unwrap();
        let values: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("rancher_agent_verdict"))
            .map(|line| line.rsplit(' ').next().unwrap())
            .collect();
        assert_eq!(values, ["2", "1"]);
    }
}
