//! Marks planted in all of a payload that no answer may repeat, and that decides nothing.

use serde_json::{Map, Value, json};

/// Stands in no payload by itself.
pub const MARK: &str = "zq7Mark";

/// What is planted where.
#[derive(Clone, Copy)]
enum Rule {
    /// A text that may be repeated, or that decides: it stays. What is not text in its
    /// place is marked.
    Kept,
    /// A text that is marked behind its end, if it may be.
    Text(fn(&str) -> bool),
    /// An object whose other keys are marked, and their values.
    Fields(&'static [(&'static str, Rule)]),
}

fn is_set(text: &str) -> bool {
    !text.is_empty()
}

const CLUSTER: Rule = Rule::Fields(&[
    (
        "metadata",
        Rule::Fields(&[
            ("name", Rule::Kept),
            ("resourceVersion", Rule::Kept),
            ("deletionTimestamp", Rule::Text(is_set)),
            (
                "annotations",
                Rule::Fields(&[(
                    "provisioning.cattle.io/administrated",
                    Rule::Text(|text| text != "true"),
                )]),
            ),
        ]),
    ),
    (
        "spec",
        Rule::Fields(&[
            ("displayName", Rule::Kept),
            ("desiredAgentImage", Rule::Kept),
            ("agentImageOverride", Rule::Kept),
            ("desiredAssetsImage", Rule::Kept),
        ]),
    ),
    ("status", Rule::Fields(&[("agentImage", Rule::Kept)])),
]);

/// Of the old object, only the desired images decide; its names are told nowhere.
const OLD_CLUSTER: Rule = Rule::Fields(&[
    (
        "metadata",
        Rule::Fields(&[
            ("name", Rule::Text(|_| true)),
            ("resourceVersion", Rule::Kept),
            ("deletionTimestamp", Rule::Text(is_set)),
            (
                "annotations",
                Rule::Fields(&[(
                    "provisioning.cattle.io/administrated",
                    Rule::Text(|text| text != "true"),
                )]),
            ),
        ]),
    ),
    (
        "spec",
        Rule::Fields(&[
            ("displayName", Rule::Text(|_| true)),
            ("desiredAgentImage", Rule::Kept),
            ("agentImageOverride", Rule::Kept),
        ]),
    ),
    (
        "status",
        Rule::Fields(&[("agentImage", Rule::Text(|_| true))]),
    ),
]);

const BACKUP: &str = "system:serviceaccount:cattle-resources-system:rancher-backup";

const PAYLOAD: Rule = Rule::Fields(&[
    (
        "request",
        Rule::Fields(&[
            (
                "operation",
                Rule::Text(|text| text != "CREATE" && text != "UPDATE"),
            ),
            (
                "kind",
                Rule::Fields(&[
                    ("group", Rule::Text(|text| text != "management.cattle.io")),
                    ("kind", Rule::Text(|text| text != "Cluster")),
                ]),
            ),
            ("subResource", Rule::Text(is_set)),
            ("name", Rule::Kept),
            (
                "userInfo",
                Rule::Fields(&[(
                    "username",
                    Rule::Text(|text| is_set(text) && text != BACKUP),
                )]),
            ),
            ("object", CLUSTER),
            ("oldObject", OLD_CLUSTER),
        ]),
    ),
    // Settings hold no text of an object, and their errors repeat them.
    ("settings", Rule::Kept),
]);

const SETTING: Rule = Rule::Fields(&[("value", Rule::Kept), ("default", Rule::Kept)]);

const SETTING_WITH_VALUE: Rule =
    Rule::Fields(&[("value", Rule::Kept), ("default", Rule::Text(|_| true))]);

fn marked(text: &str) -> String {
    format!("{text}{MARK}")
}

/// Marks every key and text of a value.
fn mark_all(value: &mut Value) {
    match value {
        Value::String(text) => *text = marked(text),
        Value::Array(items) => items.iter_mut().for_each(mark_all),
        Value::Object(fields) => {
            for (key, mut value) in std::mem::take(fields) {
                mark_all(&mut value);
                fields.insert(marked(&key), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn mark(value: &mut Value, rule: Rule) {
    match (rule, value) {
        (Rule::Kept, Value::String(_)) => {}
        (Rule::Text(may_be_marked), Value::String(text)) => {
            if may_be_marked(text) {
                *text = marked(text);
            }
        }
        (Rule::Fields(rules), Value::Object(fields)) => {
            for (key, mut value) in std::mem::take(fields) {
                match rules.iter().find(|(name, _)| *name == key) {
                    Some((_, rule)) => {
                        mark(&mut value, *rule);
                        fields.insert(key, value);
                    }
                    None => {
                        mark_all(&mut value);
                        fields.insert(marked(&key), value);
                    }
                }
            }
            fields.extend(others());
        }
        (_, value) => mark_all(value),
    }
}

/// What stands in real objects beside the fields that are read, in every place: fields
/// before and behind the others, with texts, lists and objects.
fn others() -> Map<String, Value> {
    let value = json!({MARK: [MARK, {"key": MARK, "token": format!("{MARK}:v2.10.3")}]});
    let keys = ["0", "labels", "managedFields", "zz"];
    keys.map(|key| (format!("{key}{MARK}"), value.clone()))
        .into_iter()
        .collect()
}

/// The payload with marks.
pub fn plant(payload: &Value) -> Value {
    let mut payload = payload.clone();
    let settings = payload["settings"].take();
    mark(&mut payload, PAYLOAD);
    payload["settings"] = settings;
    payload
}

/// The JSON of a Setting with marks, or another answer of the host with one behind it.
pub fn plant_in_setting(answer: &str) -> String {
    let Ok(mut setting) = serde_json::from_str::<Value>(answer) else {
        return marked(answer);
    };
    let has_value = setting["value"].as_str().is_some_and(is_set);
    mark(
        &mut setting,
        if has_value {
            SETTING_WITH_VALUE
        } else {
            SETTING
        },
    );
    setting.to_string()
}

/// How many marks there are in a value.
pub fn count(value: &Value) -> usize {
    value.to_string().matches(MARK).count()
}
