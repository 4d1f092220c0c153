//! Data goes to standard output, anything else to standard error.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use anstream::{AutoStream, ColorChoice};
use console::Term;
use rancher_agents::report::{Context, Report, render};

use crate::command::arguments::Print;
use crate::command::name::name;

/// Prints data. A reader that closes the pipe early is not an error.
pub(crate) fn print(data: &[u8]) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints anything else.
pub(crate) fn warn(text: &str) {
    let _closed_pipe = writeln!(io::stderr(), "{}: {text}", name());
}

/// Prints the report.
pub(crate) fn print_report(report: &Report, how: &Print, shows_all: bool) -> Result<(), String> {
    let terminal = Term::stdout();
    let is_terminal = terminal.is_term();
    let width = terminal.size_checked().map(|(_, columns)| columns.into());
    let context = Context {
        // On a terminal, unless `NO_COLOR` is set.
        is_coloured: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        is_raw: how.raw,
        width: width.filter(|_| is_terminal),
        shows_all: shows_all || how.all || !is_terminal,
        now: now(),
    };
    print(render(report, how.output, &context)?.as_bytes())
}

/// The time of the report, or the one that reproducible builds want (see
/// reproducible-builds.org, `SOURCE_DATE_EPOCH`).
pub(crate) fn now() -> Option<u64> {
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds.parse().ok(),
        Err(_) => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.ok().map(|since| since.as_secs())
        }
    }
}
