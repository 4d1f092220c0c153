//! What the built policy.wasm answers besides the cases: bad input, errors of the host,
//! its settings.

mod built;

use built::{nothing, policy};
use policy_cases::bad_input;
use policy_host::Evaluation;
use serde_json::{Value, json};

fn response(evaluation: &Evaluation) -> Value {
    assert_eq!(evaluation.console, "", "nothing is logged");
    serde_json::from_str(&evaluation.response).expect("JSON")
}

#[test]
fn module_gives_bad_input_one_clean_answer() {
    let policy = policy();
    let mut wrong = Vec::new();
    for bad in bad_input::all() {
        let evaluation = policy
            .call("validate", &bad.payload, nothing)
            .unwrap_or_else(|e| panic!("{}: {e}", bad.name));
        let response = response(&evaluation);
        if response != bad.response || !evaluation.host_calls.is_empty() {
            wrong.push(format!("{}: {response}", bad.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Texts that the host would put into a lookup's error or answer.
#[test]
fn nothing_of_a_host_error_is_repeated() {
    let request = json!({
        "operation": "CREATE",
        "name": "c-m-abc12345",
        "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
        "userInfo": {"username": "user-abcde"},
        "object": {"spec": {"desiredAgentImage": "rancher/rancher-agent:v2.10.3"}},
    });
    let payload = json!({"request": request, "settings": {}}).to_string();
    let policy = policy();
    let reasons: Vec<Value> = [
        Err("Policy has not been granted access to Kubernetes management.cattle.io/v3/Setting resources. SECRET"),
        Err("Callback evaluation failure: ApiError: settings is forbidden: SECRET (Status { message: SECRET })"),
        Err("Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named 'SECRET'"),
        Err("kube::Client was not initialized properly SECRET"),
        Err("SECRET\n  0: stack backtrace"),
        Err(""),
        Ok("SECRET"),
        Ok(r#"{"value":["SECRET"]}"#),
        Ok(r#"["SECRET"]"#),
        Ok(""),
    ]
    .into_iter()
    .map(|answer| {
        let evaluation = policy
            .call("validate", payload.as_bytes(), move |_| {
                answer.map(str::to_owned).map_err(str::to_owned)
            })
            .expect("an answer");
        assert!(!evaluation.response.contains("SECRET"), "{}", evaluation.response);
        let response = response(&evaluation);
        assert_eq!(
            (&response["accepted"], &response["code"], evaluation.host_calls.len()),
            (&json!(false), &json!(500), 1)
        );
        response["audit_annotations"]["reason"].clone()
    })
    .collect();
    assert_eq!(
        reasons,
        [
            "setting-not-granted",
            "setting-forbidden",
            "setting-not-found",
            "no-kubernetes-client",
            "setting-lookup-failed",
            "setting-lookup-failed",
            "setting-unreadable",
            "setting-unreadable",
            "setting-unreadable",
            "setting-unreadable",
        ]
    );
}

#[test]
fn module_validates_settings() {
    let policy = policy();
    let validate = |settings: &str| -> Value {
        let evaluation = policy
            .call("validate_settings", settings.as_bytes(), nothing)
            .expect("an answer");
        response(&evaluation)
    };
    let valid = json!({"valid": true, "message": null});
    assert_eq!(validate("{}"), valid);
    assert_eq!(validate("null"), valid);
    assert_eq!(
        validate(
            r#"{"serverVersion":"v2.11.0","allowedLag":"minor","ratcheting":false,"deployedImage":"warn","unknownVersion":"warn","repair":true}"#
        ),
        valid
    );
    assert_eq!(
        validate(r#"{"allowedLag":"major","mode":1}"#),
        json!({"valid": false, "message": "invalid settings: `allowedLag` is `\"major\"`, allowed are `none`, `patch`, `minor`; `mode` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`"})
    );
    assert_eq!(
        validate("not JSON"),
        json!({"valid": false, "message": "invalid settings: expected a mapping with the keys `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`"})
    );
}
