//! What a module says about itself, and what it is granted for that.

use serde_json::Value;

use crate::Error;

const SECTION: &str = "io.kubewarden.metadata";

/// The JSON of a module's metadata. Of two sections Kubewarden takes the first without a
/// word: that is an error here.
pub(crate) fn read(module: &wasmi::Module) -> Result<Value, Error> {
    let mut sections = module.custom_sections().filter(|s| s.name() == SECTION);
    let (Some(section), None) = (sections.next(), sections.next()) else {
        return Err(Error::Module(format!("not exactly one section {SECTION}")));
    };
    serde_json::from_slice(section.data()).map_err(|e| Error::Module(e.to_string()))
}

/// True if the metadata ask for this host capability, and for this kind of object.
pub(crate) fn grants(metadata: &Value, capability: &str, api_version: &str, kind: &str) -> bool {
    let has = |list: &str, is_meant: &dyn Fn(&Value) -> bool| {
        let list = metadata.get(list).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(is_meant))
    };
    let is = |object: &Value, key: &str, text: &str| object.get(key).is_some_and(|v| v == text);
    has("hostCapabilities", &|name| name == capability)
        && has("contextAwareResources", &|resource| {
            is(resource, "apiVersion", api_version) && is(resource, "kind", kind)
        })
}
