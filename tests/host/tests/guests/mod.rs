//! Tiny policies, written as text, that each show one habit of a guest.

use policy_host::Policy;

/// The metadata of a policy that may look up Settings.
pub(crate) const METADATA: &str = r#"{
    "contextAwareResources": [{"apiVersion": "management.cattle.io/v3", "kind": "Setting"}],
    "hostCapabilities": ["kubernetes/get_resource"]
}"#;

/// A module with metadata sections, and texts at some addresses of its memory. The body of
/// `__guest_call` sees `$operation_length` and `$payload_length`, and leaves what is
/// returned on the stack.
pub(crate) fn module(metadata: &[&str], data: &[(usize, &str)], body: &str) -> String {
    let data: String = data
        .iter()
        .map(|(address, text)| format!("(data (i32.const {address}) {})\n", quoted(text)))
        .collect();
    let sections: String = metadata
        .iter()
        .map(|json| format!("(@custom \"io.kubewarden.metadata\" {})\n", quoted(json)))
        .collect();
    format!(
        r#"(module
          (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
          (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
          (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
          (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
          (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
          (import "wapc" "__host_response" (func $host_response (param i32)))
          (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
          (import "wapc" "__host_error" (func $host_error (param i32)))
          (import "wapc" "__console_log" (func $console_log (param i32 i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
          (memory (export "memory") 4)
          (global $started (mut i32) (i32.const 0))
          {data}
          (func (export "wapc_init") (global.set $started (i32.const 1)))
          (func (export "__guest_call")
            (param $operation_length i32) (param $payload_length i32) (result i32)
            {body})
          {sections})"#
    )
}

/// A policy with this body.
#[track_caller]
pub(crate) fn guest(data: &[(usize, &str)], body: &str) -> Policy {
    Policy::load(module(&[METADATA], data, body).as_bytes()).expect("a policy")
}

/// A policy that answers what its host answered to one call.
#[track_caller]
pub(crate) fn relaying([binding, namespace, operation, payload]: [&str; 4]) -> Policy {
    let [a, b, c, d] = [binding, namespace, operation, payload].map(str::len);
    guest(
        &[
            (4096, binding),
            (4224, namespace),
            (4352, operation),
            (4480, payload),
        ],
        &format!(
            "(if (result i32)
               (call $host_call
                 (i32.const 4096) (i32.const {a}) (i32.const 4224) (i32.const {b})
                 (i32.const 4352) (i32.const {c}) (i32.const 4480) (i32.const {d}))
               (then
                 (call $host_response (i32.const 8192))
                 (call $guest_response (i32.const 8192) (call $host_response_len))
                 (i32.const 1))
               (else
                 (call $host_error (i32.const 8192))
                 (call $guest_error (i32.const 8192) (call $host_error_len))
                 (i32.const 0)))"
        ),
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}
