//! What the matchConditions of the shipped policies keep in the API server, the policy
//! would have accepted without a word.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use kubewarden_policy_sdk::crd::policies::ClusterAdmissionPolicy;
use policy_cases::{Case, Rancher, cases, evaluate_natively};
use rancher_agent_version_policy_manifests::{blocks, cel, document, read, round_trip};
use serde_json::{Value, json};

/// The requests of a case that an API server could send: as it is, and by the user and
/// with the old object that make it a write which changes nothing.
fn requests(case: &Case) -> Vec<Value> {
    let rancher = json!({"username": "system:serviceaccount:cattle-system:rancher"});
    let mut requests = vec![case.request.clone()];
    for change in ["user", "old object"] {
        for mut request in requests.clone() {
            match change {
                "user" => request["userInfo"] = rancher.clone(),
                _ if request["operation"] == "UPDATE" => {
                    request["oldObject"] = request["object"].clone();
                }
                _ => {}
            }
            requests.push(request);
        }
    }
    // Old objects as Rancher may have left them long ago.
    for spec in [Value::Null, json!({})] {
        let mut request = case.request.clone();
        if request["oldObject"].is_object() {
            request["oldObject"]["spec"] = spec;
            requests.push(request);
        }
    }
    let mut bare = case.request.clone();
    if let Some(old) = bare["oldObject"].as_object_mut() {
        old.remove("spec");
        requests.push(bare);
    }
    requests.retain(|request| match request["operation"].as_str() {
        Some("CREATE") => request["object"].is_object(),
        Some("UPDATE") => request["object"].is_object() && request["oldObject"].is_object(),
        _ => false,
    });
    for request in &mut requests {
        // The API server always says who asks.
        if !request["userInfo"].is_object() {
            request["userInfo"] = json!({});
        }
    }
    requests
}

/// A Rancher that every version of the cases lags behind.
fn of_tomorrow() -> Rancher {
    Rancher::of("v99.0.0", "rancher/rancher-agent:v99.0.0")
}

/// True if the API server sends the request to policy-server.
///
/// An error would be no harmless thing: `failurePolicy: Ignore` lets the request pass then.
#[track_caller]
fn matches(conditions: &Value, request: &Value) -> bool {
    let variables = [
        ("request", request.clone()),
        ("object", request["object"].clone()),
        ("oldObject", request["oldObject"].clone()),
    ];
    let conditions = conditions.as_array().expect("matchConditions").iter();
    conditions
        .map(|condition| condition["expression"].as_str().expect("an expression"))
        .all(|expression| match cel::evaluate(expression, &variables) {
            Ok(Value::Bool(matches)) => matches,
            other => panic!("{other:?}: {expression}\n{request}"),
        })
}

#[test]
fn what_stays_in_the_api_server_is_accepted_without_a_word() {
    for name in ["monitor", "protect"] {
        let policy = document(&read(&format!("deploy/{name}.yaml")));
        let spec = &policy["spec"];
        let (mut kept, mut sent, mut wrong) = (0_u32, 0_u32, Vec::new());
        for case in cases() {
            for request in requests(&case) {
                if matches(&spec["matchConditions"], &request) {
                    sent += 1;
                    continue;
                }
                kept += 1;
                let mut settings = case.settings.clone();
                if let Some(settings) = settings.as_object_mut() {
                    settings.remove("ratcheting");
                    settings.remove("repair");
                }
                for (rancher, settings) in [
                    (&of_tomorrow(), &spec["settings"]),
                    (&case.rancher, &settings),
                ] {
                    let payload = json!({"request": request, "settings": settings});
                    let answer = evaluate_natively(&payload.to_string(), rancher).response;
                    if answer != json!({"accepted": true}) {
                        wrong.push(format!("{}: {answer}\n{payload}", case.name));
                    }
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new(), "{name}");
        // Both happen often, or the above shows nothing.
        assert!(kept.min(sent) > 300, "{kept} kept, {sent} sent");
    }
}

#[test]
fn the_others_judge_every_write() {
    for name in ["strict", "repair"] {
        let policy = document(&read(&format!("deploy/{name}.yaml")));
        assert_eq!(policy["spec"]["matchConditions"], Value::Null, "{name}");
    }
}

/// What Rancher writes all the time, and what must never be missed.
#[test]
fn rancher_s_hot_path_stays_and_changes_are_sent() {
    let rancher = "system:serviceaccount:cattle-system:rancher";
    let pinned =
        json!({"spec": {"desiredAgentImage": "rancher/rancher-agent:v2.10.3"}, "status": {}});
    let connected = json!({"spec": {"desiredAgentImage": "rancher/rancher-agent:v2.10.3"}, "status": {"ready": true}});
    let cleared = json!({"spec": {"desiredAgentImage": ""}});
    let bare = json!({"metadata": {"name": "c-m-nsjw2zdq"}});
    let none = json!({"spec": null});
    let sent = |user: Value, operation: &str, object: &Value, old: &Value| {
        let request =
            json!({"operation": operation, "userInfo": user, "object": object, "oldObject": old});
        matches(
            &document(&read("deploy/protect.yaml"))["spec"]["matchConditions"],
            &request,
        )
    };
    let by = |user: &str| json!({"username": user});
    let rows = [
        (
            sent(by(rancher), "UPDATE", &connected, &pinned),
            false,
            "status by Rancher",
        ),
        (
            sent(by(rancher), "UPDATE", &pinned, &cleared),
            true,
            "a pin by Rancher",
        ),
        (
            sent(by(rancher), "CREATE", &pinned, &Value::Null),
            true,
            "a new cluster by Rancher",
        ),
        (
            sent(by(rancher), "UPDATE", &pinned, &bare),
            true,
            "a pin where there was no spec",
        ),
        (
            sent(by("user-55gsl"), "CREATE", &pinned, &Value::Null),
            true,
            "a new cluster by a user",
        ),
        (
            sent(json!({}), "CREATE", &pinned, &Value::Null),
            true,
            "a new cluster by nobody",
        ),
        (
            sent(by("user-55gsl"), "UPDATE", &connected, &pinned),
            true,
            "a label by a user",
        ),
        (
            sent(by("system:admin"), "UPDATE", &pinned, &pinned),
            true,
            "nothing by an administrator",
        ),
        (
            sent(json!({}), "UPDATE", &pinned, &pinned),
            true,
            "nothing by nobody",
        ),
        (
            sent(by(rancher), "UPDATE", &bare, &pinned),
            true,
            "the spec is gone",
        ),
        (
            sent(by(rancher), "UPDATE", &bare, &bare),
            true,
            "there never was a spec",
        ),
        (
            sent(by(rancher), "UPDATE", &none, &pinned),
            true,
            "the spec is null",
        ),
        (
            sent(by(rancher), "UPDATE", &none, &none),
            false,
            "the spec was null",
        ),
    ];
    for (actual, expected, what) in rows {
        assert_eq!(actual, expected, "{what}");
    }
}

/// The exemption that docs/operations.md shows, put into the policy that it patches.
#[test]
fn the_exemption_in_the_documents_holds_for_its_group_alone() {
    let kustomization = blocks(&read("docs/operations.md"), "yaml")
        .iter()
        .map(|block| document(block))
        .find(|block| block["patches"].is_array())
        .expect("a kustomization");
    let patch = document(
        kustomization["patches"][0]["patch"]
            .as_str()
            .expect("a patch"),
    );
    let paths: Vec<&Value> = patch
        .as_array()
        .expect("operations")
        .iter()
        .map(|op| &op["path"])
        .collect();
    assert_eq!(paths, ["/spec/matchConditions/-", "/spec/objectSelector"]);
    let mut policy = document(&read("deploy/protect.yaml"));
    let conditions = policy["spec"]["matchConditions"]
        .as_array_mut()
        .expect("a list");
    conditions.push(patch[0]["value"].clone());
    policy["spec"]["objectSelector"] = patch[1]["value"].clone();
    round_trip::<ClusterAdmissionPolicy>("docs/operations.md", &policy);

    let rows = [
        (
            json!({"username": "jane", "groups": ["cluster-emergency"]}),
            false,
        ),
        (
            json!({"username": "jane", "groups": ["system:authenticated"]}),
            true,
        ),
        (json!({"username": "jane", "groups": []}), true),
        (json!({"username": "jane"}), true),
    ];
    for (user, expected) in rows {
        let request = json!({"operation": "CREATE", "userInfo": user, "object": {}});
        assert_eq!(
            matches(&policy["spec"]["matchConditions"], &request),
            expected,
            "{user}"
        );
    }
}
