//! Every case below tests/cases and every bad input, evaluated by the built
//! policy.wasm: the same answers as natively.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[allow(unreachable_pub, reason = "shared with the tests of the policy")]
#[path = "../../tests/support/bad_input.rs"]
mod bad_input;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests of the policy"
)]
#[path = "../../tests/support/case.rs"]
mod case;

use std::path::Path;
use std::sync::Arc;

use case::{Answer, Case, Run, compare};
use rancher_agent_audit::report::Outcome;
use rancher_agent_audit::{
    Entry, Evaluation, Event, GetResource, HostCall, Kubernetes, POLICY, Policy, Settings, Source,
    ask, audit, read,
};
use serde_json::{Value, json};

/// Rancher's Settings as a case has them.
struct World(Case);

impl Kubernetes for World {
    fn get_resource(&self, request: &GetResource) -> Result<String, String> {
        match self.0.rancher.answer(&request.name) {
            Answer::Object(object) => Ok(object),
            Answer::Error(error) => Err(error),
        }
    }
}

/// How many cases are audits.
const AUDITS: usize = 104;

fn policy() -> Policy {
    Policy::load(POLICY, &json!({})).expect("a policy")
}

fn response(evaluation: &Evaluation) -> Value {
    assert_eq!(
        evaluation.console,
        Vec::<String>::new(),
        "nothing is logged"
    );
    serde_json::from_str(&evaluation.response).expect("JSON")
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
    assert_eq!(payload, expected);
    assert_eq!(
        (
            call.binding.as_str(),
            call.namespace.as_str(),
            call.operation.as_str()
        ),
        ("kubewarden", "kubernetes", "get_resource")
    );
    name
}

#[test]
fn module_answers_as_written_down() {
    let policy = policy();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    compare(&Case::all(&root), |case| {
        let world = Arc::new(World(case.clone()));
        let evaluation = policy
            .call("validate", case.payload().to_string().as_bytes(), world)
            .unwrap_or_else(|e| panic!("{}: {e}", case.name));
        Run {
            response: response(&evaluation),
            lookups: evaluation.host_calls.iter().map(setting).collect(),
        }
    });
}

/// What Kubewarden's audit scanner sends (design: CREATE by nobody, of an object that
/// was stored).
fn is_audit(request: &Value) -> bool {
    let username = request["userInfo"]["username"].as_str().unwrap_or_default();
    let version = request["object"]["metadata"]["resourceVersion"].as_str();
    let kind = &request["kind"];
    request["operation"] == "CREATE"
        && username.is_empty()
        && version.is_some_and(|version| !version.is_empty())
        && request["subResource"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
        && (kind["group"].as_str(), kind["kind"].as_str())
            == (Some("management.cattle.io"), Some("Cluster"))
}

/// Rancher's own cluster, and one that is being deleted.
fn is_out_of_scope(request: &Value) -> bool {
    let metadata = &request["object"]["metadata"];
    let deletion = metadata["deletionTimestamp"].as_str().unwrap_or_default();
    request["name"] == "local" || metadata["name"] == "local" || !deletion.is_empty()
}

/// The row about a cluster says what the policy answers about the whole object,
/// although the audit keeps a few of its fields only.
#[test]
fn rows_say_what_the_policy_answers() {
    let policy = policy();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let audits: Vec<Case> = Case::all(&root)
        .into_iter()
        .filter(|case| is_audit(&case.request))
        .collect();
    assert_eq!(audits.len(), AUDITS);
    let file = format!("case-{}.json", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    let mut wrong = Vec::new();
    for case in audits {
        let review = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": case.request,
        });
        std::fs::write(&file, review.to_string()).expect("a file");
        let contents = read(&[Source::File(file.clone())]).remove(0);
        let [Entry::Cluster(Event::Listed, cluster)] = contents.entries.as_slice() else {
            panic!("{}: {:?}", case.name, contents.entries);
        };
        let policy = policy.with_settings(&case.settings).expect("settings");
        let world = Arc::new(World(case.clone()));
        let answer = ask(&policy, cluster, world).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let (_, row) = audit(cluster, &answer).expect("a row");

        let response = case.response();
        let annotation = |name: &str| response["audit_annotations"][name].as_str();
        let expected_verdict = match annotation("verdict") {
            Some(word) => word,
            None if response["accepted"] == json!(false) => "rejected",
            None if is_out_of_scope(&case.request) => "out-of-scope",
            None => "ok",
        };
        let expected_outcome = match (expected_verdict, response["code"].as_u64()) {
            ("out-of-scope", _) => Outcome::Skip,
            (_, Some(500)) => Outcome::Error,
            _ if response["accepted"] == json!(false) => Outcome::Fail,
            _ => Outcome::Pass,
        };
        let expected = (
            response["accepted"].as_bool(),
            response["code"].as_u64(),
            response["message"].as_str().unwrap_or_default(),
            expected_verdict,
            annotation("reason").unwrap_or_default(),
            expected_outcome,
        );
        let told = (
            Some(answer.accepted),
            answer.code.map(u64::from),
            row.message.as_str(),
            row.verdict,
            row.reason.as_str(),
            row.outcome,
        );
        if told != expected {
            wrong.push(format!("{}: {told:?} in place of {expected:?}", case.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn module_gives_bad_input_one_clean_answer() {
    let policy = policy();
    let mut wrong = Vec::new();
    for bad in bad_input::all() {
        let evaluation = policy
            .call("validate", &bad.payload, Arc::new(Settings::default()))
            .unwrap_or_else(|e| panic!("{}: {e}", bad.name));
        let response = response(&evaluation);
        if response != bad.response || !evaluation.host_calls.is_empty() {
            wrong.push(format!("{}: {response}", bad.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Texts that the host would put into a look-up's error or answer.
#[test]
fn nothing_of_a_host_error_is_repeated() {
    struct Faulty(Result<&'static str, &'static str>);
    impl Kubernetes for Faulty {
        fn get_resource(&self, _: &GetResource) -> Result<String, String> {
            self.0.map(str::to_owned).map_err(str::to_owned)
        }
    }
    let request = json!({
        "operation": "CREATE",
        "name": "c-m-abc12345",
        "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
        "userInfo": {"username": "user-abcde"},
        "object": {"spec": {"desiredAgentImage": "rancher/rancher-agent:v2.10.3"}},
    });
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
            .validate(&request.to_string(), Arc::new(Faulty(answer)))
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
            .call(
                "validate_settings",
                settings.as_bytes(),
                Arc::new(Settings::default()),
            )
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
        json!({"valid": false, "message": "invalid settings: `allowedLag` is `\"major\"`, allowed are `none`, `patch`, `minor`; `mode` is no setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`"})
    );
    assert_eq!(
        validate("not JSON"),
        json!({"valid": false, "message": "invalid settings: no map of `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`"})
    );
}
