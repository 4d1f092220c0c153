//! What the tests of the policy share: the cases below tests/cases and tests/requests, and
//! input that is not a request at all.
//!
//! A table in tests/cases is a YAML file with cases by name. A case says how a request
//! differs from the one in `base.yaml`, and the whole answer to it:
//!
//! | key | what | default |
//! |---|---|---|
//! | `operation` | CREATE, UPDATE, DELETE or CONNECT | CREATE |
//! | `by` | `user`, `service-account`, `audit-scanner`, or any user name | `user` |
//! | `old` | the Cluster before an UPDATE or DELETE, as a merge patch (RFC 7396) on the base | |
//! | `object` | the Cluster that is written, as a merge patch on `old`, or without it on the base | |
//! | `request` | other fields of the AdmissionRequest, as a merge patch | |
//! | `settings` | the settings of the policy | none |
//! | `rancher` | what a lookup gives, for each Setting that is not as in the base | |
//! | `answer` | the whole answer; `mutated_object` is a merge patch on the object | |
//! | `lookups` | the Settings that are looked up, in order | none |
//!
//! A lookup gives the value of a Setting, or `setting:` with some of its fields, `raw:` with
//! any text, or `error:` with one of [`HostError`] or any text.
//!
//! `defaults` at the head of a file stands for a key that a case leaves out; the patches in
//! it are applied before those of the case.
//!
//! A folder in tests/requests is a case as well: `request.json` is the whole request, as
//! kwctl takes it, and as the spelling of its JSON matters.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

pub mod bad_input;
mod case;
mod folder;
mod host_error;
pub mod laws;
mod rancher;
pub mod requests;
mod table;
mod trials;
mod written;

use std::path::{Path, PathBuf};

pub use case::{Case, Evaluation, evaluate_natively};
pub use host_error::HostError;
pub use rancher::{Lookup, Rancher};
pub use trials::{Update, run};

/// The folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All cases, in order.
///
/// # Panics
///
/// If one of them cannot be read.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = table::read_all(&root().join("tests/cases"));
    cases.extend(folder::read_all(&root().join("tests/requests")));
    assert!(!cases.is_empty(), "there are no cases");
    cases
}
