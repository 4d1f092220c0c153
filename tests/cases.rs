//! Every case as a test of its own, evaluated natively.
//!
//! `cargo test --test cases NAME` runs those whose name contains NAME;
//! `UPDATE_CASES=1 cargo test --test cases` writes down the answers that have changed.

use std::process::ExitCode;

use policy_cases::{Update, evaluate_natively, run};

fn main() -> ExitCode {
    run(Update::Allowed, evaluate_natively)
}
