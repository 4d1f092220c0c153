//! What a module says about itself, and what it is granted for that.

use serde_json::Value;

use crate::Error;

const SECTION: &str = "io.kubewarden.metadata";

/// The one metadata section of a policy.
pub(crate) struct Metadata(Value);

impl Metadata {
    /// Reads the section of a module and checks that this host can run it. Of two sections
    /// Kubewarden takes the first without a word: that is an error here.
    pub(crate) fn read(module: &wasmi::Module) -> Result<Self, Error> {
        let mut sections = module.custom_sections().filter(|s| s.name() == SECTION);
        let error = |reason: &str| Error::Metadata(reason.to_owned());
        let (Some(section), None) = (sections.next(), sections.next()) else {
            return Err(error("there has to be exactly one section"));
        };
        let metadata: Value =
            serde_json::from_slice(section.data()).map_err(|e| Error::Metadata(e.to_string()))?;
        let text = |name: &str| metadata.get(name).and_then(Value::as_str);
        if text("protocolVersion") != Some("v1") {
            return Err(error("`protocolVersion` has to be `v1`"));
        }
        if text("executionMode").unwrap_or("kubewarden-wapc") != "kubewarden-wapc" {
            return Err(error("`executionMode` has to be `kubewarden-wapc`"));
        }
        if metadata
            .get("mutating")
            .is_none_or(|field| !field.is_boolean())
        {
            return Err(error("`mutating` has to be true or false"));
        }
        Ok(Self(metadata))
    }

    /// The whole of it.
    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    /// Fails, in the words of policy-server, unless the policy asks for this capability.
    pub(crate) fn grant_capability(&self, capability: &str) -> Result<(), String> {
        let granted = self.list("hostCapabilities").any(|name| name == capability);
        granted.then_some(()).ok_or_else(|| {
            format!("Policy has not been granted access to the '{capability}' host capability. The violation has been reported.")
        })
    }

    /// Fails, in the words of policy-server, unless the policy asks for this kind of object.
    pub(crate) fn grant_resource(&self, api_version: &str, kind: &str) -> Result<(), String> {
        let mut resources = self.list("contextAwareResources");
        let granted = resources.any(|r| {
            r.get("apiVersion")
                .is_some_and(|field| field == api_version)
                && r.get("kind").is_some_and(|field| field == kind)
        });
        granted.then_some(()).ok_or_else(|| {
            format!("Policy has not been granted access to Kubernetes {api_version}/{kind} resources. The violation has been reported.")
        })
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &Value> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter().flatten()
    }
}
