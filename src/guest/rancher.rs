//! Rancher's Settings, looked up live through the host.

use kubewarden_policy_sdk::wapc_guest::host_call;
use serde::Serialize;

use crate::cluster::GROUP;
use crate::setting::{Fact, Fault, SettingName};

/// The payload of the host capability `kubernetes/get_resource`: the SDK's
/// `GetResourceRequest`, which comes with all of k8s-openapi.
#[derive(Serialize)]
struct GetResource {
    api_version: String,
    kind: &'static str,
    name: &'static str,
    namespace: Option<&'static str>,
    disable_cache: bool,
    field_masks: [&'static str; 2],
}

/// Gets one Setting by its name; the host keeps the answer for some seconds.
pub(super) fn look_up(name: SettingName) -> Fact {
    let request = GetResource {
        api_version: format!("{GROUP}/v3"),
        kind: "Setting",
        name: name.as_str(),
        namespace: None,
        disable_cache: false,
        field_masks: ["default", "value"],
    };
    let Ok(request) = serde_json::to_vec(&request) else {
        return Fact::Fault(Fault::Failed);
    };
    match host_call("kubewarden", "kubernetes", "get_resource", &request) {
        Ok(object) => Fact::read(&object),
        Err(error) => Fact::Fault(Fault::classify(&error.to_string())),
    }
}
