//! What the documents say is what the policy does.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::reason::ReasonCode;
use rancher_agent_version_policy::settings::{KEYS, Settings};
use serde_json::{Value, json};

const README: &str = include_str!("../README.md");
const METADATA: &str = include_str!("../policy-metadata.yml");

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
fn every_settings_block_is_accepted() {
    let blocks: Vec<Value> = blocks("yaml")
        .iter()
        .filter(|block| block.starts_with("settings:"))
        .map(|block| yaml(block))
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let settings = block.get("settings").expect("settings").to_string();
        assert_eq!(
            Settings::from_json(settings.as_bytes()).map(|_| ()),
            Ok(()),
            "{settings}"
        );
    }
}

#[test]
fn every_setting_is_documented_with_its_values_and_default() {
    let rows: Vec<Vec<&str>> = rows(README, "| `").filter(|row| row.len() == 4).collect();
    let names: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.first().map(|name| name.trim_matches('`')))
        .collect();
    assert_eq!(names, KEYS);

    let parse = |name: &str, value: &str| {
        let json = match value {
            "true" | "false" => format!(r#"{{"{name}":{value}}}"#),
            value => format!(r#"{{"{name}":"{value}"}}"#),
        };
        Settings::from_json(json.as_bytes())
    };
    for row in rows {
        let [name, values, default, _] = row.as_slice() else {
            panic!("{row:?}");
        };
        let name = name.trim_matches('`');
        if name == "serverVersion" {
            continue;
        }
        for value in values.split(", ") {
            let parsed = parse(name, value.trim_matches('`'));
            assert_eq!(parsed.map(|_| ()), Ok(()), "{name}: {value}");
        }
        let parsed = parse(name, default.trim_matches('`'));
        assert_eq!(parsed, Ok(Settings::default()), "{name}: {default}");
    }
}

#[test]
fn every_reason_code_is_unique_and_documented() {
    let codes: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
    let documented: Vec<&str> = rows(README, "| `")
        .filter(|row| row.len() == 2)
        .filter_map(|row| row.first().map(|code| code.trim_matches('`')))
        .collect();
    assert_eq!(documented, codes);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}

#[test]
fn the_decision_table_is_the_same_everywhere() {
    let table = |text: &'static str| -> Vec<Vec<&str>> {
        (1..=14)
            .flat_map(|row| {
                let start = format!("| {row} |");
                rows(text, start.leak()).collect::<Vec<_>>()
            })
            .collect()
    };
    let readme = table(README);
    assert_eq!(readme.len(), 14);
    assert_eq!(readme, table(include_str!("../src/lib.rs")));
}

#[test]
fn the_demo_prints_what_the_readme_shows() {
    let report = include_str!("../audit/fleet/report.txt");
    let [shown, _] = blocks("text").try_into().expect("two blocks");
    let missing: Vec<&str> = shown
        .lines()
        .filter(|line| !report.lines().any(|printed| printed.starts_with(line)))
        .collect();
    assert_eq!((missing, shown.lines().count()), (vec![], 9));
}

#[test]
fn every_case_that_the_readme_names_exists() {
    let mut named = 0_u32;
    for block in blocks("console") {
        for word in block
            .split_whitespace()
            .filter(|word| word.starts_with("tests/"))
        {
            named = named.saturating_add(1);
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(word);
            assert!(path.is_file(), "{word}");
        }
    }
    assert_eq!(named, 3);
}

#[test]
fn the_rights_in_the_readme_are_as_small_as_they_can_be() {
    let blocks: Vec<String> = blocks("yaml")
        .into_iter()
        .filter(|block| block.contains("ClusterRole"))
        .collect();
    let [settings, audit] = blocks.as_slice() else {
        panic!("{blocks:?}");
    };
    let (role, binding) = role_and_binding(settings);
    assert_eq!(
        role.get("rules"),
        Some(&json!([{
            "apiGroups": ["management.cattle.io"],
            "resources": ["settings"],
            "resourceNames": ["server-version", "agent-image"],
            "verbs": ["get"],
        }]))
    );
    assert_eq!(
        binding.pointer("/subjects"),
        Some(
            &json!([{"kind": "ServiceAccount", "name": "policy-server", "namespace": "kubewarden"}])
        )
    );

    let (role, binding) = role_and_binding(audit);
    assert_eq!(
        role.get("rules"),
        Some(&json!([{
            "apiGroups": ["management.cattle.io"],
            "resources": ["clusters"],
            "verbs": ["get", "list"],
        }]))
    );
    assert_eq!(
        binding.pointer("/subjects"),
        Some(
            &json!([{"kind": "ServiceAccount", "name": "audit-scanner", "namespace": "kubewarden"}])
        )
    );
}

/// A ClusterRole and the binding that names it.
fn role_and_binding(block: &str) -> (Value, Value) {
    let (role, binding) = block.split_once("\n---\n").expect("two documents");
    let (role, binding) = (yaml(role), yaml(binding));
    assert_eq!(
        binding.pointer("/roleRef/name"),
        role.pointer("/metadata/name")
    );
    (role, binding)
}

#[test]
fn the_message_in_the_readme_is_one_that_the_policy_gives() {
    let [_, message] = blocks("text").try_into().expect("two blocks");
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
    assert_eq!(response.message, Some(message));
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
        .find_map(|line| line.strip_prefix("## "));
    assert_eq!(newest, Some(version));
    let audit = include_str!("../audit/Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    assert_eq!(audit, Some(format!("\"{version}\"").as_str()));
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
