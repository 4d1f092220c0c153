//! Every case below tests/cases, evaluated natively.
//!
//! `BLESS=1 cargo test --test cases` writes the responses anew; read the diff.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/case.rs"]
mod case;

use std::path::Path;

use case::{Answer, Case, Run, compare};
use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::setting::{Fact, Fault};
use serde_json::{Value, json};

fn all() -> Vec<Case> {
    Case::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))
}

fn run(case: &Case, payload: &Value) -> Run {
    let mut lookups = Vec::new();
    let response = evaluate(payload.to_string().as_bytes(), |name| {
        lookups.push(name.as_str().to_owned());
        match case.rancher.answer(name.as_str()) {
            Answer::Object(object) => Fact::read(object.as_bytes()),
            Answer::Error(error) => Fact::Fault(Fault::classify(&error)),
        }
    });
    Run {
        response: serde_json::to_value(&response).expect("JSON"),
        lookups,
    }
}

#[test]
fn answers_as_written_down() {
    let cases = all();
    if std::env::var_os("BLESS").is_some() {
        for case in &cases {
            case.bless(&run(case, &case.payload()).response);
        }
        panic!("{} responses written: read the diff", cases.len());
    }
    compare(&cases, |case| run(case, &case.payload()));
}

/// Kubernetes drops or cuts warnings and messages that are larger.
#[test]
fn words_stay_in_bounds_and_on_one_line() {
    let mut broken = Vec::new();
    for case in all() {
        let response = case.response();
        let mut texts: Vec<(&str, usize)> = Vec::new();
        texts.extend(response["message"].as_str().map(|text| (text, 2048)));
        if let Some(warnings) = response["warnings"].as_array() {
            texts.extend(warnings.iter().filter_map(Value::as_str).map(|t| (t, 120)));
        }
        if let Some(annotations) = response["audit_annotations"].as_object() {
            texts.extend(
                annotations
                    .values()
                    .filter_map(Value::as_str)
                    .map(|t| (t, 256)),
            );
        }
        broken.extend(
            texts
                .iter()
                .filter(|(text, limit)| {
                    text.chars().count() > *limit || text.chars().any(char::is_control)
                })
                .map(|(text, _)| format!("{}: {text}", case.name)),
        );
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_repair_clears_its_fields_once_and_touches_nothing_else() {
    let mut repaired = 0;
    for case in all() {
        let mutated = case.response()["mutated_object"].clone();
        if mutated.is_null() {
            continue;
        }
        repaired += 1;
        let mut expected = case.request["object"].clone();
        for field in ["desiredAgentImage", "agentImageOverride"] {
            if expected["spec"]
                .get(field)
                .is_some_and(|value| !value.is_null())
            {
                expected["spec"][field] = json!("");
            }
        }
        assert_eq!(mutated, expected, "{}", case.name);

        let mut payload = case.payload();
        payload["request"]["object"] = mutated;
        let again = run(&case, &payload).response;
        assert_eq!(
            (&again["accepted"], again.get("mutated_object")),
            (&json!(true), None),
            "{}: {again}",
            case.name
        );
    }
    assert!(repaired >= 5, "only {repaired} cases repair");
}
