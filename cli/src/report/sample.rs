//! A small report for the tests of the formats: one row for each outcome.

use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::{FailOn, Question, Report, Row, Status, Verdict, Weight};
use crate::unreachable::Unreachable;

pub(crate) fn row(name: &str, verdict: Verdict, weight: Weight) -> Row {
    Row {
        name: name.to_owned(),
        display_name: format!("name of {name}"),
        source: "my clusters/clusters.json".to_owned(),
        uid: Some(format!("uid-of-{name}")),
        resource_version: Some("17".to_owned()),
        desired: "follows".to_owned(),
        deployed: Some("rancher/rancher-agent:v2.12.3".to_owned()),
        running: None,
        status: Status { verdict, weight },
        reason: None,
        pinned_by: None,
        is_pinned_by_rancher: false,
        fields_to_clear: Vec::new(),
        replacement: None,
        agent_image_lags: false,
        unreachable: None,
        message: None,
    }
}

pub(crate) fn report() -> Report {
    Report {
        server_version: "v2.12.3".to_owned(),
        question: Question::Audit,
        fail_on: FailOn::Lagging,
        rows: vec![
            Row {
                desired: "rancher/rancher-agent:v2.10.3".to_owned(),
                reason: Some("desired-lagging"),
                pinned_by: Some(DesiredField::DesiredAgentImage),
                message: Some("pins `v2.10.3`, \"two\" minor versions behind".to_owned()),
                ..row("c-1", Verdict::Lagging, Weight::Refused)
            },
            Row {
                deployed: None,
                unreachable: Some(Unreachable::Disconnected),
                message: Some("no server version".to_owned()),
                ..row("c-2", Verdict::Unknown, Weight::Failed)
            },
            row("c-3", Verdict::Current, Weight::Silent),
            row("local", Verdict::OutOfScope, Weight::Skipped),
        ],
    }
}
