//! A small waPC host on an interpreter: runs a policy module as policy-server does, with
//! its fuel counted, so that tests can prove what the built module answers and costs.

mod error;
mod guest;
mod instance;
mod memory;
mod metadata;
mod policy;
mod wapc;
mod wasi;

pub use error::Error;
pub use guest::HostCall;
pub use instance::{Evaluation, Instance};
pub use policy::Policy;
