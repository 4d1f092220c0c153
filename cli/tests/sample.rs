//! The sample clusters of `make demo` and of the README: every word that the command
//! prints about it.
use std::io::Write;
use std::process::{Command, Stdio};

/// Exit status, standard output and standard error for an input on a pipe.
fn run(input: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
        .args(arguments)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1766000000")
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

const SETTINGS: &str = include_str!("../sample/settings.json");
const CLUSTERS: &str = include_str!("../sample/clusters.json");

#[track_caller]
fn prints(input: &str, arguments: &[&str], expected: &str) {
    assert_eq!(
        run(input, arguments),
        (Some(2), expected.to_owned(), String::new())
    );
}

#[test]
fn reports_the_clusters() {
    let report = include_str!("../sample/report.txt");
    prints(&[SETTINGS, CLUSTERS].concat(), &["-"], report);
    // The order of the documents does not matter, nor has the verb to be named.
    prints(&[CLUSTERS, SETTINGS].concat(), &["check", "-"], report);
}

#[test]
fn makes_a_page_of_the_report() {
    let page = include_str!("../sample/report.html");
    prints(&[SETTINGS, CLUSTERS].concat(), &["-o", "html", "-"], page);
}

#[test]
fn says_what_an_upgrade_will_do_to_the_clusters() {
    let report = include_str!("../sample/upgrade.txt");
    let input = [SETTINGS, CLUSTERS].concat();
    prints(&input, &["plan", "--to", "v2.13.0", "-"], report);
}

/// The lines of a roll-out and the report at its end, as both stand on a terminal.
#[test]
fn follows_the_clusters_through_an_upgrade() {
    let (status, stdout, stderr) = run(
        include_str!("../sample/watch.json"),
        &["watch", "--server-version", "v2.13.0", "-"],
    );
    assert_eq!(
        (status, stderr + &stdout),
        (Some(2), include_str!("../sample/watch.txt").to_owned())
    );
}

#[test]
fn hands_the_clusters_back_to_rancher() {
    let script = include_str!("../sample/fix.sh");
    prints(&[SETTINGS, CLUSTERS].concat(), &["fix", "-"], script);
}

#[test]
fn reports_two_release_candidates() {
    let report = include_str!("../sample/release-candidate.report.txt");
    prints(
        include_str!("../sample/release-candidate.json"),
        &["-"],
        report,
    );
}
