//! What the tests of manifests and documents read: YAML files, the blocks of code in
//! Markdown, and expressions in the Common Expression Language as the API server
//! evaluates them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

pub mod cel;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of the project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file of the project.
///
/// # Panics
///
/// If there is none.
#[must_use]
#[track_caller]
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents in a YAML text.
///
/// # Panics
///
/// If it is no YAML, or a key is there twice.
#[must_use]
#[track_caller]
pub fn documents(yaml: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// The only document in a YAML text.
///
/// # Panics
///
/// If there is not exactly one.
#[must_use]
#[track_caller]
pub fn document(yaml: &str) -> Value {
    let documents: [Value; 1] = documents(yaml)
        .try_into()
        .unwrap_or_else(|documents| panic!("{documents:?}"));
    let [document] = documents;
    document
}

/// The names of the files in a folder of the project, sorted.
///
/// # Panics
///
/// If there is no such folder.
#[must_use]
pub fn files(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join(folder))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("UTF-8"))
        .collect();
    names.sort_unstable();
    names
}

/// Every Markdown document that is written for users.
#[must_use]
pub fn markdown() -> Vec<String> {
    ["", "docs/", "chart/"]
        .into_iter()
        .flat_map(|folder| {
            files(&format!("./{folder}"))
                .into_iter()
                .map(move |name| format!("{folder}{name}"))
        })
        .filter(|path| path.ends_with(".md"))
        .collect()
}

/// The blocks of code of a language in a Markdown text, those in lists among them.
#[must_use]
pub fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix(&format!("```{language}")) else {
            continue;
        };
        let end = format!("{indent}```");
        let block: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != end)
            .map(|line| line.strip_prefix(indent).unwrap_or(line))
            .collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

/// Reads a document into the type that an API has for it, and back: a field that the
/// type does not know is missing then.
///
/// # Panics
///
/// If the document does not fit, or is not the same afterwards; `path` says where it is.
#[track_caller]
pub fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(path: &str, document: &Value) {
    let typed: T = serde_json::from_value(document.clone())
        .unwrap_or_else(|error| panic!("{path}: {error}\n{document}"));
    let mut back = serde_json::to_value(typed).expect("JSON");
    drop_nulls(&mut back);
    assert_eq!(&back, document, "{path}");
}

/// Some types write what is absent as null.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
