//! A small report for the tests of the formats: one row for each outcome.

use crate::report::{Concern, Level, Outcome, Question, Report, Row};

pub(crate) fn row(cluster: &str, verdict: &'static str, outcome: Outcome, level: Level) -> Row {
    Row {
        cluster: cluster.to_owned(),
        name: format!("name of {cluster}"),
        source: "my fleet/clusters.json".to_owned(),
        uid: format!("uid-of-{cluster}"),
        resource_version: "17".to_owned(),
        desired: "follows".to_owned(),
        deployed: "rancher/rancher-agent:v2.12.3".to_owned(),
        verdict,
        reason: String::new(),
        pinned_by: None,
        unreachable: None,
        message: String::new(),
        outcome,
        level,
        concern: Concern::None,
    }
}

pub(crate) fn report() -> Report {
    Report {
        server_version: "v2.12.3".to_owned(),
        question: Question::Audit,
        rows: vec![
            Row {
                desired: "rancher/rancher-agent:v2.10.3".to_owned(),
                reason: "desired-lagging".to_owned(),
                pinned_by: Some("spec.desiredAgentImage"),
                message: "pins `v2.10.3`, \"two\" minor versions behind".to_owned(),
                ..row("c-1", "lagging", Outcome::Fail, Level::Error)
            },
            Row {
                deployed: String::new(),
                unreachable: Some("disconnected"),
                message: "no server version".to_owned(),
                ..row("c-2", "unknown", Outcome::Error, Level::Warning)
            },
            row("c-3", "current", Outcome::Pass, Level::None),
            row("local", "out-of-scope", Outcome::Skip, Level::None),
        ],
        summary: vec![
            ("lagging", 1),
            ("unknown", 1),
            ("current", 1),
            ("out-of-scope", 1),
        ],
    }
}
