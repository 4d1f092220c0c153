//! The waPC guest that policy-server and kwctl load.

mod rancher;

use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use kubewarden_policy_sdk::{protocol_version_guest, wapc_guest};
use wapc_guest::{CallResult, register_function};

use crate::evaluate::evaluate;
use crate::settings::Settings;

/// The metadata that policy-server and kwctl read from the module; build.rs
/// makes it from policy-metadata.yml.
#[used]
#[allow(
    unsafe_code,
    reason = "a section of the module cannot be named in another way"
)]
#[unsafe(link_section = "io.kubewarden.metadata")]
static METADATA: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/metadata.json")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/metadata.json"));

/// Called by the host once per instance, before anything else.
#[allow(unsafe_code, reason = "the host finds the function by this name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let response = evaluate(payload, rancher::look_up);
    // A repaired object can be as large as the payload: allocate once.
    let mut json = Vec::with_capacity(response.size_hint());
    serde_json::to_writer(&mut json, &response)?;
    Ok(json)
}

fn validate_settings(payload: &[u8]) -> CallResult {
    let invalid = Settings::from_json(payload).err();
    Ok(serde_json::to_vec(&SettingsValidationResponse {
        valid: invalid.is_none(),
        message: invalid.map(|invalid| invalid.to_string()),
    })?)
}
