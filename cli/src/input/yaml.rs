//! Documents of YAML, and what stands between them.

use std::io::{self, BufRead, BufReader, Read};
use std::marker::PhantomData;

use rancher_agent_version_policy::lenient::{AnyValue, Expected, Lenient};
use serde::de::DeserializeSeed;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Error, Options, with_deserializer_from_slice_with_options};

use crate::input::entry::{Entries, Entry};
use crate::input::error::{InputError, Position, Problem, not_text};
use crate::input::kubectl::{self, Line};
use crate::input::object::{Object, Reading};
use crate::input::stream::{BYTE_ORDER_MARK, is_bracket};
use crate::input::window::{LARGEST, Window};

/// How many events aliases may repeat. kubectl never writes any.
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
            Line::Failure => entries.send_broken(InputError::new(position, Problem::Kubectl)),
        }
        return window.skip_line();
    }
    let indent = (position.column - 1) as usize;
    let mut text = vec![b' '; indent.min(LARGEST)];
    let mut lines = Lines {
        window,
        starts_line: false,
    };
    // Nothing fails: the window keeps what has.
    let _never = lines.by_ref().take(LARGEST as u64).read_to_end(&mut text);
    if let Err(error) = parse(&text, &mut lines, position, entries) {
        entries.send_broken(error);
    }
    let _never = io::copy(&mut lines, &mut io::sink());
}

/// Parses a document, which is the whole or the start of a long one.
fn parse(
    text: &[u8],
    lines: &mut Lines<'_, '_>,
    position: Position,
    entries: &mut Entries<'_>,
) -> Result<(), InputError> {
    let start = Position {
        column: 1,
        ..position
    };
    if kubectl::is_for_people(text) {
        return Err(InputError::new(position, Problem::Table));
    }
    if text.len() >= LARGEST {
        // The last character may be cut.
        if let Some(offset) = not_text(text).filter(|offset| offset + 4 < LARGEST) {
            return Err(not_text_at(offset, text, start));
        }
        return List::new(start, entries).read(text.chain(BufReader::new(lines)));
    }
    let before = entries.mark();
    let reading = Reading {
        entries,
        position,
        before,
    };
    match parse_as(reading, text, start)? {
        Lenient::Present(()) => Ok(()),
        _ => Err(InputError::new(position, Problem::NotAnObject)),
    }
}

/// Parses a text that begins a line.
fn parse_as<V>(
    expected: impl for<'de> Expected<'de, Value = V>,
    text: &[u8],
    start: Position,
) -> Result<Lenient<V>, InputError> {
    with_deserializer_from_slice_with_options(text, options(text.len()), |yaml| {
        AnyValue(expected).deserialize(yaml)
    })
    .map_err(|error| {
        if let Some(offset) = not_text(text) {
            return not_text_at(offset, text, start);
        }
        let place = error.location();
        let (line, column) = place.map_or((1, 1), |place| (place.line(), place.column()));
        let line = start.line + line - 1;
        InputError::new(Position { line, column }, problem(&error))
    })
}

fn not_text_at(offset: usize, text: &[u8], start: Position) -> InputError {
    let mut position = start;
    position.advance(&text[..offset]);
    InputError::new(position, Problem::NotText)
}

/// A List that is longer than a document may be: its items are parsed one by one. They are
/// told by their indentation, as kubectl writes it; an alias finds its anchor in the same
/// item only.
struct List<'r, 'e> {
    entries: &'r mut Entries<'e>,
    /// Where the List begins, and where the next line does.
    start: Position,
    next: Position,
    /// The List without its items.
    outer: Vec<u8>,
    /// How far its items are indented, once one has come.
    indent: Option<usize>,
    item: Vec<u8>,
    item_start: Position,
}

impl<'r, 'e> List<'r, 'e> {
    fn new(start: Position, entries: &'r mut Entries<'e>) -> Self {
        Self {
            entries,
            start,
            next: start,
            outer: Vec::new(),
            indent: None,
            item: Vec::new(),
            item_start: start,
        }
    }

    fn read(mut self, mut text: impl BufRead) -> Result<(), InputError> {
        let before = self.entries.mark();
        let mut line = Vec::new();
        loop {
            line.clear();
            let longest = LARGEST as u64;
            // Nothing fails: the window keeps what has.
            let _never = (&mut text).take(longest).read_until(b'\n', &mut line);
            if line.is_empty() {
                break;
            }
            self.add(&line);
            self.next.advance(&line);
            if self.outer.len().max(self.item.len()) >= LARGEST {
                self.entries.end_items(before, None);
                let is_in_item = self.item.len() >= LARGEST;
                let start = if is_in_item {
                    self.item_start
                } else {
                    self.start
                };
                return Err(InputError::new(start, Problem::TooLong));
            }
        }
        self.end_item();
        // Whatever the items were, the List has them.
        let reading = Reading {
            entries: self.entries,
            position: self.start,
            before,
        };
        parse_as(reading, &self.outer, self.start).map(|_| ())
    }

    fn add(&mut self, line: &[u8]) {
        let content = line.trim_ascii_start();
        let indent = line.len() - content.len();
        let is_nothing = matches!(content.first(), None | Some(b'#'));
        let is_item = matches!(content, [b'-', rest @ ..] if rest.first().is_none_or(u8::is_ascii_whitespace));
        let begins_items = || {
            let outer = self.outer.trim_ascii_end();
            outer.rsplit(|byte| *byte == b'\n').next() == Some(b"items:")
        };
        match self.indent {
            None if is_item && begins_items() => self.indent = Some(indent),
            Some(items) if indent == items && is_item => self.end_item(),
            Some(items) if indent > items || is_nothing => {
                return self.item.extend_from_slice(line);
            }
            _ => {
                self.end_item();
                // Without comments, so that the key is the last that is there.
                return self
                    .outer
                    .extend_from_slice(if is_nothing { b"\n" } else { line });
            }
        }
        // The item alone, where it stood.
        self.item_start = self.next;
        self.item.extend_from_slice(line);
        self.item[indent] = b' ';
    }

    fn end_item(&mut self) {
        if self.item.is_empty() {
            return;
        }
        match parse_as(PhantomData::<Object>, &self.item, self.item_start) {
            Ok(item) => self.entries.add_item(item, self.item_start),
            Err(error) => self.entries.send_broken(error),
        }
        self.item.clear();
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
        let has_ended = self.window.bytes().is_empty() && !self.window.more();
        if has_ended || self.starts_line && self.begins_another() {
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

/// No limits on what is not kept. In a document of the size of an object, a repeated key
/// is an error; in a longer one, a repeated key that is read.
fn options(length: usize) -> Options {
    let duplicate_keys = match length <= LARGEST / 8 {
        true => DuplicateKeyPolicy::Error,
        false => DuplicateKeyPolicy::PassThrough,
    };
    serde_saphyr::options! {
        with_snippet: false,
        duplicate_keys: duplicate_keys,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: usize::MAX,
            max_events: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
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
        Error::Message { msg, .. } if msg.starts_with("duplicate field") => Problem::DuplicateKey,
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => Problem::Limit,
        _ => Problem::Yaml,
    }
}
