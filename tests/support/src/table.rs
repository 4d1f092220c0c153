//! The tables: YAML files below tests/cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use json_patch::merge;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::case::{Case, Evaluation, Source};
use crate::host_error::HostError;
use crate::rancher::{Lookup, Rancher};

const BASE: &str = "base.yaml";

/// What every case starts from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    request: Value,
    users: BTreeMap<String, Value>,
    cluster: Value,
    stored: Value,
    rancher: BTreeMap<String, Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    defaults: Fields,
    cases: BTreeMap<String, Fields>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    operation: Option<String>,
    by: Option<String>,
    old: Option<Value>,
    object: Option<Value>,
    request: Option<Value>,
    settings: Option<Value>,
    rancher: Option<BTreeMap<String, Given>>,
    answer: Option<Value>,
    lookups: Option<Vec<String>>,
}

/// What a lookup gives.
#[derive(Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Given {
    Value(String),
    Setting { setting: Map<String, Value> },
    Raw { raw: String },
    HostError { error: HostError },
    Error { error: String },
}

/// The cases of all tables, in order.
pub(crate) fn read_all(folder: &Path) -> Vec<Case> {
    let base: Base = read(&folder.join(BASE));
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of the tables")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.ends_with(BASE))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let Table {
            defaults,
            cases: table,
        } = read(&file);
        let stem = file.file_stem().expect("a name").to_string_lossy();
        cases.extend(table.into_iter().map(|(name, fields)| {
            let case = fields.expand(&base, &defaults);
            let source = Source::Table {
                file: file.clone(),
                name: name.clone(),
            };
            let name = format!("{stem}::{name}");
            case.unwrap_or_else(|error| panic!("{name}: {error}"))
                .named(name, source)
        }));
    }
    cases
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A case before it is named.
struct Expanded {
    request: Value,
    settings: Value,
    rancher: Rancher,
    expected: Evaluation,
}

impl Expanded {
    fn named(self, name: String, source: Source) -> Case {
        Case {
            name,
            request_text: self.request.to_string(),
            request: self.request,
            settings: self.settings,
            rancher: self.rancher,
            expected: self.expected,
            source,
        }
    }
}

impl Fields {
    fn expand(self, base: &Base, defaults: &Self) -> Result<Expanded, String> {
        let text = |own: &Option<String>, default: &Option<String>| own.clone().or(default.clone());
        let operation = text(&self.operation, &defaults.operation);
        let operation = operation.unwrap_or_else(|| "CREATE".to_owned());
        let by = text(&self.by, &defaults.by).unwrap_or_else(|| "user".to_owned());
        let patch = |target: &mut Value, patches: [&Option<Value>; 2]| {
            for patch in patches.into_iter().flatten() {
                merge(target, patch);
            }
        };

        let mut object = base.cluster.clone();
        if operation != "CREATE" || by == "audit-scanner" {
            merge(&mut object, &base.stored);
        }
        let has_old = matches!(operation.as_str(), "UPDATE" | "DELETE");
        if !has_old && self.old.is_some() {
            return Err(format!("`old` in a {operation}"));
        }
        patch(&mut object, [&defaults.old, &self.old]);
        let old = object.clone();
        patch(&mut object, [&defaults.object, &self.object]);

        let mut request = base.request.clone();
        let user = base.users.get(&by).cloned();
        let user = user.unwrap_or_else(|| json!({"username": by}));
        merge(
            &mut request,
            &json!({"operation": operation, "userInfo": user}),
        );
        if let Some(name) = object.pointer("/metadata/name") {
            request["name"] = name.clone();
        }
        if operation != "DELETE" {
            request["object"] = object;
        }
        if has_old {
            request["oldObject"] = old;
        }
        patch(&mut request, [&defaults.request, &self.request]);

        let mut response = self.answer.unwrap_or_default();
        if let Some(change) = response.get_mut("mutated_object") {
            let mut mutated = request["object"].clone();
            merge(&mut mutated, change);
            *change = mutated;
        }
        let settings = self.settings.or_else(|| defaults.settings.clone());
        let lookups = self.lookups.or_else(|| defaults.lookups.clone());
        Ok(Expanded {
            request,
            settings: settings.unwrap_or_else(|| json!({})),
            rancher: rancher(base, [&defaults.rancher, &self.rancher]),
            expected: Evaluation {
                response,
                lookups: lookups.unwrap_or_default(),
            },
        })
    }
}

fn rancher(base: &Base, given: [&Option<BTreeMap<String, Given>>; 2]) -> Rancher {
    let setting = |name: &str, fields: &Map<String, Value>| {
        let mut setting = json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Setting",
            "metadata": {"name": name},
        });
        merge(&mut setting, &Value::Object(fields.clone()));
        Lookup::Body(setting.to_string())
    };
    let in_base = base.rancher.iter();
    let mut rancher: BTreeMap<String, Lookup> = in_base
        .map(|(name, fields)| (name.clone(), setting(name, fields)))
        .collect();
    for (name, given) in given.into_iter().flatten().flatten() {
        let lookup = match given.clone() {
            Given::Value(value) => {
                let mut fields = base.rancher.get(name).cloned().unwrap_or_default();
                fields.insert("value".to_owned(), value.into());
                setting(name, &fields)
            }
            Given::Setting { setting: fields } => setting(name, &fields),
            Given::Raw { raw } => Lookup::Body(raw),
            Given::HostError { error } => Lookup::Error(error.text(name)),
            Given::Error { error } => Lookup::Error(error),
        };
        rancher.insert(name.clone(), lookup);
    }
    Rancher(rancher)
}
