//! What holds for any input.
//!
//! Each run tries other inputs, as many for each property as `.cargo/config.toml` says;
//! `PROPTEST_CASES=100000 cargo test --test properties` tries more. An input that broke a
//! property is written to tests/proptest-regressions, to be committed: it is tried first.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

#[path = "../support/seen.rs"]
mod seen;

mod advice;
mod bounds;
mod leaks;
mod marks;
mod order;
mod payload;
mod reader;
mod requests;
mod run;
mod spelling;
mod tags;
mod writing;
