//! The command as a user meets it: arguments, inputs that it cannot use, exit
//! status, and what it prints where. Nothing here depends on the policy's words.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

const TRY: &str = "try: (kubectl get settings.management.cattle.io server-version agent-image -o json; \
kubectl get clusters.management.cattle.io -o json) | rancher-agent-audit -";

/// Rancher's two Settings.
const SETTINGS: &str = concat!(
    r#"{"apiVersion":"management.cattle.io/v3","kind":"Setting","metadata":{"name":"agent-image"},"value":"rancher/rancher-agent:v2.12.3"}"#,
    r#"{"apiVersion":"management.cattle.io/v3","kind":"Setting","metadata":{"name":"server-version"},"value":"","default":"v2.12.3"}"#
);

/// Rancher's own cluster, about which the policy has nothing to say.
const LOCAL: &str = r#"{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{"name":"local"},"spec":{"displayName":"Zentrale\u001b[31m","internal":true}}"#;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rancher-agent-audit"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command with an input. A command that does not read it closes it.
fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments).spawn().unwrap();
    feed(&mut child, input);
    child.wait_with_output().unwrap()
}

fn feed(child: &mut Child, input: &str) {
    let mut stdin = child.stdin.take().unwrap();
    let _not_read = stdin.write_all(input.as_bytes());
}

#[track_caller]
fn prints(output: &Output, status: i32, stdout: &str, stderr: &str) {
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).as_ref(),
            String::from_utf8_lossy(&output.stderr).as_ref(),
        ),
        (Some(status), stdout, stderr)
    );
}

#[track_caller]
fn cannot_run(input: &str, problem: &str) {
    let stderr = format!("rancher-agent-audit: {problem}\n");
    prints(&run(&["-"], input), 1, "", &stderr);
}

#[test]
fn a_cluster_out_of_scope_is_listed_and_nothing_lags() {
    let stdout = "\
CLUSTER  NAME                DESIRED  DEPLOYED  VERDICT  MESSAGE
local    Zentrale\\u{1b}[31m  follows  -         -

1 cluster: 0 lagging, 1 out of scope (Rancher v2.12.3)
";
    prints(&run(&["-"], &format!("{LOCAL}\n{SETTINGS}")), 0, stdout, "");
}

#[test]
fn other_kinds_are_a_note() {
    let secret = r#"{"apiVersion":"v1","kind":"Secret"}"#;
    let output = run(&["-"], &format!("{secret}{LOCAL}{SETTINGS}"));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "rancher-agent-audit: not looked at: 1 v1 Secret\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_input_without_what_is_needed_is_told_how_to_get_it() {
    cannot_run("", &format!("-: the input is empty; {TRY}"));
    cannot_run(" \n", &format!("-: the input is empty; {TRY}"));
    cannot_run(
        r#"{"apiVersion":"v1","kind":"List","items":[]}"#,
        &format!("-: there is no Cluster of management.cattle.io in the input; {TRY}"),
    );
    cannot_run(
        LOCAL,
        &format!("-: there is no Setting `server-version` in the input; {TRY}"),
    );
    cannot_run(
        r#"{"apiVersion":"provisioning.cattle.io/v1","kind":"Cluster"}"#,
        &format!(
            "not looked at: 1 provisioning.cattle.io/v1 Cluster\n\
             rancher-agent-audit: -: there is no Cluster of management.cattle.io in the input; {TRY}"
        ),
    );
}

/// A cluster that follows, and has this image.
fn cluster(deployed: &str) -> String {
    format!(
        r#"{{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{{"name":"c-abcde"}},"status":{{"agentImage":"{deployed}"}}}}"#
    )
}

fn setting(name: &str, value: &str) -> String {
    format!(
        r#"{{"apiVersion":"management.cattle.io/v3","kind":"Setting","metadata":{{"name":"{name}"}},"value":{value}}}"#
    )
}

#[test]
fn a_server_without_a_version_is_no_success() {
    for value in ["2.12", "\"\"", "null"] {
        cannot_run(
            &format!("{LOCAL}{}", setting("server-version", value)),
            "-: the Setting `server-version` holds no text; in YAML, put it into quotes",
        );
    }
    let output = run(
        &["-"],
        &format!(
            "{}{}{}",
            cluster("rancher/rancher-agent:v2.12.3"),
            setting("server-version", "\"dev\""),
            setting("agent-image", "\"rancher/rancher-agent:head\"")
        ),
    );
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref(),
            String::from_utf8_lossy(&output.stdout).lines().last()
        ),
        (
            Some(1),
            "rancher-agent-audit: 1 of 1 clusters could not be judged, see their messages\n",
            Some("1 cluster: 0 lagging, 1 unknown (Rancher dev)")
        )
    );
}

#[test]
fn a_missing_agent_image_is_a_note() {
    let output = run(
        &["-"],
        &format!(
            "{}{}",
            cluster("rancher/rancher-agent:v2.12.3"),
            setting("server-version", "\"v2.12.3\"")
        ),
    );
    let stdout = "\
CLUSTER  NAME  DESIRED  DEPLOYED               VERDICT  MESSAGE
c-abcde        follows  rancher-agent:v2.12.3  ok

1 cluster: 0 lagging, 1 ok (Rancher v2.12.3)
";
    prints(
        &output,
        0,
        stdout,
        "rancher-agent-audit: there is no Setting `agent-image` in the input: \
         an image that this Rancher itself deploys may be called lagging\n",
    );
}

#[test]
fn a_broken_document_is_named_with_file_and_position() {
    cannot_run(
        &format!("{LOCAL}\n{{\"token\": s3cret}}"),
        "-: line 2, column 11: this is not valid JSON, or nested too deeply; what begins with a bracket is read as JSON",
    );
    cannot_run(
        "kind: Cluster\nkind: s3cret\n",
        "-: line 2, column 1: this key was there before; is a `---` missing between two documents?",
    );
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("broken.yaml");
    std::fs::write(&file, "token: [s3cret\n").unwrap();
    let file = file.to_str().unwrap();
    prints(
        &run(&[file], ""),
        1,
        "",
        &format!("rancher-agent-audit: {file}: line 1, column 8: this is not valid YAML\n"),
    );
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    prints(
        &run(&["no/such/file"], ""),
        1,
        "",
        "rancher-agent-audit: no/such/file: No such file or directory (os error 2)\n",
    );
}

#[test]
fn wrong_usage_is_an_error_too() {
    for (arguments, first_line) in [
        (
            vec![],
            "error: the following required arguments were not provided:",
        ),
        (vec!["a", "b"], "error: unexpected argument 'b' found"),
        (vec!["--nope"], "error: unexpected argument '--nope' found"),
    ] {
        let output = run(&arguments, "");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            (
                output.status.code(),
                output.stdout.as_slice(),
                stderr.lines().next()
            ),
            (Some(1), &b""[..], Some(first_line))
        );
    }
}

#[test]
fn help_and_version_are_data() {
    prints(
        &run(&["--version"], ""),
        0,
        concat!("rancher-agent-audit ", env!("CARGO_PKG_VERSION"), "\n"),
        "",
    );
    let help = "\
Says which clusters of a Rancher server run an agent that lags behind it

Usage: rancher-agent-audit <FILE>

Arguments:
  <FILE>  Clusters and Settings as kubectl prints them, JSON or YAML; - is standard input

Options:
  -h, --help     Print help
  -V, --version  Print version

Usually:
  (kubectl get settings.management.cattle.io server-version agent-image -o json; \
kubectl get clusters.management.cattle.io -o json) | rancher-agent-audit -

Exit status: 0 nothing lags, 1 could not run or not judge, 2 some cluster lags.
";
    prints(&run(&["--help"], ""), 0, help, "");
}

#[test]
fn a_closed_pipe_is_no_error() {
    for arguments in ["-", "--help"] {
        let mut child = command(&[arguments]).spawn().unwrap();
        drop(child.stdout.take());
        feed(&mut child, &format!("{LOCAL}\n{SETTINGS}"));
        prints(&child.wait_with_output().unwrap(), 0, "", "");
    }
}
