//! The host, shown by tiny guests that each have one habit.

mod guests;

use guests::{METADATA, guest, module, relaying};
use policy_host::{Error, Evaluation, HostCall, Policy};

/// A Setting as `kubectl get` prints it.
const SETTING: &str = r#"{"apiVersion":"management.cattle.io/v3","default":"dev","kind":"Setting","metadata":{"name":"server-version","uid":"7"},"source":"env","value":"v2.12.3"}"#;

fn nothing(name: &str) -> Result<String, String> {
    panic!("nobody should ask for {name}")
}

fn call(policy: &Policy, payload: &str) -> Result<Evaluation, Error> {
    policy.call("validate", payload.as_bytes(), nothing)
}

fn said(response: &str) -> Result<Evaluation, Error> {
    Ok(Evaluation {
        response: response.to_owned(),
        host_calls: Vec::new(),
        console: String::new(),
    })
}

fn stopped(reason: &str) -> Result<Evaluation, Error> {
    Err(Error::Stopped {
        reason: reason.to_owned(),
        console: String::new(),
    })
}

/// Adds one to the byte at an address, which holds the digit 0, and answers it.
const COUNT: &str = "
    (i32.store8 (i32.const 4096) (i32.add (i32.load8_u (i32.const 4096)) (i32.const 1)))
    (call $guest_response (i32.const 4096) (i32.const 1))
    (i32.const 1)";

#[test]
fn every_call_gets_a_fresh_instance_unless_it_is_kept() {
    let policy = guest(&[(4096, "0")], COUNT);
    for _ in 0..2 {
        assert_eq!(call(&policy, "{}"), said("1"));
    }
    let mut instance = policy.start(u64::MAX, nothing).expect("an instance");
    for expected in ["1", "2", "3"] {
        assert_eq!(instance.call("validate", b"{}"), said(expected));
    }
}

#[test]
fn an_instance_is_started_and_gets_operation_and_payload() {
    let body = "
        (call $guest_request (i32.const 4097) (i32.add (i32.const 4097) (local.get $operation_length)))
        (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (global.get $started)))
        (call $guest_response (i32.const 4096) (i32.add (i32.const 1) (i32.add (local.get $operation_length) (local.get $payload_length))))
        (i32.const 1)";
    assert_eq!(call(&guest(&[], body), " {}"), said("1validate {}"));
}

#[test]
fn a_trap_is_an_error_and_the_next_call_is_right_again() {
    let body = format!("(if (i32.eqz (local.get $payload_length)) (then unreachable)) {COUNT}");
    let policy = guest(&[(4096, "0")], &body);
    assert_eq!(
        call(&policy, ""),
        stopped("wasm `unreachable` instruction executed")
    );
    assert_eq!(call(&policy, "{}"), said("1"));
}

#[test]
fn a_guest_that_fails_says_why() {
    // An error text and no answer is a failure, whatever the guest returns.
    for returned in [0, 1] {
        let body =
            format!("(call $guest_error (i32.const 4096) (i32.const 4)) (i32.const {returned})");
        assert_eq!(
            call(&guest(&[(4096, "why?")], &body), "{}"),
            Err(Error::Guest("why?".to_owned()))
        );
    }
}

#[test]
fn no_answer_is_an_error() {
    let no_text = "(call $guest_response (i32.const 4096) (i32.const 1)) (i32.const 1)";
    let policies = [
        guest(&[], "(i32.const 1)"),
        guest(&[], "(i32.const 0)"),
        guest(&[(4095, "é")], no_text),
    ];
    for policy in policies {
        assert_eq!(call(&policy, "{}"), Err(Error::NoAnswer));
    }
}

#[test]
fn a_bad_address_stops_the_guest() {
    for body in [
        "(call $guest_response (i32.const -1) (i32.const 2)) (i32.const 1)",
        "(call $guest_response (i32.const 0) (i32.const -1)) (i32.const 1)",
        "(call $guest_request (i32.const 262143) (i32.const 0)) (i32.const 1)",
        "(call $random_get (i32.const 262143) (i32.const 2))",
        "(call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0))",
    ] {
        let reason = "the guest named an address outside of its memory";
        assert_eq!(call(&guest(&[], body), "{}"), stopped(reason), "{body}");
    }
}

#[test]
fn fuel_is_counted_and_its_end_stops_the_guest() {
    let policy = guest(&[(4096, "0")], COUNT);
    let mut instance = policy.start(u64::MAX, nothing).expect("an instance");
    assert_eq!(instance.call("validate", b"{}"), said("1"));
    let whole = instance.fuel_used();
    let with = |fuel: u64| policy.start(fuel, nothing)?.call("validate", b"{}");
    assert_eq!(with(whole), said("1"));
    assert_eq!(
        with(whole.saturating_sub(1)),
        stopped("all fuel consumed by WebAssembly")
    );
}

#[test]
fn what_a_guest_writes_is_kept() {
    // Two buffers, of four bytes at 4096 and of three behind them.
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
    let evaluation = call(&guest(&[(4096, "ab\nc end")], body), "{}");
    assert_eq!(evaluation.expect("an answer").console, "ab\nab\nc en");
}

/// The request for a Setting, with the fields that are wanted.
fn lookup(kind: &str, field_masks: &str) -> String {
    format!(
        r#"{{"api_version":"management.cattle.io/v3","kind":"{kind}","name":"server-version"{field_masks}}}"#
    )
}

#[test]
fn a_lookup_is_recorded_and_its_answer_pruned() {
    let pruned = r#"{"apiVersion":"management.cattle.io/v3","default":"dev","kind":"Setting","metadata":{"name":"server-version","uid":"7"},"value":"v2.12.3"}"#;
    for (masks, expected) in [
        ("", SETTING),
        (r#","field_masks":["default","value"]"#, pruned),
    ] {
        let payload = lookup("Setting", masks);
        let policy = relaying(["kubewarden", "kubernetes", "get_resource", &payload]);
        let evaluation = policy.call("validate", b"{}", |name| {
            assert_eq!(name, "server-version");
            Ok(SETTING.to_owned())
        });
        assert_eq!(
            evaluation,
            Ok(Evaluation {
                response: expected.to_owned(),
                host_calls: vec![HostCall {
                    binding: "kubewarden".to_owned(),
                    capability: "kubernetes/get_resource".to_owned(),
                    payload,
                }],
                console: String::new(),
            })
        );
    }
}

#[test]
fn a_lookup_may_give_anything() {
    let payload = lookup("Setting", r#","field_masks":["value"]"#);
    let policy = relaying(["kubewarden", "kubernetes", "get_resource", &payload]);
    for object in ["no JSON", "[1]", ""] {
        let evaluation = policy.call("validate", b"{}", |_| Ok(object.to_owned()));
        assert_eq!(evaluation.expect("an answer").response, object);
    }
    let evaluation = policy.call("validate", b"{}", |_| Err("forbidden".to_owned()));
    assert_eq!(evaluation, Err(Error::Guest("forbidden".to_owned())));
}

#[test]
fn what_is_not_granted_is_refused() {
    let (setting, secret) = (lookup("Setting", ""), lookup("Secret", ""));
    for (host_call, expected) in [
        (
            ["other", "kubernetes", "get_resource", &setting],
            "not offered: other kubernetes/get_resource",
        ),
        (
            ["kubewarden", "tracing", "log", "{}"],
            "not offered: kubewarden tracing/log",
        ),
        (
            ["kubewarden", "kubernetes", "get_resource", &secret],
            "not granted: management.cattle.io/v3/Secret",
        ),
    ] {
        let refused = Err(Error::Guest(expected.to_owned()));
        assert_eq!(call(&relaying(host_call), "{}"), refused);
    }
}

#[test]
fn a_module_has_one_metadata_section() {
    for sections in [&[][..], &[METADATA, METADATA]] {
        let module = module(sections, &[], "(i32.const 0)");
        let expected = Error::Module("not exactly one section io.kubewarden.metadata".to_owned());
        assert_eq!(Policy::load(module.as_bytes()).err(), Some(expected));
    }
}
