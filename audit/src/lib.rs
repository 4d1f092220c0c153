//! Judges every cluster of a Rancher server by the policy, on any machine.
//!
//! The library has two halves that meet in [`review_all`]:
//!
//! - a small waPC host: [`Policy`] loads a policy module and treats it as
//!   policy-server does, [`Kubernetes`] answers its look-ups;
//! - what the command needs around it: [`Inventory`] reads what kubectl prints,
//!   [`report`] prints the verdicts.
//!
//! It never links the policy. What is judged here is the very module that a
//! cluster would load, and its answer is reported as it is.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod capability;
mod cluster;
mod console;
mod error;
mod field_mask;
mod guest;
mod host;
mod input;
mod inventory;
mod kubernetes;
mod memory;
mod metadata;
pub mod report;
mod review;
mod text;
mod wapc;
mod wasi;

pub use error::{EvaluationError, LoadError};
pub use guest::HostCall;
pub use host::{Evaluation, Policy};
pub use input::{InputError, Problem};
pub use inventory::Inventory;
pub use kubernetes::{GetResource, Kubernetes, Settings};
pub use metadata::Metadata;
pub use review::{Review, ReviewError, ReviewProblem, Verdict, audit_request, review, review_all};
pub use text::printable;

/// The policy module that this build embeds.
pub const POLICY: &[u8] = include_bytes!(env!("POLICY_WASM"));
