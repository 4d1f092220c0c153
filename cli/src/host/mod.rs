//! A small waPC host: loads a policy module and treats it as policy-server does.

mod capability;
mod console;
mod engine;
mod error;
mod field_mask;
mod guest;
mod instance;
mod kubernetes;
mod memory;
mod metadata;
mod policy;
mod wapc;
mod wasi;

pub use engine::Instances;
pub use error::{EvaluationError, LoadError};
pub use guest::HostCall;
pub use instance::{Evaluation, Instance};
pub use kubernetes::{GetResource, Kubernetes, Settings};
pub use metadata::Metadata;
pub use policy::Policy;
