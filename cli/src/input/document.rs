//! A piece of the input, parsed: JSON by serde_json, YAML by serde-saphyr.

use rancher_agent_version_policy::lenient::Lenient;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_saphyr::{Error as YamlError, Options, Spanned};

use crate::input::error::{InputError, Position, Problem};
use crate::input::object::Object;
use crate::input::split::{Form, Piece};

/// Aliases may repeat this much. kubectl never writes any.
const MOST_ALIASED: usize = 100_000;

/// Levels of nesting in YAML.
const DEEPEST: usize = 128;

/// What a piece turned out to be.
#[derive(Debug, PartialEq)]
pub(crate) enum Document {
    /// An object. The items of a List of JSON came before it.
    Json(Box<Object>),
    /// The end of an array of JSON, whose elements came before it, or of a List
    /// that was given up.
    ItemsEnd,
    /// An item of a List that comes after it.
    Item(Box<Object>),
    /// Objects; the items of a List stand in it.
    Yaml(Vec<Object>),
}

/// Parses a piece.
pub(crate) fn parse(piece: &Piece) -> Result<Document, InputError> {
    let is_array = piece.text().starts_with(b"[");
    match piece.form {
        Form::Json if is_array => json::<IgnoredAny>(piece).map(|_| Document::ItemsEnd),
        Form::Json => json(piece).map(Document::Json),
        Form::Item if is_array => json::<IgnoredAny>(piece).map(|_| Document::Item(Box::default())),
        Form::Item => json(piece).map(Document::Item),
        Form::Cut => Ok(Document::ItemsEnd),
        Form::Yaml => yaml(piece).map(Document::Yaml),
    }
}

fn json<'a, T: Deserialize<'a>>(piece: &'a Piece) -> Result<T, InputError> {
    serde_json::from_slice(piece.text()).map_err(|error| {
        if let Err(error) = str::from_utf8(piece.text()) {
            return not_text(piece, error.valid_up_to());
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let mut position = piece.locate(count(error.line()), count(error.column()));
        let problem = match error.classify() {
            Category::Eof => {
                // Where it ends, not where the next document begins.
                position = piece.locate_byte(piece.text().trim_ascii_end().len().saturating_sub(1));
                Problem::JsonEnds
            }
            // Any field may have any type: this is the only thing left.
            Category::Data => Problem::DuplicateKey,
            Category::Syntax | Category::Io => Problem::Json,
        };
        InputError::new(position, problem)
    })
}

fn yaml(piece: &Piece) -> Result<Vec<Object>, InputError> {
    let text =
        str::from_utf8(piece.text()).map_err(|error| not_text(piece, error.valid_up_to()))?;
    let documents: Vec<Spanned<Lenient<Object>>> =
        serde_saphyr::from_str_multiple_with_options(text, yaml_options(text.len()))
            .map_err(|e| yaml_error(piece, &e))?;
    documents
        .into_iter()
        .map(|document| {
            let (line, column) = (document.referenced.line(), document.referenced.column());
            match document.value {
                Lenient::Present(object) => Ok(object),
                Lenient::Absent | Lenient::Odd => Err(InputError::new(
                    locate_in_yaml(piece, line, column),
                    Problem::NotAnObject,
                )),
            }
        })
        .collect()
}

fn not_text(piece: &Piece, offset: usize) -> InputError {
    InputError::new(piece.locate_byte(offset), Problem::NotText)
}

/// YAML has no gaps, and counts characters.
fn locate_in_yaml(piece: &Piece, line: u64, column: u64) -> Position {
    let start = piece.locate_byte(0);
    let column = if line == 1 {
        start.column.saturating_add(column).saturating_sub(1)
    } else {
        column
    };
    Position {
        line: start.line.saturating_add(line).saturating_sub(1),
        column,
    }
}

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

fn yaml_error(piece: &Piece, error: &YamlError) -> InputError {
    let position = error.location();
    let line = position.map_or(1, |position| position.line());
    let column = position.map_or(1, |position| position.column());
    InputError::new(locate_in_yaml(piece, line, column), yaml_problem(error))
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
