//! What holds for any input: laws over inputs that are made up, the same ones in every
//! run.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

#[path = "../support/seen.rs"]
mod seen;

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
