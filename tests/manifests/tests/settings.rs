//! Every place that tells about the settings tells the same, and nothing that the policy
//! refuses.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeMap;

use rancher_agent_version_policy::settings::{KEYS, Settings};
use rancher_agent_version_policy_manifests::{blocks, document, documents, markdown, read};
use serde_json::{Value, json};

/// A setting as a place tells of it: allowed values, where they are counted up, and the
/// default, which is null for the version that is looked up.
type Told = BTreeMap<String, (Vec<Value>, Value)>;

fn read_settings(settings: &Value) -> Result<Settings, String> {
    Settings::from_json(settings.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// A value as a table spells it.
fn value(cell: &str) -> Value {
    match cell.trim().trim_matches('`') {
        "true" => json!(true),
        "false" => json!(false),
        text => json!(text),
    }
}

/// The rows of the first table after a title whose first cells are settings.
fn in_table(path: &str, title: &str) -> Told {
    let text = read(path);
    let (_, chapter) = text.split_once(title).expect(path);
    chapter
        .lines()
        .skip_while(|line| !line.starts_with("| `"))
        .take_while(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let name = cells[0].trim_matches('`').to_owned();
            if name == "serverVersion" {
                return (name, (Vec::new(), Value::Null));
            }
            let values = cells[1].split([',', '、']).map(value).collect();
            (name, (values, value(cells[2])))
        })
        .collect()
}

fn in_questions() -> Told {
    let questions = document(&read("questions-ui.yml"));
    let questions = questions["questions"].as_array().expect("questions").iter();
    questions
        .map(|question| {
            let values = match question["type"].as_str() {
                Some("enum") => question["options"].as_array().expect("options").clone(),
                Some("boolean") => vec![json!(true), json!(false)],
                Some("string") => Vec::new(),
                other => panic!("{other:?}"),
            };
            // The UI drops an empty text before it saves.
            let default = match &question["default"] {
                Value::String(text) if text.is_empty() => Value::Null,
                default => default.clone(),
            };
            (
                question["variable"].as_str().expect("text").to_owned(),
                (values, default),
            )
        })
        .collect()
}

fn in_schema() -> Told {
    let schema: Value = serde_json::from_str(&read("settings.schema.json")).expect("JSON");
    let properties = schema["properties"].as_object().expect("properties");
    properties
        .iter()
        .map(|(name, property)| {
            let values = property["enum"].as_array().cloned().unwrap_or_default();
            let values = values
                .into_iter()
                .filter(|value| !value.is_null() && *value != "");
            (
                name.clone(),
                (values.collect(), property["default"].clone()),
            )
        })
        .collect()
}

#[test]
fn every_place_tells_the_same() {
    let readme = in_table("README.md", "\n## Settings\n");
    let names: Vec<&str> = readme.keys().map(String::as_str).collect();
    let mut keys = KEYS;
    keys.sort_unstable();
    assert_eq!(names, keys);
    assert_eq!(in_table("README.zh-CN.md", "\n## 设置\n"), readme);
    assert_eq!(in_table("chart/README.md", "\n## Settings\n"), readme);
    assert_eq!(in_questions(), readme);
    assert_eq!(in_schema(), readme);
}

/// The policy takes each value that is told, alone and as the default.
#[test]
fn the_policy_takes_what_is_told() {
    let told = in_questions();
    let mut defaults = json!({});
    for (name, (values, default)) in &told {
        for value in values {
            let settings = json!({name.as_str(): value});
            assert_eq!(read_settings(&settings).map(|_| ()), Ok(()), "{settings}");
        }
        defaults[name] = default.clone();
    }
    assert_eq!(read_settings(&defaults), Ok(Settings::default()));
}

/// A question of the UI: the fields of Rancher's question format that ours use.
#[test]
fn questions_are_complete_and_ask_for_nothing_else() {
    let questions = document(&read("questions-ui.yml"));
    let questions = questions["questions"].as_array().expect("questions");
    let asked: Vec<&Value> = questions
        .iter()
        .map(|question| &question["variable"])
        .collect();
    assert_eq!(asked, KEYS);
    for question in questions {
        let mut fields: Vec<&str> = question
            .as_object()
            .expect("a map")
            .keys()
            .map(String::as_str)
            .collect();
        fields.retain(|field| *field != "options");
        fields.sort_unstable();
        let expected = [
            "default",
            "description",
            "group",
            "label",
            "required",
            "tooltip",
            "type",
            "variable",
        ];
        assert_eq!(fields, expected);
        assert_eq!(question["group"], "Settings");
        assert_eq!(question["required"], false);
        assert_eq!(question["description"], question["tooltip"]);
    }
}

/// The schema and the policy agree, but for the text of a version, which the schema
/// leaves to the policy, and for empty lists and maps, which the policy takes for absent.
#[test]
fn the_schema_accepts_what_the_policy_accepts() {
    let schema: Value = serde_json::from_str(&read("settings.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let values = [
        json!(null),
        json!(""),
        json!(" "),
        json!("none"),
        json!("None"),
        json!("patch"),
        json!("minor"),
        json!("major"),
        json!("reject"),
        json!("warn"),
        json!("ignore"),
        json!("true"),
        json!(true),
        json!(false),
        json!(0),
        json!(1.5),
        json!(["none"]),
        json!({"a": 1}),
    ];
    let mut accepted = 0_u32;
    for key in KEYS.into_iter().chain(["serverversion", "mode", ""]) {
        for value in &values {
            let settings = json!({key: value});
            let policy = read_settings(&settings).is_ok();
            let is_text_of_version = key == "serverVersion" && value.is_string();
            if !is_text_of_version {
                assert_eq!(schema.is_valid(&settings), policy, "{settings}");
            }
            accepted += u32::from(policy);
        }
    }
    assert!(accepted > 20, "{accepted}");
    for settings in [
        json!({}),
        json!(null),
        json!([]),
        json!("reject"),
        json!(5),
        json!(true),
    ] {
        let policy = read_settings(&settings).is_ok();
        assert_eq!(schema.is_valid(&settings), policy, "{settings}");
    }
    assert!(schema.is_valid(&json!({"serverVersion": "v2.12.3"})));
}

/// The settings in every block of YAML, and after every `--settings-json`, of every document.
#[test]
fn every_settings_block_is_accepted() {
    let mut found = Vec::new();
    for path in markdown() {
        for rest in read(&path).split("--settings-json '").skip(1) {
            let (settings, _) = rest.split_once('\'').expect("an end");
            let settings = serde_json::from_str(settings).expect("JSON");
            assert_eq!(
                read_settings(&settings).map(|_| ()),
                Ok(()),
                "{path}: {settings}"
            );
        }
        for block in blocks(&read(&path), "yaml") {
            for document in documents(&block) {
                for settings in [&document["settings"], &document["spec"]["settings"]] {
                    if !settings.is_null() {
                        let read = read_settings(settings).map(|_| ());
                        assert_eq!(read, Ok(()), "{path}: {settings}");
                        found.push(path.clone());
                    }
                }
            }
        }
    }
    found.dedup();
    assert!(found.contains(&"README.md".to_owned()), "{found:?}");
}
