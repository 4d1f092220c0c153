//! Prints all cases as JSON, for tests that are not written in Rust.
#![allow(clippy::print_stdout, reason = "what it is for")]

use policy_cases::{Case, Lookup, cases};
use serde_json::{Map, Value, json};

fn main() {
    let cases: Vec<Value> = cases().iter().map(exported).collect();
    println!("{:#}", Value::Array(cases));
}

fn exported(case: &Case) -> Value {
    let answers = case.rancher.0.iter();
    let answers: Map<String, Value> = answers
        .map(|(name, lookup)| {
            let lookup = match lookup {
                Lookup::Body(body) => json!({"body": body}),
                Lookup::Error(error) => json!({"error": error}),
            };
            (name.clone(), lookup)
        })
        .collect();
    json!({
        "name": case.name,
        "request": case.request_text,
        "settings": case.settings.to_string(),
        "answers": answers,
        "response": case.expected.response,
        "lookups": case.expected.lookups,
    })
}
