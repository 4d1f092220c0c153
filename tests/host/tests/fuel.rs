//! What each request costs, counted: the fuel of the interpreter, a unit for nearly every
//! of its instructions, which is the same on every machine.
//!
//! `fuel.txt` holds the counts; `BLESS=1` writes them anew.

mod built;

use std::fmt::Write as _;
use std::fs;

use built::{module, root};
use policy_cases::requests::{Size, Work, setting};
use policy_host::Policy;

/// By how much a count may differ from the one that is written down, in percent.
const TOLERANCE: u64 = 3;

/// The fuel of a new instance and one request in it, and its answer.
fn fuel(policy: &Policy, payload: &str) -> (u64, String) {
    let mut instance = policy
        .start(u64::MAX, |name| Ok(setting(name).to_owned()))
        .expect("an instance");
    let answer = instance.call("validate", payload.as_bytes());
    (instance.fuel_used(), answer.expect("an answer").response)
}

/// The counts by guest, size and work.
fn counts() -> Vec<(String, u64)> {
    let mut counts = Vec::new();
    for (guest, path) in [
        ("reads-nothing", "bench/guests/reads-nothing.wasm"),
        ("policy", "policy.wasm"),
        ("sdk-type", "bench/guests/sdk-type.wasm"),
    ] {
        let policy = Policy::load(&module(path)).expect("a policy");
        for size in Size::ALL {
            for work in Work::ALL {
                let case = format!("{guest:13}  {:>5}  {}", size.name(), work.name());
                let payload = work.payload(size);
                let (count, answer) = fuel(&policy, &payload);
                let is_done = guest == "reads-nothing" || work.is_done_by(&answer);
                assert_eq!(
                    (fuel(&policy, &payload), is_done),
                    ((count, answer), true),
                    "{case}: the same twice, and what is to be done"
                );
                counts.push((case, count));
            }
        }
    }
    counts
}

fn names(counts: &[(String, u64)]) -> Vec<&str> {
    counts.iter().map(|(case, _)| case.as_str()).collect()
}

#[test]
fn every_request_costs_what_is_written_down() {
    let counts = counts();
    let path = root().join("tests/host/tests/fuel.txt");
    if std::env::var_os("BLESS").is_some() {
        let mut table = String::new();
        for (case, count) in &counts {
            writeln!(table, "{count:>8}  {case}").expect("text");
        }
        fs::write(&path, table).expect("fuel.txt");
    }
    let table = fs::read_to_string(&path).expect("fuel.txt");
    let written: Vec<(String, u64)> = table
        .lines()
        .map(|line| {
            let (count, case) = line
                .trim_start()
                .split_once("  ")
                .expect("a count and a case");
            (case.to_owned(), count.parse().expect("a number"))
        })
        .collect();
    assert_eq!(names(&counts), names(&written));
    let changed: Vec<String> = counts
        .iter()
        .zip(&written)
        .filter(|((_, is), (_, was))| is.abs_diff(*was) * 100 > was * TOLERANCE)
        .map(|((case, is), (_, was))| format!("{case}: {was} is written down, it is {is}"))
        .collect();
    assert_eq!(
        changed,
        Vec::<String>::new(),
        "more than {TOLERANCE} % off; if it is meant, run with BLESS=1 and say why in docs/performance.md"
    );
}
