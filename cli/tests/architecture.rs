//! The arrows between the parts of the library, as ARCHITECTURE.md has them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The folders and files of `src` from the bottom up: each may use those before it.
const ORDER: [&str; 9] = [
    "text",
    "fleet",
    "host",
    "input",
    "inventory",
    "report",
    "verdict",
    "fix",
    "follow",
];

/// What stands above the library: the program.
const PROGRAM: [&str; 2] = ["command", "main"];

/// The code below a folder, or of a file.
fn code(path: &Path) -> String {
    if path.is_file() {
        return fs::read_to_string(path).unwrap();
    }
    fs::read_dir(path)
        .unwrap()
        .map(|entry| code(&entry.unwrap().path()))
        .collect()
}

#[test]
fn arrows_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut parts: BTreeMap<String, String> = fs::read_dir(src)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, code(&path))
        })
        .collect();
    parts.remove("lib");
    for part in PROGRAM {
        parts.remove(part);
    }
    let mut expected = ORDER.map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(parts.keys().cloned().collect::<Vec<_>>(), expected);

    let mut wrong = Vec::new();
    for (place, part) in ORDER.iter().enumerate() {
        let code = &parts[*part];
        for above in ORDER.iter().skip(place + 1).chain(&PROGRAM) {
            if code.contains(&format!("crate::{above}::"))
                || code.contains(&format!("crate::{above};"))
            {
                wrong.push(format!("{part} uses {above}"));
            }
        }
        if code.contains("use crate::{") || code.contains("rancher_agent_version_policy") {
            wrong.push(format!("{part}: one import a line, and none of the policy"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
