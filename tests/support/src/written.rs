//! An answer as a table holds it, and a table with another answer in it.

use std::fs;
use std::path::Path;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use serde_saphyr::{
    FlowMap, FlowSeq, FoldStr, SerializerOptions, ser_options, to_string_with_options,
};

use crate::case::{Case, Evaluation, Source};

/// The order of an answer's fields; others follow.
const FIELDS: [&str; 6] = [
    "accepted",
    "code",
    "message",
    "warnings",
    "mutated_object",
    "audit_annotations",
];

#[derive(Serialize)]
struct Written<'a> {
    answer: Answer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<FlowSeq<&'a [String]>>,
}

struct Answer<'a>(&'a Map<String, Value>);

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.len() < 2 {
            return FlowMap(self.0).serialize(serializer);
        }
        let place = |key: &str| FIELDS.iter().position(|field| *field == key);
        let mut fields: Vec<_> = self.0.iter().collect();
        fields.sort_by_key(|(key, _)| place(key).unwrap_or(FIELDS.len()));
        serializer.collect_map(fields.into_iter().map(|(key, value)| (key, Field(value))))
    }
}

/// A text is folded, a list has lines of its own, an object has one line.
struct Field<'a>(&'a Value);

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => FoldStr(text).serialize(serializer),
            Value::Object(fields) => FlowMap(fields).serialize(serializer),
            value => value.serialize(serializer),
        }
    }
}

fn options() -> SerializerOptions {
    ser_options! { folded_wrap_chars: 92, compact_list_indent: false }
}

/// What comes of a case, as its table holds it.
pub(crate) fn yaml(case: &Case, evaluation: &Evaluation) -> String {
    let mut response = evaluation.response.clone();
    if let Some(mutated) = response.get_mut("mutated_object") {
        *mutated = change(&case.request["object"], mutated);
    }
    let written = Written {
        answer: Answer(&response.as_object().cloned().unwrap_or_default()),
        lookups: (!evaluation.lookups.is_empty()).then_some(FlowSeq(&evaluation.lookups)),
    };
    let yaml = to_string_with_options(&written, options()).expect("YAML");
    // A folded text has no line end.
    yaml.replace(": >\n", ": >-\n")
}

/// The merge patch that makes one value of another, neither of which gains a null.
fn change(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return after.clone();
    };
    let removed = old.keys().filter(|key| !new.contains_key(*key));
    let mut patch: Map<String, Value> = removed.map(|key| (key.clone(), Value::Null)).collect();
    for (key, value) in new {
        match old.get(key) {
            Some(before) if before == value => {}
            before => {
                let value = change(before.unwrap_or(&Value::Null), value);
                patch.insert(key.clone(), value);
            }
        }
    }
    Value::Object(patch)
}

/// Writes down what came of a case as what has to come of it from now on.
pub(crate) fn update(case: &Case, evaluation: &Evaluation) {
    match &case.source {
        Source::Table { file, name } => {
            let table = fs::read_to_string(file).expect("a table");
            let table = with_answer(&table, name, &yaml(case, evaluation));
            fs::write(file, table).expect("a table");
        }
        Source::Folder(folder) => {
            write_json(&folder.join("response.json"), &evaluation.response);
            let rancher = folder.join("rancher.json");
            if evaluation.lookups != case.expected.lookups {
                let text = fs::read_to_string(&rancher)
                    .unwrap_or_else(|_| r#"{"settings": {}}"#.to_owned());
                let mut world: Value = serde_json::from_str(&text).expect("JSON");
                world["lookups"] = json!(evaluation.lookups);
                write_json(&rancher, &world);
            }
        }
    }
}

fn write_json(path: &Path, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("JSON");
    fs::write(path, text + "\n").expect("a file");
}

/// A table with another answer to a case, and else as it was. The names of the cases are
/// indented by two, the keys of a case by four.
fn with_answer(table: &str, name: &str, answer: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let head = format!("  {name}:");
    let mut written = String::new();
    let mut lines = table.lines().peekable();
    while let Some(line) = lines.next() {
        written += &format!("{line}\n");
        if !line.starts_with(&head) {
            continue;
        }
        let mut is_answer = false;
        while let Some(line) = lines.next_if(|line| line.is_empty() || indent(line) > 2) {
            if indent(line) == 4 {
                is_answer = line.starts_with("    answer:") || line.starts_with("    lookups:");
            }
            if !is_answer && !line.is_empty() {
                written += &format!("{line}\n");
            }
        }
        for line in answer.lines() {
            written += &format!("    {line}\n");
        }
        if lines.peek().is_some() {
            written.push('\n');
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::with_answer;

    #[test]
    fn one_answer_is_replaced_and_all_else_stays() {
        let table = "# Head.\ncases:\n  a:\n    # Why.\n    by: user\n    answer:\n      accepted: true\n    lookups: [x]\n\n  ab:\n    answer: {accepted: true}\n";
        let answer = "answer: {accepted: false}\nlookups: [y]\n";
        assert_eq!(
            with_answer(table, "a", answer),
            "# Head.\ncases:\n  a:\n    # Why.\n    by: user\n    answer: {accepted: false}\n    lookups: [y]\n\n  ab:\n    answer: {accepted: true}\n"
        );
        assert_eq!(
            with_answer(table, "ab", answer),
            "# Head.\ncases:\n  a:\n    # Why.\n    by: user\n    answer:\n      accepted: true\n    lookups: [x]\n\n  ab:\n    answer: {accepted: false}\n    lookups: [y]\n"
        );
    }
}
