//! Clusters hold kubeconfigs, tokens and passwords, so an answer repeats no text but the
//! names and images that it is about.

use policy_cases::laws::cleared;
use policy_cases::{Case, Lookup, cases};
use proptest::prelude::*;
use rancher_agent_version_policy::setting::{Fact, Fault};
use serde_json::{Value, json};

use super::marks::{MARK, count, plant, plant_in_setting};
use super::requests::{Ask, plain_asks};
use super::run::{Answer, answer, reaches};

fn answer_to_case(case: &Case, payload: &Value, plant: impl Fn(&str) -> String) -> Answer {
    answer(payload.to_string().as_bytes(), |name| {
        match case.rancher.lookup(name.into()) {
            Lookup::Body(object) => Fact::read(plant(&object).as_bytes()),
            Lookup::Error(error) => Fact::Fault(Fault::classify(&format!("{error}{}", plant("")))),
        }
    })
}

/// What is wrong with the answer to a marked payload beside the answer to the same one
/// without marks; nothing if only the object differs, and that only by the marks.
fn differences(
    plain: &Answer,
    marked: &Answer,
    payload: &Value,
) -> Vec<(&'static str, Value, Value)> {
    let (mut plain_json, mut marked_json) = (plain.json(), marked.json());
    let plain_object = plain_json["mutated_object"].take();
    let marked_object = marked_json["mutated_object"].take();
    let expected_object = if plain_object.is_null() {
        Value::Null
    } else {
        cleared(&payload["request"]["object"])
    };
    let marks = json!(count(&marked_json));
    let lookups = |answer: &Answer| json!(format!("{:?}", answer.lookups));
    [
        ("answer", plain_json, marked_json),
        ("object", expected_object, marked_object),
        ("marks", json!(0), marks),
        ("lookups", lookups(plain), lookups(marked)),
    ]
    .into_iter()
    .filter(|(_, expected, actual)| expected != actual)
    .collect()
}

#[test]
fn no_case_answers_with_more_than_names_and_images() {
    let mut wrong = Vec::new();
    for case in cases() {
        let payload = plant(&case.payload());
        let plain = answer_to_case(&case, &case.payload(), str::to_owned);
        let marked = answer_to_case(&case, &payload, plant_in_answer);
        let differences = differences(&plain, &marked, &payload);
        if !differences.is_empty() || count(&payload) == 0 {
            wrong.push((case.name, differences));
        }
    }
    assert_eq!(wrong, Vec::new());
}

fn plant_in_answer(answer: &str) -> String {
    if answer.is_empty() {
        format!(" {MARK} \"{MARK}\"\n{MARK}")
    } else {
        plant_in_setting(answer)
    }
}

#[test]
fn many_answers_have_a_finding() {
    let classes = |ask: Ask| {
        let has_finding = !ask.answer().response.audit_annotations.is_empty();
        has_finding
            .then(|| "finding".to_owned())
            .into_iter()
            .collect()
    };
    reaches(plain_asks(), 500, classes, &[("finding", 150)]);
}

proptest! {
    #[test]
    fn no_answer_tells_more_than_names_and_images(ask in plain_asks()) {
        let payload = plant(&ask.payload());
        let (plain, marked) = (ask.answer(), ask.answer_to(&payload));
        prop_assert_eq!(differences(&plain, &marked, &payload), Vec::new());
    }
}
