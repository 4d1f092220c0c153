//! Why a policy could not be loaded, or gave no answer.

use thiserror::Error;

/// Why a module cannot serve as a policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The bytes are no WebAssembly module, or one that this engine cannot compile.
    #[error("the policy is not a valid WebAssembly module: {0}")]
    Module(String),
    /// The module has no metadata section.
    #[error("the policy has no section `io.kubewarden.metadata`")]
    NoMetadata,
    /// The module has more than one metadata section.
    #[error(
        "the policy has {0} sections `io.kubewarden.metadata`, of which Kubewarden would silently take the first"
    )]
    SeveralMetadata(usize),
    /// The metadata section cannot be read.
    #[error("the metadata of the policy are not valid: line {line}, column {column}")]
    BrokenMetadata {
        /// Line in the section, from 1.
        line: usize,
        /// Column in the section, from 1.
        column: usize,
    },
    /// The metadata ask for another kind of host.
    #[error("the policy asks for execution mode `{0}`, only `kubewarden-wapc` is supported")]
    ExecutionMode(String),
    /// The metadata name no protocol version.
    #[error("the metadata of the policy name no protocol version")]
    NoProtocolVersion,
    /// The metadata name a protocol version that this host does not speak.
    #[error("the policy speaks protocol version `{0}`, only `v1` is supported")]
    ProtocolVersion(String),
    /// The module imports something that no policy host offers.
    #[error("the policy cannot be linked: {0}")]
    Imports(String),
    /// The module does not export what a waPC host needs.
    #[error("the policy exports no `{0}`, as a waPC guest does")]
    Exports(&'static str),
    /// The settings are no JSON object.
    #[error("policy settings have to be an object")]
    SettingsNotAnObject,
    /// The policy refused its settings.
    #[error("Policy settings are invalid: {0}")]
    Settings(String),
}

/// Why a call into a policy gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvaluationError {
    /// The guest reported an error instead of an answer.
    #[error("the policy failed: {0}")]
    Guest(String),
    /// The guest stopped in the middle of its work.
    #[error("the policy stopped: {reason}")]
    Trap {
        /// What stopped it.
        reason: String,
        /// What it had written until then, such as the text of a panic.
        console: Vec<String>,
    },
    /// The guest returned success without an answer.
    #[error("the policy gave no answer")]
    NoResponse,
    /// The answer of the guest is not UTF-8.
    #[error("the answer of the policy is not UTF-8 text")]
    NotText,
}
