//! Every case as a test of its own.

use std::env;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;

use crate::case::{Case, Evaluation};
use crate::rancher::Rancher;
use crate::{cases, laws, written};

/// Whether `UPDATE_CASES=1` may write down other answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// By the environment.
    Allowed,
    /// The answers are compared in any case.
    Never,
}

/// Runs the cases that the arguments of the process name. `evaluate` gets the payload of
/// the waPC operation `validate`, and what lookups give.
pub fn run(
    update: Update,
    evaluate: impl Fn(&str, &Rancher) -> Evaluation + Send + Sync + 'static,
) -> ExitCode {
    let update = update == Update::Allowed && env::var_os("UPDATE_CASES").is_some();
    let evaluate = Arc::new(evaluate);
    // One at a time writes to a table.
    let table = Arc::new(Mutex::new(()));
    let trial = |case: Case| {
        let (evaluate, table) = (Arc::clone(&evaluate), Arc::clone(&table));
        Trial::test(case.name.clone(), move || {
            let actual = evaluate(&case.payload_text(), &case.rancher);
            laws::hold(&case, &actual, &*evaluate)?;
            if update && actual != case.expected {
                let _table = table.lock();
                written::update(&case, &actual);
                eprintln!("updated: {}", case.name);
                return Ok(());
            }
            compare(&case, &actual)
        })
    };
    let trials = cases().into_iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn compare(case: &Case, actual: &Evaluation) -> Result<(), Failed> {
    if *actual == case.expected {
        return Ok(());
    }
    let (expected, actual) = (
        written::yaml(case, &case.expected),
        written::yaml(case, actual),
    );
    let difference = TextDiff::from_lines(&expected, &actual);
    let difference = difference
        .unified_diff()
        .header("expected", "actual")
        .to_string();
    Err(format!("{difference}If this is meant: UPDATE_CASES=1 cargo test --test cases").into())
}
