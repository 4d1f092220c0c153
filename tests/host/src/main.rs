//! Puts one request to a policy module and prints the answer.
//!
//! A request is an `AdmissionRequest`, or an `AdmissionReview` that holds one, as JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::{env, fs, io};

use policy_host::Policy;
use serde_json::{Value, json};

const USAGE: &str =
    "usage: policy-host POLICY.wasm REQUEST.json [--settings-json JSON] [--setting NAME=VALUE]...

--settings-json  the settings of the policy
--setting        one of Rancher's Settings, as the policy finds it when it looks it up";

fn main() -> Result<(), Box<dyn Error>> {
    let (mut files, mut settings, mut rancher) = (Vec::new(), json!({}), BTreeMap::new());
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--settings-json" => {
                settings = serde_json::from_str(&arguments.next().ok_or(USAGE)?)?;
            }
            "--setting" => {
                let setting = arguments.next().ok_or(USAGE)?;
                let (name, value) = setting.split_once('=').ok_or(USAGE)?;
                rancher.insert(name.to_owned(), value.to_owned());
            }
            _ => files.push(argument),
        }
    }
    let [policy, request] = files.as_slice() else {
        return Err(USAGE.into());
    };
    let policy = Policy::load(&fs::read(policy).map_err(|e| format!("{policy}: {e}"))?)?;
    policy.validate_settings(&settings)?;
    let text = fs::read_to_string(request).map_err(|e| format!("{request}: {e}"))?;
    let review: Value = serde_json::from_str(&text)?;
    let request = review.get("request").unwrap_or(&review);
    let payload = json!({"request": request, "settings": settings}).to_string();
    let evaluation = policy.call("validate", payload.as_bytes(), move |request| {
        let name = request.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        let setting = rancher.get(name).map(|value| json!({"value": value}));
        let setting = setting.map(|setting| setting.to_string());
        setting.ok_or_else(|| format!("Callback evaluation failure: Cannot find {name}"))
    })?;
    let answer: Value = serde_json::from_str(&evaluation.response)?;
    writeln!(io::stdout(), "{answer:#}")?;
    Ok(())
}
