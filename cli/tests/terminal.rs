//! What the command does on a terminal: colours and a progress bar, and neither
//! where it is told not to.

#![cfg(unix)]
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A terminal: the side of the program, and the side of who looks at it.
fn terminal() -> (File, File) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let program = rustix::fs::open(
        name.as_c_str(),
        OFlags::RDWR | OFlags::NOCTTY,
        rustix::fs::Mode::empty(),
    )
    .unwrap();
    (File::from(program), File::from(screen))
}

/// Exit status, and all that appears on a terminal to which both outputs go.
fn shown(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let (program, mut screen) = terminal();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        // The end of a terminal is an error.
        let _end = screen.read_to_end(&mut text);
        String::from_utf8(text).unwrap().replace("\r\n", "\n")
    });
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/inputs");
    let status = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
        .args(arguments)
        .current_dir(inputs)
        .env_clear()
        .envs([("TERM", "xterm-256color")])
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(program.try_clone().unwrap())
        .stderr(program)
        .status()
        .unwrap();
    (status.code(), reader.join().unwrap())
}

const PLAIN: &str = "\
NAME     DISPLAY NAME  DESIRED               DEPLOYED              VERDICT  REASON
c-ddddd  delta         rancher-agent:edge-7  rancher-agent:edge-7  unknown  not-a-version

2 clusters: 0 lagging, 1 unknown, 1 current (Rancher v2.12.3)
1 not shown; --all shows them
";

#[test]
fn verdicts_are_coloured() {
    let coloured = PLAIN.replace("unknown  ", "\u{1b}[33munknown\u{1b}[0m  ");
    assert_eq!(shown(&["unknown.json"], &[]), (Some(0), coloured));
}

#[test]
fn colours_can_be_turned_off() {
    assert_eq!(
        shown(&["unknown.json"], &[("NO_COLOR", "1")]),
        (Some(0), PLAIN.to_owned())
    );
}

#[test]
fn formats_for_machines_are_the_same_on_a_terminal() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/inputs");
    for format in [
        "json",
        "yaml",
        "csv",
        "markdown",
        "junit",
        "github",
        "prometheus",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
            .args(["unknown.json", "-o", format])
            .current_dir(&inputs)
            .env_clear()
            .output()
            .unwrap();
        let piped = String::from_utf8(output.stdout).unwrap().replace('\r', "");
        let (status, text) = shown(&["unknown.json", "-o", format], &[]);
        assert_eq!(
            (status, text.replace('\r', "")),
            (Some(0), piped),
            "{format}"
        );
    }
}

#[test]
fn without_an_input_it_says_how_to_get_one() {
    let (program, screen) = terminal();
    let output = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
        .env_clear()
        .stdin(program)
        .output()
        .unwrap();
    drop(screen);
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).as_ref(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (
            Some(1),
            "",
            "rancher-agents: the kubeconfig cannot be used: there is none: KUBECONFIG and \
             ~/.kube/config name no file, and this is not a pod; name one with --kubeconfig, or \
             read a file: rancher-agents check FILE\n"
        )
    );
}

/// A terminal that cannot move its cursor gets lines, as a log does.
#[test]
fn a_terminal_without_a_cursor_gets_lines() {
    let (status, text) = shown(
        &[
            "watch",
            "watch.json",
            "--server-version",
            "v2.12.3",
            "-o",
            "csv",
        ],
        &[("TERM", "dumb")],
    );
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("rancher"))
        .collect();
    assert_eq!(
        (status, lines),
        (
            Some(0),
            vec![
                "rancher-agents: alpha (c-aaaaa) was rolling out, is current: \
                 1 of 3 current, 1 not reachable, 1 pinned, worst: beta \"b\" | <b>, 100% (c-bbbbb)",
                "rancher-agents: beta \"b\" | <b>, 100% (c-bbbbb) was pinned, is rolling out: \
                 1 of 3 current, 1 rolling out, 1 not reachable, worst: beta \"b\" | <b>, 100% (c-bbbbb)",
                "rancher-agents: gamma (c-ccccc) is gone: \
                 1 of 2 current, 1 rolling out, worst: beta \"b\" | <b>, 100% (c-bbbbb)",
                "rancher-agents: beta \"b\" | <b>, 100% (c-bbbbb) was rolling out, is current: \
                 2 of 2 current",
            ]
        )
    );
}

/// What a bar shows in between depends on how fast the terminal is; what has
/// changed, and the end, do not.
#[test]
fn a_roll_out_has_a_bar_that_goes_away() {
    let (status, text) = shown(
        &["watch", "watch.json", "--server-version", "v2.12.3"],
        &[("NO_COLOR", "1")],
    );
    let report = "\
3 clusters: 0 lagging, 2 current, 1 out-of-scope (Rancher v2.12.3)
3 not shown; --all shows them
";
    let before = text.strip_suffix(report).expect("the report comes last");
    // The line of the bar is cleared before the report.
    assert!(before.ends_with("\u{1b}[2K"), "{before:?}");
    let lines: Vec<&str> = [
        "alpha (c-aaaaa) was rolling out, is current",
        "beta \"b\" | <b>, 100% (c-bbbbb) was pinned, is rolling out",
        "gamma (c-ccccc) is gone",
        "beta \"b\" | <b>, 100% (c-bbbbb) was rolling out, is current",
    ]
    .into_iter()
    .filter(|line| before.contains(line))
    .collect();
    assert_eq!((status, lines.len()), (Some(0), 4), "{before:?}");
    assert!(before.contains("░ 0 of 1 current"), "{before:?}");
}
