//! What the host keeps about one instance, and how it answers its host calls.

use std::sync::Arc;

use serde_json::Value;

use crate::metadata;

/// What policy-server leaves of an object besides the fields that a policy asks for.
const IDENTITY: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The lookup of an object by its name: its JSON, or the text of an error.
pub(crate) type Lookup = Box<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// One call of a guest to its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCall {
    /// The host it wants, `kubewarden`.
    pub binding: String,
    /// The capability, such as `kubernetes/get_resource`.
    pub capability: String,
    /// The request, usually JSON.
    pub payload: String,
}

/// One instance, as its host sees it.
pub(crate) struct Guest {
    pub(crate) operation: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) response: Option<Vec<u8>>,
    pub(crate) error: Option<String>,
    pub(crate) host_answer: Result<String, String>,
    pub(crate) host_calls: Vec<HostCall>,
    pub(crate) console: String,
    metadata: Arc<Value>,
    lookup: Lookup,
}

impl Guest {
    pub(crate) fn new(metadata: Arc<Value>, lookup: Lookup) -> Self {
        Self {
            operation: Vec::new(),
            payload: Vec::new(),
            response: None,
            error: None,
            host_answer: Ok(String::new()),
            host_calls: Vec::new(),
            console: String::new(),
            metadata,
            lookup,
        }
    }

    /// Answers a host call and says whether it went well.
    pub(crate) fn host_call(&mut self, call: HostCall) -> bool {
        self.host_answer = self.answer(&call);
        self.host_calls.push(call);
        self.host_answer.is_ok()
    }

    fn answer(&self, call: &HostCall) -> Result<String, String> {
        let wanted = format!("{} {}", call.binding, call.capability);
        if wanted != "kubewarden kubernetes/get_resource" {
            return Err(format!("not offered: {wanted}"));
        }
        let request: Value = serde_json::from_str(&call.payload).map_err(|e| e.to_string())?;
        let text = |field: &str| {
            let text = request.get(field).and_then(Value::as_str);
            text.ok_or_else(|| format!("missing field `{field}`"))
        };
        let (api_version, kind) = (text("api_version")?, text("kind")?);
        if !metadata::grants(&self.metadata, &call.capability, api_version, kind) {
            return Err(format!("not granted: {api_version}/{kind}"));
        }
        let object = (self.lookup)(text("name")?)?;
        let masks = request.get("field_masks").and_then(Value::as_array);
        // What is not an object goes to the guest as it is.
        Ok(match (serde_json::from_str(&object), masks) {
            (Ok(Value::Object(mut fields)), Some(masks)) => {
                fields.retain(|name, _| {
                    IDENTITY.contains(&name.as_str()) || masks.iter().any(|mask| mask == name)
                });
                Value::Object(fields).to_string()
            }
            _ => object,
        })
    }
}
