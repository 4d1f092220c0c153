//! The part of a stream that is being looked at; the rest is not in memory.

use std::io::{ErrorKind, Read};

use rancher_agent_version_policy::cluster::GROUP;

use crate::input::error::{Position, Text};

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// No document, and no item of a List, may be longer: etcd itself keeps no object of
/// more than 1.5 MiB.
pub(crate) const LARGEST: usize = 8 * 1024 * 1024;

/// Bytes of a stream, from the first that was not taken yet.
pub(crate) struct Window<'s> {
    reader: Box<dyn Read + Send + 's>,
    bytes: Vec<u8>,
    /// How many of them were taken.
    start: usize,
    /// Of the next byte.
    position: Position,
    /// How many may still be read.
    left: u64,
    has_ended: bool,
    error: Option<String>,
    /// Whether Rancher's API group was read; else the last bytes, where it may begin.
    names_rancher: Result<(), Vec<u8>>,
}

impl<'s> Window<'s> {
    /// A stream of which no more than `longest` bytes are read.
    pub(crate) fn new(reader: impl Read + Send + 's, longest: u64) -> Self {
        Self {
            reader: Box::new(reader),
            bytes: Vec::new(),
            start: 0,
            position: Position::START,
            left: longest,
            has_ended: false,
            error: None,
            names_rancher: Err(Vec::new()),
        }
    }

    /// What was read and not taken.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Where the next byte is.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn starts_line(&self) -> bool {
        self.position.column == 1
    }

    /// Whether Rancher's API group stands in what was read.
    pub(crate) fn names_rancher(&self) -> bool {
        self.names_rancher.is_ok()
    }

    /// Why nothing more could be read.
    pub(crate) fn error(self) -> Option<String> {
        self.error
    }

    /// Reads what there is, and waits only if there is nothing: a stream may go on for
    /// hours. Says whether anything came.
    pub(crate) fn more(&mut self) -> bool {
        if self.has_ended {
            return false;
        }
        self.bytes.drain(..self.start);
        self.start = 0;
        let length = self.bytes.len();
        self.bytes.resize(length + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.bytes[length..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let count = match read {
            Ok(count) if count as u64 <= self.left => count,
            Ok(_) => {
                self.error = Some("this input is longer than --max-input allows".to_owned());
                0
            }
            Err(error) => {
                self.error = Some(error.to_string());
                0
            }
        };
        self.left -= count as u64;
        self.bytes.truncate(length + count);
        self.look_for_rancher(length);
        self.has_ended = count == 0;
        !self.has_ended
    }

    /// Looks for Rancher's API group in the bytes from here on.
    fn look_for_rancher(&mut self, from: usize) {
        let Err(last) = &mut self.names_rancher else {
            return;
        };
        last.extend_from_slice(&self.bytes[from..]);
        if names_rancher(last) {
            self.names_rancher = Ok(());
        } else {
            last.drain(..last.len().saturating_sub(2 * GROUP.len()));
        }
    }

    /// Takes this many bytes.
    pub(crate) fn skip(&mut self, count: usize) {
        let taken = &self.bytes[self.start..self.start + count];
        self.position.advance(taken);
        self.start += count;
    }

    /// Moves this many bytes to the end of a text.
    pub(crate) fn move_to(&mut self, text: &mut Text, count: usize) {
        text.append(self.position, &self.bytes()[..count]);
        self.skip(count);
    }

    /// The next byte that is not white space; what stands before it is taken.
    pub(crate) fn first(&mut self) -> Option<u8> {
        loop {
            let is_content = |byte: &u8| !byte.is_ascii_whitespace();
            let blank = self.bytes().iter().position(is_content);
            self.skip(blank.unwrap_or(self.bytes().len()));
            if blank.is_some() {
                return self.next();
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// The next byte.
    pub(crate) fn next(&mut self) -> Option<u8> {
        while self.bytes().is_empty() && self.more() {}
        self.bytes().first().copied()
    }

    /// Whether these bytes come next.
    pub(crate) fn starts_with(&mut self, expected: &[u8]) -> bool {
        while self.bytes().len() < expected.len() && expected.starts_with(self.bytes()) {
            if !self.more() {
                return false;
            }
        }
        self.bytes().starts_with(expected)
    }

    /// The line that comes next, without its end; a long one only in part.
    pub(crate) fn line(&mut self) -> &[u8] {
        const LONGEST: usize = 4096;
        let end = loop {
            match memchr::memchr(b'\n', self.bytes()) {
                Some(end) => break end,
                None if self.bytes().len() < LONGEST && self.more() => {}
                None => break self.bytes().len(),
            }
        };
        &self.bytes()[..end.min(LONGEST)]
    }

    /// Takes all up to the next line.
    pub(crate) fn skip_line(&mut self) {
        loop {
            match memchr::memchr(b'\n', self.bytes()) {
                Some(end) => return self.skip(end + 1),
                None => self.skip(self.bytes().len()),
            }
            if !self.more() {
                return;
            }
        }
    }

    /// Takes a byte order mark, which has no column.
    pub(crate) fn skip_mark(&mut self, mark: &[u8]) {
        self.start += mark.len();
    }
}

/// Whether Rancher's API group stands in a text, whatever its encoding.
fn names_rancher(text: &[u8]) -> bool {
    let wide: Vec<u8> = GROUP.bytes().flat_map(|byte| [byte, 0]).collect();
    // The last byte of UTF-16 is a zero in one order of bytes and the next letter in the other.
    [GROUP.as_bytes(), &wide[..wide.len() - 1]]
        .into_iter()
        .any(|name| memchr::memmem::find(text, name).is_some())
}
