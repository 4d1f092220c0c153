//! What can be wrong with an input, and where.

use thiserror::Error;

/// A place in an input, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u64,
    /// In bytes; in characters where YAML says so.
    pub(crate) column: u64,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct InputError {
    /// Line of the input, from 1.
    pub line: u64,
    /// Column of that line, from 1.
    pub column: u64,
    /// What is wrong there.
    pub problem: Problem,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// Goes on behind these bytes.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        match memchr::memrchr(b'\n', bytes) {
            None => self.column += bytes.len() as u64,
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.column = (bytes.len() - last) as u64;
            }
        }
    }
}

impl InputError {
    pub(crate) fn new(position: Position, problem: Problem) -> Self {
        Self {
            line: position.line,
            column: position.column,
            problem,
        }
    }
}

/// Where a text stops being one: UTF-16 is full of zeros.
pub(crate) fn not_text(text: &[u8]) -> Option<usize> {
    let zero = memchr::memchr(0, text);
    let other = str::from_utf8(text).err().map(|error| error.valid_up_to());
    zero.into_iter().chain(other).min()
}

/// Bytes of a stream that belong together, though others stood between them.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    /// From which byte on the bytes come from which place.
    parts: Vec<(usize, Position)>,
}

impl Text {
    pub(crate) fn append(&mut self, position: Position, bytes: &[u8]) {
        self.parts.push((self.bytes.len(), position));
        self.bytes.extend_from_slice(bytes);
    }

    /// Where this byte stood.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let next = self.parts.partition_point(|(start, _)| *start <= offset);
        let Some((start, mut position)) = next.checked_sub(1).map(|part| self.parts[part]) else {
            return Position::START;
        };
        let end = offset.min(self.bytes.len());
        position.advance(&self.bytes[start..end]);
        // An error may stand behind the last byte.
        position.column += (offset - end) as u64;
        position
    }

    /// Where the first byte stood.
    pub(crate) fn start(&self) -> Option<Position> {
        self.parts.first().map(|(_, position)| *position)
    }

    /// Where the last byte stood that is not white space.
    pub(crate) fn end(&self) -> Position {
        self.position(self.bytes.trim_ascii_end().len().saturating_sub(1))
    }

    /// Where this line and column of the text stood, both counted from 1.
    pub(crate) fn locate(&self, line: usize, column: usize) -> Position {
        let mut lines = memchr::memchr_iter(b'\n', &self.bytes);
        let start = match line {
            0 | 1 => 0,
            _ => lines.nth(line - 2).map_or(self.bytes.len(), |end| end + 1),
        };
        self.position(start + column.saturating_sub(1))
    }
}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// Bytes that are not UTF-8.
    #[error("this is not UTF-8 text; a file that PowerShell wrote is UTF-16: save it as UTF-8")]
    NotText,
    /// Broken JSON.
    #[error("this is not valid JSON; what begins with a bracket is read as JSON")]
    Json,
    /// JSON that was cut off.
    #[error("this JSON document ends in the middle")]
    JsonEnds,
    /// Broken YAML.
    #[error("this is not valid YAML")]
    Yaml,
    /// An object with the same key twice, as two YAML documents without `---` make it.
    #[error("this key occurs twice; is a `---` missing between two documents?")]
    DuplicateKey,
    /// Too many aliases, or too deep.
    #[error("this YAML is nested too deeply, or its aliases expand too far")]
    Limit,
    /// A document that is longer than any object.
    #[error("this is longer than 8 MiB, longer than any Kubernetes object")]
    TooLong,
    /// An object with items that does not say that it is a List.
    #[error("this has items but no kind: was the List cut off?")]
    ListWithoutKind,
    /// A List whose items do not say what they are, and that says so too late.
    #[error("too many items without a kind come before the kind of this List; put its kind first")]
    ItemsWithoutKind,
    /// A List among the items of another.
    #[error("this is a List among the items of another, which is not read; print it by itself")]
    ListInList,
    /// Clusters or Settings among the items of what is not a List.
    #[error(
        "this is not a List, but it has items, and Clusters or Settings among them were counted: \
         look at this object, and remove its items or data"
    )]
    ItemsOfAnother,
    /// One page of a list.
    #[error(
        "this is one page of a longer list; get all of it (kubectl does, Rancher's API with ?limit=-1)"
    )]
    Page,
    /// An error of Kubernetes or of Rancher's API in the place of objects.
    #[error("this is an error from the API in place of objects; get them again")]
    ApiError,
    /// A watch that has failed.
    #[error("the watch failed; start it again")]
    WatchFailed,
    /// kubectl says that it has failed.
    #[error(
        "kubectl reports an error here, so objects may be missing; run the kubectl command again"
    )]
    Kubectl,
    /// A table, or names, as kubectl prints them for people.
    #[error("kubectl printed this for people; add -o json to the kubectl command")]
    Table,
    /// A document that is a number, a text or the like.
    #[error("this is not a Kubernetes object")]
    NotAnObject,
}

impl Problem {
    /// Whether an API answered with an error, so that it was asked for objects.
    #[must_use]
    pub fn is_of_an_api(self) -> bool {
        matches!(self, Self::ApiError | Self::WatchFailed)
    }
}
