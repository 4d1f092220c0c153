//! One case, and what the policy makes of it without WebAssembly.

use std::path::PathBuf;

use rancher_agent_version_policy::evaluate::evaluate;
use serde_json::{Value, json};

use crate::rancher::Rancher;

/// A request, what surrounds it, and the answer to it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file or folder, and in a file the name of the case.
    pub name: String,
    /// The AdmissionRequest.
    pub request: Value,
    /// The same as it is spelled.
    pub request_text: String,
    /// The settings of the policy.
    pub settings: Value,
    /// What lookups give.
    pub rancher: Rancher,
    /// What has to come of it.
    pub expected: Evaluation,
    pub(crate) source: Source,
}

/// Where a case is written down.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// In a table, under a name.
    Table { file: PathBuf, name: String },
    /// In a folder of its own.
    Folder(PathBuf),
}

/// What comes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The answer as the host reads it.
    pub response: Value,
    /// The Settings that were looked up, in order.
    pub lookups: Vec<String>,
}

impl Case {
    /// The payload of the waPC operation `validate`.
    #[must_use]
    pub fn payload(&self) -> Value {
        json!({"request": self.request, "settings": self.settings})
    }

    /// The same with the request as it is spelled.
    #[must_use]
    pub fn payload_text(&self) -> String {
        let (request, settings) = (&self.request_text, &self.settings);
        format!(r#"{{"request":{request},"settings":{settings}}}"#)
    }
}

/// What the policy makes of a payload, natively.
///
/// # Panics
///
/// If the answer is not JSON.
#[must_use]
pub fn evaluate_natively(payload: &str, rancher: &Rancher) -> Evaluation {
    let mut lookups = Vec::new();
    let response = evaluate(payload.as_bytes(), |name| {
        lookups.push(name.to_string());
        rancher.fact(name.into())
    });
    Evaluation {
        response: serde_json::to_value(&response).expect("an answer is JSON"),
        lookups,
    }
}
