//! What the documents say is what the policy does.

use std::collections::BTreeSet;

use rancher_agent_version_policy::reason::ReasonCode;
use rancher_agent_version_policy::row::Row;
use rancher_agent_version_policy::settings::KEYS;
use serde_json::{Value, json};
use strum::VariantArray;

const README: &str = include_str!("../README.md");
const COMMAND: &str = include_str!("../docs/command.md");
const METADATA: &str = include_str!("../policy-metadata.yml");

/// The code blocks of a language in the README and in the document of the command.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines().chain(COMMAND.lines());
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
    let codes: Vec<&str> = ReasonCode::VARIANTS.iter().map(Into::into).collect();
    let documented: Vec<&str> = rows(include_str!("../docs/reason-codes.md"), "| `")
        .filter(|row| row.len() == 3)
        .map(|row| row[0].trim_matches('`'))
        .collect();
    assert_eq!(documented, codes);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}

#[test]
fn the_decision_table_has_each_row_by_its_name() {
    let numbers = [
        "1", "2", "3", "4", "5", "5a", "5b", "6", "7", "8", "9", "10", "11", "12", "13", "14",
    ];
    let names = |rows: &[Row]| -> Vec<&str> { rows.iter().map(Into::into).collect() };
    let numbered: Vec<_> = numbers.into_iter().zip(names(Row::NUMBERED)).collect();
    let table = include_str!("../docs/decision-table.md");
    for table in [table, include_str!("../README.zh-CN.md")] {
        let documented: Vec<_> = rows(table, "| ")
            .filter(|row| row.len() == 5 && row[0] != "#")
            .map(|row| (row[0], row[1].trim_matches('`')))
            .collect();
        assert_eq!(documented, numbered);
    }

    let documented: Vec<_> = rows(table, "| `")
        .filter(|row| row.len() == 3)
        .map(|row| row[0].trim_matches('`'))
        .collect();
    assert_eq!(documented, names(Row::OTHERS));
}

/// True if the lines of a block stand in a printed text, in that order.
fn is_excerpt(block: &str, printed: &str) -> bool {
    let mut rest = printed.lines();
    block
        .lines()
        .all(|line| rest.any(|printed| printed == line))
}

/// What is shown as text is printed by the command, or is a message of the policy.
#[test]
fn every_text_that_the_readme_shows_is_printed() {
    let cases = policy_cases::cases();
    let messages = cases.iter().filter_map(|case| {
        let message = case.expected.response.get("message")?;
        message.as_str()
    });
    let printed: Vec<&str> = [
        include_str!("../cli/sample/upgrade.txt"),
        include_str!("../cli/sample/watch.txt"),
        include_str!("../cli/sample/report.txt"),
        include_str!("../cli/sample/fix.sh"),
    ]
    .into_iter()
    .chain(messages)
    .collect();
    let shown = [blocks("text"), blocks("sh")].concat();
    let stale: Vec<&String> = shown
        .iter()
        .filter(|block| !printed.iter().any(|printed| is_excerpt(block, printed)))
        .collect();
    assert_eq!(stale, Vec::<&String>::new());
}

/// The tests of the command hold its help to its code.
#[test]
fn every_format_and_exit_status_of_the_help_is_documented() {
    let help = include_str!("../cli/tests/command/cases/help-short/stdout");
    let (_, formats) = help
        .split_once("Format of the report: ")
        .expect("the formats");
    let (formats, _) = formats.split_once(" [").expect("an end");
    let formats: BTreeSet<&str> = formats.split(", ").collect();
    let (_, statuses) = help.split_once("Exit status:\n").expect("the statuses");
    let statuses: Vec<&str> = statuses
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();

    let (_, table) = COMMAND.split_once("\n## Formats\n").expect("the formats");
    let cells: Vec<&str> = rows(table, "| `")
        .filter_map(|row| row.first().copied())
        .collect();
    let documented: BTreeSet<&str> = cells
        .iter()
        .flat_map(|cell| cell.split(", "))
        .map(|format| format.trim_matches('`'))
        .collect();
    assert_eq!(documented, formats);
    let documented: Vec<&str> = rows(COMMAND, "| ")
        .filter_map(|row| row.first().copied())
        .filter(|cell| cell.parse::<u8>().is_ok())
        .collect();
    assert_eq!(documented, statuses);
}

#[test]
fn every_target_that_the_readme_names_exists() {
    let makefile = include_str!("../Makefile");
    for words in README.split_whitespace().collect::<Vec<_>>().windows(2) {
        let [make, target] = words else {
            panic!("{words:?}");
        };
        if make.trim_start_matches('`') == "make" && *target != "and" {
            let target = target.trim_end_matches([',', '.', '`', ';', ')']);
            let rule = format!("\n{target}:");
            assert!(makefile.contains(&rule), "{target}");
        }
    }
}

#[test]
fn every_file_that_the_readme_names_exists() {
    for block in blocks("console") {
        for word in block.split_whitespace().filter(|word| {
            ["cli/", "deploy/", "tests/"]
                .iter()
                .any(|folder| word.starts_with(folder))
        }) {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(word);
            assert!(path.is_file(), "{word}");
        }
    }
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

/// Who deploys the policy grants it no more than the lookup of a Setting.
#[test]
fn metadata_asks_for_no_more_than_settings() {
    let metadata = yaml(METADATA);
    assert_eq!(
        (
            &metadata["contextAwareResources"],
            &metadata["hostCapabilities"]
        ),
        (
            &json!([{"apiVersion": "management.cattle.io/v3", "kind": "Setting"}]),
            &json!(["kubernetes/get_resource"])
        )
    );
}

#[test]
fn metadata_names_every_setting() {
    let metadata = yaml(METADATA);
    let usage = metadata["annotations"]["io.kubewarden.policy.usage"].as_str();
    let told: Vec<&str> = usage
        .expect("usage")
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(told, KEYS);
}
