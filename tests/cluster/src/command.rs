//! `rancher-agents` against the API server: every verb, as a user of its own with the rights
//! of deploy/command.yaml alone.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::client::Request;
use crate::kubernetes::Kubernetes;
use crate::play::Stage;
use crate::policy::root;
use crate::process::Process;
use crate::rancher;
use crate::replay::Replay;
use crate::scan::{create, store_samples};
use crate::user::User;

/// How many clusters there are at last.
const MANY: usize = 10_000;

/// What `watch` says while the replay goes on, in this order among others.
const PROGRESS: [&str; 6] = [
    "Rancher was v2.12.3, is v2.13.0",
    "prod-eu (c-m-rke2) was rolling out, is current",
    "edge-01 (c-m-import) was rolling out, is current",
    "edge-02 (c-m-lags) was rolling out, is current",
    "gone (c-leaves) is gone",
    "edge-01 (c-m-import) was current, is pinned",
];

/// What a verb has printed, and its exit status.
type Printed = (String, Option<i32>);

/// Tries every verb on the sample clusters, `watch` through a replay and a restart of the API
/// server, and `check` on many clusters.
///
/// # Errors
///
/// What was printed otherwise than expected.
///
/// # Panics
///
/// If the command cannot be run.
pub fn test(kubernetes: &mut Kubernetes) -> Result<(), String> {
    let kubeconfig = kubernetes.kubeconfig(User::RancherAgents);
    let rights = fs::read_to_string(root().join("deploy/command.yaml")).expect("the rights");
    rancher::reset(kubernetes, false);
    kubernetes.delete_all(&rights);
    without_rights(&kubeconfig)?;
    kubernetes.apply_all(&rights);
    store_samples(kubernetes);
    as_of_a_file(kubernetes, &kubeconfig)?;
    watched(kubernetes, &kubeconfig)?;
    watched_across_a_restart(kubernetes, &kubeconfig)?;
    many(kubernetes, &kubeconfig)
}

/// A user without the rights is told which are missing.
fn without_rights(kubeconfig: &Path) -> Result<(), String> {
    let (said, status) = run(
        &["check", "--kubeconfig", &kubeconfig.to_string_lossy()],
        "",
    );
    if status == Some(1) && said.contains("deploy/command.yaml") {
        Ok(())
    } else {
        Err(format!("without rights: {status:?}\n{said}"))
    }
}

/// From the API server comes what comes from a file with the same objects.
fn as_of_a_file(kubernetes: &Kubernetes, kubeconfig: &Path) -> Result<(), String> {
    let list = stored(kubernetes);
    for verb in [
        ["check"].as_slice(),
        &["check", "--output", "json"],
        &["check", "--output", "openreports"],
        &["plan", "--to", "v2.13.0"],
        &["fix"],
    ] {
        let live = run(
            &[verb, &["--kubeconfig", &kubeconfig.to_string_lossy()]].concat(),
            "",
        );
        let mut read = run(&[verb, &["-"]].concat(), &list);
        // Where each cluster comes from, is the context in place of standard input.
        read.0 = read.0.replace(r#""source": "-""#, r#""source": "tests""#);
        if live != read || live.0.is_empty() {
            return Err(format!("{verb:?}:\n{live:?}\nfrom a file:\n{read:?}"));
        }
    }
    Ok(())
}

/// `watch` says what is written, and reports at its end what `check` says then.
fn watched(kubernetes: &Kubernetes, kubeconfig: &Path) -> Result<(), String> {
    let replay = Replay::read("upgrade");
    let mut stage = Stage::set(kubernetes, &replay, true);
    let log = kubernetes.folder().join("watch.log");
    let flags = [
        "watch",
        "--kubeconfig",
        &kubeconfig.to_string_lossy(),
        "--timeout",
        "30s",
    ];
    let programs = &kubernetes.programs;
    let mut watch = Process::start(
        programs,
        &binary(),
        &flags.map(OsString::from),
        &[],
        log.clone(),
    );
    watch.until("watch has read the clusters", || {
        if fs::read_to_string(&log)
            .unwrap_or_default()
            .contains("current")
        {
            Ok(())
        } else {
            Err("not yet".to_owned())
        }
    });
    let _ = stage.play(&replay);
    let status = watch.wait();
    let (report, expected) = run(
        &["check", "--kubeconfig", &kubeconfig.to_string_lossy()],
        "",
    );
    let log = watch.log();
    let mut rest = log.as_str();
    for line in PROGRESS.into_iter().chain([report.as_str()]) {
        let Some((_, after)) = rest.split_once(line) else {
            return Err(format!(
                "watch did not say in its turn:\n{line}\nbut\n{log}"
            ));
        };
        rest = after;
    }
    if status == expected {
        Ok(())
    } else {
        Err(format!(
            "watch ended with {status:?}, check with {expected:?}"
        ))
    }
}

/// `watch` says that the API server is gone, and goes on when it is back: what was written
/// meanwhile is not lost.
fn watched_across_a_restart(kubernetes: &mut Kubernetes, kubeconfig: &Path) -> Result<(), String> {
    rancher::reset(kubernetes, false);
    kubernetes.apply(json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Setting",
        "metadata": {"name": "server-version"},
        "value": "v2.13.0",
    }));
    let cluster = |name: &str, tag: &str| {
        json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": name},
            "spec": {"displayName": name},
            "status": {"agentImage": format!("rancher/rancher-agent:{tag}")},
        })
    };
    for name in ["c-stays", "c-leaves"] {
        kubernetes.apply(cluster(name, "v2.12.3"));
    }
    let log = kubernetes.folder().join("restart.log");
    let flags = [
        "watch",
        "--kubeconfig",
        &kubeconfig.to_string_lossy(),
        "--settle",
        "1s",
    ];
    let mut watch = Process::start(
        &kubernetes.programs,
        &binary(),
        &flags.map(OsString::from),
        &[],
        log.clone(),
    );
    let mut says = |what: &str| {
        watch.until(what, || {
            let log = fs::read_to_string(&log).unwrap_or_default();
            if log.contains(what) { Ok(()) } else { Err(log) }
        });
    };
    says("0 of 2 current");
    kubernetes.kill_api_server();
    says("it is tried again");
    kubernetes.start_api_server();
    kubernetes.apply(cluster("c-stays", "v2.13.0"));
    says("c-stays (c-stays) was rolling out, is current");
    kubernetes.delete(&cluster("c-leaves", ""));
    says("c-leaves (c-leaves) is gone");
    match watch.wait() {
        Some(0) => Ok(()),
        status => Err(format!("watch ended with {status:?}:\n{}", watch.log())),
    }
}

/// All of many clusters are reported.
fn many(kubernetes: &Kubernetes, kubeconfig: &Path) -> Result<(), String> {
    rancher::reset(kubernetes, true);
    store_samples(kubernetes);
    let list: Value = serde_json::from_str(&stored(kubernetes)).expect("JSON");
    let samples = list["items"].as_array().expect("a List");
    let sample = samples
        .iter()
        .find(|object| object["metadata"]["name"] == "c-m-9d2wlv6t");
    let sample = sample.expect("a sample").clone();
    thread::scope(|scope| {
        for part in 0..4 {
            let sample = &sample;
            scope.spawn(move || {
                for number in (part..MANY).step_by(4) {
                    let mut cluster = sample.clone();
                    cluster["metadata"] = json!({"name": format!("c-{number:05}")});
                    create(kubernetes, cluster);
                }
            });
        }
    });
    let start = Instant::now();
    let (report, _) = run(
        &[
            "check",
            "--output",
            "json",
            "--kubeconfig",
            &kubeconfig.to_string_lossy(),
        ],
        "",
    );
    println!(
        "{} clusters in {:.1} s",
        MANY,
        start.elapsed().as_secs_f64()
    );
    let found = report.matches("\"c-0").count();
    if found >= MANY {
        Ok(())
    } else {
        Err(format!("{found} of {MANY} clusters are reported"))
    }
}

/// The Settings and clusters that are stored, as kubectl prints them.
fn stored(kubernetes: &Kubernetes) -> String {
    let mut items = Vec::new();
    for (resource, kind) in [("settings", "Setting"), ("clusters", "Cluster")] {
        let path = format!("/apis/management.cattle.io/v3/{resource}");
        let mut reply = kubernetes.client.send(User::Admin, &Request::get(&path));
        for item in reply.body["items"].as_array_mut().expect("a list") {
            item["apiVersion"] = "management.cattle.io/v3".into();
            item["kind"] = kind.into();
            items.push(item.take());
        }
    }
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

/// The command, which make builds beside this program.
///
/// # Panics
///
/// If it is not known where this program is.
#[must_use]
pub fn binary() -> PathBuf {
    env::current_exe()
        .expect("a path")
        .with_file_name("rancher-agents")
}

fn run(arguments: &[&str], input: &str) -> Printed {
    let mut child = Command::new(binary())
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", binary().display()));
    let mut stdin = child.stdin.take().expect("its input");
    // It may end before it has read everything.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let status = output.status.code();
    if status != Some(0) && status != Some(2) {
        let said = String::from_utf8_lossy(&output.stderr);
        return (format!("{printed}{said}"), status);
    }
    (printed, status)
}
