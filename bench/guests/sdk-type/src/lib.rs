//! The rule of the policy with the request type of the SDK, as most Kubewarden policies
//! have it: `ValidationRequest`, both objects as `serde_json::Value`, Semantic Versioning, an
//! answer by the SDK's helpers. It is here to be measured. It gets rc10 and hotfixes
//! wrong, knows half of the table, and nobody should use it.
#![cfg(all(target_arch = "wasm32", target_os = "wasi"))]

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::wapc_guest::{CallResult, host_call, register_function};
use kubewarden_policy_sdk::{
    accept_request, mutate_request, protocol_version_guest, reject_request,
};
use semver::Version;
use serde::Deserialize;
use serde_json::{Value, json};

#[used]
#[allow(unsafe_code, reason = "a section can be named no other way")]
#[unsafe(link_section = "io.kubewarden.metadata")]
static METADATA: [u8; METADATA_JSON.len()] = *METADATA_JSON;

const METADATA_JSON: &[u8; 216] = br#"{
    "protocolVersion": "v1",
    "mutating": true,
    "rules": [],
    "contextAwareResources": [{"apiVersion": "management.cattle.io/v3", "kind": "Setting"}],
    "hostCapabilities": ["kubernetes/get_resource"]
}"#;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    server_version: Option<String>,
    repair: bool,
}

#[allow(unsafe_code, reason = "the host finds the function by this name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", |_| Ok(br#"{"valid":true}"#.to_vec()));
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let validation = ValidationRequest::<Settings>::new(payload)?;
    let request = &validation.request;
    let (old, new) = (desired(&request.old_object), desired(&request.object));
    let is_controller = request
        .user_info
        .username
        .starts_with("system:serviceaccount:");
    if old == new && is_controller && !validation.settings.repair {
        return accept_request();
    }
    let server = match &validation.settings.server_version {
        Some(version) => version.clone(),
        None => setting("server-version")?,
    };
    let deployed = request.object.pointer("/status/agentImage");
    let deployed = deployed.and_then(Value::as_str).unwrap_or_default();
    if is_lagging(&new, &server) {
        if validation.settings.server_version.is_none() && setting("agent-image")? == new {
            return accept_request();
        }
        if validation.settings.repair {
            let mut object = request.object.clone();
            if let Some(spec) = object.get_mut("spec") {
                spec["desiredAgentImage"] = json!("");
            }
            return mutate_request(object);
        }
        if old != new {
            return reject_request(
                Some(format!(
                    "cluster {}: agent {new} lags behind Rancher {server}; leave the field empty",
                    request.name
                )),
                None,
                None,
                None,
            );
        }
    }
    if is_lagging(deployed, &server) {
        return reject_request(Some(format!("{deployed} lags")), None, None, None);
    }
    accept_request()
}

/// The image that Rancher will deploy.
fn desired(object: &Value) -> String {
    ["/spec/agentImageOverride", "/spec/desiredAgentImage"]
        .into_iter()
        .filter_map(|path| object.pointer(path)?.as_str())
        .find(|image| !image.is_empty())
        .unwrap_or_default()
        .to_owned()
}

fn is_lagging(image: &str, server: &str) -> bool {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    let version = |text: &str| Version::parse(text.trim_start_matches('v')).ok();
    matches!((version(tag), version(server)), (Some(agent), Some(server)) if agent < server)
}

/// One of Rancher's Settings, by the host.
fn setting(name: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let request = json!({"api_version": "management.cattle.io/v3", "kind": "Setting",
        "name": name, "namespace": null, "disable_cache": false,
        "field_masks": ["default", "value"]});
    let payload = serde_json::to_vec(&request)?;
    let answer = host_call("kubewarden", "kubernetes", "get_resource", &payload)?;
    let setting: Value = serde_json::from_slice(&answer)?;
    let value = ["value", "default"]
        .into_iter()
        .filter_map(|field| setting.get(field)?.as_str())
        .find(|value| !value.is_empty());
    Ok(value.unwrap_or_default().to_owned())
}
