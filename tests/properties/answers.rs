//! An answer is written as JSON that says what the answer holds, and nothing else.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;
use rancher_agent_version_policy::response::Response;
use serde_json::{Map, Value, json};

use super::payload::{text, value};
use super::run::holds;

/// Keys are not made up while the policy runs; these hold what is hard to write.
const KEYS: [&str; 7] = [
    "verdict",
    "desired-image",
    "",
    "a\"b\\c",
    "\0\u{1f}\n\t",
    "\u{7f}\u{85}\u{2028}\u{feff}",
    "größe 测试 🦀",
];

fn response() -> impl Strategy<Value = Response> {
    let annotations = subsequence(&KEYS[..], 0..=KEYS.len())
        .prop_flat_map(|keys| {
            let texts = vec(text(), keys.len());
            (Just(keys), texts)
        })
        .prop_map(|(keys, texts)| keys.into_iter().zip(texts).collect());
    (
        any::<bool>(),
        option::of(text()),
        option::of(any::<u16>()),
        vec(text(), 0..4),
        annotations,
        option::of(value()),
    )
        .prop_map(
            |(accepted, message, code, warnings, audit_annotations, object)| Response {
                accepted,
                message,
                code,
                warnings,
                audit_annotations,
                mutated_object: object.map(|object: Value| format!(" {object:#}\n")),
            },
        )
}

/// The same by the serializer of serde_json: what there is nothing to say about is left
/// out, and the object is JSON and not a text.
fn expected(response: &Response) -> Value {
    let mut fields = Map::new();
    fields.insert("accepted".to_owned(), json!(response.accepted));
    let mut add = |key: &str, value: Option<Value>| {
        fields.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("message", response.message.as_ref().map(|text| json!(text)));
    add("code", response.code.map(|code| json!(code)));
    let warnings = &response.warnings;
    add("warnings", (!warnings.is_empty()).then(|| json!(warnings)));
    let annotations: Map<String, Value> = response
        .audit_annotations
        .iter()
        .map(|(key, text)| ((*key).to_owned(), json!(text)))
        .collect();
    let has_annotations = !annotations.is_empty();
    add(
        "audit_annotations",
        has_annotations.then_some(annotations.into()),
    );
    let object = response.mutated_object.as_deref();
    add(
        "mutated_object",
        object.map(|object| serde_json::from_str(object).expect("JSON")),
    );
    fields.into()
}

#[test]
fn what_is_written_reads_back_the_same() {
    holds(4000, response(), |response| {
        let json = response.to_json();
        let read: Value = serde_json::from_str(&json)
            .map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?;
        prop_assert_eq!(read, expected(&response), "{}", json);
        Ok(())
    });
}

/// Whoever reads an answer sees each key once.
#[test]
fn no_key_is_written_twice() {
    let keys = [
        "accepted",
        "message",
        "code",
        "warnings",
        "audit_annotations",
        "mutated_object",
    ];
    let full = Response {
        accepted: true,
        message: Some("m".to_owned()),
        code: Some(400),
        warnings: vec!["w".to_owned()],
        audit_annotations: vec![("verdict", "v".to_owned())],
        mutated_object: Some("{}".to_owned()),
    };
    let json = full.to_json();
    let counts = keys.map(|key| (key, json.matches(&format!("\"{key}\":")).count()));
    assert_eq!(counts, keys.map(|key| (key, 1)), "{json}");
}
