//! Tiny policies, written as text, that each show one habit of a guest.

#![allow(dead_code, reason = "each test file uses some of them")]

use std::sync::Arc;

use rancher_agent_audit::{GetResource, Kubernetes, Settings};
use serde_json::json;

/// The metadata of a policy that any host accepts.
pub(crate) const METADATA: &str = r#"{"protocolVersion":"v1","mutating":false}"#;

/// A guest that accepts its settings and runs `body` for every other operation,
/// with texts at some addresses of its memory. The body sees `$operation_length` and
/// `$payload_length`, and leaves what `__guest_call` returns on the stack.
pub(crate) fn guest(data: &[(usize, &str)], body: &str) -> Vec<u8> {
    module(&[METADATA], r#"{"valid":true}"#, data, body)
}

/// A guest with any metadata sections, and any answer about its settings.
pub(crate) fn module(
    metadata: &[&str],
    settings_answer: &str,
    data: &[(usize, &str)],
    body: &str,
) -> Vec<u8> {
    let data: String = data
        .iter()
        .map(|(address, text)| format!("(data (i32.const {address}) {})\n", quoted(text)))
        .collect();
    let sections: String = metadata
        .iter()
        .map(|json| format!("(@custom \"io.kubewarden.metadata\" {})\n", quoted(json)))
        .collect();
    let text = format!(
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
          (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
          (memory (export "memory") 4)
          (global $started (mut i32) (i32.const 0))
          (data (i32.const 0) {settings})
          {data}
          (func (export "_initialize") unreachable) ;; a waPC host never calls it
          (func (export "wapc_init") (global.set $started (i32.const 1)))
          (func (export "__guest_call")
            (param $operation_length i32) (param $payload_length i32) (result i32)
            (if (i32.eq (local.get $operation_length) (i32.const 17)) ;; validate_settings
              (then
                (call $guest_response (i32.const 0) (i32.const {settings_length}))
                (return (i32.const 1))))
            {body})
          {sections})"#,
        settings = quoted(settings_answer),
        settings_length = settings_answer.len(),
    );
    wat::parse_str(text).unwrap()
}

/// A guest that gives the same answer to everything.
pub(crate) fn answering(response: &str) -> Vec<u8> {
    let length = response.len();
    guest(
        &[(4096, response)],
        &format!("(call $guest_response (i32.const 4096) (i32.const {length})) (i32.const 1)"),
    )
}

/// A guest that answers what its host answered to one call.
pub(crate) fn relaying(binding: &str, namespace: &str, operation: &str, payload: &str) -> Vec<u8> {
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
                 (i32.const 4096) (i32.const {}) (i32.const 4224) (i32.const {})
                 (i32.const 4352) (i32.const {}) (i32.const 4480) (i32.const {}))
               (then
                 (call $host_response (i32.const 8192))
                 (call $guest_response (i32.const 8192) (call $host_response_len))
                 (i32.const 1))
               (else
                 (call $host_error (i32.const 8192))
                 (call $guest_error (i32.const 8192) (call $host_error_len))
                 (i32.const 0)))",
            binding.len(),
            namespace.len(),
            operation.len(),
            payload.len()
        ),
    )
}

/// Settings as `kubectl get` prints them.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.insert(
        "server-version",
        json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Setting",
            "metadata": {"name": "server-version", "resourceVersion": "7"},
            "value": "v2.12.3",
            "default": "dev",
            "source": "env",
        }),
    );
    settings
}

/// A Kubernetes of which nothing is asked.
pub(crate) fn untouched() -> Arc<dyn Kubernetes> {
    Arc::new(|request: &GetResource| panic!("nobody should ask for {request:?}"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}
