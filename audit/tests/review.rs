//! Clusters put to guests that answer as the policy would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod guests;

use guests::{answering, guest, relaying, untouched};
use rancher_agent_audit::{
    Inventory, Policy, Review, ReviewError, Verdict, audit_request, review, review_all,
};
use serde_json::{Value, json};

fn cluster() -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": "c-m-1", "uid": "u-1", "resourceVersion": "12"},
        "spec": {"displayName": "edge", "desiredAgentImage": "reg:5000/rancher/rancher-agent:v2.11.3"},
        "status": {"agentImage": "rancher/rancher-agent:v2.11.2", "unknown": [null, 1.0]},
    })
}

/// The part of a request that does not depend on the object.
fn request(uid: &str, name: &str, object: &Value) -> Value {
    json!({
        "uid": uid,
        "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
        "requestKind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
        "resource": {"group": "management.cattle.io", "version": "v3", "resource": "Cluster"},
        "name": name,
        "operation": "CREATE",
        "userInfo": {},
        "object": object,
    })
}

#[test]
fn the_request_is_the_one_of_the_audit_scanner() {
    assert_eq!(
        audit_request(&cluster()),
        request("u-1", "c-m-1", &cluster())
    );
}

#[test]
fn an_object_that_was_never_stored_gets_a_resource_version() {
    for (metadata, expected) in [
        (
            json!({"name": "a"}),
            json!({"name": "a", "resourceVersion": "0"}),
        ),
        (
            json!({"name": "a", "resourceVersion": ""}),
            json!({"name": "a", "resourceVersion": "0"}),
        ),
        (
            json!({"name": "a", "resourceVersion": 7}),
            json!({"name": "a", "resourceVersion": "0"}),
        ),
    ] {
        assert_eq!(
            audit_request(&json!({"metadata": metadata, "spec": {}})),
            request("", "a", &json!({"metadata": expected, "spec": {}}))
        );
    }
    for object in [json!({}), json!({"metadata": null})] {
        let stored = json!({"metadata": {"resourceVersion": "0"}});
        assert_eq!(audit_request(&object), request("", "", &stored));
    }
    let odd = json!({"metadata": "text"});
    assert_eq!(audit_request(&odd), request("", "", &odd));
}

/// A review of the cluster by a policy that always gives this answer.
fn reviewed(cluster: &Value, answer: &str) -> Result<Review, ReviewError> {
    let policy = Policy::load(&answering(answer), &json!({})).unwrap();
    review(&policy, cluster, untouched())
}

#[test]
fn a_review_shows_the_cluster_and_the_words_of_the_policy() {
    let answer = r#"{"accepted":false,"message":"it lags","audit_annotations":{"verdict":"lagging","reason":"r"}}"#;
    assert_eq!(
        reviewed(&cluster(), answer),
        Ok(Review {
            cluster: "c-m-1".to_owned(),
            name: "edge".to_owned(),
            desired: "rancher-agent:v2.11.3".to_owned(),
            deployed: "rancher-agent:v2.11.2".to_owned(),
            verdict: Verdict::Lagging,
            message: "it lags".to_owned(),
            is_evaluated: true,
        })
    );
}

#[track_caller]
fn gives(cluster: &Value, answer: &str, expected: Verdict) {
    let verdict = reviewed(cluster, answer).map(|review| review.verdict);
    assert_eq!(verdict, Ok(expected), "{answer}");
}

#[test]
fn the_verdict_is_the_annotation() {
    for verdict in Verdict::ALL {
        let annotated = format!(
            r#"{{"accepted":true,"audit_annotations":{{"verdict":"{}"}}}}"#,
            verdict.word()
        );
        match verdict {
            Verdict::Rejected | Verdict::Ok | Verdict::OutOfScope => assert_eq!(
                reviewed(&cluster(), &annotated).unwrap_err().to_string(),
                "cluster `c-m-1`: the answer of the policy cannot be read"
            ),
            verdict => gives(&cluster(), &annotated, verdict),
        }
    }
}

#[test]
fn without_an_annotation_the_answer_tells() {
    let local = json!({"metadata": {"name": "local"}});
    gives(&cluster(), r#"{"accepted":true}"#, Verdict::Ok);
    gives(
        &cluster(),
        r#"{"accepted":true,"audit_annotations":{}}"#,
        Verdict::Ok,
    );
    gives(
        &cluster(),
        r#"{"accepted":false,"code":400,"message":"m"}"#,
        Verdict::Rejected,
    );
    gives(&local, r#"{"accepted":true}"#, Verdict::OutOfScope);
    gives(&local, r#"{"accepted":false}"#, Verdict::Rejected);
}

#[test]
fn a_cluster_that_cannot_be_judged_is_named() {
    for answer in ["no JSON", "{}", r#"{"accepted":"yes"}"#] {
        assert_eq!(
            reviewed(&cluster(), answer).unwrap_err().to_string(),
            "cluster `c-m-1`: the answer of the policy cannot be read"
        );
    }
    let policy = Policy::load(&guest(&[], "unreachable"), &json!({})).unwrap();
    assert_eq!(
        review(&policy, &cluster(), untouched())
            .unwrap_err()
            .to_string(),
        "cluster `c-m-1`: the policy stopped: wasm trap: wasm `unreachable` instruction executed"
    );
}

#[test]
fn all_clusters_are_judged_by_the_settings_of_the_same_input() {
    let setting = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Setting",
        "metadata": {"name": "server-version"},
        // This policy answers whatever the Setting holds.
        "accepted": true,
        "message": "from the Setting",
    });
    let input = json!({"kind": "List", "items": [cluster(), setting]});
    let inventory = Inventory::read(input.to_string().as_bytes()).unwrap();
    let look_up =
        r#"{"api_version":"management.cattle.io/v3","kind":"Setting","name":"server-version"}"#;
    let wasm = relaying("kubewarden", "kubernetes", "get_resource", look_up);
    let policy = Policy::load(&wasm, &json!({})).unwrap();

    let messages: Vec<String> = review_all(&policy, inventory)
        .unwrap()
        .into_iter()
        .map(|review| review.message)
        .collect();
    assert_eq!(messages, ["from the Setting"]);
}
