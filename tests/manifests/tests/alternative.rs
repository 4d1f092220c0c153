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
use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use policy_cases::{Case, Lookup, Rancher, cases, evaluate_natively};
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{ServerVersion, Verdict};
use rancher_agent_version_policy::settings::AllowedLag;
use rancher_agent_version_policy::version::Version;
use rancher_agent_version_policy_manifests::{blocks, cel, document, documents, read, round_trip};
use serde_json::{Map, Value, json};

const DOCUMENT: &str = "docs/alternatives.md";

/// The ValidatingAdmissionPolicy and its binding.
fn alternative() -> [Value; 2] {
    let [yaml] = blocks(&read(DOCUMENT), "yaml")
        .try_into()
        .expect("one block");
    documents(&yaml).try_into().expect("policy and binding")
}

#[test]
fn kubernetes_types_take_the_policy_and_its_binding() {
    let [policy, binding] = alternative();
    round_trip::<ValidatingAdmissionPolicy>(DOCUMENT, &policy);
    round_trip::<ValidatingAdmissionPolicyBinding>(DOCUMENT, &binding);
}

/// Everything but the expressions, which the other tests evaluate.
#[test]
fn it_is_bound_to_clusters_and_to_the_setting() {
    let [mut policy, binding] = alternative();
    for expressions in ["matchConditions", "variables", "validations"] {
        policy["spec"]
            .as_object_mut()
            .expect("a spec")
            .remove(expressions);
    }
    let rules = document(&read("policy-metadata.yml"))["rules"].take();
    let metadata = json!({"name": "rancher-agent-version"});
    let expected = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": metadata,
        "spec": {
            "failurePolicy": "Ignore",
            "paramKind": {"apiVersion": "management.cattle.io/v3", "kind": "Setting"},
            "matchConstraints": {"resourceRules": rules},
        },
    });
    assert_eq!(policy, expected);
    let expected = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": metadata,
        "spec": {
            "policyName": "rancher-agent-version",
            "validationActions": ["Deny"],
            "paramRef": {"name": "server-version", "parameterNotFoundAction": "Allow"},
        },
    });
    assert_eq!(binding, expected);
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
/// cannot be had, where there is no parameter and the alternative does not apply. Where a
/// case asks for nothing, any version will do.
fn rancher(case: &Case) -> Option<(String, String)> {
    let setting = |name: &str| match case.rancher.lookup(name) {
        Lookup::Body(object) => {
            let object: Value = serde_json::from_str(&object).ok()?;
            let text = |field: &str| object[field].as_str().filter(|text| !text.is_empty());
            text("value").or(text("default")).map(str::to_owned)
        }
        Lookup::Error(_) => None,
    };
    let given = case.settings["serverVersion"].as_str();
    let version = match given.filter(|version| !version.is_empty()) {
        Some(version) => version.to_owned(),
        None if case.expected.lookups.is_empty() => "v2.12.3".to_owned(),
        None => setting("server-version")?,
    };
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

/// What the alternative says against a request: the message of its rejection. An error
/// says nothing, because of `failurePolicy: Ignore`.
fn rejection(spec: &Value, request: &Value, params: Value) -> Option<Value> {
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
    let mut variables = vec![
        ("object", request["object"].clone()),
        ("oldObject", request["oldObject"].clone()),
        ("request", request),
        ("params", params),
    ];
    let list = |name: &str| spec[name].as_array().expect("a list");
    let expression = |entry: &Value| entry["expression"].as_str().expect("text").to_owned();
    for condition in list("matchConditions") {
        if cel::evaluate(&expression(condition), &variables) != Ok(json!(true)) {
            return None;
        }
    }
    let mut known = Map::new();
    for variable in list("variables") {
        let mut variables = variables.clone();
        variables.push(("variables", Value::Object(known.clone())));
        // A variable that cannot be had makes an error of what asks for it.
        if let Ok(value) = cel::evaluate(&expression(variable), &variables) {
            known.insert(variable["name"].as_str().expect("a name").to_owned(), value);
        }
    }
    variables.push(("variables", Value::Object(known)));
    let [validation] = list("validations").as_slice() else {
        panic!("one validation");
    };
    (cel::evaluate(&expression(validation), &variables) == Ok(json!(false))).then(|| {
        let message = validation["messageExpression"].as_str().expect("text");
        cel::evaluate(message, &variables).expect("a message")
    })
}

/// The tag of the image that Rancher would deploy, as far as these examples need it.
fn tag(request: &Value) -> String {
    let spec = &request["object"]["spec"];
    let image = spec["agentImageOverride"]
        .as_str()
        .filter(|image| !image.is_empty());
    let image = image
        .or(spec["desiredAgentImage"].as_str())
        .unwrap_or_default();
    image.rsplit(':').next().unwrap_or_default().to_owned()
}

/// What the policy says of an answer: its annotation, or that a field is malformed.
fn reason(answer: &Value) -> String {
    match answer["audit_annotations"]["reason"].as_str() {
        Some(reason) => reason.to_owned(),
        None => "none".to_owned(),
    }
}

#[test]
fn differences_are_those_that_are_written_down() {
    let [policy, _] = alternative();
    let mut found: BTreeMap<[String; 3], BTreeMap<String, String>> = BTreeMap::new();
    let (mut both_accept, mut both_reject) = (0_u32, 0_u32);
    for case in cases()
        .into_iter()
        .filter(|case| is_admission(&case.request))
    {
        let Some((version, image)) = rancher(&case) else {
            continue;
        };
        let payload = json!({"request": case.request, "settings": {}});
        let answer =
            evaluate_natively(&payload.to_string(), &Rancher::of(&version, &image)).response;
        let params = json!({"value": version, "default": "dev"});
        let accepts = rejection(&policy["spec"], &case.request, params).is_none();
        let words = |accepts| if accepts { "accepts" } else { "rejects" }.to_owned();
        match (accepts, answer["accepted"] == true) {
            (true, true) => both_accept += 1,
            (false, false) => both_reject += 1,
            (alternative, policy) => {
                let kind = [words(alternative), words(policy), reason(&answer)];
                let example = format!("`{}` under `{version}`", tag(&case.request));
                found.entry(kind).or_default().insert(case.name, example);
            }
        }
    }
    assert!(
        both_accept.min(both_reject) > 90,
        "{both_accept} {both_reject}"
    );

    let rows = table("| VAP | policy |");
    let kinds: BTreeSet<[String; 3]> = rows
        .iter()
        .map(|row| [row[0].clone(), row[1].clone(), row[2].clone()])
        .collect();
    assert_eq!(kinds, found.keys().cloned().collect(), "{found:#?}");
    for row in rows {
        let [alternative, policy, reason, example, case] = row.try_into().expect("five cells");
        let cases = &found[&[alternative, policy, reason]];
        let actual = cases
            .get(&case)
            .unwrap_or_else(|| panic!("{case}: {cases:#?}"));
        if example.contains(" under ") {
            let (shown, _) = example.split_once(':').unwrap_or((&example, ""));
            assert_eq!(
                &format!("`{}", shown.trim_start_matches('`')),
                actual,
                "{case}"
            );
        }
    }
}

/// A request to pin an image, and what the alternative says against it.
#[test]
fn it_reads_images_and_settings_as_rancher_does() {
    let [policy, _] = alternative();
    let user = json!({"username": "user-55gsl"});
    let create = |spec: Value| {
        json!({
            "operation": "CREATE", "userInfo": user,
            "object": {"metadata": {"name": "c-m-nsjw2zdq"}, "spec": spec},
        })
    };
    let update = |spec: Value, old: Value| {
        let mut request = create(spec);
        request["operation"] = json!("UPDATE");
        request["oldObject"] = json!({"metadata": {"name": "c-m-nsjw2zdq"}, "spec": old});
        request
    };
    let old = json!({"desiredAgentImage": "reg:5000/rancher/rancher-agent:v2.10.3"});
    let new = json!({"desiredAgentImage": "rancher/rancher-agent:v2.12.3"});
    let version = json!({"value": "v2.12.3", "default": "dev"});
    let by_default = json!({"value": "", "default": "v2.12.3"});
    let null = json!({"value": null, "default": "v2.12.3"});
    let no = |agent: &str, what: &str| {
        Some(json!(format!(
            "cluster c-m-nsjw2zdq: agent {agent} is pinned, older than Rancher v2.12.3; {what} so that Rancher deploys its own agent"
        )))
    };
    let (empty, leave) = (
        "leave the field empty",
        "leave the field as it was, or clear it,",
    );
    let digest = format!("rancher/rancher-agent:v2.10.3@sha256:{}", "0".repeat(64));
    let rows = [
        (create(old.clone()), &version, no("v2.10.3", empty)),
        (create(old.clone()), &by_default, no("v2.10.3", empty)),
        (create(old.clone()), &null, no("v2.10.3", empty)),
        (
            create(json!({"desiredAgentImage": digest})),
            &version,
            no("v2.10.3", empty),
        ),
        (
            create(json!({"desiredAgentImage": "a:v2.10.3", "agentImageOverride": null})),
            &version,
            no("v2.10.3", empty),
        ),
        (
            create(json!({"desiredAgentImage": "a:v2.10.3", "agentImageOverride": "a:v2.11.0"})),
            &version,
            no("v2.11.0", empty),
        ),
        (
            create(json!({"desiredAgentImage": "reg:5000/agent"})),
            &version,
            None,
        ),
        (create(Value::Null), &version, None),
        (
            update(old.clone(), new.clone()),
            &version,
            no("v2.10.3", leave),
        ),
        (
            update(old.clone(), Value::Null),
            &version,
            no("v2.10.3", leave),
        ),
        (update(old.clone(), old), &version, None),
        (update(new, Value::Null), &version, None),
    ];
    for (request, params, expected) in rows {
        let actual = rejection(&policy["spec"], &request, params.clone());
        assert_eq!(actual, expected, "{request} {params}");
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
