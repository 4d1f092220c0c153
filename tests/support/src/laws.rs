//! What holds for the answer to any case.

use rancher_agent_version_policy::admission::decide;
use rancher_agent_version_policy::request::Payload;
use rancher_agent_version_policy::row::Row;
use rancher_agent_version_policy::setting;
use serde_json::{Value, json};

use crate::case::{Case, Evaluation};
use crate::rancher::Rancher;

/// Checks all of them.
///
/// # Errors
///
/// What does not hold.
pub fn hold(
    case: &Case,
    actual: &Evaluation,
    evaluate: impl Fn(&str, &Rancher) -> Evaluation,
) -> Result<(), String> {
    is_in_bounds(&actual.response)?;
    repairs_once(case, &actual.response, evaluate)?;
    is_in_the_file_of_its_row(case)
}

/// Kubernetes drops or cuts warnings and messages that are larger.
fn is_in_bounds(response: &Value) -> Result<(), String> {
    let message = response["message"].as_str().map(|text| (text, 2048));
    let warnings = response["warnings"].as_array().into_iter().flatten();
    let warnings = warnings.filter_map(Value::as_str).map(|text| (text, 120));
    let annotations = response["audit_annotations"].as_object();
    let annotations = annotations.into_iter().flat_map(|map| map.values());
    let annotations = annotations
        .filter_map(Value::as_str)
        .map(|text| (text, 256));
    for (text, limit) in message.into_iter().chain(warnings).chain(annotations) {
        if text.chars().count() > limit {
            return Err(format!("longer than {limit} characters: {text}"));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("with a control character: {text:?}"));
        }
    }
    Ok(())
}

/// The object with the pin cleared, and the image of the assets that goes with it.
#[must_use]
pub fn cleared(object: &Value) -> Value {
    let mut cleared = object.clone();
    let pin = object["spec"]["desiredAgentImage"].as_str();
    let fields: &[&str] = match pin {
        None | Some("") => &["desiredAgentImage", "agentImageOverride"],
        Some(_) => &[
            "desiredAgentImage",
            "agentImageOverride",
            "desiredAssetsImage",
        ],
    };
    for field in fields {
        if let Some(value) = cleared["spec"].get_mut(field)
            && !value.is_null()
        {
            *value = json!("");
        }
    }
    cleared
}

/// A repair clears its fields and touches nothing else; there is nothing left to repair.
fn repairs_once(
    case: &Case,
    response: &Value,
    evaluate: impl Fn(&str, &Rancher) -> Evaluation,
) -> Result<(), String> {
    let Some(mutated) = response.get("mutated_object") else {
        return Ok(());
    };
    let expected = cleared(&case.request["object"]);
    if *mutated != expected {
        return Err(format!("the repair makes {mutated}, not {expected}"));
    }
    let mut payload = case.payload();
    payload["request"]["object"] = mutated.clone();
    let again = evaluate(&payload.to_string(), &case.rancher).response;
    if again["accepted"] == json!(true) && again.get("mutated_object").is_none() {
        Ok(())
    } else {
        Err(format!("the repaired object is answered by {again}"))
    }
}

/// A table named by a row holds cases that this row answers.
fn is_in_the_file_of_its_row(case: &Case) -> Result<(), String> {
    let (table, _) = case.name.split_once("::").unwrap_or_default();
    if !Row::NUMBERED.iter().any(|row| <&str>::from(row) == table) {
        return Ok(());
    }
    let row = row(case).unwrap_or("none");
    if row == table {
        Ok(())
    } else {
        Err(format!("the row that answers is {row}"))
    }
}

fn row(case: &Case) -> Option<&'static str> {
    let payload = case.payload().to_string();
    let payload = Payload::read(payload.as_bytes()).ok()?;
    let settings = payload.settings().ok()?;
    let rancher = setting::Rancher {
        server_version: Some(case.rancher.fact("server-version")),
        agent_image: Some(case.rancher.fact("agent-image")),
    };
    let decision = decide(&payload.request, &settings, &rancher).ok()?;
    Some(decision.row.into())
}
