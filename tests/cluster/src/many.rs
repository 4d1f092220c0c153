//! Many clusters, for benchmarks.

use std::process::Command;
use std::thread;

use serde_json::{Value, json};

use crate::kubernetes::Kubernetes;
use crate::policy::root;
use crate::scan::create;

/// So many clusters differ in more than their names.
const DIFFERENT: usize = 20;

/// So many are written at once.
const WRITERS: usize = 4;

/// Stores clusters as `cli/bench/generate-clusters` writes them, under a Rancher v2.12.3.
///
/// # Panics
///
/// If one of them cannot be stored.
pub fn store(kubernetes: &Kubernetes, count: usize) {
    set_version(kubernetes, "v2.12.3");
    let generate = root().join("cli/bench/generate-clusters");
    let output = Command::new(generate).arg(DIFFERENT.to_string()).output();
    let list = output.expect("generate-clusters").stdout;
    let list: Value = serde_json::from_slice(&list).expect("JSON");
    let clusters = list["items"].as_array().expect("a List");
    for_each(count, |number| {
        let mut cluster = clusters[number % DIFFERENT].clone();
        cluster["metadata"]["name"] = name(number).into();
        create(kubernetes, cluster);
    });
}

/// Writes Rancher's two Settings.
///
/// # Panics
///
/// If one of them cannot be stored.
pub fn set_version(kubernetes: &Kubernetes, version: &str) {
    for (name, value) in [
        ("agent-image", format!("rancher/rancher-agent:{version}")),
        ("server-version", version.to_owned()),
    ] {
        kubernetes.apply(json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Setting",
            "metadata": {"name": name},
            "value": value,
        }));
    }
}

/// The name of a cluster.
#[must_use]
pub fn name(number: usize) -> String {
    format!("c-m-{number:08x}")
}

/// Does something for the number of each of so many clusters, some at once.
pub fn for_each(count: usize, act: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for part in 0..WRITERS {
            let act = &act;
            scope.spawn(move || (part..count).step_by(WRITERS).for_each(act));
        }
    });
}
