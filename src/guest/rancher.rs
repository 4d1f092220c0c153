//! Rancher's Settings, looked up live through the host.

use kubewarden_policy_sdk::wapc_guest::host_call;

use crate::setting::{Fact, Fault, SettingName};

/// Gets one Setting by its name; the host keeps the answer for some seconds.
pub(super) fn look_up(name: SettingName) -> Fact {
    // The SDK's `GetResourceRequest` would bring in all of k8s-openapi.
    let request = format!(
        r#"{{"api_version":"management.cattle.io/v3","kind":"Setting","name":"{name}","namespace":null,"disable_cache":false,"field_masks":["default","value"]}}"#
    );
    match host_call(
        "kubewarden",
        "kubernetes",
        "get_resource",
        request.as_bytes(),
    ) {
        Ok(object) => Fact::read(&object),
        Err(error) => Fact::Fault(Fault::classify(&error.to_string())),
    }
}
