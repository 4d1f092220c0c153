//! The few fields of any object that are kept, and nothing else of it.

use std::borrow::Cow;

use rancher_agent_version_policy::cluster::{Cluster, Metadata, Spec, Status};
use rancher_agent_version_policy::lenient::{self, Lenient, Text};
use serde::de::{Deserialize, Deserializer, Error, MapAccess};

use crate::input::beside::{Beside, With};
use crate::input::elements::Elements;
use crate::unreachable::{Reach, Unreachable};

/// A Cluster, a Setting, a List, a watch event, an AdmissionReview, or an object
/// of another kind: what it is can only be told when all of it was read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Object {
    pub(crate) api_version: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) cluster: Cluster<'static>,
    pub(crate) uid: Option<String>,
    pub(crate) unreachable: Option<Unreachable>,
    /// Of a Setting.
    pub(crate) value: Text<'static>,
    /// Of a Setting.
    pub(crate) default: Text<'static>,
    /// Of a List, where it was not taken apart before.
    pub(crate) items: Option<Vec<Object>>,
    /// Of a watch event.
    pub(crate) event: Option<String>,
    /// Of a watch event, and of an AdmissionRequest.
    pub(crate) object: Option<Box<Object>>,
    /// Of an AdmissionRequest.
    pub(crate) operation: Option<String>,
    /// Of an AdmissionRequest.
    pub(crate) name: Option<String>,
    /// Of an AdmissionReview.
    pub(crate) request: Option<Box<Object>>,
}

impl lenient::Object for Object {}
impl lenient::Object for Box<Object> {}

/// The same, as it stands in a text.
#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow)]
    api_version: Text<'a>,
    kind: Text<'a>,
    metadata: Lenient<With<Metadata<'a>, Identity<'a>>>,
    spec: Lenient<Spec<'a>>,
    status: Lenient<With<Status<'a>, Reach<'a>>>,
    value: Text<'a>,
    default: Text<'a>,
    items: Elements<Lenient<Object>>,
    #[serde(rename = "type")]
    event: Text<'a>,
    object: Lenient<Box<Object>>,
    operation: Text<'a>,
    name: Text<'a>,
    request: Lenient<Box<Object>>,
}

/// What `metadata` says beside what the policy reads.
#[derive(Debug, Default)]
struct Identity<'a> {
    uid: Option<Text<'a>>,
}

impl<'de: 'a, 'a> Beside<'de> for Identity<'a> {
    fn read<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        if key != "uid" {
            return Ok(false);
        }
        if self.uid.is_some() {
            return Err(Error::duplicate_field("uid"));
        }
        self.uid = Some(map.next_value()?);
        Ok(true)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self::from)
    }
}

impl From<Fields<'_>> for Object {
    fn from(fields: Fields<'_>) -> Self {
        let (metadata, identity) = apart(fields.metadata);
        let (status, reach) = apart(fields.status);
        let cluster = Cluster {
            metadata,
            spec: fields.spec,
            status,
        };
        Self {
            api_version: text(fields.api_version),
            kind: text(fields.kind),
            uid: identity.uid.and_then(text).filter(|uid| !uid.is_empty()),
            unreachable: reach.unreachable(cluster.deployed_image().is_some()),
            cluster: cluster.into_owned(),
            value: fields.value.into_owned(),
            default: fields.default.into_owned(),
            items: fields.items.0.map(|items| {
                let items = items.into_iter();
                items
                    .map(|item| present(item).unwrap_or_default())
                    .collect()
            }),
            event: text(fields.event),
            object: present(fields.object),
            operation: text(fields.operation),
            name: text(fields.name),
            request: present(fields.request),
        }
    }
}

/// Parts what the policy reads from what stands beside it.
fn apart<T, B: Default>(with: Lenient<With<T, B>>) -> (Lenient<T>, B) {
    match with {
        Lenient::Absent => (Lenient::Absent, B::default()),
        Lenient::Present(With { known, beside }) => (Lenient::Present(known), beside),
        Lenient::Odd => (Lenient::Odd, B::default()),
    }
}

fn present<T>(field: Lenient<T>) -> Option<T> {
    match field {
        Lenient::Present(value) => Some(value),
        Lenient::Absent | Lenient::Odd => None,
    }
}

fn text(field: Text<'_>) -> Option<String> {
    present(field).map(Cow::into_owned)
}
