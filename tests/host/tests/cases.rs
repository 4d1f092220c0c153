//! Every case as a test of its own, evaluated by the built policy.wasm.

mod built;

use std::process::ExitCode;

use built::policy;
use policy_cases::{Evaluation, Rancher, Update, run};
use policy_host::HostCall;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let policy = policy();
    run(Update::Never, move |payload, rancher: &Rancher| {
        let rancher = rancher.clone();
        let evaluation = policy.call("validate", payload.as_bytes(), move |name| {
            rancher.lookup(name).into()
        });
        let evaluation = evaluation.expect("an answer");
        assert_eq!(evaluation.console, "", "nothing is logged");
        Evaluation {
            response: serde_json::from_str(&evaluation.response).expect("JSON"),
            lookups: evaluation.host_calls.iter().map(setting).collect(),
        }
    })
}

/// The name of the Setting, if the call is exactly what the policy may ask.
fn setting(call: &HostCall) -> String {
    let payload: Value = serde_json::from_str(&call.payload).expect("JSON");
    let name = payload["name"].as_str().expect("a name").to_owned();
    let expected = json!({
        "api_version": "management.cattle.io/v3",
        "kind": "Setting",
        "name": name,
        "namespace": null,
        "disable_cache": false,
        "field_masks": ["default", "value"],
    });
    assert_eq!(
        (call.binding.as_str(), call.capability.as_str(), payload),
        ("kubewarden", "kubernetes/get_resource", expected)
    );
    name
}
