//! The command: which clusters of a Rancher server run an agent that lags behind?

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use rancher_agent_audit::{Inventory, POLICY, Policy, Verdict, printable, report, review_all};
use serde_json::Value;

const COULD_NOT_RUN: u8 = 1;
const SOME_LAG: u8 = 2;

/// The documented way to get an input. It asks for two Settings by name, because
/// others hold secrets.
const COMMAND: &str = "(kubectl get settings.management.cattle.io server-version agent-image -o json; \
                       kubectl get clusters.management.cattle.io -o json) | rancher-agent-audit -";

/// Says which clusters of a Rancher server run an agent that lags behind it.
#[derive(Parser)]
#[command(version, after_help = after_help())]
struct Arguments {
    /// Clusters and Settings as kubectl prints them, JSON or YAML; - is standard input
    #[arg(value_name = "FILE")]
    input: PathBuf,
}

fn after_help() -> String {
    format!(
        "Usually:\n  {COMMAND}\n\n\
         Exit status: 0 nothing lags, 1 could not run or not judge, 2 some cluster lags."
    )
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _closed_pipe = error.print();
            return ExitCode::from(if error.use_stderr() { COULD_NOT_RUN } else { 0 });
        }
    };
    run(&arguments.input).unwrap_or_else(|problem| {
        warn(&problem);
        ExitCode::from(COULD_NOT_RUN)
    })
}

fn run(input: &Path) -> Result<ExitCode, String> {
    let name = printable(&input.to_string_lossy());
    let bytes = read(input).map_err(|e| format!("{name}: {e}"))?;
    if bytes.trim_ascii().is_empty() {
        return Err(format!("{name}: the input is empty; try: {COMMAND}"));
    }
    let inventory = Inventory::read(&bytes).map_err(|e| format!("{name}: {e}"))?;
    if let Some(note) = inventory.note_on_others() {
        warn(&note);
    }
    if inventory.clusters.is_empty() {
        return Err(format!(
            "{name}: there is no Cluster of management.cattle.io in the input; try: {COMMAND}"
        ));
    }
    if !inventory.settings.contains("server-version") {
        return Err(format!(
            "{name}: there is no Setting `server-version` in the input; try: {COMMAND}"
        ));
    }
    let Some(server_version) = inventory.settings.effective_value("server-version") else {
        return Err(format!(
            "{name}: the Setting `server-version` holds no text; in YAML, put it into quotes"
        ));
    };
    let server_version = server_version.to_owned();
    if !inventory.settings.contains("agent-image") {
        warn(
            "there is no Setting `agent-image` in the input: an image that this Rancher itself \
             deploys may be called lagging",
        );
    }

    let policy = Policy::load(POLICY, &Value::Null).map_err(|e| e.to_string())?;
    let reviews = review_all(&policy, inventory).map_err(|e| format!("{name}: {e}"))?;
    print(&format!(
        "{}\n\n{}\n",
        report::table(&reviews),
        report::summary(&reviews, &server_version)
    ))?;

    if reviews.iter().any(|r| r.verdict == Verdict::Lagging) {
        return Ok(ExitCode::from(SOME_LAG));
    }
    match reviews.iter().filter(|r| !r.is_evaluated).count() {
        0 => Ok(ExitCode::SUCCESS),
        count => Err(format!(
            "{count} of {} clusters could not be judged, see their messages",
            reviews.len()
        )),
    }
}

fn read(input: &Path) -> io::Result<Vec<u8>> {
    if input.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    } else {
        fs::read(input)
    }
}

/// Prints data. Whoever closes the pipe has seen enough.
fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints anything else.
fn warn(text: &str) {
    let _closed_pipe = writeln!(io::stderr(), "rancher-agent-audit: {text}");
}
