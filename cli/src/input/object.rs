//! The few fields of any object that are kept, and nothing else of it.

use serde::Deserialize;

use crate::fleet::Field;
use crate::input::lenient::{Elements, Number, Part, Text};

/// A Cluster, a Setting, a List, a watch event, an AdmissionReview, or an object
/// of another kind: what it is can only be told when all of it was read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Object {
    pub(crate) api_version: Text,
    pub(crate) kind: Text,
    pub(crate) metadata: Part<Metadata>,
    pub(crate) spec: Part<Spec>,
    pub(crate) status: Part<Status>,
    /// Of a Setting.
    pub(crate) value: Field,
    /// Of a Setting.
    pub(crate) default: Field,
    /// Of a List, where it was not taken apart before.
    pub(crate) items: Elements<Part<Object>>,
    /// Of a watch event.
    #[serde(rename = "type")]
    pub(crate) event: Text,
    /// Of a watch event, and of an AdmissionRequest.
    pub(crate) object: Box<Part<Object>>,
    /// Of an AdmissionRequest.
    pub(crate) operation: Text,
    /// Of an AdmissionRequest.
    pub(crate) name: Text,
    /// Of an AdmissionReview.
    pub(crate) request: Box<Part<Object>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) name: Text,
    pub(crate) uid: Text,
    pub(crate) resource_version: Text,
    pub(crate) deletion_timestamp: Text,
    pub(crate) annotations: Part<Annotations>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Annotations {
    #[serde(rename = "provisioning.cattle.io/administrated")]
    pub(crate) administrated: Text,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Spec {
    pub(crate) display_name: Text,
    pub(crate) desired_agent_image: Field,
    pub(crate) agent_image_override: Field,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) agent_image: Text,
    pub(crate) node_count: Number,
    pub(crate) conditions: Elements<Part<Condition>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Condition {
    #[serde(rename = "type")]
    pub(crate) name: Text,
    pub(crate) status: Text,
    pub(crate) reason: Text,
}
