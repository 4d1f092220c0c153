//! Whole requests: folders below tests/requests.
//!
//! `request.json` is an AdmissionRequest, `settings.json` holds the settings of the policy,
//! and `response.json` the answer. `rancher.json` says which Settings are looked up, and
//! what comes back; without it nothing may be looked up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::case::{Case, Evaluation, Source};
use crate::rancher::{Lookup, Rancher};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    lookups: Vec<String>,
    settings: BTreeMap<String, Given>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Given {
    Object(Value),
    Raw(String),
    Error(String),
}

/// All of them, in order.
pub(crate) fn read_all(folder: &Path) -> Vec<Case> {
    let mut folders: Vec<_> = fs::read_dir(folder)
        .expect("the folder of the requests")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

fn read(folder: &Path) -> Case {
    let world = if folder.join("rancher.json").exists() {
        json(&folder.join("rancher.json"))
    } else {
        World::default()
    };
    let lookup = |given| match given {
        Given::Object(object) => Lookup::Body(Value::to_string(&object)),
        Given::Raw(text) => Lookup::Body(text),
        Given::Error(text) => Lookup::Error(text),
    };
    let answers = world.settings.into_iter();
    let name = folder.file_name().expect("a name").to_string_lossy();
    Case {
        name: format!("requests::{name}"),
        request: json(&folder.join("request.json")),
        request_text: text(&folder.join("request.json")),
        settings: json(&folder.join("settings.json")),
        rancher: Rancher(answers.map(|(name, given)| (name, lookup(given))).collect()),
        expected: Evaluation {
            response: json(&folder.join("response.json")),
            lookups: world.lookups,
        },
        source: Source::Folder(folder.to_owned()),
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn json<T: DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&text(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
