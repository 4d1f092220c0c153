//! Why a policy could not be loaded, or gave no answer.

use std::fmt;

/// Why there is no policy, or no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The bytes are no module that this host can run.
    Module(String),
    /// The metadata section is missing, is there twice, or does not fit this host.
    Metadata(String),
    /// The policy refuses its settings.
    Settings(String),
    /// The guest reported an error instead of an answer.
    Guest(String),
    /// The guest stopped in the middle of its work.
    Stopped {
        /// What stopped it.
        reason: String,
        /// What it had written until then, such as the text of a panic.
        console: String,
    },
    /// The guest returned without an answer, or with one that is no text.
    NoAnswer,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(reason) => write!(f, "the policy is no waPC module: {reason}"),
            Self::Metadata(reason) => write!(f, "the policy's metadata: {reason}"),
            Self::Settings(reason) => write!(f, "the policy refuses its settings: {reason}"),
            Self::Guest(reason) => write!(f, "the policy failed: {reason}"),
            Self::Stopped { reason, console } => {
                write!(f, "the policy stopped: {reason}\n{console}")
            }
            Self::NoAnswer => f.write_str("the policy gave no answer"),
        }
    }
}
