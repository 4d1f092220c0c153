//! Measures what `rancher-agents serve` takes with 10,000 Clusters on a real API server: to read
//! them, at rest, and while every agent is rolled out; prints a table in Markdown. See
//! `make bench-exporter`.
//!
//!     bench-exporter RANCHER-AGENTS
//!
//! CPU time and peak memory are the kernel's, from /proc.
#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cluster_tests::client::Request;
use cluster_tests::exporter::Exporter;
use cluster_tests::kubernetes::Kubernetes;
use cluster_tests::many;
use cluster_tests::process::{free_port, until};
use cluster_tests::program::Programs;
use cluster_tests::rancher;
use cluster_tests::user::User;
use serde_json::json;

const CLUSTERS: usize = 10_000;
const NEXT: &str = "v2.13.0";
/// How long it is at rest, and how often it is scraped.
const REST: Duration = Duration::from_secs(60);
const SCRAPE_INTERVAL: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let program = env::args_os().nth(1).map(fs::canonicalize);
    let Some(Ok(program)) = program else {
        eprintln!("bench-exporter RANCHER-AGENTS");
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
    Exporter::install(&kubernetes);
    many::store(&kubernetes, CLUSTERS);
    println!("| {CLUSTERS} clusters | wall time | CPU time | of one core | peak memory |");
    println!("| --- | ---: | ---: | ---: | ---: |");

    let start = Instant::now();
    let mut exporter = Exporter::start(&kubernetes, &program, free_port());
    exporter.wait_until_ready();
    print(
        "the first list",
        start.elapsed(),
        cpu(&exporter),
        peak(&exporter),
    );
    measure(&exporter, "10 scrapes", || {
        for _ in 0..10 {
            let _text = exporter.metrics();
        }
    });
    measure(&exporter, "at rest, not scraped", || thread::sleep(REST));
    scraped(&exporter, "at rest, scraped", || thread::sleep(REST));
    measure(&exporter, "the page", || {
        let _page = exporter.get("/");
    });
    scraped(&exporter, "Rancher is upgraded", || {
        many::set_version(&kubernetes, NEXT);
        until("all are judged anew", || {
            shows(&exporter, "server_version", 1)
        });
    });
    scraped(&exporter, "roll-out, scraped", || {
        roll_out(&kubernetes);
        until("all are rolled out", || {
            shows(&exporter, "deployed", CLUSTERS)
        });
    });
    println!("\nload average: {}", load());
    println!("a scrape has {} bytes", exporter.metrics().len());
    ExitCode::SUCCESS
}

/// Changes what is deployed in every cluster, as fast as the API server takes it.
fn roll_out(kubernetes: &Kubernetes) {
    let patch = json!({"status": {"agentImage": format!("rancher/rancher-agent:{NEXT}")}});
    many::for_each(CLUSTERS, |number| {
        let path = format!(
            "/apis/management.cattle.io/v3/clusters/{}",
            many::name(number)
        );
        let request = Request::merge(&path, patch.clone());
        let reply = kubernetes.client.send(User::Rancher, &request);
        assert_eq!(reply.status, 200, "{}", reply.body);
    });
}

/// Whether so many series have the next version under a label.
fn shows(exporter: &Exporter, label: &str, count: usize) -> Result<(), String> {
    let text = exporter.metrics();
    let (start, end) = (format!("{label}=\""), format!("{NEXT}\""));
    let has = |line: &&str| {
        let value = line.split_once(&start).map_or("", |(_, rest)| rest);
        let value = value.split_inclusive('"').next().unwrap_or_default();
        value.ends_with(&end)
    };
    let found = text.lines().filter(has).count();
    if found >= count {
        Ok(())
    } else {
        Err(format!("{found} of {count}"))
    }
}

/// What it takes while something goes on.
fn measure(exporter: &Exporter, what: &str, act: impl FnOnce()) {
    // From here on the kernel counts a new peak.
    fs::write(process_file(exporter, "clear_refs"), "5").expect("/proc");
    let (start, before) = (Instant::now(), cpu(exporter));
    act();
    print(
        what,
        start.elapsed(),
        cpu(exporter) - before,
        peak(exporter),
    );
}

/// The same while it is scraped from time to time.
fn scraped(exporter: &Exporter, what: &str, act: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut next = Instant::now() + SCRAPE_INTERVAL;
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(100));
                if Instant::now() >= next {
                    let _text = exporter.metrics();
                    next += SCRAPE_INTERVAL;
                }
            }
        });
        measure(exporter, what, act);
        is_over.store(true, Ordering::Relaxed);
    });
}

fn print(what: &str, wall: Duration, cpu: f64, peak: f64) {
    let wall = wall.as_secs_f64();
    println!(
        "| {what} | {wall:.1} s | {cpu:.2} s | {:.1} % | {peak:.0} MiB |",
        100.0 * cpu / wall
    );
}

fn process_file(exporter: &Exporter, name: &str) -> String {
    format!("/proc/{}/{name}", exporter.id())
}

/// CPU time in seconds so far. The kernel counts hundredths.
fn cpu(exporter: &Exporter) -> f64 {
    let stat = fs::read_to_string(process_file(exporter, "stat")).expect("/proc");
    // Behind the name of the program, which may hold anything.
    let (_, fields) = stat.rsplit_once(") ").expect("its name");
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u32 = ticks
        .map(|ticks| ticks.parse::<u32>().expect("a number"))
        .sum();
    f64::from(ticks) / 100.0
}

/// Peak memory in MiB.
fn peak(exporter: &Exporter) -> f64 {
    let status = fs::read_to_string(process_file(exporter, "status")).expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.expect("its peak").trim().trim_end_matches(" kB");
    kib.parse::<f64>().expect("a number") / 1024.0
}

fn load() -> String {
    let load = fs::read_to_string(Path::new("/proc/loadavg")).expect("/proc");
    load.trim_end().to_owned()
}
