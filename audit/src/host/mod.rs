//! A small waPC host: loads a policy module and treats it as policy-server does.

mod capability;
mod console;
mod error;
mod field_mask;
mod guest;
mod kubernetes;
mod memory;
mod metadata;
mod policy;
mod wapc;
mod wasi;

pub use error::{EvaluationError, LoadError};
pub use guest::HostCall;
pub use kubernetes::{GetResource, Kubernetes, Settings};
pub use metadata::Metadata;
pub use policy::{Evaluation, Policy};
