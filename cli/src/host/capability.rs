//! The host capabilities of Kubewarden that this host offers: one look-up, and
//! the log. It refuses the others in the words of policy-server.

use crate::host::field_mask::FieldMask;
use crate::host::guest::HostCall;
use crate::host::kubernetes::{GetResource, Kubernetes};

/// Answers one host call.
pub(crate) fn answer(kubernetes: &dyn Kubernetes, call: &HostCall) -> Result<String, String> {
    if call.binding != "kubewarden" {
        return Err(format!("unknown binding: {}", call.binding));
    }
    match (call.namespace.as_str(), call.operation.as_str()) {
        ("tracing", "log") => Ok(String::new()),
        ("kubernetes", "get_resource") => get_resource(kubernetes, &call.payload),
        (namespace, operation) => Err(format!(
            "Policy has not been granted access to the '{namespace}/{operation}' host capability. \
             The violation has been reported."
        )),
    }
}

fn get_resource(kubernetes: &dyn Kubernetes, payload: &str) -> Result<String, String> {
    let request: GetResource = serde_json::from_str(payload).map_err(|e| e.to_string())?;
    let object = kubernetes.get_resource(&request)?;
    Ok(match &request.field_masks {
        Some(masks) => FieldMask::new(masks).apply(object),
        None => object,
    })
}
