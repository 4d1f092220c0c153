//! Why a policy could not be loaded, or gave no answer.

use thiserror::Error;

/// Why there is no policy, or no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The bytes are not a module that this host can run.
    #[error("the policy is not a waPC module: {0}")]
    Module(String),
    /// The guest reported an error instead of an answer.
    #[error("the policy failed: {0}")]
    Guest(String),
    /// The guest stopped in the middle of its work.
    #[error("the policy stopped: {reason}\n{console}")]
    Stopped {
        /// What stopped it.
        reason: String,
        /// What it had written until then, such as the text of a panic.
        console: String,
    },
    /// The guest returned without an answer, or with one that is not a text.
    #[error("the policy gave no answer")]
    NoAnswer,
}
