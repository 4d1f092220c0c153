//! The answer of the waPC operation `validate`, for every outcome.

use crate::json::write_text;
use crate::text::decimal;

/// Kubewarden's `ValidationResponse`, with annotations in a fixed order and
/// the object as text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Response {
    /// True to let the request pass.
    pub accepted: bool,
    /// Shown to the user if rejected; kept by the audit report in any case.
    pub message: Option<String>,
    /// 400: the request is broken. 500: it could not be evaluated, which the
    /// audit report shows as an error. None: a verdict.
    pub code: Option<u16>,
    /// Lines for whoever sends the request, at most 120 characters each.
    pub warnings: Vec<String>,
    /// For the audit log of the API server, in a fixed order.
    pub audit_annotations: Vec<(&'static str, String)>,
    /// The JSON text of the object to store in place of the one in the request.
    pub mutated_object: Option<String>,
}

/// The code of a request that cannot be read.
pub const BAD_REQUEST: u16 = 400;

/// The code of a request that could not be evaluated.
pub const COULD_NOT_EVALUATE: u16 = 500;

impl Response {
    /// Lets the request pass without a word.
    #[must_use]
    pub fn accept() -> Self {
        Self {
            accepted: true,
            ..Self::default()
        }
    }

    /// Rejects a request that cannot be read.
    #[must_use]
    pub fn bad_request(message: String) -> Self {
        Self {
            message: Some(message),
            code: Some(BAD_REQUEST),
            ..Self::default()
        }
    }

    /// The answer as the host reads it; what there is nothing to say about is left
    /// out. Written by hand, because the object is JSON already: through a serializer
    /// it would be read, kept and written once more.
    #[must_use]
    pub fn to_json(&self) -> String {
        let object = self.mutated_object.as_deref().unwrap_or_default();
        let mut json = String::with_capacity(object.len().saturating_add(ROOM));
        json.push_str(r#"{"accepted":"#);
        json.push_str(if self.accepted { "true" } else { "false" });
        if let Some(message) = &self.message {
            json.push_str(r#","message":"#);
            write_text(message, &mut json);
        }
        if let Some(code) = self.code {
            json.push_str(r#","code":"#);
            json.push_str(&decimal(code.into()));
        }
        if !self.warnings.is_empty() {
            json.push_str(r#","warnings":"#);
            let mut bracket = '[';
            for warning in &self.warnings {
                json.push(bracket);
                write_text(warning, &mut json);
                bracket = ',';
            }
            json.push(']');
        }
        if !self.audit_annotations.is_empty() {
            json.push_str(r#","audit_annotations":"#);
            let mut bracket = '{';
            for (key, text) in &self.audit_annotations {
                json.push(bracket);
                write_text(key, &mut json);
                json.push(':');
                write_text(text, &mut json);
                bracket = ',';
            }
            json.push('}');
        }
        if self.mutated_object.is_some() {
            json.push_str(r#","mutated_object":"#);
            json.push_str(object);
        }
        json.push('}');
        json
    }
}

/// Bytes that are enough for most answers beside the object.
const ROOM: usize = 1024;
