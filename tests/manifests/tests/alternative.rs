//! The ValidatingAdmissionPolicy of docs/alternatives.md beside the policy: where they
//! differ is what the document says.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

use std::cmp::Ordering;
use std::collections::BTreeMap;

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{ServerVersion, Verdict};
use rancher_agent_version_policy::settings::AllowedLag;
use rancher_agent_version_policy::version::Version;
use rancher_agent_version_policy_manifests::case::{Answer, Case, Rancher};
use rancher_agent_version_policy_manifests::{
    answer, blocks, cases, cel, documents, read, round_trip,
};
use serde_json::{Map, Value, json};

const DOCUMENT: &str = "docs/alternatives.md";

/// The spec of the ValidatingAdmissionPolicy.
fn alternative() -> Value {
    let [yaml] = blocks(&read(DOCUMENT), "yaml")
        .try_into()
        .expect("one block");
    let [policy, _binding] = documents(&yaml).try_into().expect("policy and binding");
    policy["spec"].clone()
}

#[test]
fn kubernetes_types_take_the_policy_and_its_binding() {
    let [yaml] = blocks(&read(DOCUMENT), "yaml")
        .try_into()
        .expect("one block");
    let [policy, binding] = documents(&yaml).try_into().expect("policy and binding");
    round_trip::<ValidatingAdmissionPolicy>(DOCUMENT, &policy);
    round_trip::<ValidatingAdmissionPolicyBinding>(DOCUMENT, &binding);
    assert_eq!(binding["spec"]["policyName"], policy["metadata"]["name"]);
}

/// The cells of the rows of a table in the document, by how its first row begins.
fn table(head: &str) -> Vec<Vec<String>> {
    read(DOCUMENT)
        .lines()
        .skip_while(|line| !line.starts_with(head))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        })
        .collect()
}

/// Rancher in a case: its version, and the image that it deploys. `None` if the version
/// cannot be had, where there is no parameter and the alternative does not apply.
fn rancher(case: &Case) -> Option<(String, String)> {
    let setting = |name: &str| match case.rancher.answer(name) {
        Answer::Object(object) => {
            let object: Value = serde_json::from_str(&object).ok()?;
            let text = |field: &str| object[field].as_str().filter(|text| !text.is_empty());
            text("value").or(text("default")).map(str::to_owned)
        }
        Answer::Error(_) => None,
    };
    let version = case.settings["serverVersion"].as_str().map(str::to_owned);
    let version = version.or_else(|| setting("server-version"))?;
    let image = setting("agent-image");
    let image = image.unwrap_or_else(|| format!("rancher/rancher-agent:{version}"));
    Some((version, image))
}

/// True for what an API server sends to a policy for clusters: the audit scanner
/// does not ask it.
fn is_admission(request: &Value) -> bool {
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    let has_user = request["userInfo"]["username"]
        .as_str()
        .is_some_and(|name| !name.is_empty());
    let has_objects = match request["operation"].as_str() {
        Some("CREATE") => request["object"].is_object(),
        Some("UPDATE") => request["object"].is_object() && request["oldObject"].is_object(),
        _ => false,
    };
    request["kind"] == kind && !request["subResource"].is_string() && has_user && has_objects
}

/// True if the alternative accepts. An error accepts: `failurePolicy: Ignore`.
fn alternative_accepts(spec: &Value, request: &Value, server: &str) -> bool {
    let mut request = request.clone();
    if request["operation"] == "CREATE" {
        request["oldObject"] = Value::Null;
    }
    // The API server fills in the metadata of what it stores.
    for object in ["object", "oldObject"] {
        if request[object].is_object() && request[object]["metadata"].is_null() {
            request[object]["metadata"] = json!({});
        }
    }
    let params = json!({"value": server, "default": "dev"});
    let mut variables = vec![
        ("object", request["object"].clone()),
        ("oldObject", request["oldObject"].clone()),
        ("request", request),
        ("params", params),
    ];
    let expressions = |list: &Value| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|entry| entry["expression"].as_str().expect("text").to_owned())
            .collect()
    };
    for condition in expressions(&spec["matchConditions"]) {
        if cel::evaluate(&condition, &variables) != Ok(json!(true)) {
            return true;
        }
    }
    let mut known = Map::new();
    for variable in spec["variables"].as_array().expect("variables") {
        let mut variables = variables.clone();
        variables.push(("variables", Value::Object(known.clone())));
        let expression = variable["expression"].as_str().expect("an expression");
        // A variable that cannot be had makes an error of what asks for it.
        if let Ok(value) = cel::evaluate(expression, &variables) {
            known.insert(variable["name"].as_str().expect("a name").to_owned(), value);
        }
    }
    variables.push(("variables", Value::Object(known)));
    expressions(&spec["validations"])
        .iter()
        .all(|validation| cel::evaluate(validation, &variables) != Ok(json!(false)))
}

/// What the policy says of an answer: its annotation, or that a field is malformed.
fn reason(answer: &Value) -> String {
    match answer["audit_annotations"]["reason"].as_str() {
        Some(reason) => reason.to_owned(),
        None => answer.to_string(),
    }
}

#[test]
fn differences_are_those_that_are_written_down() {
    let spec = alternative();
    let mut found: BTreeMap<[String; 3], Vec<String>> = BTreeMap::new();
    let (mut both_accept, mut both_reject) = (0_u32, 0_u32);
    for case in cases() {
        let Some((version, image)) = rancher(&case).filter(|_| is_admission(&case.request)) else {
            continue;
        };
        let mut live = case.clone();
        live.rancher = Rancher::of(&json!({
            "lookups": [],
            "settings": {
                "server-version": {"object": {"value": version}},
                "agent-image": {"object": {"value": image}},
            },
        }));
        let answer = answer(&live, &json!({"request": case.request, "settings": {}}));
        let accepts = alternative_accepts(&spec, &case.request, &version);
        let words = |accepts| if accepts { "accepts" } else { "rejects" }.to_owned();
        match (accepts, answer["accepted"] == true) {
            (true, true) => both_accept += 1,
            (false, false) => both_reject += 1,
            (alternative, policy) => found
                .entry([words(alternative), words(policy), reason(&answer)])
                .or_default()
                .push(case.name),
        }
    }
    assert!(
        both_accept.min(both_reject) > 50,
        "{both_accept} {both_reject}"
    );

    let mut written: BTreeMap<[String; 3], String> = BTreeMap::new();
    for row in table("| VAP | policy |") {
        let [alternative, policy, reason, _, case] = row.try_into().expect("five cells");
        written.insert([alternative, policy, reason], case);
    }
    let kinds: Vec<&[String; 3]> = found.keys().collect();
    assert_eq!(written.keys().collect::<Vec<_>>(), kinds, "{found:#?}");
    for (kind, case) in &written {
        assert!(
            found[kind].contains(case),
            "{kind:?} {case}: {:?}",
            found[kind]
        );
    }
}

#[test]
fn real_tags_are_ordered_otherwise_as_often_as_is_written_down() {
    let tags = read("tests/versions/rancher-tags.txt");
    let tags: Vec<(&str, String, Option<semver::Version>, _)> = tags
        .lines()
        .map(|tag| {
            let version: Version = tag.parse().expect("a version");
            let semver = cel::normalized(tag).and_then(|text| text.parse().ok());
            (
                tag,
                format!("rancher/rancher-agent:{tag}"),
                semver,
                version.line(),
            )
        })
        .collect();
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (server, _, server_semver, line) in &tags {
        let rancher = ServerVersion::new(server);
        for (agent, image, agent_semver, _) in tags.iter().filter(|tag| tag.3 == *line) {
            if agent == server {
                continue;
            }
            let word = match rancher.judge(ImageRef::new(image), AllowedLag::None) {
                Verdict::Current => "current",
                Verdict::Ahead => "ahead",
                Verdict::Lagging(_) => "lagging",
                Verdict::UnknownImage(_) => "unknown",
                verdict => panic!("{agent} {server}: {verdict:?}"),
            };
            let is_older = match (agent_semver, server_semver) {
                (Some(agent), Some(server)) => agent.cmp_precedence(server) == Ordering::Less,
                _ => false,
            };
            let (accepted, rejected) = counts.entry(word).or_default();
            *(if is_older { rejected } else { accepted }) += 1;
        }
    }
    let counted: BTreeMap<String, [String; 2]> = counts
        .iter()
        .map(|(word, (accepted, rejected))| {
            (
                (*word).to_owned(),
                [accepted.to_string(), rejected.to_string()],
            )
        })
        .collect();
    let written: BTreeMap<String, [String; 2]> = table("| the policy calls the agent |")
        .into_iter()
        .map(|row| {
            let [word, accepted, rejected] = row.try_into().expect("three cells");
            (word, [accepted, rejected])
        })
        .collect();
    assert_eq!(written, counted);
}

/// Kubernetes' rules for `semver(text, true)`; the source stands in `cel.rs`.
#[test]
fn versions_are_read_as_kubernetes_does() {
    let rows = [
        ("v2.12.3", Some("2.12.3")),
        ("2.12", Some("2.12.0")),
        ("v01.002.0", Some("1.2.0")),
        ("v2.12.3-rc1", Some("2.12.3-rc1")),
        ("v2.12.3-hotfix-a3c0.4", Some("2.12.3-hotfix-a3c0.4")),
        ("v2.11-head", None),
        ("v2.11-alpha11", None),
        ("vv2.9.4", None),
        ("v1.2.0.1-rc1", None),
        ("latest", None),
        ("", None),
    ];
    for (text, expected) in rows {
        assert_eq!(cel::normalized(text).as_deref(), expected, "{text}");
    }
}
