//! The command as a user meets it. Each folder below tests/command/cases is one
//! call of the built program: `arguments` (one a line), `stdin` (the name of a file
//! among the inputs, if there is any), and what has to come of it: `stdout`,
//! `stderr` and `status`. The whole of each is compared.
//!
//! `BLESS=1 cargo test --test command` writes down what comes now, and fails.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use clap::ValueEnum;
use rancher_agents::report::Format;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rancher-agents");

/// How many cases there are at least.
const CASES: usize = 60;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/command")
        .join(name)
}

/// The program among the inputs, in an environment that does not change.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder("inputs"))
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1766000000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
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

#[test]
fn prints_what_is_written_down() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= CASES, "only {} cases", cases.len());
    let is_blessing = std::env::var_os("BLESS").is_some();
    let mut wrong = String::new();
    for case in &cases {
        let arguments = fs::read_to_string(case.join("arguments")).unwrap();
        let mut command = command(Path::new(PROGRAM));
        command.args(arguments.lines());
        if let Ok(input) = fs::read_to_string(case.join("stdin")) {
            command.stdin(File::open(folder("inputs").join(input.trim())).unwrap());
        }
        let output = command.output().unwrap();
        let status = format!("{}\n", output.status.code().unwrap());
        for (name, found) in [
            ("stdout", output.stdout),
            ("stderr", output.stderr),
            ("status", status.into_bytes()),
        ] {
            let file = case.join(name);
            let expected = fs::read(&file).unwrap_or_default();
            if found == expected {
                continue;
            }
            let _ = writeln!(
                wrong,
                "{}:\n--- expected\n{}--- found\n{}",
                file.display(),
                String::from_utf8_lossy(&expected),
                String::from_utf8_lossy(&found)
            );
            if is_blessing {
                fs::write(&file, found).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// All ways to hand over the same objects give the same report.
#[test]
fn the_shape_of_the_input_does_not_matter() {
    let report = |input: &str| {
        let mut command = command(Path::new(PROGRAM));
        let output = command.args(["-o", "csv", input]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{input}");
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let expected = report("mixed.json");
    assert_eq!(expected.0, Some(2));
    for input in [
        "mixed.ndjson",
        "mixed.yaml",
        "concatenated.json",
        "windows.json",
        "windows.yaml",
    ] {
        assert_eq!(report(input), expected, "{input}");
    }
}

#[test]
fn the_exit_status_does_not_depend_on_the_format() {
    let formats: Vec<String> = Format::value_variants()
        .iter()
        .map(|format| format.to_possible_value().unwrap().get_name().to_owned())
        .collect();
    for (arguments, expected) in [
        (vec!["current.json"], 0),
        (vec!["dev.json"], 1),
        (vec!["broken.ndjson"], 1),
        (vec!["mixed.json"], 2),
        (vec!["unknown.json", "--fail-on", "unknown"], 3),
        (vec!["mixed.json", "--fail-on", "none"], 0),
        (vec!["plan", "clusters.json", "--to", "v2.13.0"], 2),
    ] {
        for format in &formats {
            let mut command = command(Path::new(PROGRAM));
            let output = command
                .args(&arguments)
                .args(["-o", format])
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(expected),
                "{arguments:?} -o {format}"
            );
        }
    }
}

/// A full disk is a problem, not a success.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_an_error() {
    for arguments in [
        vec!["current.json"],
        vec!["fix", "current.json"],
        vec!["--help"],
        vec!["--version"],
        vec!["man"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = command(Path::new(PROGRAM));
        let child = command.args(&arguments).stdout(full).spawn().unwrap();
        let status = child.wait_with_output().unwrap().status.code();
        assert_eq!(status, Some(1), "{arguments:?}");
    }
}

#[test]
fn the_version_is_data() {
    let output = command(Path::new(PROGRAM))
        .arg("--version")
        .output()
        .unwrap();
    let version = concat!("rancher-agents ", env!("CARGO_PKG_VERSION"), "\n");
    prints(&output, 0, version, "");
}

/// kubectl finds a plugin by its file name.
#[cfg(unix)]
#[test]
fn a_plugin_of_kubectl_goes_by_its_name() {
    let plugin = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("plugin-{}", std::process::id()))
        .join("kubectl-rancher_agents");
    fs::create_dir_all(plugin.parent().unwrap()).unwrap();
    let _not_there = fs::remove_file(&plugin);
    std::os::unix::fs::symlink(PROGRAM, &plugin).unwrap();
    let output = command(&plugin).arg("--nope").output().unwrap();
    prints(
        &output,
        1,
        "",
        "error: unexpected argument '--nope' found\n\n  tip: to pass '--nope' as a value, use '-- --nope'\n\n\
         Usage: kubectl rancher-agents [OPTIONS] [FILE|NAME]...\n       kubectl rancher-agents <COMMAND>\n\nFor more information, try '--help'.\n",
    );
    let output = command(&plugin).arg("none.json").output().unwrap();
    let problem = "kubectl rancher-agents: none.json: No such file or directory (os error 2)\n";
    prints(&output, 1, "", problem);
    let output = command(&plugin).arg("--version").output().unwrap();
    let version = concat!("kubectl rancher-agents ", env!("CARGO_PKG_VERSION"), "\n");
    prints(&output, 0, version, "");
}

#[test]
fn a_closed_pipe_is_no_error() {
    for (arguments, status) in [
        (vec!["mixed.json"], 2),
        (vec!["mixed.json", "-o", "json"], 2),
        (vec!["fix", "mixed.json"], 2),
        (vec!["--help"], 0),
        (vec!["man"], 0),
        (vec!["completions", "bash"], 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(Path::new(PROGRAM));
        let output = command.args(&arguments).stdout(writer).spawn().unwrap();
        prints(&output.wait_with_output().unwrap(), status, "", "");
    }
}

/// From its first event to its last but one some cluster of the stream lags, so that the
/// end does not depend on how much of it is read at a time.
#[test]
fn watch_ends_when_no_cluster_lags_although_the_stream_goes_on() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let input = fs::read(folder("inputs/watch.json")).unwrap();
    writer.write_all(&input).unwrap();
    let output = command(Path::new(PROGRAM))
        .args([
            "watch",
            "-",
            "--server-version",
            "v2.12.3",
            "--settle",
            "0s",
        ])
        .stdin(reader)
        .output()
        .unwrap();
    // The writer is open until here.
    drop(writer);
    let expected = folder("cases/watch-to-the-end");
    let read = |name: &str| fs::read_to_string(expected.join(name)).unwrap();
    prints(&output, 0, &read("stdout"), &(read("stderr") + OF_A_PIPE));
}

/// What is said where the command before the pipe goes on.
const OF_A_PIPE: &str = "rancher-agents: the command before the pipe ends at its next event, and \
                         then fails; in a script with pipefail: rancher-agents watch ... <(kubectl ...)\n";

/// In a pipe nobody but the command before it can make that succeed; as a file it does not
/// matter how it ends.
#[cfg(unix)]
#[test]
fn watch_says_what_a_pipe_costs() {
    let expected = folder("cases/watch-to-the-end");
    let read = |name: &str| fs::read_to_string(expected.join(name)).unwrap();
    let run = |script: &str| {
        let script = format!(
            "set -o pipefail
            stream() {{ cat watch.json; while echo; do :; done; }}
            watch() {{ \"$PROGRAM\" watch --server-version v2.12.3 --settle 0s \"$1\"; }}
            {script}"
        );
        let mut command = command(Path::new("bash"));
        command.args(["-c", &script]);
        command.env("PATH", "/usr/bin:/bin").env("PROGRAM", PROGRAM);
        command.output().unwrap()
    };
    let piped = run("stream | watch -; echo \"$? of ${PIPESTATUS[*]}\"");
    let stdout = format!("{}141 of 141 0\n", read("stdout"));
    prints(&piped, 0, &stdout, &(read("stderr") + OF_A_PIPE));
    let file = run("watch <(stream); echo $?");
    prints(&file, 0, &format!("{}0\n", read("stdout")), &read("stderr"));
}

/// Whatever thread reads it.
#[test]
fn a_document_that_is_nested_deeply_is_no_crash() {
    let deep = format!("object: {}{{}}{}", "{object: ".repeat(120), "}".repeat(120));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("deep-{}", std::process::id()));
    fs::write(&file, &deep).unwrap();
    for verb in ["check", "watch"] {
        let mut command = command(Path::new(PROGRAM));
        let output = command
            .args([verb, "--server-version", "v2.12.3"])
            .arg(&file)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said = "rancher-agents: ignored objects: 1 without a kind";
        assert_eq!(
            (output.status.code(), stderr.lines().next()),
            (Some(1), Some(said))
        );
    }
    fs::remove_file(&file).unwrap();
}

#[test]
fn watch_gives_up_in_time() {
    let (reader, writer) = std::io::pipe().unwrap();
    let output = command(Path::new(PROGRAM))
        .args([
            "watch",
            "-",
            "--server-version",
            "v2.12.3",
            "--timeout",
            "10ms",
        ])
        .stdin(reader)
        .output()
        .unwrap();
    drop(writer);
    prints(
        &output,
        2,
        "NAME  DISPLAY NAME  DESIRED  DEPLOYED  VERDICT  REASON\n\n0 clusters: 0 lagging (Rancher v2.12.3)\n",
        "rancher-agents: gave up after 10ms: 0 of 0 current\n",
    );
}
