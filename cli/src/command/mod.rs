//! The command: arguments in, report out.

mod arguments;
mod audit;
mod input;
mod live;
mod manual;
mod name;
mod output;
mod progress;
mod serve;
mod settings;
mod wait;
mod watch;

use std::io::ErrorKind;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};

use clap::{CommandFactory, FromArgMatches};
use rancher_agents::report::{Concern, FailOn};
use rayon::ThreadPoolBuilder;

use arguments::{Arguments, Verb};
use name::name;
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
    /// The status that tells what there is to be concerned about.
    fn of(concerns: impl IntoIterator<Item = Concern>, fail_on: FailOn) -> Self {
        let concerns = concerns.into_iter();
        match concerns.filter(|concern| fail_on.includes(*concern)).min() {
            Some(Concern::Lags) => Self::Lagging,
            Some(Concern::Unknown) => Self::Unknown,
            Some(Concern::None) | None => Self::Success,
        }
    }
}

/// Runs the command. A problem that ends it goes to standard error.
pub(crate) fn main() -> ExitCode {
    let command = Arguments::command().name(name()).bin_name(name());
    let status = match command.try_get_matches() {
        Ok(matches) => Arguments::from_arg_matches(&matches)
            .map_err(|error| error.to_string())
            .and_then(run)
            .unwrap_or_else(|problem| {
                warn(&problem);
                Status::Failure
            }),
        Err(error) => {
            let printed = error.print();
            let is_lost = printed.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe);
            if is_lost || error.use_stderr() {
                Status::Failure
            } else {
                Status::Success
            }
        }
    };
    ExitCode::from(status as u8)
}

fn run(arguments: Arguments) -> Result<Status, String> {
    match arguments.verb.unwrap_or(Verb::Check(arguments.check)) {
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            let command = &mut Arguments::command();
            clap_complete::generate(shell, command, "rancher-agents", &mut script);
            print(&script).map(|()| Status::Success)
        }
        Verb::Man { verb } => {
            let page = manual::page(verb.as_deref()).map_err(|error| error.to_string())?;
            print(&page).map(|()| Status::Success)
        }
        Verb::Check(check) => audit::check(&check),
        Verb::Plan(plan) => audit::plan(&plan),
        Verb::Fix(fix) => audit::fix(&fix),
        Verb::Watch(watch) => watch::watch(&watch),
        Verb::Serve(serve) => serve::serve(&serve),
    }
}

/// Starts the threads that parse and judge. Where there may be no more threads, this
/// one does it alone.
fn start_threads() {
    let probe = thread::Builder::new().spawn(|| ());
    let pool = match probe.map(JoinHandle::join) {
        Ok(_) => ThreadPoolBuilder::new(),
        Err(_) => ThreadPoolBuilder::new().num_threads(1).use_current_thread(),
    };
    // Without a pool of its own, rayon makes one when it is first needed.
    let _is_tried = pool.build_global();
}
