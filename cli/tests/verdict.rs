//! What is said of a cluster, and what follows from it.

use rancher_agent_version_policy::cluster::{Cluster, DesiredField};
use rancher_agent_version_policy::judge::Step;
use rancher_agent_version_policy::setting::{Fact, Fault, Rancher};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{
    Concern, FailOn, Level, Question, Replacement, Row, Status, Verdict, Weight,
};
use rancher_agents::{Listed, Unreachable, judge};
use serde_json::{Value, json};

fn listed(object: &Value) -> Listed {
    let text = object.to_string();
    let cluster: Cluster<'_> = serde_json::from_str(&text).unwrap();
    Listed {
        cluster: cluster.into_owned(),
        uid: Some("u-1".to_owned()),
        unreachable: None,
        is_hosted: false,
        source: "clusters.json".into(),
    }
}

/// The sample cluster with these members of `metadata` and `spec`.
fn cluster(metadata: &Value, spec: &Value) -> Listed {
    let mut object = json!({
        "metadata": {"name": "c-m-1", "resourceVersion": "12"},
        "spec": {"displayName": "edge"},
        "status": {"agentImage": "rancher/rancher-agent:v2.11.2"},
    });
    for (key, members) in [("metadata", metadata), ("spec", spec)] {
        match members.as_object() {
            Some(members) => {
                let object = object[key].as_object_mut().unwrap();
                object.extend(members.clone());
            }
            None => object[key] = members.clone(),
        }
    }
    listed(&object)
}

fn spec(spec: &Value) -> Listed {
    cluster(&json!({}), spec)
}

fn pinned(image: &str) -> Listed {
    spec(&json!({"desiredAgentImage": image}))
}

fn settings(settings: &Value) -> Settings {
    Settings::from_json(settings.to_string().as_bytes()).unwrap()
}

fn rancher(version: &str) -> Rancher {
    Rancher {
        server_version: Some(Fact::Value(version.to_owned())),
        agent_image: Some(Fact::Fault(Fault::NotFound)),
    }
}

fn audited(listed: &Listed, with: &Value) -> Row {
    judge(
        Question::Audit,
        listed,
        &settings(with),
        &rancher("v2.11.2"),
        None,
    )
}

fn status(verdict: Verdict, weight: Weight) -> Status {
    Status { verdict, weight }
}

#[test]
fn a_row_shows_the_cluster_and_the_words_of_the_policy() {
    let mut row = audited(
        &pinned("reg:5000/rancher/rancher-agent:v2.10.3"),
        &json!({}),
    );
    let message = row.message.take().unwrap();
    assert!(
        message.starts_with("cluster `edge` (c-m-1): `spec.desiredAgentImage` pins agent v2.10.3"),
        "{message}"
    );
    assert_eq!(
        row,
        Row {
            name: "c-m-1".to_owned(),
            display_name: "edge".to_owned(),
            source: "clusters.json".to_owned(),
            uid: Some("u-1".to_owned()),
            resource_version: Some("12".to_owned()),
            desired: "reg:5000/rancher/rancher-agent:v2.10.3".to_owned(),
            deployed: Some("rancher/rancher-agent:v2.11.2".to_owned()),
            running: None,
            status: status(Verdict::Lagging, Weight::Refused),
            reason: Some("desired-lagging"),
            pinned_by: Some(DesiredField::DesiredAgentImage),
            is_pinned_by_rancher: false,
            fields_to_clear: vec![DesiredField::DesiredAgentImage],
            replacement: None,
            agent_image_lags: false,
            unreachable: None,
            message: None,
        }
    );
}

#[test]
fn every_verdict_of_an_audit() {
    let none = json!({});
    let warn = json!({"unknownVersion": "warn"});
    let lenient = json!({"allowedLag": "minor"});
    let local = cluster(
        &json!({"name": "local"}),
        &json!({"desiredAgentImage": "a:v1.0.0"}),
    );
    let deleted = cluster(
        &json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}),
        &json!({"desiredAgentImage": "a:v1.0.0"}),
    );
    for (listed, with, verdict, weight, reason) in [
        (
            pinned("a:v2.10.3"),
            &none,
            Verdict::Lagging,
            Weight::Refused,
            "desired-lagging",
        ),
        (
            pinned("a:edge"),
            &none,
            Verdict::Unknown,
            Weight::Refused,
            "not-a-version",
        ),
        (
            pinned("a:edge"),
            &warn,
            Verdict::Unknown,
            Weight::Warned,
            "not-a-version",
        ),
        (
            spec(&json!({"agentImageOverride": 7})),
            &none,
            Verdict::Rejected,
            Weight::Refused,
            "malformed-field",
        ),
        (
            pinned("a:v2.10.3"),
            &lenient,
            Verdict::Tolerated,
            Weight::Noted,
            "desired-tolerated",
        ),
        (
            pinned("a:v2.12.0"),
            &none,
            Verdict::Ahead,
            Weight::Noted,
            "desired-ahead",
        ),
        (
            pinned("a:v2.11.2"),
            &none,
            Verdict::Current,
            Weight::Noted,
            "pinned-will-not-follow",
        ),
        (
            spec(&json!({"desiredAgentImage": "fixed"})),
            &none,
            Verdict::Current,
            Weight::Noted,
            "fixed-will-not-follow",
        ),
        (
            spec(&json!({})),
            &none,
            Verdict::Current,
            Weight::Silent,
            "",
        ),
        (local, &none, Verdict::OutOfScope, Weight::Skipped, ""),
        (deleted, &none, Verdict::OutOfScope, Weight::Skipped, ""),
    ] {
        let row = audited(&listed, with);
        assert_eq!(
            (row.status, row.reason.unwrap_or_default()),
            (status(verdict, weight), reason),
            "{listed:?}"
        );
        assert_eq!(row.message.is_some(), !reason.is_empty());
    }
}

#[test]
fn deployed_images_and_servers_are_judged_too() {
    let following = spec(&json!({}));
    let default = settings(&json!({}));
    let newer = judge(
        Question::Audit,
        &following,
        &default,
        &rancher("v2.12.0"),
        None,
    );
    assert_eq!(newer.status, status(Verdict::Lagging, Weight::Refused));
    let warn = settings(&json!({"deployedImage": "warn"}));
    let warned = judge(
        Question::Audit,
        &following,
        &warn,
        &rancher("v2.12.0"),
        None,
    );
    assert_eq!(warned.status, status(Verdict::Lagging, Weight::Warned));
    let unknown = judge(Question::Audit, &following, &default, &rancher("dev"), None);
    assert_eq!(unknown.status, status(Verdict::Unknown, Weight::Failed));
    let own = Rancher {
        agent_image: Some(Fact::Value("a:v2.10.0".to_owned())),
        ..rancher("v2.11.2")
    };
    // What is deployed is where the server is; the finding is what Rancher would deploy.
    let row = judge(Question::Audit, &following, &default, &own, None);
    assert_eq!(
        (row.status, row.reason),
        (
            status(Verdict::Current, Weight::Noted),
            Some("agent-image-setting-lagging")
        )
    );
}

/// The exit status tells the same as each format: an error is what makes it other than 0.
#[test]
fn the_level_follows_from_the_status_and_from_what_is_to_fail() {
    const ALL: [FailOn; 3] = [FailOn::Lagging, FailOn::Unknown, FailOn::None];
    let (error, warning) = (Level::Error, Level::Warning);
    for (verdict, weight, expected) in [
        (Verdict::Lagging, Weight::Refused, [error, error, warning]),
        (Verdict::Lagging, Weight::Warned, [error, error, warning]),
        (
            Verdict::StaysBehind,
            Weight::Refused,
            [error, error, warning],
        ),
        (Verdict::HeldBack, Weight::Refused, [error, error, warning]),
        (Verdict::HeldBack, Weight::Warned, [warning; 3]),
        (Verdict::Unknown, Weight::Refused, [warning, error, warning]),
        (Verdict::Unknown, Weight::Warned, [warning, error, warning]),
        (
            Verdict::Rejected,
            Weight::Refused,
            [warning, error, warning],
        ),
        (Verdict::Unknown, Weight::Failed, [error; 3]),
        (Verdict::NotReachable, Weight::Warned, [warning; 3]),
        (Verdict::Ahead, Weight::Noted, [Level::Note; 3]),
        (Verdict::Current, Weight::Silent, [Level::None; 3]),
        (Verdict::NoAgent, Weight::Skipped, [Level::None; 3]),
    ] {
        let status = status(verdict, weight);
        let found = ALL.map(|fail_on| status.level(status.concern(), fail_on));
        assert_eq!(found, expected, "{status:?}");
        let is_error = found.map(|level| level == error);
        let fails = ALL.map(|fail_on| fail_on.includes(status.concern()));
        assert!(is_error == fails || weight == Weight::Failed, "{status:?}");
    }
}

#[test]
fn verdicts_stand_by_urgency_and_some_concern_the_exit_status() {
    for (question, expected) in [
        (
            Question::Audit,
            vec!["lagging Lags", "unknown Unknown", "rejected Unknown"],
        ),
        (
            Question::Upgrade,
            vec![
                "stays-behind Lags",
                "held-back Lags",
                "unknown Unknown",
                "rejected Unknown",
            ],
        ),
    ] {
        let verdicts = question.verdicts();
        assert!(verdicts.is_sorted());
        let concerns: Vec<String> = verdicts
            .iter()
            .map(|verdict| (verdict, status(*verdict, Weight::Refused).concern()))
            .filter(|(_, concern)| *concern != Concern::None)
            .map(|(verdict, concern)| format!("{} {concern:?}", <&str>::from(verdict)))
            .collect();
        assert_eq!(concerns, expected);
    }
}

/// Rancher's rule for the image that it deploys.
#[test]
fn a_pin_is_the_image_that_decides() {
    let (over, desired) = (
        DesiredField::AgentImageOverride,
        DesiredField::DesiredAgentImage,
    );
    for (agent_image_override, desired_agent_image, expected) in [
        (json!(null), json!(null), None),
        (json!(""), json!(""), None),
        (json!(""), json!("fixed"), None),
        (json!("fixed"), json!("b:v2"), None),
        (json!(""), json!("Fixed"), Some((desired, "Fixed"))),
        (json!(null), json!("b:v2"), Some((desired, "b:v2"))),
        (json!("b:v1"), json!("b:v2"), Some((over, "b:v1"))),
        (json!("b:v1"), json!(7), Some((over, "b:v1"))),
        (json!(""), json!(7), Some((desired, "?"))),
        (json!(7), json!("b:v2"), Some((over, "?"))),
    ] {
        let row = audited(
            &spec(&json!({
                "agentImageOverride": agent_image_override,
                "desiredAgentImage": desired_agent_image,
            })),
            &json!({}),
        );
        let (field, image) = expected.unzip();
        assert_eq!(
            (row.pinned_by, row.desired.as_str()),
            (field, image.unwrap_or("follows"))
        );
    }
}

#[test]
fn rancher_writes_the_desired_image_of_what_it_provisioned() {
    let both = json!({"desiredAgentImage": "a:v2", "agentImageOverride": "a:v1"});
    let desired = json!({"desiredAgentImage": "a:v2"});
    let (desired_field, over) = (
        DesiredField::DesiredAgentImage,
        DesiredField::AgentImageOverride,
    );
    for (administrated, spec, expected) in [
        ("true", &desired, (true, vec![])),
        ("true", &both, (false, vec![over])),
        ("false", &desired, (false, vec![desired_field])),
        ("True", &desired, (false, vec![desired_field])),
        ("false", &both, (false, vec![over, desired_field])),
        ("true", &json!({}), (false, vec![])),
    ] {
        let annotations = json!({"provisioning.cattle.io/administrated": administrated});
        let row = audited(
            &cluster(&json!({"annotations": annotations}), spec),
            &json!({}),
        );
        let found = (row.is_pinned_by_rancher, row.fields_to_clear);
        assert_eq!(found, expected, "{administrated} {spec}");
    }
}

#[test]
fn the_outlook_of_an_upgrade() {
    let away = |listed: Listed, unreachable| Listed {
        unreachable: Some(unreachable),
        ..listed
    };
    let administrated = |spec: Value| {
        let annotations = json!({"provisioning.cattle.io/administrated": "true"});
        cluster(&json!({"annotations": annotations}), &spec)
    };
    let old = || pinned("a:v2.11.2");
    let ranchers = || administrated(json!({"desiredAgentImage": "a:v2.11.2"}));
    let following = || spec(&json!({}));
    let deleted = cluster(
        &json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}),
        &json!({"desiredAgentImage": "a:v2.11.2"}),
    );
    let local = cluster(&json!({"name": "local"}), &json!({}));
    let disconnected = Unreachable::Disconnected;
    let connected = "Rancher deploys its new agent once the cluster is connected again";
    let with = settings(&json!({"serverVersion": "v2.12.0", "deployedImage": "ignore"}));
    for (listed, verdict, weight, message) in [
        (old(), Verdict::StaysBehind, Weight::Refused, ""),
        (
            away(old(), disconnected),
            Verdict::StaysBehind,
            Weight::Refused,
            "",
        ),
        (pinned("a:edge"), Verdict::Unknown, Weight::Refused, ""),
        (
            spec(&json!({"desiredAgentImage": 7})),
            Verdict::Rejected,
            Weight::Refused,
            "",
        ),
        (spec(&json!("text")), Verdict::Rejected, Weight::Refused, ""),
        (pinned("a:v2.12.0"), Verdict::Pinned, Weight::Noted, ""),
        (
            ranchers(),
            Verdict::ReApplied,
            Weight::Silent,
            "Rancher provisioned this cluster and writes its new image itself",
        ),
        (
            administrated(json!({"agentImageOverride": "a:v2.10.0"})),
            Verdict::StaysBehind,
            Weight::Refused,
            "",
        ),
        (
            spec(&json!({"desiredAgentImage": "fixed"})),
            Verdict::Follows,
            Weight::Noted,
            "",
        ),
        (
            away(ranchers(), disconnected),
            Verdict::NotReachable,
            Weight::Warned,
            connected,
        ),
        (
            following(),
            Verdict::Follows,
            Weight::Silent,
            "Rancher rolls its new agent out by itself",
        ),
        (
            away(following(), disconnected),
            Verdict::NotReachable,
            Weight::Warned,
            connected,
        ),
        (
            away(following(), Unreachable::NoNode),
            Verdict::NotReachable,
            Weight::Warned,
            "Rancher deploys its new agent once the cluster has a node",
        ),
        (
            away(following(), Unreachable::NotProvisioned),
            Verdict::NotReachable,
            Weight::Warned,
            "Rancher deploys its new agent once the cluster is provisioned",
        ),
        (
            deleted,
            Verdict::BeingDeleted,
            Weight::Skipped,
            "the cluster is being deleted",
        ),
        (
            local,
            Verdict::NoAgent,
            Weight::Skipped,
            "Rancher's own cluster has no agent",
        ),
    ] {
        let row = judge(Question::Upgrade, &listed, &with, &rancher("v2.11.2"), None);
        assert_eq!(row.status, status(verdict, weight), "{listed:?}");
        let told = row.message.unwrap();
        if message.is_empty() {
            assert!(told.starts_with("cluster "), "{told}");
        } else {
            assert_eq!(told, message);
        }
    }
}

/// No upgrade changes a Setting `agent-image` that somebody has set.
#[test]
fn an_agent_image_that_was_set_by_hand_holds_clusters_back() {
    let administrated = cluster(
        &json!({"annotations": {"provisioning.cattle.io/administrated": "true"}}),
        &json!({"desiredAgentImage": "r.example/rancher/rancher-agent:v2.10.9"}),
    );
    let following = spec(&json!({}));
    let away = Listed {
        unreachable: Some(Unreachable::Disconnected),
        ..following.clone()
    };
    let with = settings(&json!({"serverVersion": "v2.12.0", "deployedImage": "ignore"}));
    let held = |image: &str| {
        format!(
            "Rancher deploys its Setting `agent-image`, `{image}`, which was set by hand and is not \
             changed by the upgrade; correct it after the upgrade"
        )
    };
    let of = |image: &str| Rancher {
        agent_image: Some(Fact::Value(image.to_owned())),
        ..rancher("v2.11.2")
    };
    let judged = |listed: &Listed, rancher: &Rancher| {
        let row = judge(Question::Upgrade, listed, &with, rancher, None);
        (row.status, row.reason, row.message.unwrap())
    };
    for (image, weight, reason) in [
        (
            "a:v2.10.9",
            Weight::Refused,
            Some("agent-image-setting-lagging"),
        ),
        (
            "a:v2.11.1",
            Weight::Refused,
            Some("agent-image-setting-lagging"),
        ),
        ("a:v2.12.0", Weight::Warned, None),
        ("a:v2.13.0", Weight::Warned, None),
        ("a:mirror", Weight::Warned, None),
    ] {
        let expected = (status(Verdict::HeldBack, weight), reason, held(image));
        for listed in [&following, &administrated, &away] {
            assert_eq!(judged(listed, &of(image)), expected, "{image}");
        }
    }
    // The image of today's version, whatever its registry, and nothing known: no claim.
    let silent = status(Verdict::Follows, Weight::Silent);
    let rolls_out = "Rancher rolls its new agent out by itself".to_owned();
    for rancher in [
        of("r.example:5000/a:v2.11.2"),
        of(""),
        rancher("v2.11.2"),
        Rancher::default(),
    ] {
        assert_eq!(
            judged(&following, &rancher),
            (silent, None, rolls_out.clone())
        );
    }
    // A pin is the user's.
    let row = judge(
        Question::Upgrade,
        &pinned("a:v2.11.2"),
        &with,
        &of("a:v2.10.9"),
        None,
    );
    assert_eq!(
        (row.status, row.replacement),
        (
            status(Verdict::StaysBehind, Weight::Refused),
            Some(Replacement {
                image: "a:v2.10.9".to_owned(),
                step: Step::Back,
            })
        )
    );
}

/// What is deployed instead of a pin is known live only.
#[test]
fn a_row_knows_what_rancher_would_deploy() {
    let own = |image: &str| Rancher {
        agent_image: Some(Fact::Value(image.to_owned())),
        ..rancher("v2.11.2")
    };
    let replacement = |pin: &str, with: &Value, rancher: &Rancher| {
        let row = judge(
            Question::Audit,
            &pinned(pin),
            &settings(with),
            rancher,
            None,
        );
        row.replacement
            .map(|replacement| (replacement.image, replacement.step))
    };
    let live = json!({});
    let given = json!({"serverVersion": "v2.11.2"});
    let image = |image: &str, step| Some((image.to_owned(), step));
    assert_eq!(
        [
            replacement("a:v2.10.3", &live, &own("b:v2.11.2")),
            replacement("a:v2.11.2", &live, &own("b:v2.10.0")),
            replacement("a:v2.10.3", &live, &own("b:v2.12.0")),
            replacement("a:v2.10.3", &given, &own("b:v2.11.2")),
        ],
        [
            image("b:v2.11.2", Step::Forward),
            image("b:v2.10.0", Step::Back),
            image("b:v2.12.0", Step::PastTheServer),
            None,
        ]
    );
}

/// The policy's setting is an option of the command.
#[test]
fn messages_advise_what_the_command_has() {
    let row = judge(
        Question::Audit,
        &pinned("a:v2.10.3"),
        &settings(&json!({})),
        &rancher("dev"),
        None,
    );
    assert_eq!(
        row.message.as_deref(),
        Some(
            "cluster `edge` (c-m-1): agent image not judged: Rancher's Setting `server-version` is \
             `dev`, which is not a version; correct this Setting, or give --server-version"
        )
    );
}
