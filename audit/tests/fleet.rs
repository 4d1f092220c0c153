//! The sample fleet of `make demo`: every word that the command prints.
#![allow(clippy::expect_used, reason = "tests")]

use std::io::Write;
use std::process::{Command, Stdio};

/// Exit status, standard output and standard error for an input on a pipe.
fn audit(input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rancher-agent-audit"))
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes())
        .expect("the input is read");
    let output = child.wait_with_output().expect("an end");
    (
        output.status.code(),
        String::from_utf8(output.stdout).expect("text"),
        String::from_utf8(output.stderr).expect("text"),
    )
}

#[test]
fn reports_the_fleet() {
    let input = [
        include_str!("../fleet/settings.json"),
        include_str!("../fleet/clusters.json"),
    ];
    let report = include_str!("../fleet/report.txt").to_owned();
    assert_eq!(
        audit(&input.concat()),
        (Some(2), report.clone(), String::new())
    );
    // The order of the documents does not matter.
    let [settings, clusters] = input;
    let reversed = [clusters, settings].concat();
    assert_eq!(audit(&reversed), (Some(2), report, String::new()));
}

#[test]
fn reports_two_release_candidates() {
    let report = include_str!("../fleet/release-candidate.report.txt").to_owned();
    assert_eq!(
        audit(include_str!("../fleet/release-candidate.json")),
        (Some(2), report, String::new())
    );
}
