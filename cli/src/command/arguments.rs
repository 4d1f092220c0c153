//! The arguments of the command, and what its help says.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Parser, ValueEnum, ValueHint};
use clap_complete::Shell;
use rancher_agents::report::{Format, SortKey};

use crate::command::name::{input_command, watch_command};

/// Which clusters of a Rancher server run an agent that lags behind it?
///
/// Reads Clusters and Settings as kubectl prints them and judges every cluster by
/// the policy, as Kubewarden's audit scanner would.
#[derive(Debug, Parser)]
#[command(version, after_help = after_help())]
#[command(group = ArgGroup::new("task").args(["follow", "upgrade_to", "completions", "man"]))]
pub(crate) struct Arguments {
    /// Clusters and Settings, JSON or YAML: files, folders, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<PathBuf>,

    /// Compare with this version, in place of the one in the Settings of the input
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) server_version: Option<String>,

    /// Settings of the policy, YAML or JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) settings: Option<PathBuf>,

    /// Before an upgrade: what will happen to each cluster when the server becomes this version
    #[arg(
        long,
        value_name = "VERSION",
        conflicts_with = "server_version",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) upgrade_to: Option<String>,

    /// Print a shell script that hands clusters with an old pin back to Rancher
    #[arg(long, conflicts_with_all = ["output", "follow"])]
    pub(crate) fix: bool,

    /// During an upgrade: read watch events until no cluster lags
    #[arg(long)]
    pub(crate) follow: bool,

    /// With --follow: give up after this time, such as 30m
    #[arg(long, value_name = "TIME", requires = "follow", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// With --follow: end when no cluster has lagged, and no other has come, for this time
    #[arg(
        long,
        value_name = "TIME",
        requires = "follow",
        default_value = "10s",
        value_parser = humantime::parse_duration
    )]
    pub(crate) settle: Duration,

    /// Format of the report
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Format::Table, hide_possible_values = true, help = output_help())]
    pub(crate) output: Format,

    /// Order of the report
    #[arg(long, value_name = "KEY", value_enum, default_value_t = SortKey::Verdict)]
    pub(crate) sort: SortKey,

    /// What makes the exit status other than 0
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FailOn::Lagging)]
    pub(crate) fail_on: FailOn,

    /// Print a completion script for this shell
    #[arg(long, value_name = "SHELL", value_enum, exclusive = true)]
    pub(crate) completions: Option<Shell>,

    /// Print the manual page, in roff
    #[arg(long, exclusive = true)]
    pub(crate) man: bool,
}

/// What makes the exit status other than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A cluster that lags: 2
    Lagging,
    /// The same, and where none lags one that is unknown or rejected: 3
    Unknown,
    /// Neither
    None,
}

fn output_help() -> String {
    let formats: Vec<String> = Format::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
        .collect();
    format!("Format of the report: {}", formats.join(", "))
}

/// What the exit status tells.
pub(crate) const EXIT_STATUS: [(u8, &str); 4] = [
    (0, "nothing lags"),
    (1, "it could not run, or not read or judge everything"),
    (
        2,
        "some cluster lags, will stay behind, or lags still at the --timeout",
    ),
    (
        3,
        "none lags, some is unknown or rejected (with --fail-on unknown)",
    ),
];

fn after_help() -> String {
    let statuses = EXIT_STATUS.map(|(status, meaning)| format!("  {status}  {meaning}"));
    format!(
        "Usually:\n  {}\n\
         While agents are rolled out:\n  {}\n\n\
         Exit status:\n{}",
        input_command(),
        watch_command(),
        statuses.join("\n")
    )
}
