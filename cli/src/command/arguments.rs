//! The arguments of the command, and what its help says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use humantime::Duration;
use rancher_agents::report::{FailOn, Format, Question, SortKey};
use strum::VariantNames;

use crate::command::name::{input_command, name};

/// Which clusters of a Rancher server run an agent that lags behind it?
///
/// Asks the cluster of the kubeconfig, or reads what kubectl has printed into files, and
/// judges every cluster of Rancher by the policy, as Kubewarden's audit scanner would.
/// It changes nothing. Without a verb it does what `check` does.
#[derive(Debug, Parser)]
#[command(version, after_help = after_help(), args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,

    #[command(flatten)]
    pub(crate) check: Check,
}

/// What the command does.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Report which agents lag behind the server now (the default)
    Check(Check),
    /// Before an upgrade: report what it will do to each cluster
    Plan(Plan),
    /// Print a shell script that hands clusters with an old pin back to Rancher
    Fix(Fix),
    /// During an upgrade: show the progress until no cluster lags, then report
    Watch(Watch),
    /// Show the state of all clusters to Prometheus, and as a page, until it is stopped
    Serve(Serve),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_enum)]
        shell: Shell,
    },
    /// Print a manual page, in roff
    Man {
        /// Of this verb, in place of the whole command
        #[arg(value_name = "VERB", value_parser = ["check", "plan", "fix", "watch", "serve"])]
        verb: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) policy: Policy,

    /// Only clusters with these verdicts; the exit status is that of all
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = verdicts(Question::Audit), hide_possible_values = true)]
    pub(crate) verdict: Vec<String>,

    #[command(flatten)]
    pub(crate) print: Print,

    #[command(flatten)]
    pub(crate) running: WhatRuns,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The version that the server will have
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) to: String,

    #[command(flatten)]
    pub(crate) input: Input,

    /// Settings of the policy, YAML or JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) settings: Option<PathBuf>,

    /// Only clusters with these verdicts; the exit status is that of all
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = verdicts(Question::Upgrade), hide_possible_values = true)]
    pub(crate) verdict: Vec<String>,

    #[command(flatten)]
    pub(crate) print: Print,
}

#[derive(Debug, Args)]
pub(crate) struct Fix {
    /// Write the script for the time after an upgrade to this version
    #[arg(long, value_name = "VERSION", conflicts_with = "server_version", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) to: Option<String>,

    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) policy: Policy,

    /// What makes the exit status other than 0
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FailOn::Lagging)]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) policy: Policy,

    /// Give up after this time, such as 30m
    #[arg(long, value_name = "TIME")]
    pub(crate) timeout: Option<Duration>,

    /// End when no cluster has lagged, and no other has come, for this time
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub(crate) settle: Duration,

    /// Do not wait for clusters that lag and that Rancher cannot reach, nor fail for them
    #[arg(long)]
    pub(crate) ignore_unreachable: bool,

    /// Do not wait for clusters that pin an image that lags, nor fail for them
    #[arg(long)]
    pub(crate) ignore_pinned: bool,

    #[command(flatten)]
    pub(crate) print: Print,

    #[command(flatten)]
    pub(crate) running: WhatRuns,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address for /metrics, /healthz, /readyz and the page /
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9464")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) kube: Kube,

    #[command(flatten)]
    pub(crate) policy: Policy,

    #[command(flatten)]
    pub(crate) running: WhatRuns,

    /// Ask what runs again after this time
    #[arg(help_heading = OF_RUNNING, long, value_name = "TIME", requires = "running", default_value = "5m")]
    pub(crate) running_interval: Duration,
}

/// What is read.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Files and folders of Clusters and Settings, JSON or YAML, in place of the cluster of the
    /// kubeconfig; - is standard input. Only clusters of these names, or display names
    #[arg(value_name = "FILE|NAME", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<PathBuf>,

    /// Give up on an input that is longer than so many MiB [default: 4096; none for watch]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1 << 40).map(|mib| mib << 20))]
    pub(crate) max_input: Option<u64>,

    #[command(flatten)]
    pub(crate) kube: Kube,
}

/// Where the help has these options.
const OF_KUBE: &str = "Cluster to ask";
const OF_RUNNING: &str = "What runs";

/// Which cluster is asked, and as whom: kubectl's options.
#[derive(Debug, Args)]
pub(crate) struct Kube {
    /// The kubeconfig, in place of those in KUBECONFIG or ~/.kube/config
    #[arg(help_heading = OF_KUBE, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig, in place of its current one
    #[arg(help_heading = OF_KUBE, long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) context: Option<String>,

    /// The user to impersonate
    #[arg(help_heading = OF_KUBE, long = "as", value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) user: Option<String>,

    /// The groups to impersonate
    #[arg(help_heading = OF_KUBE, long = "as-group", value_name = "GROUP", requires = "user")]
    pub(crate) groups: Vec<String>,

    /// Only clusters with these labels, such as env=prod
    #[arg(help_heading = OF_KUBE, short = 'l', long, value_name = "LABELS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) selector: Option<String>,

    /// How long one request may take
    #[arg(help_heading = OF_KUBE, long, value_name = "TIME", default_value = "30s")]
    pub(crate) request_timeout: Duration,
}

/// What really runs, through Rancher's proxy to each cluster.
#[derive(Debug, Args)]
pub(crate) struct WhatRuns {
    /// Ask each cluster which agent runs there, through Rancher
    #[arg(help_heading = OF_RUNNING, long)]
    pub(crate) running: bool,

    // clap's own variable would ask for --running wherever somebody has set it.
    /// The address of Rancher, where the kubeconfig is not Rancher's; needs RANCHER_TOKEN [env: RANCHER_URL]
    #[arg(help_heading = OF_RUNNING, long, value_name = "URL", requires = "running")]
    pub(crate) rancher: Option<String>,

    /// So many clusters are asked at once
    #[arg(help_heading = OF_RUNNING, long, value_name = "COUNT", requires = "running", default_value_t = 8)]
    pub(crate) parallel: usize,

    /// How long one cluster may take
    #[arg(help_heading = OF_RUNNING, long, value_name = "TIME", requires = "running", default_value = "10s")]
    pub(crate) running_timeout: Duration,
}

/// What the clusters are compared with, and how they are judged.
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Compare with this version, in place of the one in Rancher's Settings
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) server_version: Option<String>,

    /// Settings of the policy, YAML or JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) settings: Option<PathBuf>,
}

/// How the report is printed, and how the command ends.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Print {
    /// Format of the report
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Format::Table, hide_possible_values = true, help = format!("Format of the report: {}", Format::VARIANTS.join(", ")))]
    pub(crate) output: Format,

    /// With -o csv: leave texts as they are, though a spreadsheet may take them for formulas
    #[arg(long)]
    pub(crate) raw: bool,

    /// Order of the report
    #[arg(long, value_name = "KEY", value_enum, default_value_t = SortKey::Verdict)]
    pub(crate) sort: SortKey,

    /// In a table on a terminal, too, clusters with nothing to say about
    #[arg(long)]
    pub(crate) all: bool,

    /// What makes the exit status other than 0
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FailOn::Lagging)]
    pub(crate) fail_on: FailOn,
}

/// The verdicts that answer a question, to choose from.
fn verdicts(question: Question) -> PossibleValuesParser {
    PossibleValuesParser::new(question.verdicts().iter().map(<&str>::from))
}

/// What people call it for, under the name by which it was called.
pub(crate) fn examples() -> [(&'static str, String); 4] {
    let name = name();
    [
        ("Which agents lag:", name.to_owned()),
        ("Before an upgrade:", format!("{name} plan --to v2.13.0")),
        ("During an upgrade:", format!("{name} watch --timeout 30m")),
        ("From a file, which holds secrets:", input_command()),
    ]
}

/// What the exit status tells, from 0 on.
pub(crate) const EXIT_STATUS: [&str; 4] = [
    "nothing lags",
    "it could not run, or not read or judge everything",
    "some cluster lags, will stay behind, or lags still at the --timeout",
    "none lags, some is unknown or rejected (with --fail-on unknown)",
];

fn after_help() -> String {
    let examples = examples().map(|(title, example)| format!("  {title}\n    {example}"));
    let statuses = EXIT_STATUS.iter().enumerate();
    let statuses: Vec<String> = statuses
        .map(|(status, meaning)| format!("  {status}  {meaning}"))
        .collect();
    format!(
        "Examples:\n{}\n\nExit status:\n{}",
        examples.join("\n"),
        statuses.join("\n")
    )
}
