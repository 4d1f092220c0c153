//! Every shape in which kubectl, and people, hand over objects.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

use std::collections::BTreeMap;

use rancher_agent_audit::{InputError, Inventory, Problem, Settings};
use serde_json::{Value, json};

const CLUSTER: &str =
    r#"{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{"name":"c-1"}}"#;
const SETTING: &str = r#"{"apiVersion":"management.cattle.io/v3","kind":"Setting","metadata":{"name":"server-version"},"value":"v2.12.3"}"#;

const CLUSTER_YAML: &str = "\
apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
";
const SETTING_YAML: &str = "\
apiVersion: management.cattle.io/v3
kind: Setting
metadata:
  name: server-version
value: v2.12.3
";

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// One cluster and one Setting.
fn both() -> Inventory {
    let mut settings = Settings::default();
    settings.insert("server-version", value(SETTING));
    Inventory {
        clusters: vec![value(CLUSTER)],
        settings,
        others: BTreeMap::new(),
    }
}

#[track_caller]
fn reads(input: &str, expected: &Inventory) {
    assert_eq!(
        &Inventory::read(input.as_bytes()).unwrap(),
        expected,
        "{input}"
    );
}

#[track_caller]
fn fails(input: &[u8], line: u64, column: u64, problem: Problem) {
    assert_eq!(
        Inventory::read(input),
        Err(InputError::Document {
            line,
            column,
            problem
        }),
        "{:.80}",
        String::from_utf8_lossy(input)
    );
}

fn list(items: &[&str]) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"List","metadata":{{"resourceVersion":""}},"items":[{}]}}"#,
        items.join(",")
    )
}

#[test]
fn json_in_every_shape() {
    reads(&list(&[CLUSTER, SETTING]), &both());
    reads(&list(&[SETTING, CLUSTER]), &both());
    reads(&format!("{CLUSTER}\n{SETTING}\n"), &both());
    reads(&format!("{CLUSTER}{SETTING}"), &both());
    reads(
        &format!("{}\n{}\n", list(&[SETTING]), list(&[CLUSTER])),
        &both(),
    );
    reads(&format!("[{CLUSTER},{SETTING}]"), &both());
    let pretty = serde_json::to_string_pretty(&value(&list(&[CLUSTER, SETTING]))).unwrap();
    reads(&pretty, &both());
    reads(&format!(" \n\t{pretty}"), &both());
}

#[test]
fn yaml_in_every_shape() {
    reads(&format!("{CLUSTER_YAML}---\n{SETTING_YAML}"), &both());
    reads(
        &format!("---\n{SETTING_YAML}---\n{CLUSTER_YAML}---\n"),
        &both(),
    );
    reads(
        &format!("# a comment\n{SETTING_YAML}...\n---\n{CLUSTER_YAML}"),
        &both(),
    );
    let item = |yaml: &str| {
        let lines: Vec<String> = yaml.lines().map(|line| format!("  {line}")).collect();
        format!("- {}\n", lines.join("\n").trim_start())
    };
    reads(
        &format!(
            "apiVersion: v1\nitems:\n{}{}kind: List\nmetadata:\n  resourceVersion: \"\"\n",
            item(CLUSTER_YAML),
            item(SETTING_YAML)
        ),
        &both(),
    );
}

#[test]
fn typed_lists_whose_items_repeat_no_type() {
    let clusters = r#"{"apiVersion":"management.cattle.io/v3","kind":"ClusterList","items":[{"metadata":{"name":"c-1"}}]}"#;
    let settings = r#"{"apiVersion":"management.cattle.io/v3","kind":"SettingList","items":[{"metadata":{"name":"server-version"},"value":"v2.12.3"}]}"#;
    let inventory = Inventory::read(format!("{clusters}{settings}").as_bytes()).unwrap();
    assert_eq!(inventory.clusters, [json!({"metadata": {"name": "c-1"}})]);
    assert_eq!(
        inventory.settings.effective_value("server-version"),
        Some("v2.12.3")
    );
    assert_eq!(inventory.others, BTreeMap::new());

    let none = r#"{"apiVersion":"management.cattle.io/v3","kind":"ClusterList","items":null}"#;
    reads(none, &Inventory::default());
}

#[test]
fn windows_text() {
    reads(&format!("\u{feff}{CLUSTER}\r\n{SETTING}\r\n"), &both());
    let yaml = format!("\u{feff}{CLUSTER_YAML}---\n{SETTING_YAML}").replace('\n', "\r\n");
    reads(&yaml, &both());
}

#[test]
fn an_empty_input_holds_nothing() {
    for input in [
        "",
        " \n",
        "\u{feff}",
        "---\n---\n",
        "# nothing\n",
        "[]",
        "{}",
    ] {
        let inventory = Inventory::read(input.as_bytes()).unwrap();
        assert_eq!(inventory.clusters, [] as [Value; 0], "{input}");
    }
}

#[test]
fn other_kinds_are_counted() {
    let other =
        |version: &str, kind: &str| format!(r#"{{"apiVersion":"{version}","kind":"{kind}"}}"#);
    let inventory = Inventory::read(
        list(&[
            &other("provisioning.cattle.io/v1", "Cluster"),
            &other("cluster.x-k8s.io/v1beta1", "Cluster"),
            &other("v1", "Secret"),
            &other("v1", "Secret"),
            &other("example.com/v1", "Allow\\nList"),
            "null",
            CLUSTER,
        ])
        .as_bytes(),
    )
    .unwrap();
    assert_eq!(inventory.clusters, [value(CLUSTER)]);
    assert_eq!(
        inventory.note_on_others().as_deref(),
        Some(
            "not looked at: 1 cluster.x-k8s.io/v1beta1 Cluster, 1 example.com/v1 Allow\\nList, \
             1 provisioning.cattle.io/v1 Cluster, 2 v1 Secret, 1 without a kind"
        )
    );
    assert_eq!(both().note_on_others(), None);
}

#[test]
fn values_of_yaml_keep_their_type() {
    let yaml = format!(
        "{CLUSTER_YAML}spec: {{a: null, b: ~, c: 18446744073709551615, d: 1.5, e: \"7\", \
         f: true, g: v1.30, i: 'a: b'}}\n"
    );
    let inventory = Inventory::read(yaml.as_bytes()).unwrap();
    assert_eq!(
        inventory.clusters,
        [json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": "c-1"},
            "spec": {
                "a": null, "b": null, "c": u64::MAX, "d": 1.5, "e": "7",
                "f": true, "g": "v1.30", "i": "a: b",
            },
        })]
    );
}

#[test]
fn broken_json_is_named_by_its_position() {
    fails(
        format!("{CLUSTER}\n{{\"kind\": secret}}").as_bytes(),
        2,
        10,
        Problem::Json,
    );
    fails(
        format!("{CLUSTER}\n{{\"kind\":\n\"Clu").as_bytes(),
        3,
        4,
        Problem::JsonEnds,
    );
    fails(
        format!("{CLUSTER},{CLUSTER}").as_bytes(),
        1,
        84,
        Problem::Json,
    );
    fails(
        format!("{CLUSTER}\n7").as_bytes(),
        1,
        84,
        Problem::NotAnObject,
    );
    fails(
        format!("{CLUSTER}\n---\n{CLUSTER_YAML}").as_bytes(),
        2,
        2,
        Problem::Json,
    );
}

#[test]
fn broken_yaml_is_named_by_its_position() {
    fails(
        format!("{CLUSTER_YAML}---\na: [1, 2\nb: 3\n").as_bytes(),
        7,
        2,
        Problem::Yaml,
    );
    fails(b"kind: Cluster\n\tname: x\n", 1, 7, Problem::Yaml);
    fails(b"just a line of text\n", 1, 1, Problem::NotAnObject);
    fails(
        format!("{CLUSTER_YAML}---\n- 1\n").as_bytes(),
        6,
        1,
        Problem::NotAnObject,
    );
}

#[test]
fn keys_that_occur_twice_are_refused_in_yaml() {
    fails(
        b"kind: Cluster\nmetadata:\n  name: a\n  name: b\n",
        4,
        3,
        Problem::DuplicateKey,
    );
    fails(
        format!("{CLUSTER_YAML}{SETTING_YAML}").as_bytes(),
        5,
        1,
        Problem::DuplicateKey,
    );
}

#[test]
fn bombs_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        let aliases = [alias.as_str(); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    fails(bomb.as_bytes(), 5, 45, Problem::Limit);
    fails("[".repeat(100_000).as_bytes(), 1, 128, Problem::Json);
    fails(
        format!("a: {}", "[".repeat(100_000)).as_bytes(),
        1,
        259,
        Problem::Yaml,
    );
}

#[test]
fn what_is_no_text_is_named_by_its_position() {
    fails(b"kind: Cluster\nname: \xff\n", 2, 7, Problem::NotText);
}

#[test]
fn two_settings_that_contradict_each_other_are_refused() {
    let other = SETTING.replace("v2.12.3", "v2.11.0");
    assert_eq!(
        Inventory::read(format!("{SETTING}{other}").as_bytes()),
        Err(InputError::Contradiction("server-version".to_owned()))
    );
    reads(&format!("{SETTING}{CLUSTER}{SETTING}"), &both());
}

/// More documents and more nodes than a reader of configuration files expects.
#[test]
fn large_fleets_are_no_bombs() {
    let small = format!("---\n{CLUSTER_YAML}").repeat(1_100);
    let large = format!(
        "{small}---\n{CLUSTER_YAML}spec: [{}1]\n",
        "1, ".repeat(260_000)
    );
    let inventory = Inventory::read(large.as_bytes()).unwrap();
    assert_eq!(inventory.clusters.len(), 1_101);
}

#[test]
fn no_error_quotes_the_input() {
    for input in [
        "{\"token\": \"s3cret\", s3cret}".to_owned(),
        "token: s3cret\ntoken: s3cret\n".to_owned(),
        "token: [s3cret\n".to_owned(),
        "s3cret".to_owned(),
        "token: *s3cret\n".to_owned(),
        "token: !!int s3cret\n".to_owned(),
        "{\"s3cret".to_owned(),
    ] {
        let error = Inventory::read(input.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
