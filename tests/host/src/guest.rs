//! What the host keeps about one instance, and how it answers its host calls.

use std::sync::Arc;

use serde_json::Value;

use crate::field_mask::FieldMask;
use crate::metadata::Metadata;

/// Answers a look-up: the request as the guest sent it gives the JSON of an object, or the
/// text of an error.
pub(crate) type LookUp = Box<dyn Fn(&Value) -> Result<String, String> + Send + Sync>;

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
    metadata: Arc<Metadata>,
    look_up: LookUp,
}

impl Guest {
    pub(crate) fn new(metadata: Arc<Metadata>, look_up: LookUp) -> Self {
        Self {
            operation: Vec::new(),
            payload: Vec::new(),
            response: None,
            error: None,
            host_answer: Ok(String::new()),
            host_calls: Vec::new(),
            console: String::new(),
            metadata,
            look_up,
        }
    }

    /// Answers a host call and says whether it went well.
    pub(crate) fn host_call(&mut self, call: HostCall) -> bool {
        self.host_answer = self.answer(&call);
        self.host_calls.push(call);
        self.host_answer.is_ok()
    }

    fn answer(&self, call: &HostCall) -> Result<String, String> {
        if call.binding != "kubewarden" {
            return Err(format!("unknown binding: {}", call.binding));
        }
        if call.capability == "tracing/log" {
            return Ok(String::new());
        }
        self.metadata.grant_capability(&call.capability)?;
        if call.capability != "kubernetes/get_resource" {
            return Err(format!("this host lacks {}", call.capability));
        }
        let request: Value = serde_json::from_str(&call.payload).map_err(|e| e.to_string())?;
        let text = |name: &str| {
            let field = request.get(name).and_then(Value::as_str);
            field.ok_or_else(|| format!("missing field `{name}`"))
        };
        self.metadata
            .grant_resource(text("api_version")?, text("kind")?)?;
        let object = (self.look_up)(&request)?;
        let masks = request.get("field_masks").and_then(Value::as_array);
        let masks = masks.into_iter().flatten().filter_map(Value::as_str);
        // What is no JSON goes to the guest as it is.
        Ok(match serde_json::from_str(&object) {
            Ok(mut object @ Value::Object(_)) => {
                FieldMask::new(masks).prune(&mut object);
                object.to_string()
            }
            _ => object,
        })
    }
}
