//! The arrows between the modules, as ARCHITECTURE.md has them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The modules of the core from the bottom up: each may use those before it.
const ORDER: [&str; 20] = [
    "text",
    "lenient",
    "version",
    "image",
    "settings",
    "setting",
    "standing",
    "lag",
    "cluster",
    "ratchet",
    "reason",
    "judge",
    "request",
    "row",
    "admission",
    "words",
    "repair",
    "response",
    "evaluate",
    "explain",
];

/// What the core may not use of the standard library: IO, time, order by chance. Cargo.toml
/// keeps hosts and the SDK from it.
const FORBIDDEN: [&str; 7] = [
    "std::env",
    "std::fs",
    "std::net",
    "std::time",
    "std::process",
    "std::thread",
    "HashMap",
];

/// The code of each module of the core without its tests, and with the files in its folder.
fn modules() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = modules_in(&src);
    // The crate, and the door to the host.
    modules.remove("lib");
    modules.remove("guest");
    for (name, code) in &mut modules {
        if src.join(name).is_dir() {
            code.extend(modules_in(&src.join(name)).into_values());
        }
    }
    modules
}

fn modules_in(folder: &Path) -> BTreeMap<String, String> {
    let mut modules = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("a module");
            let code = text.split("#[cfg(test)]\nmod tests").next().expect("code");
            let code: Vec<&str> = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            modules.insert(name, code.join("\n"));
        }
    }
    modules
}

#[test]
fn arrows_point_one_way() {
    let modules = modules();
    let mut sorted: Vec<&str> = modules.keys().map(String::as_str).collect();
    let mut order = ORDER.to_vec();
    sorted.sort_unstable();
    order.sort_unstable();
    assert_eq!(sorted, order, "a module that ORDER does not place");

    let mut wrong = Vec::new();
    for (module, code) in &modules {
        if code.contains("use crate::{") {
            wrong.push(format!(
                "{module}: one import a line, or its arrows are not seen"
            ));
        }
    }
    for (place, module) in ORDER.iter().enumerate() {
        let code = modules.get(*module).expect("a module");
        for above in ORDER.iter().skip(place) {
            if code.contains(&format!("crate::{above}::"))
                || code.contains(&format!("crate::{above};"))
            {
                wrong.push(format!("{module} uses {above}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn core_has_no_io_and_no_order_by_chance() {
    let mut wrong = Vec::new();
    for (module, code) in modules() {
        for forbidden in FORBIDDEN {
            if code.contains(forbidden) {
                wrong.push(format!("{module} names {forbidden}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
