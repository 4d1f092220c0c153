//! Documents of YAML, and what stands between them.

use std::io::{self, Read};

use serde::de::DeserializeSeed;
use serde_saphyr::{
    Error, Options, with_deserializer_from_reader_with_options,
    with_deserializer_from_slice_with_options,
};

use crate::input::entry::{Entries, Entry};
use crate::input::error::{InputError, Position, Problem, not_text};
use crate::input::kubectl::{self, Line};
use crate::input::object::Reading;
use crate::input::stream::{BYTE_ORDER_MARK, is_bracket};
use crate::input::window::{LARGEST, Window};

/// Aliases may repeat this much. kubectl never writes any.
const MOST_ALIASED: usize = 100_000;

/// Levels of nesting.
const DEEPEST: usize = 128;

/// Reads the document, the comment or the message of kubectl that begins here.
pub(crate) fn document(window: &mut Window<'_>, entries: &mut Entries<'_>) {
    let position = window.position();
    let line = window.line();
    if is_nothing(line) {
        return window.skip_line();
    }
    if let Some(said) = kubectl::line(line) {
        match said {
            Line::Message => entries.send(Entry::Message),
            Line::Failure => entries.send_broken(InputError::new(position, Problem::Kubectl, line)),
        }
        return window.skip_line();
    }
    let indent = (position.column - 1) as usize;
    let mut text = vec![b' '; indent.min(LARGEST)];
    let mut lines = Lines {
        window,
        starts_line: false,
        has_ended: false,
    };
    // Nothing fails: the window keeps what has.
    let _never = lines.by_ref().take(LARGEST as u64).read_to_end(&mut text);
    if let Err(error) = parse(&text, &mut lines, position, entries) {
        entries.send_broken(error);
    }
    let _never = io::copy(&mut lines, &mut io::sink());
}

/// Parses a document, of which there may be more lines if it is large.
fn parse(
    text: &[u8],
    lines: &mut Lines<'_, '_>,
    position: Position,
    entries: &mut Entries<'_>,
) -> Result<(), InputError> {
    let broken = |position, problem| InputError::new(position, problem, text);
    let start = Position {
        column: 1,
        ..position
    };
    // The last character of what is not the whole may be cut.
    let is_whole = text.len() < LARGEST;
    if let Some(offset) = not_text(text)
        && (is_whole || offset + 4 < LARGEST)
    {
        let mut position = start;
        position.advance(&text[..offset]);
        return Err(broken(position, Problem::NotText));
    }
    if kubectl::is_for_people(text) {
        return Err(broken(position, Problem::Table));
    }
    let reading = Reading::new(entries, position, false);
    let is_object = if is_whole {
        with_deserializer_from_slice_with_options(text, options(), |yaml| reading.deserialize(yaml))
    } else {
        with_deserializer_from_reader_with_options(text.chain(lines), options(), |yaml| {
            reading.deserialize(yaml)
        })
    };
    match is_object {
        Ok(true) => Ok(()),
        Ok(false) => Err(broken(position, Problem::NotAnObject)),
        Err(error) => {
            let place = error.location();
            let (line, column) = place.map_or((1, 1), |place| (place.line(), place.column()));
            let line = start.line + line - 1;
            Err(broken(Position { line, column }, problem(&error)))
        }
    }
}

/// Whether a line is empty but for a comment, a directive or the mark of a document.
fn is_nothing(line: &[u8]) -> bool {
    let rest = mark(line).unwrap_or(line).trim_ascii();
    matches!(rest.first(), None | Some(b'#' | b'%'))
}

/// What stands behind the mark that begins or ends a document.
fn mark(line: &[u8]) -> Option<&[u8]> {
    let rest = line
        .strip_prefix(b"---")
        .or_else(|| line.strip_prefix(b"..."));
    rest.filter(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// The lines of one document.
struct Lines<'w, 's> {
    window: &'w mut Window<'s>,
    /// The first line begins no other document.
    starts_line: bool,
    has_ended: bool,
}

impl Lines<'_, '_> {
    fn begins_another(&mut self) -> bool {
        let line = self.window.line();
        line.first().is_some_and(|byte| is_bracket(*byte))
            || line.starts_with(BYTE_ORDER_MARK)
            || mark(line).is_some()
            || kubectl::line(line).is_some()
    }
}

impl Read for Lines<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.has_ended |= self.window.bytes().is_empty() && !self.window.more()
            || self.starts_line && self.begins_another();
        if self.has_ended {
            return Ok(0);
        }
        let bytes = self.window.bytes();
        let line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let count = line.min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.starts_line = bytes[..count].ends_with(b"\n");
        self.window.skip(count);
        Ok(count)
    }
}

/// No limit for what is not kept: a document may be of any length.
fn options() -> Options {
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: usize::MAX,
            max_events: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            max_reader_input_bytes: None,
            max_recorded_anchor_events: MOST_ALIASED,
            max_recorded_anchor_bytes: LARGEST,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_ALIASED,
        },
    }
}

fn problem(error: &Error) -> Problem {
    match error {
        Error::AliasError { error, .. } => problem(error),
        Error::DuplicateMappingKey { .. } => Problem::DuplicateKey,
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => Problem::Limit,
        _ => Problem::Yaml,
    }
}
