//! Judges every cluster of a Rancher server by the policy, on any machine.
//!
//! Things go one way, from folder to folder:
//!
//! - `fleet` is what a [`Cluster`] is here: the few fields that matter;
//! - `input` reads whatever kubectl prints, as a stream of [`Entry`]s ([`read`],
//!   [`stream`]); [`Inventory`] keeps the clusters and Rancher's Settings;
//! - `host` is a small waPC host: [`Policy`] loads a policy module and treats it as
//!   policy-server does, [`Kubernetes`] answers its look-ups;
//! - `verdict` puts a cluster to the policy ([`ask`]) and makes a row of the answer
//!   ([`audit`], [`upgrade`]);
//! - [`report`] prints the rows; [`mod@fix`] writes a script, [`follow`] keeps the
//!   newest state of each cluster while agents are rolled out.
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

pub mod fix;
mod fleet;
pub mod follow;
mod host;
mod input;
mod inventory;
pub mod report;
mod text;
mod verdict;

pub use fleet::{Cluster, DesiredFields, Field, Pinned, Unreachable};
pub use host::{
    Evaluation, EvaluationError, GetResource, HostCall, Instance, Instances, Kubernetes, LoadError,
    Metadata, Policy, Settings,
};
pub use input::{Entry, Event, InputError, Problem, Setting, Source, Sources, read, stream};
pub use inventory::Inventory;
pub use text::printable;
pub use verdict::{
    Answer, Outlook, ReviewError, ReviewProblem, Verdict, ask, audit, audit_request, upgrade,
};

/// The policy module that this build embeds.
pub const POLICY: &[u8] = include_bytes!(env!("POLICY_WASM"));
