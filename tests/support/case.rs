//! The cases below tests/cases, for whoever runs them: the policy natively,
//! and the built policy.wasm in the host of tests/host.
//!
//! A case is a folder: `request.json` (an AdmissionRequest), `settings.json`,
//! `rancher.json` (which Settings are looked up, in this order, and what comes
//! back; without it nothing may be looked up) and `response.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// One case.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub request: Value,
    pub settings: Value,
    pub rancher: Rancher,
    folder: PathBuf,
}

/// What a look-up gives.
#[derive(Clone)]
pub enum Answer {
    /// The JSON of the object, or whatever the host gives in its place.
    Object(String),
    /// The text of the host's error.
    Error(String),
}

impl From<Answer> for Result<String, String> {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Object(object) => Ok(object),
            Answer::Error(error) => Err(error),
        }
    }
}

/// Rancher's Settings in a case.
#[derive(Clone, Default)]
pub struct Rancher {
    /// The look-ups that are expected, in order.
    pub lookups: Vec<String>,
    settings: BTreeMap<String, Answer>,
}

impl Rancher {
    /// What the look-up of a Setting gives.
    pub fn answer(&self, name: &str) -> Answer {
        self.settings.get(name).cloned().unwrap_or_else(|| {
            Answer::Error(format!("no look-up of {name} is foreseen in this case"))
        })
    }

    /// Reads what `rancher.json` says.
    pub fn of(world: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let answer = |answer: &Value| {
            if let Some(object) = answer.get("object") {
                Answer::Object(object.to_string())
            } else if let Some(raw) = answer.get("raw") {
                Answer::Object(text(raw))
            } else {
                Answer::Error(text(&answer["error"]))
            }
        };
        Self {
            lookups: world["lookups"]
                .as_array()
                .expect("lookups")
                .iter()
                .map(text)
                .collect(),
            settings: world["settings"]
                .as_object()
                .expect("settings")
                .iter()
                .map(|(name, value)| (name.clone(), answer(value)))
                .collect(),
        }
    }
}

impl Case {
    /// All cases, by name.
    pub fn all(root: &Path) -> Vec<Self> {
        let mut cases: Vec<Self> = fs::read_dir(root)
            .expect("the folder of the cases")
            .map(|entry| Self::read(&entry.expect("an entry").path()))
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(cases.len() >= 80, "only {} cases", cases.len());
        cases
    }

    fn read(folder: &Path) -> Self {
        let rancher = match fs::read_to_string(folder.join("rancher.json")) {
            Ok(text) => Rancher::of(&serde_json::from_str(&text).expect("rancher.json")),
            Err(_) => Rancher::default(),
        };
        Self {
            name: folder
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            request: read_json(&folder.join("request.json")),
            settings: read_json(&folder.join("settings.json")),
            rancher,
            folder: folder.to_owned(),
        }
    }

    /// The response that is expected.
    pub fn response(&self) -> Value {
        read_json(&self.folder.join("response.json"))
    }

    /// Writes down a response as the one that is expected from now on.
    pub fn bless(&self, response: &Value) {
        let mut text = serde_json::to_string_pretty(response).expect("JSON");
        text.push('\n');
        fs::write(self.folder.join("response.json"), text).expect("response.json");
    }

    /// The payload of the waPC operation `validate`.
    pub fn payload(&self) -> Value {
        json!({"request": self.request, "settings": self.settings})
    }
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What came of one case: the response and the look-ups.
pub struct Run {
    pub response: Value,
    pub lookups: Vec<String>,
}

/// Runs all cases; compares response and look-ups whole.
#[track_caller]
pub fn compare(cases: &[Case], run: impl Fn(&Case) -> Run) {
    let mut differences = String::new();
    for case in cases {
        let actual = run(case);
        let expected = case.response();
        if actual.response != expected {
            writeln!(
                differences,
                "{}: response\n  expected {expected}\n  actual   {}",
                case.name, actual.response
            )
            .expect("a string");
        }
        if actual.lookups != case.rancher.lookups {
            writeln!(
                differences,
                "{}: look-ups\n  expected {:?}\n  actual   {:?}",
                case.name, case.rancher.lookups, actual.lookups
            )
            .expect("a string");
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}
