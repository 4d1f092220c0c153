//! What the documents say is what the policy does.

use std::collections::BTreeSet;

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::reason::ReasonCode;
use rancher_agent_version_policy::row::Row;
use rancher_agent_version_policy::settings::KEYS;
use serde_json::{Value, json};

const README: &str = include_str!("../README.md");
const METADATA: &str = include_str!("../policy-metadata.yml");

/// The chapter of the README with this title.
fn chapter(title: &str) -> &'static str {
    README
        .split("\n## ")
        .find_map(|chapter| chapter.strip_prefix(title)?.strip_prefix('\n'))
        .unwrap_or_else(|| panic!("no chapter {title}"))
}

/// The code blocks of a language in the README.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{language}") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The cells of the table rows in `text` that begin with `start`.
fn rows<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    text.lines()
        .map(|line| line.trim_start_matches("//! "))
        .filter(move |line| line.starts_with(start))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

#[test]
fn every_reason_code_is_unique_and_documented() {
    let codes: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
    let documented: Vec<&str> = rows(chapter("What it decides"), "| `")
        .filter_map(|row| row.first().map(|code| code.trim_matches('`')))
        .collect();
    assert_eq!(documented, codes);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());

    let operations = include_str!("../docs/operations.md");
    let (_, remedies) = operations
        .split_once("\n## What to do, by reason code\n")
        .expect("remedies");
    let remedied: Vec<&str> = rows(remedies, "| `")
        .filter_map(|row| row.first().copied())
        .flat_map(|codes| codes.split(", "))
        .map(|code| code.trim_matches('`'))
        .collect();
    assert_eq!(remedied, codes);
}

#[test]
fn the_decision_table_has_each_row_by_its_name() {
    let table = include_str!("../docs/decision-table.md");
    let documented: Vec<_> = rows(table, "| ")
        .filter(|row| row.len() == 5 && row[0] != "#")
        .map(|row| (row[0], row[1].trim_matches('`')))
        .collect();
    let rows = Row::NUMBERED.map(|(number, row)| (number, row.as_str()));
    assert_eq!(documented, rows);
}

/// The lines of a block stand in what the audit prints, in that order; so many of
/// them are not blank. The audit's own tests hold what it prints.
#[track_caller]
fn is_excerpt(block: &str, printed: &str, lines: usize) {
    let mut rest = printed.lines();
    let missing: Vec<&str> = block
        .lines()
        .filter(|line| !rest.any(|printed| printed == *line))
        .collect();
    let shown = block.lines().filter(|line| !line.is_empty()).count();
    assert_eq!((missing, shown), (vec![], lines));
}

#[test]
fn the_command_prints_what_the_readme_shows() {
    let [upgrade, watch, report, _] = blocks("text").try_into().expect("four blocks");
    is_excerpt(&upgrade, include_str!("../cli/sample/upgrade.txt"), 9);
    is_excerpt(&watch, include_str!("../cli/sample/watch.txt"), 2);
    is_excerpt(&report, include_str!("../cli/sample/report.txt"), 8);
    let [script] = blocks("sh").try_into().expect("one block");
    is_excerpt(&script, include_str!("../cli/sample/fix.sh"), 8);
}

/// The variants of an enum in the code of the command, which depends on the policy.
fn variants<'a>(code: &'a str, name: &str) -> Vec<&'a str> {
    let (_, body) = code.split_once(&format!("enum {name} {{\n")).expect(name);
    let (body, _) = body.split_once("\n}").expect("an end");
    body.lines()
        .map(|line| line.trim().trim_end_matches(','))
        .filter(|line| !line.starts_with("///"))
        .collect()
}

#[test]
fn every_format_and_exit_status_of_the_command_is_documented() {
    let audit = chapter("Audit all clusters");
    let mut documented: Vec<String> = rows(audit, "| `")
        .filter_map(|row| row.first().map(|formats| formats.replace('`', "")))
        .flat_map(|formats| formats.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut formats: Vec<String> = variants(include_str!("../cli/src/report/mod.rs"), "Format")
        .iter()
        .map(|format| format.to_lowercase())
        .collect();
    documented.sort_unstable();
    formats.sort_unstable();
    assert_eq!(documented, formats);

    let documented: Vec<&str> = (0..=9)
        .flat_map(|status| rows(audit, format!("| {status} |").leak()))
        .filter_map(|row| row.first().copied())
        .collect();
    let statuses: Vec<&str> = variants(include_str!("../cli/src/command/mod.rs"), "Status")
        .iter()
        .filter_map(|status| status.split_once(" = "))
        .map(|(_, number)| number)
        .collect();
    assert_eq!(documented, statuses);
}

#[test]
fn every_target_that_the_readme_names_exists() {
    let makefile = include_str!("../Makefile");
    let mut named = 0_u32;
    for words in README.split_whitespace().collect::<Vec<_>>().windows(2) {
        let [make, target] = words else {
            panic!("{words:?}");
        };
        if make.trim_start_matches('`') == "make" && *target != "and" {
            named = named.saturating_add(1);
            let target = target.trim_end_matches([',', '.', '`', ';', ')']);
            let rule = format!("\n{target}:");
            assert!(makefile.contains(&rule), "{target}");
        }
    }
    assert!(named > 4, "{named}");
}

#[test]
fn every_file_that_the_readme_names_exists() {
    let mut named = 0_u32;
    for block in blocks("console") {
        for word in block.split_whitespace().filter(|word| {
            ["cli/", "deploy/", "tests/"]
                .iter()
                .any(|folder| word.starts_with(folder))
        }) {
            named = named.saturating_add(1);
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(word);
            assert!(path.is_file(), "{word}");
        }
    }
    assert_eq!(named, 13);
    for link in README.split("](").skip(1) {
        let (path, _) = link.split_once(')').expect("a link");
        let path = path.split('#').next().expect("a path");
        let is_here = !path.is_empty() && !path.contains(':');
        assert!(
            !is_here || std::fs::exists(path).expect("a folder"),
            "{path}"
        );
    }
}

#[test]
fn the_message_in_the_readme_is_one_that_the_policy_gives() {
    let [_, _, _, message] = blocks("text").try_into().expect("four blocks");
    let payload = json!({
        "request": {
            "operation": "UPDATE",
            "name": "c-m-nsjw2zdq",
            "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
            "userInfo": {"username": "user-abcde"},
            "object": {"spec": {"displayName": "prod-eu", "desiredAgentImage": "rancher/rancher-agent:v2.10.3"}},
            "oldObject": {"spec": {"displayName": "prod-eu"}},
        },
        "settings": {"serverVersion": "v2.11.0"},
    });
    let response = evaluate(payload.to_string().as_bytes(), |name| panic!("{name:?}"));
    let response = serde_json::to_value(&response).expect("JSON");
    assert_eq!(response["message"], json!(message));
}

#[test]
fn versions_agree() {
    let version = env!("CARGO_PKG_VERSION");
    let metadata = yaml(METADATA);
    let annotation = metadata
        .get("annotations")
        .and_then(|annotations| annotations.get("io.kubewarden.policy.version"));
    assert_eq!(annotation, Some(&json!(version)));
    let newest = include_str!("../CHANGELOG.md")
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .find(|version| *version != "Unreleased");
    assert_eq!(newest, Some(version));
    let audit = include_str!("../cli/Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    assert_eq!(audit, Some(format!("\"{version}\"").as_str()));
    let packages = [
        include_str!("../tools/bindings/package.json"),
        include_str!("../web/package.json"),
    ];
    let packages = packages.map(|package| {
        let package: Value = serde_json::from_str(package).expect("JSON");
        package.get("version").cloned()
    });
    assert_eq!(packages, [Some(json!(version)), Some(json!(version))]);
}

#[test]
fn metadata_asks_for_what_the_policy_uses() {
    let mut metadata = yaml(METADATA);
    let annotations = metadata
        .as_object_mut()
        .and_then(|metadata| metadata.remove("annotations"))
        .expect("annotations");
    assert_eq!(
        metadata,
        json!({
            "rules": [{
                "apiGroups": ["management.cattle.io"],
                "apiVersions": ["v3"],
                "resources": ["clusters"],
                "operations": ["CREATE", "UPDATE"],
            }],
            "mutating": true,
            "backgroundAudit": true,
            "executionMode": "kubewarden-wapc",
            "policyType": "kubernetes",
            "contextAwareResources": [{"apiVersion": "management.cattle.io/v3", "kind": "Setting"}],
            "hostCapabilities": ["kubernetes/get_resource"],
            "minimumKubewardenVersion": "1.33.0",
        })
    );
    let annotations = annotations.as_object().expect("a map");
    assert!(
        annotations.values().all(Value::is_string),
        "{annotations:?}"
    );
    let usage = annotations
        .get("io.kubewarden.policy.usage")
        .and_then(Value::as_str)
        .expect("usage");
    let told: Vec<&str> = usage
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(told, KEYS);
}
