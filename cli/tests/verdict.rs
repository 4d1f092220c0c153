//! Clusters put to guests that answer as the policy would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod guests;

use guests::{answering, guest, untouched};
use rancher_agent_audit::report::{Concern, Level, Outcome, Row};
use rancher_agent_audit::{
    Answer, Cluster, DesiredFields, Field, Outlook, Policy, ReviewError, Unreachable, Verdict, ask,
    audit, audit_request, upgrade,
};
use serde_json::{Value, json};

fn cluster() -> Cluster {
    Cluster {
        name: "c-m-1".to_owned(),
        display_name: "edge".to_owned(),
        uid: "u-1".to_owned(),
        resource_version: "12".to_owned(),
        deletion_timestamp: None,
        administrated: Some("false".to_owned()),
        spec: DesiredFields {
            is_odd: false,
            desired_agent_image: Field::Text("reg:5000/rancher/rancher-agent:v2.11.3".to_owned()),
            agent_image_override: Field::Absent,
        },
        agent_image: "rancher/rancher-agent:v2.11.2".to_owned(),
        unreachable: None,
        source: "fleet.json".into(),
    }
}

fn following() -> Cluster {
    let mut cluster = cluster();
    cluster.spec.desired_agent_image = Field::Text(String::new());
    cluster
}

fn local() -> Cluster {
    Cluster {
        name: "local".to_owned(),
        ..following()
    }
}

/// The row about the sample cluster before anything was found.
fn row(verdict: &'static str, outcome: Outcome, level: Level, concern: Concern) -> Row {
    Row {
        cluster: "c-m-1".to_owned(),
        name: "edge".to_owned(),
        source: "fleet.json".to_owned(),
        uid: "u-1".to_owned(),
        resource_version: "12".to_owned(),
        desired: "reg:5000/rancher/rancher-agent:v2.11.3".to_owned(),
        deployed: "rancher/rancher-agent:v2.11.2".to_owned(),
        verdict,
        reason: String::new(),
        pinned_by: Some("spec.desiredAgentImage"),
        unreachable: None,
        message: String::new(),
        outcome,
        level,
        concern,
    }
}

#[test]
fn the_request_is_the_one_of_the_audit_scanner() {
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    assert_eq!(
        audit_request(&cluster()),
        json!({
            "uid": "u-1",
            "kind": kind,
            "requestKind": kind,
            "resource": {"group": "management.cattle.io", "version": "v3", "resource": "Cluster"},
            "name": "c-m-1",
            "operation": "CREATE",
            "userInfo": {},
            "object": {
                "apiVersion": "management.cattle.io/v3",
                "kind": "Cluster",
                "metadata": {
                    "name": "c-m-1",
                    "uid": "u-1",
                    "resourceVersion": "12",
                    "deletionTimestamp": null,
                    "annotations": {"provisioning.cattle.io/administrated": "false"},
                },
                "spec": {
                    "displayName": "edge",
                    "desiredAgentImage": "reg:5000/rancher/rancher-agent:v2.11.3",
                    "agentImageOverride": null,
                },
                "status": {"agentImage": "rancher/rancher-agent:v2.11.2"},
            },
        })
    );
}

#[test]
fn an_object_that_was_never_stored_gets_a_resource_version() {
    let mut cluster = cluster();
    cluster.resource_version = String::new();
    cluster.spec.is_odd = true;
    let request = audit_request(&cluster);
    assert_eq!(
        (
            request.pointer("/object/metadata/resourceVersion"),
            request.pointer("/object/spec")
        ),
        (Some(&json!("0")), Some(&json!(false)))
    );
}

/// What a policy that always gives this answer says about a cluster.
fn asked(cluster: &Cluster, answer: &str) -> Result<Answer, ReviewError> {
    let policy = Policy::load(&answering(answer), &json!({})).unwrap();
    ask(&policy, cluster, untouched())
}

fn answer(json: &Value) -> Answer {
    serde_json::from_value(json.clone()).unwrap()
}

#[test]
fn a_row_shows_the_cluster_and_the_words_of_the_policy() {
    let answer = asked(
        &cluster(),
        r#"{"accepted":false,"message":"it lags","audit_annotations":{"verdict":"lagging","reason":"r"}}"#,
    );
    let expected = Row {
        reason: "r".to_owned(),
        message: "it lags".to_owned(),
        ..row("lagging", Outcome::Fail, Level::Error, Concern::Lags)
    };
    assert_eq!(
        audit(&cluster(), &answer.unwrap()),
        Ok((Verdict::Lagging, expected))
    );
}

#[test]
fn the_verdict_is_the_annotation() {
    for verdict in Verdict::ALL {
        let annotated =
            answer(&json!({"accepted": true, "audit_annotations": {"verdict": verdict.word()}}));
        let found = audit(&cluster(), &annotated).map(|(verdict, _)| verdict);
        match verdict {
            Verdict::Rejected | Verdict::Ok | Verdict::OutOfScope => assert_eq!(
                found.unwrap_err().to_string(),
                "cluster `c-m-1`: the answer of the policy cannot be read"
            ),
            verdict => assert_eq!(found, Ok(verdict)),
        }
    }
}

#[test]
fn without_an_annotation_the_answer_tells() {
    let deleted = Cluster {
        deletion_timestamp: Some("2026-01-01T00:00:00Z".to_owned()),
        ..cluster()
    };
    let accepted = json!({"accepted": true, "audit_annotations": {}});
    let rejected = json!({"accepted": false, "code": 400, "message": "m"});
    for (cluster, json, expected) in [
        (cluster(), &accepted, Verdict::Ok),
        (cluster(), &rejected, Verdict::Rejected),
        (local(), &accepted, Verdict::OutOfScope),
        (deleted, &accepted, Verdict::OutOfScope),
        (local(), &rejected, Verdict::Rejected),
    ] {
        let verdict = audit(&cluster, &answer(json)).map(|(verdict, _)| verdict);
        assert_eq!(verdict, Ok(expected), "{json}");
    }
}

#[test]
fn outcome_level_and_concern_follow_from_the_answer() {
    for (json, verdict, outcome, level, concern) in [
        (
            json!({"accepted": false, "code": 500, "message": "m", "audit_annotations": {"verdict": "unknown"}}),
            "unknown",
            Outcome::Error,
            Level::Error,
            Concern::Unknown,
        ),
        (
            json!({"accepted": false, "message": "m", "audit_annotations": {"verdict": "unknown"}}),
            "unknown",
            Outcome::Fail,
            Level::Error,
            Concern::Unknown,
        ),
        (
            json!({"accepted": true, "message": "m", "audit_annotations": {"verdict": "lagging"}}),
            "lagging",
            Outcome::Pass,
            Level::Warning,
            Concern::Lags,
        ),
        (
            json!({"accepted": false, "code": 400, "message": "m"}),
            "rejected",
            Outcome::Fail,
            Level::Error,
            Concern::Unknown,
        ),
        (
            json!({"accepted": true, "message": "m", "audit_annotations": {"verdict": "ahead"}}),
            "ahead",
            Outcome::Pass,
            Level::Note,
            Concern::None,
        ),
        (
            json!({"accepted": true}),
            "ok",
            Outcome::Pass,
            Level::None,
            Concern::None,
        ),
    ] {
        let expected = Row {
            message: json
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            ..row(verdict, outcome, level, concern)
        };
        let found = audit(&cluster(), &answer(&json)).map(|(_, row)| row);
        assert_eq!(found, Ok(expected), "{json}");
    }
}

#[test]
fn a_cluster_that_cannot_be_judged_is_named() {
    for answer in ["no JSON", "{}", r#"{"accepted":"yes"}"#] {
        assert_eq!(
            asked(&cluster(), answer).unwrap_err().to_string(),
            "cluster `c-m-1`: the answer of the policy cannot be read"
        );
    }
    let policy = Policy::load(&guest(&[], "unreachable"), &json!({})).unwrap();
    assert_eq!(
        ask(&policy, &cluster(), untouched())
            .unwrap_err()
            .to_string(),
        "cluster `c-m-1`: the policy stopped: wasm trap: wasm `unreachable` instruction executed"
    );
}

/// Rancher's rule for the image that it deploys.
#[test]
fn a_pin_is_the_image_that_decides() {
    let text = |text: &str| Field::Text(text.to_owned());
    let (over, desired) = ("spec.agentImageOverride", "spec.desiredAgentImage");
    for (agent_image_override, desired_agent_image, expected) in [
        (Field::Absent, Field::Absent, None),
        (text(""), text(""), None),
        (text(""), text("fixed"), None),
        (text("fixed"), text("b:v2"), None),
        (text(""), text("Fixed"), Some((desired, "Fixed"))),
        (Field::Absent, text("b:v2"), Some((desired, "b:v2"))),
        (text("b:v1"), text("b:v2"), Some((over, "b:v1"))),
        (text("b:v1"), Field::Odd, Some((over, "b:v1"))),
        (text(""), Field::Odd, Some((desired, "?"))),
        (Field::Odd, text("b:v2"), Some((over, "?"))),
    ] {
        let mut cluster = cluster();
        cluster.spec.agent_image_override = agent_image_override;
        cluster.spec.desired_agent_image = desired_agent_image;
        let (_, row) = audit(&cluster, &answer(&json!({"accepted": true}))).unwrap();
        let expected = expected.unwrap_or(("", "follows"));
        assert_eq!(
            (row.pinned_by.unwrap_or_default(), row.desired.as_str()),
            expected
        );
    }
}

#[test]
fn the_outlook_of_an_upgrade() {
    let lagging =
        json!({"accepted": false, "message": "m", "audit_annotations": {"verdict": "lagging"}});
    let unknown =
        json!({"accepted": false, "message": "m", "audit_annotations": {"verdict": "unknown"}});
    let odd = json!({"accepted": false, "code": 400, "message": "m"});
    let accepted = json!({"accepted": true});
    let away = |cluster: Cluster, unreachable| Cluster {
        unreachable: Some(unreachable),
        ..cluster
    };
    let administrated = || Cluster {
        administrated: Some("true".to_owned()),
        ..cluster()
    };
    let overridden = || {
        let mut cluster = administrated();
        cluster.spec.agent_image_override = Field::Text("a:v2.10.0".to_owned());
        cluster
    };
    let fixed = json!({"accepted": true, "message": "f", "audit_annotations": {"verdict": "current", "reason": "fixed-will-not-follow"}});
    let deleted = Cluster {
        deletion_timestamp: Some("2026-01-01T00:00:00Z".to_owned()),
        ..cluster()
    };
    let disconnected = Unreachable::Disconnected;
    let cases = [
        (cluster(), &lagging, Outlook::StaysBehind),
        (
            away(cluster(), disconnected),
            &lagging,
            Outlook::StaysBehind,
        ),
        (cluster(), &unknown, Outlook::Unknown),
        (cluster(), &odd, Outlook::Rejected),
        (cluster(), &accepted, Outlook::Pinned),
        (administrated(), &lagging, Outlook::ReApplied),
        (overridden(), &lagging, Outlook::StaysBehind),
        (following(), &fixed, Outlook::Follows),
        (
            away(administrated(), disconnected),
            &lagging,
            Outlook::NotReachable,
        ),
        (following(), &accepted, Outlook::Follows),
        (
            away(following(), disconnected),
            &accepted,
            Outlook::NotReachable,
        ),
        (
            away(following(), Unreachable::NoNode),
            &accepted,
            Outlook::NotReachable,
        ),
        (
            away(following(), Unreachable::NotProvisioned),
            &accepted,
            Outlook::NotReachable,
        ),
        (deleted, &accepted, Outlook::BeingDeleted),
        (local(), &accepted, Outlook::NoAgent),
    ];
    let told: Vec<_> = cases
        .into_iter()
        .map(|(cluster, json, expected)| {
            let (outlook, row) = upgrade(&cluster, &answer(json));
            assert_eq!(
                (outlook, row.verdict),
                (expected, expected.word()),
                "{cluster:?}"
            );
            (
                row.verdict,
                row.message,
                row.outcome,
                row.level,
                row.concern,
            )
        })
        .collect();
    let (lags, tells, silent) = (
        (Outcome::Fail, Level::Error, Concern::Lags),
        (Outcome::Fail, Level::Error, Concern::Unknown),
        (Outcome::Pass, Level::None, Concern::None),
    );
    let away = (Outcome::Pass, Level::Warning, Concern::None);
    let skipped = (Outcome::Skip, Level::None, Concern::None);
    let by_itself = "Rancher rolls its new agent out by itself";
    let connected = "Rancher deploys its new agent once the cluster is connected again";
    let expected = [
        ("stays-behind", "m", lags),
        ("stays-behind", "m", lags),
        ("unknown", "m", tells),
        ("rejected", "m", tells),
        ("pinned", "", (Outcome::Pass, Level::Note, Concern::None)),
        (
            "re-applied",
            "Rancher provisioned this cluster and writes its new image itself",
            silent,
        ),
        ("stays-behind", "m", lags),
        ("follows", "f", (Outcome::Pass, Level::Note, Concern::None)),
        ("not-reachable", connected, away),
        ("follows", by_itself, silent),
        ("not-reachable", connected, away),
        (
            "not-reachable",
            "Rancher deploys its new agent once the cluster has a node",
            away,
        ),
        (
            "not-reachable",
            "Rancher deploys its new agent once the cluster is provisioned",
            away,
        ),
        ("being-deleted", "the cluster is being deleted", skipped),
        ("no-agent", "Rancher's own cluster has no agent", skipped),
    ]
    .map(|(verdict, message, (outcome, level, concern))| {
        (verdict, message.to_owned(), outcome, level, concern)
    });
    assert_eq!(told, expected);
}
