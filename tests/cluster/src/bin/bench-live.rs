//! Measures `rancher-agents check` on a real API server with 10,000 Clusters, beside what one
//! would write by hand with kubectl and jq; prints a table in Markdown. See `make bench-live`.
//!
//!     bench-live RANCHER-AGENTS
//!
//! Both read the same server by turns, after one round that does not count, in which both have
//! to print every cluster.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs};

use cluster_tests::kubernetes::Kubernetes;
use cluster_tests::many;
use cluster_tests::program::Programs;
use cluster_tests::rancher;
use cluster_tests::user::User;

const CLUSTERS: usize = 10_000;
const ROUNDS: usize = 3;

/// Each writes a line for each cluster to standard output. GNU time writes the peak memory of
/// each program, in KiB, to a file of its own.
const KUBECTL: (&str, &str) = (
    "kubectl, jq",
    r#"$TIME -o "$MEMORY/1" kubectl --kubeconfig "$KUBECONFIG_FILE" get clusters.management.cattle.io -o json |
    $TIME -o "$MEMORY/2" jq -r '.items[]|[.metadata.name,.spec.desiredAgentImage,.status.agentImage]|@tsv'"#,
);
const COMMAND: (&str, &str) = (
    "rancher-agents",
    r#"$TIME -o "$MEMORY/1" "$PROGRAM" check --kubeconfig "$KUBECONFIG_FILE" -o csv | sed 1d"#,
);

/// Wall time in seconds, and the peak memory of each program in KiB.
type Sample = (f64, Vec<u64>);

fn main() -> ExitCode {
    let program = env::args_os().nth(1).map(fs::canonicalize);
    let Some(Ok(program)) = program else {
        eprintln!("bench-live RANCHER-AGENTS");
        return ExitCode::FAILURE;
    };
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(missing) => {
            eprintln!("{missing}");
            return ExitCode::FAILURE;
        }
    };
    let kubernetes = Kubernetes::start(programs);
    rancher::reset(&kubernetes, false);
    many::store(&kubernetes, CLUSTERS);
    let kubeconfig = kubernetes.kubeconfig(User::Admin);
    let run = |(_, script): (&str, &str)| measure(&program, &kubeconfig, script);
    for contender in [KUBECTL, COMMAND] {
        let (lines, _) = run(contender);
        assert_eq!(lines, CLUSTERS, "lines of {}", contender.0);
    }
    let mut samples: [Vec<Sample>; 2] = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for turn in 0..2 {
            let contender = (round + turn) % 2;
            samples[contender].push(run([KUBECTL, COMMAND][contender]).1);
        }
    }
    print(&samples);
    ExitCode::SUCCESS
}

/// Runs a script: how many lines it prints, and what it takes.
fn measure(program: &Path, kubeconfig: &Path, script: &str) -> (usize, Sample) {
    let memory = kubeconfig.with_file_name("memory");
    let _not_there = fs::remove_dir_all(&memory);
    fs::create_dir(&memory).expect("a folder");
    let start = Instant::now();
    let output = Command::new("sh")
        .args(["-c", script])
        .env("TIME", "command time --quiet --format %M")
        .env("MEMORY", &memory)
        .env("PROGRAM", program)
        .env("KUBECONFIG_FILE", kubeconfig)
        .output()
        .expect("a shell");
    let wall = start.elapsed().as_secs_f64();
    let lines = String::from_utf8_lossy(&output.stdout).lines().count();
    let mut peaks = Vec::new();
    for entry in fs::read_dir(&memory).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        let said = String::from_utf8_lossy(&output.stderr);
        let peak = text
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("{text}{said}"));
        peaks.push(peak);
    }
    (lines, (wall, peaks))
}

fn print(samples: &[Vec<Sample>; 2]) {
    let median = |value: &dyn Fn(&Sample) -> f64, contender: usize| {
        let mut values: Vec<f64> = samples[contender].iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let mib = |kib: &u64| *kib as f64 / 1024.0;
    let wall = |sample: &Sample| sample.0;
    let memory = |sample: &Sample| sample.1.iter().map(mib).sum::<f64>();
    println!(
        "| {CLUSTERS} clusters, median of {ROUNDS} rounds | {} | {} | ratio |",
        KUBECTL.0, COMMAND.0
    );
    println!("| --- | ---: | ---: | ---: |");
    let (theirs, ours) = (median(&wall, 0), median(&wall, 1));
    println!(
        "| wall time | {theirs:.1} s | {ours:.1} s | {:.2} |",
        ours / theirs
    );
    let (theirs, ours) = (median(&memory, 0), median(&memory, 1));
    println!(
        "| peak memory | {theirs:.0} MiB | {ours:.0} MiB | {:.3} |",
        ours / theirs
    );
}
