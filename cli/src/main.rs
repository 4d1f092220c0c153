//! `rancher-agents`, and `kubectl rancher-agents`.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main()
}
