//! Text as kubectl prints it, taken apart into documents.
//!
//! No error quotes the text: Cluster objects hold kubeconfigs and tokens.

use serde_json::Value;
use serde_json::error::Category;
use serde_saphyr::{Error as YamlError, Options, Spanned};
use thiserror::Error;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Aliases may repeat this much. kubectl never writes any.
const MOST_ALIASED: usize = 100_000;

/// Why an input cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InputError {
    /// A document is broken.
    #[error("line {line}, column {column}: {problem}")]
    Document {
        /// Line of the input, from 1.
        line: u64,
        /// Column of that line, from 1.
        column: u64,
        /// What is wrong there.
        problem: Problem,
    },
    /// Two Settings of the same name say different things.
    #[error(
        "there are two different Settings `{0}`: does the input come from two Rancher servers?"
    )]
    Contradiction(String),
}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// Bytes that are no UTF-8.
    #[error("this is not UTF-8 text; a file that PowerShell wrote is UTF-16: save it as UTF-8")]
    NotText,
    /// Broken JSON, or more than 128 levels of it.
    #[error(
        "this is not valid JSON, or nested too deeply; what begins with a bracket is read as JSON"
    )]
    Json,
    /// JSON that was cut off.
    #[error("the input ends in the middle of a JSON document")]
    JsonEnds,
    /// Broken YAML.
    #[error("this is not valid YAML")]
    Yaml,
    /// A mapping with the same key twice, as two documents without `---` make it.
    #[error("this key was there before; is a `---` missing between two documents?")]
    DuplicateKey,
    /// Too many aliases, or too deep.
    #[error("this YAML is nested too deeply, or repeats too much by aliases")]
    Limit,
    /// A document that is a number, a text or the like.
    #[error("this is not a Kubernetes object")]
    NotAnObject,
}

/// The documents of an input: JSON if it begins with a bracket, else YAML.
pub(crate) fn documents(bytes: &[u8]) -> Result<Vec<Value>, InputError> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            return Err(error_after(
                &String::from_utf8_lossy(valid),
                Problem::NotText,
            ));
        }
    };
    if text.trim_start().starts_with(['{', '[']) {
        json(text)
    } else {
        yaml(text)
    }
}

fn json(text: &str) -> Result<Vec<Value>, InputError> {
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter();
    loop {
        let before = text.get(..stream.byte_offset()).unwrap_or_default();
        match stream.next() {
            None => return Ok(documents),
            Some(Ok(Value::Array(items))) => documents.extend(items),
            Some(Ok(object @ Value::Object(_))) => documents.push(object),
            Some(Ok(_)) => return Err(error_after(before, Problem::NotAnObject)),
            Some(Err(error)) => return Err(json_error(&error)),
        }
    }
}

fn json_error(error: &serde_json::Error) -> InputError {
    InputError::Document {
        line: error.line().try_into().unwrap_or(u64::MAX),
        column: error.column().try_into().unwrap_or(u64::MAX),
        problem: match error.classify() {
            Category::Eof => Problem::JsonEnds,
            _ => Problem::Json,
        },
    }
}

fn yaml(text: &str) -> Result<Vec<Value>, InputError> {
    let documents: Vec<Spanned<Value>> =
        serde_saphyr::from_str_multiple_with_options(text, yaml_options(text.len()))
            .map_err(|e| yaml_error(&e))?;
    documents
        .into_iter()
        .map(|document| match document.value {
            object @ Value::Object(_) => Ok(object),
            _ => Err(InputError::Document {
                line: document.referenced.line(),
                column: document.referenced.column(),
                problem: Problem::NotAnObject,
            }),
        })
        .collect()
}

/// Levels of nesting, as many as serde_json reads.
const DEEPEST: usize = 128;

/// Limits of size that no input of this length can reach without aliases, however
/// many clusters it holds: every node takes at least one byte of text.
fn yaml_options(length: usize) -> Options {
    let nodes = length.saturating_add(MOST_ALIASED);
    let events = nodes.saturating_mul(4);
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: nodes,
            max_events: events,
            max_documents: nodes,
            max_total_scalar_bytes: nodes.saturating_mul(4),
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_ALIASED,
        },
    }
}

fn yaml_error(error: &YamlError) -> InputError {
    let position = error.location();
    InputError::Document {
        line: position.map_or(1, |position| position.line()),
        column: position.map_or(1, |position| position.column()),
        problem: yaml_problem(error),
    }
}

fn yaml_problem(error: &YamlError) -> Problem {
    match error {
        YamlError::AliasError { error, .. } => yaml_problem(error),
        YamlError::DuplicateMappingKey { .. } => Problem::DuplicateKey,
        YamlError::Budget { .. }
        | YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. } => Problem::Limit,
        _ => Problem::Yaml,
    }
}

/// An error at the first thing that is written after this text.
fn error_after(text: &str, problem: Problem) -> InputError {
    let line = text.split('\n').count();
    let last = text.rsplit('\n').next().unwrap_or_default();
    InputError::Document {
        line: line.try_into().unwrap_or(u64::MAX),
        column: u64::try_from(last.chars().count())
            .unwrap_or(u64::MAX)
            .saturating_add(1),
        problem,
    }
}
