//! The script of `fix`, run by a shell against a kubectl that writes down what it
//! was called with.

#![cfg(unix)]
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kubectl that writes each of its arguments as one entry, ended by a NUL, and
/// fails for the cluster `c-fails`.
const KUBECTL: &str = "#!/bin/sh
printf '%s\\0' \"$@\" >> \"$CALLS\"
printf '\\0' >> \"$CALLS\"
case \"$2\" in */c-fails) exit 1 ;; esac
";

fn script(input: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
        .arg("fix")
        .arg(input)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a script in an empty folder. Returns its exit status, the calls of kubectl,
/// the files that it left, and what it said.
fn run(
    name: &str,
    script: &str,
    arguments: &[&str],
) -> (Option<i32>, Vec<Vec<String>>, Vec<PathBuf>, String) {
    let root =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fix-{name}-{}", std::process::id()));
    let _not_there = fs::remove_dir_all(&root);
    let (bin, work) = (root.join("bin"), root.join("work"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&work).unwrap();
    let kubectl = bin.join("kubectl");
    fs::write(&kubectl, KUBECTL).unwrap();
    fs::set_permissions(&kubectl, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .arg("-c")
        .arg(script)
        .arg("fix.sh")
        .args(arguments)
        .current_dir(&work)
        .env("PATH", path)
        .env("CALLS", root.join("calls"))
        .output()
        .unwrap();
    let calls = fs::read_to_string(root.join("calls")).unwrap_or_default();
    let calls = calls
        .split_terminator("\0\0")
        .map(|call| call.split('\0').map(str::to_owned).collect())
        .collect();
    let left = fs::read_dir(&work)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), calls, left, said)
}

fn patch(cluster: &str, patch: &str) -> Vec<String> {
    [
        "patch",
        &format!("clusters.management.cattle.io/{cluster}"),
        "--type=merge",
        "-p",
        patch,
    ]
    .map(str::to_owned)
    .to_vec()
}

const DESIRED: &str = r#"{"spec":{"desiredAgentImage":""}}"#;
const BOTH: &str = r#"{"spec":{"agentImageOverride":"","desiredAgentImage":""}}"#;

#[test]
fn nothing_in_an_object_gets_into_the_shell() {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/inputs/nasty.json");
    let (status, mut calls, left, said) = run("nasty", &script(&input, &[]), &[]);
    calls.sort();
    assert_eq!(
        (status, calls, left, said.as_str()),
        (
            Some(0),
            vec![
                patch("--dry-run=client", BOTH),
                patch("c-1';touch injected-1;'", DESIRED),
                patch("c-2\" `touch injected-3` $(touch injected-4)", DESIRED),
                patch("c-6\\", DESIRED),
            ],
            vec![],
            "1 of 4\n2 of 4\n3 of 4\n4 of 4\n",
        )
    );
}

#[test]
fn arguments_are_passed_on() {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
    let input = [input.join("settings.json"), input.join("clusters.json")];
    let script = script(&input[0], &[input[1].to_str().unwrap()]);
    let (status, calls, left, said) = run("arguments", &script, &["--dry-run=server", "a b"]);
    let with = |mut call: Vec<String>| {
        call.extend(["--dry-run=server".to_owned(), "a b".to_owned()]);
        call
    };
    assert_eq!(
        (status, calls, left, said.as_str()),
        (
            Some(0),
            vec![
                with(patch("c-m-9d2wlv6t", DESIRED)),
                with(patch("c-5tq9r", r#"{"spec":{"agentImageOverride":""}}"#)),
            ],
            vec![],
            "1 of 2\n2 of 2\n",
        )
    );
}

#[test]
fn a_patch_that_fails_does_not_stop_the_others() {
    let cluster = |name: &str| {
        format!(
            r#"{{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{{"name":"{name}"}},"spec":{{"desiredAgentImage":"a:v2.11.0"}}}}"#
        )
    };
    let input = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("fix-fails-{}.json", std::process::id()));
    fs::write(&input, cluster("c-fails") + &cluster("c-works")).unwrap();
    let script = script(&input, &["--server-version", "v2.12.0"]);
    assert_eq!(
        run("fails", &script, &[]),
        (
            Some(1),
            vec![patch("c-fails", DESIRED), patch("c-works", DESIRED)],
            vec![],
            "1 of 2\n2 of 2\n".to_owned(),
        )
    );
}
