//! The answer of the waPC operation `validate`, for every outcome.

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Kubewarden's `ValidationResponse`, with annotations in a fixed order and
/// the object as text.
#[derive(Debug, Default, serde::Serialize)]
pub struct Response {
    /// True to let the request pass.
    pub accepted: bool,
    /// Shown to the user if rejected; kept by the audit report in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// 400: the request is broken. 500: it could not be evaluated, which the
    /// audit report shows as an error. None: a verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Lines for whoever sends the request, at most 120 characters each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// For the audit log of the API server.
    #[serde(skip_serializing_if = "Annotations::is_empty")]
    pub audit_annotations: Annotations,
    /// The object to store in place of the one in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutated_object: Option<Box<RawValue>>,
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
}

/// Keys and values in a fixed order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Annotations(pub Vec<(&'static str, String)>);

impl Annotations {
    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Annotations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
