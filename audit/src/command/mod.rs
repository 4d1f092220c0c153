//! The command: arguments in, report out.

mod arguments;
mod audit;
mod follow;
mod output;
mod policy;
mod progress;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use rancher_agent_audit::Sources;
use rancher_agent_audit::report::{Concern, Report};

use arguments::{Arguments, FailOn, INPUT_COMMAND};
use output::{print, warn};

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Status {
    /// Nothing lags.
    Success = 0,
    /// It could not run, or not read or judge everything.
    Failure = 1,
    /// Some cluster lags.
    Lagging = 2,
    /// Some cluster is unknown, and none lags.
    Unknown = 3,
}

impl Status {
    /// The status that tells what a report holds.
    fn of(report: &Report, fail_on: FailOn) -> Self {
        let any = |concern| report.rows.iter().any(|row| row.concern == concern);
        match fail_on {
            FailOn::Lagging | FailOn::Unknown if any(Concern::Lags) => Self::Lagging,
            FailOn::Unknown if any(Concern::Unknown) => Self::Unknown,
            _ => Self::Success,
        }
    }
}

/// Runs the command. A problem that ends it goes to standard error.
pub(crate) fn main() -> ExitCode {
    let matches = match Arguments::command()
        .name(name())
        .bin_name(name())
        .try_get_matches()
    {
        Ok(matches) => matches,
        Err(error) => {
            let _closed_pipe = error.print();
            let status = if error.use_stderr() {
                Status::Failure
            } else {
                Status::Success
            };
            return ExitCode::from(status as u8);
        }
    };
    let status = Arguments::from_arg_matches(&matches)
        .map_err(|error| error.to_string())
        .and_then(|arguments| run(&arguments))
        .unwrap_or_else(|problem| {
            warn(&problem);
            Status::Failure
        });
    ExitCode::from(status as u8)
}

/// As which command it was called: kubectl calls its plugins by their file names.
fn name() -> &'static str {
    let called = std::env::args_os()
        .next()
        .map(PathBuf::from)
        .unwrap_or_default();
    match called.file_stem().and_then(|stem| stem.to_str()) {
        Some("kubectl-rancher_agents") => "kubectl rancher-agents",
        _ => "rancher-agent-audit",
    }
}

fn run(arguments: &Arguments) -> Result<Status, String> {
    if let Some(shell) = arguments.completions {
        let mut script = Vec::new();
        clap_complete::generate(
            shell,
            &mut Arguments::command(),
            "rancher-agent-audit",
            &mut script,
        );
        return print(&script).map(|()| Status::Success);
    }
    if arguments.man {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command())
            .render(&mut page)
            .map_err(|e| e.to_string())?;
        return print(&page).map(|()| Status::Success);
    }
    let sources = sources(&arguments.inputs)?;
    if arguments.follow {
        follow::follow(arguments, &sources)
    } else {
        audit::audit(arguments, &sources)
    }
}

fn sources(inputs: &[PathBuf]) -> Result<Sources, String> {
    if !inputs.is_empty() {
        return Ok(Sources::find(inputs));
    }
    if io::stdin().is_terminal() {
        return Err(format!("there is no input; try: {INPUT_COMMAND}"));
    }
    Ok(Sources::find(&[PathBuf::from("-")]))
}
