//! The least that a policy can do: a waPC guest, as the SDK makes it, that accepts
//! whatever it is sent, without reading it. What it costs is the host's share of a
//! request, and the guest's copy of the payload.
#![cfg(all(target_arch = "wasm32", target_os = "wasi"))]

use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};

#[used]
#[allow(unsafe_code, reason = "a section can be named no other way")]
#[unsafe(link_section = "io.kubewarden.metadata")]
static METADATA: [u8; METADATA_JSON.len()] = *METADATA_JSON;

const METADATA_JSON: &[u8; 52] = br#"{"protocolVersion":"v1","mutating":false,"rules":[]}"#;

#[allow(unsafe_code, reason = "the host finds the function by this name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn wapc_init() {
    register_function("validate", |_| answer(br#"{"accepted":true}"#));
    register_function("validate_settings", |_| answer(br#"{"valid":true}"#));
    register_function("protocol_version", |_| answer(br#""v1""#));
}

fn answer(json: &[u8]) -> CallResult {
    Ok(json.to_vec())
}
