//! The host, shown by tiny guests that each have one habit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod guests;

use std::sync::Arc;

use guests::{METADATA, answering, guest, module, relaying, settings, untouched};
use rancher_agent_audit::{Evaluation, EvaluationError, GetResource, HostCall, LoadError, Policy};
use serde_json::{Value, json};

#[track_caller]
fn load(wasm: &[u8]) -> Policy {
    Policy::load(wasm, &json!({})).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refuses(wasm: &[u8], settings: &Value, expected: LoadError, text: &str) {
    let error = Policy::load(wasm, settings).err();
    assert_eq!(error.as_ref(), Some(&expected));
    assert_eq!(expected.to_string(), text);
}

#[track_caller]
fn refuses_metadata(metadata: &[&str], expected: LoadError, text: &str) {
    let wasm = module(metadata, r#"{"valid":true}"#, &[], "(i32.const 0)");
    refuses(&wasm, &json!({}), expected, text);
}

fn said(response: &str) -> Result<Evaluation, EvaluationError> {
    Ok(Evaluation {
        response: response.to_owned(),
        host_calls: Vec::new(),
        console: Vec::new(),
    })
}

fn trapped(reason: &str) -> Result<Evaluation, EvaluationError> {
    Err(EvaluationError::Trap {
        reason: reason.to_owned(),
        console: Vec::new(),
    })
}

/// Adds one to the byte at an address, which holds the digit 0, and answers it.
const COUNT: &str = "
    (i32.store8 (i32.const 4096) (i32.add (i32.load8_u (i32.const 4096)) (i32.const 1)))
    (call $guest_response (i32.const 4096) (i32.const 1))
    (i32.const 1)";

/// Fetches the request and answers it, operation first.
const ECHO: &str = "
    (call $guest_request (i32.const 4096) (i32.add (i32.const 4096) (local.get $operation_length)))
    (call $guest_response (i32.const 4096) (i32.add (local.get $operation_length) (local.get $payload_length)))
    (i32.const 1)";

#[test]
fn every_call_gets_a_fresh_instance() {
    let policy = load(&guest(&[(4096, "0")], COUNT));
    for _ in 0..3 {
        assert_eq!(policy.validate("{}", untouched()), said("1"));
    }
}

#[test]
fn starts_an_instance_before_the_call() {
    let body = "
        (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (global.get $started)))
        (call $guest_response (i32.const 4096) (i32.const 1))
        (i32.const 1)";
    assert_eq!(
        load(&guest(&[], body)).validate("{}", untouched()),
        said("1")
    );
}

#[test]
fn the_payload_is_the_request_as_it_is_and_the_settings() {
    let wasm = guest(&[], ECHO);
    let policy = Policy::load(&wasm, &json!({"serverVersion": "v2.12.3"})).unwrap();
    assert_eq!(
        policy.validate(r#"{"uid": "1",  "n":1.0}"#, untouched()),
        said(
            r#"validate{"request":{"uid": "1",  "n":1.0},"settings":{"serverVersion":"v2.12.3"}}"#
        )
    );
    let policy = Policy::load(&wasm, &Value::Null).unwrap();
    assert_eq!(
        policy.validate("{}", untouched()),
        said(r#"validate{"request":{},"settings":{}}"#)
    );
}

#[test]
fn any_operation_and_payload_can_be_called() {
    let policy = load(&guest(&[], ECHO));
    assert_eq!(policy.call("op", b" raw", untouched()), said("op raw"));
    assert_eq!(
        policy.call("op", b"\xff", untouched()),
        Err(EvaluationError::NotText)
    );
    assert_eq!(policy.protocol_version(), Ok("protocol_version".to_owned()));
}

#[test]
fn a_trap_is_an_error_and_the_next_call_is_right_again() {
    // Stops unless the payload is the request of two bytes.
    let body = format!(
        "(if (i32.ne (local.get $payload_length) (i32.const 2)) (then unreachable)) {COUNT}"
    );
    let policy = load(&guest(&[(4096, "0")], &body));
    assert_eq!(policy.call("op", b"{}", untouched()), said("1"));
    assert_eq!(
        policy.call("op", b"", untouched()),
        trapped("wasm trap: wasm `unreachable` instruction executed")
    );
    assert_eq!(policy.call("op", b"{}", untouched()), said("1"));
}

#[test]
fn a_guest_that_fails_says_why() {
    // An error text and no answer is a failure, whatever the guest returns.
    for returned in [0, 1] {
        let body =
            format!("(call $guest_error (i32.const 4096) (i32.const 3)) (i32.const {returned})");
        let policy = load(&guest(&[(4096, "bad")], &body));
        assert_eq!(
            policy.validate("{}", untouched()),
            Err(EvaluationError::Guest("bad".to_owned()))
        );
    }
    let policy = load(&guest(&[], "(i32.const 0)"));
    assert_eq!(
        policy.validate("{}", untouched()),
        Err(EvaluationError::Guest("no reason given".to_owned()))
    );
}

#[test]
fn success_without_an_answer_is_an_error() {
    let policy = load(&guest(&[], "(i32.const 1)"));
    assert_eq!(
        policy.validate("{}", untouched()),
        Err(EvaluationError::NoResponse)
    );
}

#[test]
fn bad_addresses_stop_the_guest() {
    for body in [
        "(call $guest_response (i32.const -1) (i32.const 2)) (i32.const 1)",
        "(call $guest_response (i32.const 0) (i32.const -1)) (i32.const 1)",
        "(call $guest_request (i32.const 262144) (i32.const 0)) (i32.const 1)",
        "(call $random_get (i32.const 262143) (i32.const 2))",
        "(call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0))",
    ] {
        assert_eq!(
            load(&guest(&[], body)).validate("{}", untouched()),
            trapped("the guest named an address outside of its memory"),
            "{body}"
        );
    }
}

#[test]
fn an_exit_and_an_unknown_function_stop_the_guest() {
    let policy = load(&guest(&[], "(call $proc_exit (i32.const 3)) (i32.const 1)"));
    assert_eq!(
        policy.validate("{}", untouched()),
        trapped("the guest exited with code 3")
    );
    let policy = load(&guest(&[], "(call $fd_close (i32.const 3))"));
    assert_eq!(
        policy.validate("{}", untouched()),
        trapped("the guest called wasi_snapshot_preview1.fd_close, which this host lacks")
    );
}

#[test]
fn random_numbers_repeat() {
    let body = "
        (drop (call $random_get (i32.const 4097) (i32.const 4)))
        (call $guest_response (i32.const 4096) (i32.const 6))
        (i32.const 1)";
    let policy = load(&guest(&[(4096, "<....>")], body));
    for _ in 0..2 {
        assert_eq!(policy.validate("{}", untouched()), said("<****>"));
    }
}

#[test]
fn what_a_guest_writes_is_kept_by_line() {
    // Two buffers, at 4096, of which the second lacks an end.
    let body = "
        (i32.store (i32.const 5000) (i32.const 4096))
        (i32.store (i32.const 5004) (i32.const 4))
        (i32.store (i32.const 5008) (i32.const 4100))
        (i32.store (i32.const 5012) (i32.const 3))
        (call $console_log (i32.const 4096) (i32.const 2))
        (drop (call $fd_write (i32.const 2) (i32.const 5000) (i32.const 2) (i32.const 5016)))
        (if (i32.ne (i32.load (i32.const 5016)) (i32.const 7)) (then unreachable))
        (if (i32.ne (call $fd_write (i32.const 3) (i32.const 5000) (i32.const 2) (i32.const 5016)) (i32.const 8)) (then unreachable))
        (call $guest_response (i32.const 4096) (i32.const 2))
        (i32.const 1)";
    let policy = load(&guest(&[(4096, "ab\nc end")], body));
    assert_eq!(
        policy.validate("{}", untouched()),
        Ok(Evaluation {
            response: "ab".to_owned(),
            host_calls: Vec::new(),
            console: ["ab", "ab", "c en"].map(str::to_owned).to_vec(),
        })
    );
}

#[test]
fn a_host_call_is_recorded_and_its_answer_pruned() {
    let payload = r#"{"api_version":"management.cattle.io/v3","kind":"Setting","name":"server-version","namespace":null,"disable_cache":false,"field_masks":["default","value"]}"#;
    let policy = load(&relaying(
        "kubewarden",
        "kubernetes",
        "get_resource",
        payload,
    ));
    assert_eq!(
        policy.validate("{}", Arc::new(settings())),
        Ok(Evaluation {
            response: r#"{"apiVersion":"management.cattle.io/v3","default":"dev","kind":"Setting","metadata":{"name":"server-version","resourceVersion":"7"},"value":"v2.12.3"}"#.to_owned(),
            host_calls: vec![HostCall {
                binding: "kubewarden".to_owned(),
                namespace: "kubernetes".to_owned(),
                operation: "get_resource".to_owned(),
                payload: payload.to_owned(),
            }],
            console: Vec::new(),
        })
    );
}

#[test]
fn a_look_up_reaches_kubernetes_and_its_answer_may_be_anything() {
    let payload =
        r#"{"api_version":"v1","kind":"Pod","name":"p","namespace":"n","disable_cache":true}"#;
    let policy = load(&relaying(
        "kubewarden",
        "kubernetes",
        "get_resource",
        payload,
    ));
    let kubernetes = |request: &GetResource| {
        assert_eq!(
            request,
            &GetResource {
                api_version: "v1".to_owned(),
                kind: "Pod".to_owned(),
                name: "p".to_owned(),
                namespace: Some("n".to_owned()),
                disable_cache: true,
                field_masks: None,
            }
        );
        Ok("no JSON".to_owned())
    };
    let evaluation = policy.validate("{}", Arc::new(kubernetes)).unwrap();
    assert_eq!(evaluation.response, "no JSON");
}

#[track_caller]
fn host_answers_error(
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &str,
    expected: &str,
) {
    let policy = load(&relaying(binding, namespace, operation, payload));
    assert_eq!(
        policy.validate("{}", Arc::new(settings())),
        Err(EvaluationError::Guest(expected.to_owned()))
    );
}

#[test]
fn what_is_not_granted_is_refused_in_the_words_of_policy_server() {
    host_answers_error(
        "other",
        "kubernetes",
        "get_resource",
        "{}",
        "unknown binding: other",
    );
    host_answers_error(
        "kubewarden",
        "kubernetes",
        "list_resources_all",
        "{}",
        "Policy has not been granted access to the 'kubernetes/list_resources_all' host capability. The violation has been reported.",
    );
    host_answers_error(
        "kubewarden",
        "kubernetes",
        "get_resource",
        r#"{"api_version":"v1","kind":"Secret","name":"s"}"#,
        "Policy has not been granted access to Kubernetes v1/Secret resources. The violation has been reported.",
    );
    host_answers_error(
        "kubewarden",
        "kubernetes",
        "get_resource",
        r#"{"api_version":"management.cattle.io/v3","kind":"Setting","name":"x"}"#,
        "Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named 'x' inside of namespace 'None'",
    );
    host_answers_error(
        "kubewarden",
        "kubernetes",
        "get_resource",
        "{}",
        "missing field `api_version` at line 1 column 2",
    );
}

#[test]
fn the_log_is_always_granted() {
    let policy = load(&relaying("kubewarden", "tracing", "log", "{}"));
    let evaluation = policy.validate("{}", untouched()).unwrap();
    assert_eq!(evaluation.response, "");
    assert_eq!(evaluation.host_calls.len(), 1);
}

#[test]
fn the_metadata_section_is_required_once() {
    refuses_metadata(
        &[],
        LoadError::NoMetadata,
        "the policy has no section `io.kubewarden.metadata`",
    );
    refuses_metadata(
        &[METADATA, METADATA],
        LoadError::SeveralMetadata(2),
        "the policy has 2 sections `io.kubewarden.metadata`, of which Kubewarden would silently take the first",
    );
}

#[test]
fn metadata_have_to_fit_this_host() {
    refuses_metadata(
        &[r#"{"protocolVersion":"v2"}"#],
        LoadError::ProtocolVersion("v2".to_owned()),
        "the policy speaks protocol version `v2`, only `v1` is supported",
    );
    refuses_metadata(
        &["{}"],
        LoadError::NoProtocolVersion,
        "the metadata of the policy name no protocol version",
    );
    refuses_metadata(
        &[r#"{"protocolVersion":"v1","executionMode":"opa"}"#],
        LoadError::ExecutionMode("opa".to_owned()),
        "the policy asks for execution mode `opa`, only `kubewarden-wapc` is supported",
    );
    refuses_metadata(
        &["{} {}"],
        LoadError::BrokenMetadata { line: 1, column: 4 },
        "the metadata of the policy are not valid: line 1, column 4",
    );
    let wapc = r#"{"protocolVersion":"v1","executionMode":"kubewarden-wapc"}"#;
    load(&module(&[wapc], r#"{"valid":true}"#, &[], "(i32.const 0)"));
}

#[test]
fn settings_that_the_policy_refuses_are_named() {
    let answer = r#"{"valid":false,"message":"allowedLag: `all` is none of none, patch, minor"}"#;
    let message = "allowedLag: `all` is none of none, patch, minor";
    refuses(
        &module(&[METADATA], answer, &[], "(i32.const 0)"),
        &json!({"allowedLag": "all"}),
        LoadError::Settings(message.to_owned()),
        &format!("Policy settings are invalid: {message}"),
    );
}

#[test]
fn settings_have_to_be_an_object() {
    refuses(
        &answering("{}"),
        &json!([]),
        LoadError::SettingsNotAnObject,
        "policy settings have to be an object",
    );
}

#[test]
fn an_unreadable_answer_about_settings_is_a_refusal() {
    let message = "the policy gave no readable answer about them";
    refuses(
        &module(&[METADATA], r#"{"accepted":true}"#, &[], "(i32.const 0)"),
        &json!({}),
        LoadError::Settings(message.to_owned()),
        &format!("Policy settings are invalid: {message}"),
    );
}

#[test]
fn what_is_no_wapc_guest_is_refused() {
    let section = r#"(@custom "io.kubewarden.metadata" "{\"protocolVersion\":\"v1\"}")"#;
    let export = r#"(memory (export "memory") 1)"#;
    let text = |rest: &str| wat::parse_str(format!("(module {rest} {section})")).unwrap();

    refuses(
        &text(""),
        &json!({}),
        LoadError::Exports("memory"),
        "the policy exports no `memory`, as a waPC guest does",
    );
    refuses(
        &text(export),
        &json!({}),
        LoadError::Exports("__guest_call"),
        "the policy exports no `__guest_call`, as a waPC guest does",
    );
    let foreign = format!(
        r#"(import "env" "now" (func)) {export}
           (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0))"#
    );
    let message = "unknown import: `env::now` has not been defined";
    refuses(
        &text(&foreign),
        &json!({}),
        LoadError::Imports(message.to_owned()),
        &format!("the policy cannot be linked: {message}"),
    );
    let message = "unexpected end-of-file (at offset 0x4)";
    refuses(
        b"\0asm\x01\0\0",
        &json!({}),
        LoadError::Module(message.to_owned()),
        &format!("the policy is not a valid WebAssembly module: {message}"),
    );
}
