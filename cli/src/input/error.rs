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
        let count = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let Some(last) = memchr::memrchr(b'\n', bytes) else {
            self.column = self.column.saturating_add(count(bytes.len()));
            return;
        };
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        self.line = self.line.saturating_add(count(lines));
        self.column = count(bytes.len().saturating_sub(last));
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::START
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

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// Bytes that are no UTF-8.
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
    #[error("this key was there before; is a `---` missing between two documents?")]
    DuplicateKey,
    /// Too many aliases, or too deep.
    #[error("this YAML is nested too deeply, or repeats too much by aliases")]
    Limit,
    /// An object with items that does not say that it is a List.
    #[error("this has items but no kind: was the List cut off?")]
    ListWithoutKind,
    /// A document that is a number, a text or the like.
    #[error("this is not a Kubernetes object")]
    NotAnObject,
}
