//! Cuts a stream of bytes into documents, and Lists into their items.
//!
//! Only brackets, quotes and line starts are looked at; whether a piece is sound
//! is for its parser to say. So a List of any length takes the memory of one
//! item, pieces can be parsed in parallel, and what is broken ends soon:
//!
//! - A document that begins with a bracket is JSON and ends where the brackets
//!   close. It is broken, and ends, where a line ends within a text, where a
//!   bracket closes another kind, and where a bracket begins a line although no
//!   value may stand there: that is the next document.
//! - Any other is YAML. It ends before a line that begins with `---` or with a
//!   bracket.
//! - After something broken the next line that begins a document is looked for.

use std::collections::VecDeque;
use std::io::{self, BufRead, ErrorKind};
use std::mem;

use crate::input::error::Position;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Stands in a List for an item that was taken out.
const PLACEHOLDER: u8 = b'0';

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A document of JSON. If it is a List, its items came before it.
    Json,
    /// An item of a List that comes after it.
    Item,
    /// Nothing: the List of the items before was given up in the middle of one.
    Cut,
    /// YAML documents.
    Yaml,
}

/// A part of the stream that can be parsed by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) form: Form,
    text: Text,
}

impl Piece {
    pub(crate) fn text(&self) -> &[u8] {
        &self.text.bytes
    }

    /// Where in the stream this line and column of the piece are.
    pub(crate) fn locate(&self, line: u64, column: u64) -> Position {
        let lines_before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let line_start = match lines_before.checked_sub(1) {
            None => 0,
            Some(last) => memchr::memchr_iter(b'\n', &self.text.bytes)
                .nth(last)
                .map_or(self.text.bytes.len(), |newline| newline.saturating_add(1)),
        };
        let column = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        self.text.position(line_start.saturating_add(column))
    }

    /// Where in the stream this byte of the piece is.
    pub(crate) fn locate_byte(&self, offset: usize) -> Position {
        self.text.position(offset)
    }
}

/// Bytes that stand together, with gaps where items were taken out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Text {
    bytes: Vec<u8>,
    /// From which byte on the bytes come from which place.
    anchors: Vec<(usize, Position)>,
}

impl Text {
    fn starting(position: Position) -> Self {
        Self {
            bytes: Vec::new(),
            anchors: vec![(0, position)],
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn resume(&mut self, position: Position) {
        self.anchors.push((self.bytes.len(), position));
    }

    fn position(&self, offset: usize) -> Position {
        let next = self.anchors.partition_point(|(start, _)| *start <= offset);
        let (start, mut position) = next
            .checked_sub(1)
            .and_then(|anchor| self.anchors.get(anchor))
            .copied()
            .unwrap_or((0, Position::START));
        let end = offset.min(self.bytes.len());
        position.advance(self.bytes.get(start..end).unwrap_or_default());
        // An error may stand behind the last byte.
        position.column = position
            .column
            .saturating_add(offset.saturating_sub(end).try_into().unwrap_or(u64::MAX));
        position
    }
}

/// The pieces of a stream, each as soon as it is complete.
pub(crate) struct Splitter<R> {
    reader: R,
    scanner: Scanner,
    ready: VecDeque<io::Result<Piece>>,
    ended: bool,
}

impl<R: BufRead> Splitter<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            scanner: Scanner::default(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// Reads what the reader has, and no more: a stream may go on for hours.
    fn fill(&mut self) {
        match self.reader.fill_buf() {
            Ok([]) => {
                self.ended = true;
                self.scanner.end();
            }
            Ok(chunk) => {
                let length = chunk.len();
                self.scanner.feed(chunk);
                self.reader.consume(length);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                self.ended = true;
                self.scanner.end();
                self.ready.extend(self.scanner.pieces.drain(..).map(Ok));
                self.ready.push_back(Err(error));
            }
        }
        self.ready.extend(self.scanner.pieces.drain(..).map(Ok));
    }
}

impl<R: BufRead> Iterator for Splitter<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.ended {
            self.fill();
        }
        self.ready.pop_front()
    }
}

/// Reads bytes in chunks of any length and gives pieces.
#[derive(Default)]
struct Scanner {
    state: State,
    /// Of the next byte.
    position: Position,
    pieces: Vec<Piece>,
}

/// Where the scanner is.
#[derive(Default)]
enum State {
    /// Between two documents.
    #[default]
    Between,
    /// Behind a document of JSON, on the same line.
    BehindJson,
    /// So many bytes into what may be a byte order mark.
    Mark(usize),
    Json(Json),
    Yaml(Yaml),
    /// Behind something broken.
    Lost,
}

impl Scanner {
    fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (state, taken) = self.step(rest);
            self.state = state;
            let (taken, left) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
            self.position.advance(taken);
            rest = left;
        }
    }

    /// Takes bytes from the start of the rest, which is not empty, as far as one
    /// state goes. Whoever takes none changes the state.
    fn step(&mut self, rest: &[u8]) -> (State, usize) {
        let byte = rest.first().copied().unwrap_or_default();
        let starts_line = self.position.column == 1;
        match mem::take(&mut self.state) {
            State::Between | State::BehindJson if byte == b'\n' => (State::Between, 1),
            state @ (State::Between | State::BehindJson) if byte.is_ascii_whitespace() => {
                (state, 1)
            }
            State::Between | State::BehindJson if is_opening(byte) => {
                (State::Json(Json::starting(self.position)), 0)
            }
            State::BehindJson => {
                self.give_up_at(self.position);
                (State::Lost, 1)
            }
            State::Between if BYTE_ORDER_MARK.first() == Some(&byte) => (State::Mark(1), 1),
            State::Between => (State::Yaml(Yaml::indented(self.position)), 0),
            State::Mark(length) => self.mark(length, byte),
            State::Json(json) => self.json(json, rest),
            State::Yaml(yaml) => self.yaml(yaml, rest),
            State::Lost if starts_line && (is_opening(byte) || byte == b'-') => (State::Between, 0),
            State::Lost => (State::Lost, line_length(rest)),
        }
    }

    fn end(&mut self) {
        match mem::take(&mut self.state) {
            State::Json(json) => self.give_up(json),
            State::Yaml(mut yaml) => {
                self.finish_line(&mut yaml);
                self.emit(Form::Yaml, yaml.text);
            }
            State::Mark(length) => {
                let mut yaml = self.begun_by(BYTE_ORDER_MARK.get(..length).unwrap_or_default());
                self.finish_line(&mut yaml);
                self.emit(Form::Yaml, yaml.text);
            }
            State::Between | State::BehindJson | State::Lost => {}
        }
    }

    fn emit(&mut self, form: Form, text: Text) {
        self.pieces.push(Piece { form, text });
    }

    fn mark(&mut self, length: usize, byte: u8) -> (State, usize) {
        let read = BYTE_ORDER_MARK.get(..length).unwrap_or_default();
        match BYTE_ORDER_MARK.get(length..) {
            Some([expected]) if *expected == byte => {
                // The text begins in column 1, behind the mark.
                self.position.column = 0;
                (State::Between, 1)
            }
            Some([expected, ..]) if *expected == byte => (State::Mark(length.saturating_add(1)), 1),
            _ => (State::Yaml(self.begun_by(read)), 0),
        }
    }

    /// YAML that begins with these bytes, which were read already.
    fn begun_by(&self, bytes: &[u8]) -> Yaml {
        let length = u64::try_from(bytes.len()).unwrap_or_default();
        let mut start = self.position;
        start.column = start.column.saturating_sub(length);
        let mut yaml = Yaml::indented(start);
        yaml.line.extend_from_slice(bytes);
        yaml
    }

    fn json(&mut self, mut json: Json, rest: &[u8]) -> (State, usize) {
        let (stop, length) = json.scan(rest, self.position);
        let taken = rest.get(..length).unwrap_or_default();
        json.append(taken);
        let mut behind = self.position;
        behind.advance(taken);
        match stop {
            Stop::Chunk => {}
            Stop::Key => json.read_key(),
            Stop::ItemBegins => {
                json.outer.append(&[PLACEHOLDER]);
                json.item = Some(Text::starting(behind));
            }
            Stop::ItemEnds => {
                if let Some(item) = json.item.take() {
                    self.emit(Form::Item, item);
                }
                json.outer.resume(behind);
            }
            Stop::Ends => {
                self.emit(Form::Json, json.outer);
                return (State::BehindJson, length);
            }
            Stop::NextBegins => {
                self.give_up(json);
                return (State::Between, length);
            }
            Stop::Broken => {
                self.give_up(json);
                return (State::Lost, length);
            }
        }
        (State::Json(json), length)
    }

    /// Passes on a document that does not end: its parser will say where.
    fn give_up(&mut self, json: Json) {
        match json.item {
            Some(item) => {
                self.emit(Form::Item, item);
                self.emit(Form::Cut, json.outer);
            }
            None => self.emit(Form::Json, json.outer),
        }
    }

    /// Passes on that there is no JSON at this place.
    fn give_up_at(&mut self, position: Position) {
        let mut text = Text::starting(position);
        text.append(b"?");
        self.emit(Form::Json, text);
    }

    fn yaml(&mut self, mut yaml: Yaml, rest: &[u8]) -> (State, usize) {
        if yaml.line.is_empty() {
            yaml.line_start = self.position;
            if !yaml.text.bytes.is_empty() && rest.first().copied().is_some_and(is_opening) {
                self.emit(Form::Yaml, yaml.text);
                return (State::Between, 0);
            }
        }
        let length = line_length(rest);
        let taken = rest.get(..length).unwrap_or_default();
        yaml.line.extend_from_slice(taken);
        if taken.ends_with(b"\n") {
            self.finish_line(&mut yaml);
        }
        (State::Yaml(yaml), length)
    }

    fn finish_line(&mut self, yaml: &mut Yaml) {
        let begins_document = yaml
            .line
            .strip_prefix(b"---")
            .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace));
        let has_mark = yaml.line.starts_with(BYTE_ORDER_MARK);
        if has_mark || begins_document && yaml.has_content() {
            let text = mem::replace(&mut yaml.text, Text::starting(yaml.line_start));
            self.emit(Form::Yaml, text);
        }
        if has_mark {
            // The next file of Windows. Its first line is in place, its mark is gone.
            yaml.line.drain(..BYTE_ORDER_MARK.len());
        }
        yaml.text.append(&yaml.line);
        yaml.line.clear();
    }
}

/// YAML that was read up to the middle of a line.
struct Yaml {
    text: Text,
    line: Vec<u8>,
    line_start: Position,
}

impl Yaml {
    fn starting(position: Position) -> Self {
        Self {
            text: Text::starting(position),
            line: Vec::new(),
            line_start: position,
        }
    }

    /// Whether there is more than comments and directives, which belong to the
    /// document behind the next `---`.
    fn has_content(&self) -> bool {
        self.text
            .bytes
            .split(|byte| *byte == b'\n')
            .any(|line| !matches!(line.trim_ascii().first(), None | Some(b'#' | b'%')))
    }

    /// Nothing but white space stands before it on its line.
    fn indented(mut position: Position) -> Self {
        let indent = usize::try_from(position.column.saturating_sub(1)).unwrap_or_default();
        position.column = 1;
        let mut yaml = Self::starting(position);
        yaml.line.resize(indent, b' ');
        yaml
    }
}

/// A document of JSON that was read in part.
struct Json {
    /// The document, without the items that were taken out.
    outer: Text,
    /// The item that is being read.
    item: Option<Text>,
    /// The brackets that are open.
    open: Vec<u8>,
    /// How many of them are open where an item begins.
    items: Option<usize>,
    /// The last byte that was neither white space nor within a text.
    before: u8,
    in_text: bool,
    /// Within a text, behind a backslash.
    is_escaped: bool,
    /// Where a text at the top of the document begins that is being read.
    key: Option<usize>,
    /// Whether the last of these texts was `items`, and nothing but a colon came since.
    is_items: bool,
}

/// Why the scanner of JSON stops.
enum Stop {
    /// The bytes are used up.
    Chunk,
    /// Behind a text at the top of the document.
    Key,
    /// Before an item.
    ItemBegins,
    /// Behind an item.
    ItemEnds,
    /// Behind the document.
    Ends,
    /// Before the next document, although this one has not ended.
    NextBegins,
    /// Behind what shows that the document is broken.
    Broken,
}

impl Json {
    fn starting(position: Position) -> Self {
        Self {
            outer: Text::starting(position),
            item: None,
            open: Vec::new(),
            items: None,
            before: 0,
            in_text: false,
            is_escaped: false,
            key: None,
            is_items: false,
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.item.as_mut().unwrap_or(&mut self.outer).append(bytes);
    }

    /// Reads on to the next place where something is to be done, and says how
    /// many bytes that took.
    fn scan(&mut self, rest: &[u8], position: Position) -> (Stop, usize) {
        let mut starts_line = position.column == 1;
        let mut index = 0_usize;
        while let Some(&byte) = rest.get(index) {
            let next = index.saturating_add(1);
            if self.in_text {
                let (stop, length) = self.scan_text(rest.get(index..).unwrap_or_default());
                index = index.saturating_add(length);
                if !matches!(stop, Stop::Chunk) {
                    return (stop, index);
                }
                starts_line = false;
                continue;
            }
            match byte {
                b'\n' => {
                    starts_line = true;
                    index = next;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {}
                b'"' => self.open_text(index),
                b'{' | b'[' => {
                    if starts_line && !self.may_begin_value() {
                        return (Stop::NextBegins, index);
                    }
                    if self.item.is_none() && self.items == Some(self.open.len()) {
                        return (Stop::ItemBegins, index);
                    }
                    self.open_bracket(byte);
                }
                b'}' | b']' => match self.close_bracket(byte) {
                    Stop::Chunk => {}
                    stop => return (stop, next),
                },
                _ => {
                    self.is_items &= byte == b':';
                    self.before = byte;
                }
            }
            starts_line = false;
            index = next;
        }
        (Stop::Chunk, rest.len())
    }

    fn scan_text(&mut self, rest: &[u8]) -> (Stop, usize) {
        if mem::take(&mut self.is_escaped) {
            return (Stop::Chunk, 1);
        }
        let Some(end) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
            return (Stop::Chunk, rest.len());
        };
        let behind = end.saturating_add(1);
        match rest.get(end) {
            Some(b'\\') => {
                self.is_escaped = true;
                (Stop::Chunk, behind)
            }
            Some(b'"') => {
                self.in_text = false;
                self.before = b'"';
                match self.key {
                    Some(_) => (Stop::Key, behind),
                    None => (Stop::Chunk, behind),
                }
            }
            _ => (Stop::Broken, behind),
        }
    }

    /// A text begins so many bytes behind the document as it was read so far.
    fn open_text(&mut self, ahead: usize) {
        self.in_text = true;
        // Only a key has a colon behind it, so a value needs not be told from one.
        let is_at_top = self.open == b"{";
        self.key = is_at_top.then(|| self.outer.bytes.len().saturating_add(ahead));
        self.is_items = false;
    }

    fn read_key(&mut self) {
        let key = self
            .key
            .take()
            .and_then(|start| self.outer.bytes.get(start..));
        self.is_items = key == Some(b"\"items\"");
    }

    fn may_begin_value(&self) -> bool {
        match self.before {
            // The first byte of the document, too.
            0 | b':' | b'[' => true,
            b',' => self.open.last() == Some(&b'['),
            _ => false,
        }
    }

    fn open_bracket(&mut self, bracket: u8) {
        let holds_items = bracket == b'[' && (self.is_items || self.open.is_empty());
        self.open.push(bracket);
        if holds_items {
            self.items = Some(self.open.len());
        }
        self.is_items = false;
        self.before = bracket;
    }

    fn close_bracket(&mut self, bracket: u8) -> Stop {
        self.before = bracket;
        match (self.open.pop(), bracket) {
            (Some(b'{'), b'}') | (Some(b'['), b']') => {}
            _ => return Stop::Broken,
        }
        if self.open.is_empty() {
            Stop::Ends
        } else if self.items == Some(self.open.len()) && self.item.is_some() {
            Stop::ItemEnds
        } else {
            if self.items.is_some_and(|items| self.open.len() < items) {
                self.items = None;
            }
            Stop::Chunk
        }
    }
}

fn is_opening(byte: u8) -> bool {
    matches!(byte, b'{' | b'[')
}

/// How many bytes the first line has, its end included.
fn line_length(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives so many bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl io::Read for Drops<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::Unsupported.into())
        }
    }

    impl BufRead for Drops<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(&self.0[..self.1.min(self.0.len())])
        }

        fn consume(&mut self, length: usize) {
            self.0 = &self.0[length..];
        }
    }

    fn pieces(text: &[u8], size: usize) -> Vec<Piece> {
        Splitter::new(Drops(text, size))
            .map(Result::unwrap)
            .collect()
    }

    fn short(text: &str) -> Vec<(Form, String)> {
        pieces(text.as_bytes(), usize::MAX)
            .into_iter()
            .map(|piece| {
                let text = String::from_utf8(piece.text().to_vec()).unwrap();
                (piece.form, text)
            })
            .collect()
    }

    #[track_caller]
    fn splits(text: &str, expected: &[(Form, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(form, text)| (*form, (*text).to_owned()))
            .collect();
        assert_eq!(short(text), expected, "{text}");
    }

    const SAMPLES: [&str; 16] = [
        "",
        "{}{}\n{\"a\": \"}\\\"{\"}",
        "{\"kind\": \"List\", \"items\": [{\"a\": 1}, [2], 3, {}], \"b\": [4]}",
        "{\"a\": \"items\", \"b\": [{}], \"items\" : \n[ {\"items\": [{}]} ] }",
        "{\"x\\\"items\": [{}], \"items\": {\"c\": [{}]}}",
        "[{\"a\": {}}, {\"b\": []}]\n[]",
        "a: 1\n---\nb: {\n}\n--- # c\nc: 1\n---d\n",
        "a: 1\n{\"b\": 2}\nc: 3\n",
        "  a: 1\n  b: 2\n",
        "\u{feff}{}\r\n\u{feff}a: 1\r\n",
        "\u{ff4b}: 1\n",
        "{\"a\": \"b\n{\"c\": 1}\n",
        "{\"a\": {\n{\"c\": 1}\n",
        "{\"a\": 1]\nlost\n{\"c\": 1} lost\n- c\n",
        "{\"items\": [{\"a\": 1},\n {\"b\": \"c\n{\"d\": 1}\n",
        "{\"items\": [{}, {\"a\\\\\": \"b",
    ];

    /// A chunk may end anywhere.
    #[test]
    fn pieces_do_not_depend_on_how_the_bytes_come() {
        for text in SAMPLES {
            let whole = pieces(text.as_bytes(), usize::MAX);
            for size in 1..12 {
                assert_eq!(pieces(text.as_bytes(), size), whole, "{text} by {size}");
            }
        }
    }

    #[test]
    fn items_are_taken_out_of_lists() {
        splits(
            SAMPLES[2],
            &[
                (Form::Item, "{\"a\": 1}"),
                (Form::Item, "[2]"),
                (Form::Item, "{}"),
                (
                    Form::Json,
                    "{\"kind\": \"List\", \"items\": [0, 0, 3, 0], \"b\": [4]}",
                ),
            ],
        );
        splits(
            SAMPLES[3],
            &[
                (Form::Item, "{\"items\": [{}]}"),
                (
                    Form::Json,
                    "{\"a\": \"items\", \"b\": [{}], \"items\" : \n[ 0 ] }",
                ),
            ],
        );
        splits(SAMPLES[4], &[(Form::Json, SAMPLES[4])]);
        splits(
            SAMPLES[5],
            &[
                (Form::Item, "{\"a\": {}}"),
                (Form::Item, "{\"b\": []}"),
                (Form::Json, "[0, 0]"),
                (Form::Json, "[]"),
            ],
        );
    }

    #[test]
    fn documents_end_where_the_next_begins() {
        splits(
            SAMPLES[1],
            &[
                (Form::Json, "{}"),
                (Form::Json, "{}"),
                (Form::Json, "{\"a\": \"}\\\"{\"}"),
            ],
        );
        splits(
            SAMPLES[6],
            &[
                (Form::Yaml, "a: 1\n"),
                (Form::Yaml, "---\nb: {\n}\n"),
                (Form::Yaml, "--- # c\nc: 1\n---d\n"),
            ],
        );
        splits(
            SAMPLES[7],
            &[
                (Form::Yaml, "a: 1\n"),
                (Form::Json, "{\"b\": 2}"),
                (Form::Yaml, "c: 3\n"),
            ],
        );
        splits(SAMPLES[8], &[(Form::Yaml, SAMPLES[8])]);
        splits(SAMPLES[9], &[(Form::Json, "{}"), (Form::Yaml, "a: 1\r\n")]);
        splits(SAMPLES[10], &[(Form::Yaml, SAMPLES[10])]);
    }

    #[test]
    fn what_is_broken_ends_soon() {
        let next = (Form::Json, "{\"c\": 1}");
        splits(SAMPLES[11], &[(Form::Json, "{\"a\": \"b\n"), next]);
        splits(SAMPLES[12], &[(Form::Json, "{\"a\": {\n"), next]);
        splits(
            SAMPLES[13],
            &[
                (Form::Json, "{\"a\": 1]"),
                next,
                (Form::Json, "?"),
                (Form::Yaml, "- c\n"),
            ],
        );
        splits(
            SAMPLES[14],
            &[
                (Form::Item, "{\"a\": 1}"),
                (Form::Item, "{\"b\": \"c\n"),
                (Form::Cut, "{\"items\": [0,\n 0"),
                (Form::Json, "{\"d\": 1}"),
            ],
        );
        splits(
            SAMPLES[15],
            &[
                (Form::Item, "{}"),
                (Form::Item, "{\"a\\\\\": \"b"),
                (Form::Cut, "{\"items\": [0, 0"),
            ],
        );
    }

    /// The place of every byte that stands in a piece as it stood in the stream.
    #[test]
    fn places_are_those_of_the_stream() {
        for text in SAMPLES {
            let bytes = text.as_bytes();
            for piece in pieces(bytes, 3) {
                for (offset, byte) in piece.text().iter().enumerate() {
                    let position = piece.locate_byte(offset);
                    let line = text.split_inclusive('\n').nth((position.line - 1) as usize);
                    let line = line.unwrap().as_bytes();
                    // A byte order mark has no column.
                    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
                    let origin = line[(position.column - 1) as usize];
                    let stands_for_item = *byte == PLACEHOLDER && matches!(origin, b'{' | b'[');
                    let is_own = piece.text() == b"?";
                    assert!(
                        origin == *byte || stands_for_item || is_own,
                        "{text} {piece:?} {offset}"
                    );
                }
            }
        }
    }
}
