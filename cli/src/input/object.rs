//! The few fields of any object that are kept, and nothing else of it.

use std::borrow::Cow;
use std::sync::Arc;

use rancher_agent_version_policy::cluster::{Annotations, Cluster, GROUP, Metadata, Spec, Status};
use rancher_agent_version_policy::lenient::{self, AnyValue, Expected, Lenient, Text};
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess,
    SeqAccess,
};

use crate::input::entry::{Entries, Mark};
use crate::input::error::Position;
use crate::listed::Listed;
use crate::unreachable::{ClusterStatus, Condition};

/// A Cluster, a Setting, a List, a watch event, an AdmissionReview, or an object
/// of another kind: what it is can only be told when all of it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object {
    pub(crate) api_version: Option<String>,
    pub(crate) kind: Option<String>,
    /// The Cluster that it may be.
    pub(crate) listed: Listed,
    /// Of a Setting.
    pub(crate) value: Text<'static>,
    /// Of a Setting.
    pub(crate) default: Text<'static>,
    /// Of a List: how many of them are still in its text.
    pub(crate) items: Option<usize>,
    /// Of a collection of Rancher's API, the same.
    pub(crate) data: Option<usize>,
    /// Of a List: there are more items than these.
    pub(crate) is_page: bool,
    /// Of a watch event, and of what Rancher's API gives.
    pub(crate) type_: Option<String>,
    /// Of a watch event, and of an AdmissionRequest.
    pub(crate) object: Option<Box<Object>>,
    /// Of an AdmissionRequest.
    pub(crate) operation: Option<String>,
    /// Of an AdmissionRequest.
    pub(crate) name: Option<String>,
    /// Of an AdmissionReview.
    pub(crate) request: Option<Box<Object>>,
}

impl Object {
    /// Whether it is a List, though it may be empty: it has an array of items, and its kind
    /// says nothing else. Who may write a Cluster may give it items as well.
    pub(crate) fn is_list(&self) -> bool {
        let has_array = self.items.is_some() || self.data.is_some();
        let kind = self.kind.as_deref();
        has_array && kind.is_none_or(|kind| kind.ends_with("List"))
    }

    /// Whether there are items that were not taken out of its text.
    pub(crate) fn has_items(&self) -> bool {
        self.items.unwrap_or_default() + self.data.unwrap_or_default() > 0
    }

    /// `metadata.name`
    pub(crate) fn name(&self) -> &str {
        self.listed.cluster.name()
    }

    /// The Cluster that it is.
    pub(crate) fn into_listed(self, source: Arc<str>) -> Listed {
        // Rancher's own cluster has no agent that could be missing.
        let has_agent = !self.listed.is_local();
        Listed {
            unreachable: self.listed.unreachable.filter(|_| has_agent),
            source,
            ..self.listed
        }
    }
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
    metadata: Lenient<ObjectMeta<'a>>,
    spec: Lenient<Spec<'a>>,
    status: Lenient<ClusterStatus<'a>>,
    value: Text<'a>,
    default: Text<'a>,
    #[serde(default = "no_array")]
    items: Lenient<Vec<IgnoredAny>>,
    #[serde(default = "no_array")]
    data: Lenient<Vec<IgnoredAny>>,
    #[serde(rename = "type")]
    type_: Text<'a>,
    object: Lenient<Box<Object>>,
    operation: Text<'a>,
    name: Text<'a>,
    request: Lenient<Box<Object>>,
    #[serde(rename = "continue")]
    next: Text<'a>,
    pagination: Lenient<Pagination<'a>>,
    // Of a cluster as Rancher's /v3 has it.
    id: Text<'a>,
    uuid: Text<'a>,
    removed: Text<'a>,
    annotations: Lenient<Annotations<'a>>,
    agent_image: Text<'a>,
    desired_agent_image: Text<'a>,
    agent_image_override: Text<'a>,
    node_count: Lenient<i64>,
    driver: Text<'a>,
    conditions: Lenient<Vec<Lenient<Condition<'a>>>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ObjectMeta<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    uid: Text<'a>,
    resource_version: Text<'a>,
    deletion_timestamp: Text<'a>,
    annotations: Lenient<Annotations<'a>>,
    /// Of a List: where its next page begins.
    #[serde(rename = "continue")]
    next: Text<'a>,
}

/// Where the next page of a collection is.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Pagination<'a> {
    #[serde(borrow)]
    next: Text<'a>,
}

impl lenient::Object for Fields<'_> {}
impl lenient::Object for ObjectMeta<'_> {}
impl lenient::Object for Pagination<'_> {}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = present(Lenient::deserialize(deserializer)?);
        fields
            .map(object)
            .ok_or_else(|| D::Error::custom("expected an object"))
    }
}

fn object(mut fields: Fields<'_>) -> Object {
    // Rancher's /v3 has no kind; a cluster is flat, and its name is the display name.
    let kind = match fields.type_.text() {
        "cluster" => "Cluster",
        "setting" => "Setting",
        _ => "",
    };
    if fields.kind.get().is_none() && !kind.is_empty() && fields.id.get().is_some() {
        fields.api_version = Lenient::Present(format!("{GROUP}/v3").into());
        fields.kind = Lenient::Present(kind.into());
        fields.metadata = Lenient::Present(ObjectMeta {
            name: fields.id,
            uid: fields.uuid,
            deletion_timestamp: fields.removed,
            annotations: fields.annotations,
            ..ObjectMeta::default()
        });
        fields.spec = Lenient::Present(Spec {
            display_name: std::mem::take(&mut fields.name),
            desired_agent_image: fields.desired_agent_image,
            agent_image_override: fields.agent_image_override,
            ..Spec::default()
        });
        fields.status = Lenient::Present(ClusterStatus {
            agent_image: fields.agent_image,
            node_count: fields.node_count,
            driver: fields.driver,
            conditions: fields.conditions,
        });
    }
    let metadata = present(fields.metadata).unwrap_or_default();
    let status = present(fields.status).unwrap_or_default();
    let page = present(fields.pagination).unwrap_or_default();
    let (unreachable, is_hosted) = (status.unreachable(), status.is_hosted());
    let cluster = Cluster {
        metadata: Lenient::Present(Metadata {
            name: metadata.name,
            resource_version: metadata.resource_version,
            deletion_timestamp: metadata.deletion_timestamp,
            annotations: metadata.annotations,
        }),
        spec: fields.spec,
        status: Lenient::Present(Status {
            agent_image: status.agent_image,
        }),
    };
    Object {
        api_version: text(fields.api_version),
        kind: text(fields.kind),
        listed: Listed {
            uid: text(metadata.uid).filter(|uid| !uid.is_empty()),
            unreachable,
            is_hosted,
            cluster: cluster.into_owned(),
            source: Arc::default(),
        },
        value: fields.value.into_owned(),
        default: fields.default.into_owned(),
        items: length(fields.items),
        data: length(fields.data),
        is_page: [fields.next, page.next, metadata.next]
            .iter()
            .any(|next| !next.text().is_empty()),
        type_: text(fields.type_),
        object: present(fields.object),
        operation: text(fields.operation),
        name: text(fields.name),
        request: present(fields.request),
    }
}

/// Reads a document of an object and adds it, and before it the items that it has.
pub(crate) struct Reading<'r, 'e> {
    pub(crate) entries: &'r mut Entries<'e>,
    pub(crate) position: Position,
    /// What there was before its items.
    pub(crate) before: Mark,
}

impl<'de> Expected<'de> for Reading<'_, '_> {
    type Value = ();

    fn map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient<()>, A::Error> {
        let mut rest = WithoutItems {
            map,
            entries: self.entries,
            position: self.position,
            items: None,
            data: None,
        };
        let fields = Fields::deserialize(MapAccessDeserializer::new(&mut rest))?;
        let object = Object {
            items: rest.items,
            data: rest.data,
            ..object(fields)
        };
        self.entries.add(object, self.before, self.position, false);
        Ok(Lenient::Present(()))
    }
}

/// An object whose items are added, and not seen by who reads it.
struct WithoutItems<'r, 'e, A> {
    map: A,
    entries: &'r mut Entries<'e>,
    position: Position,
    items: Option<usize>,
    data: Option<usize>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut WithoutItems<'_, '_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            let (items, name) = match key.as_str() {
                "items" => (&mut self.items, "items"),
                "data" => (&mut self.data, "data"),
                _ => return seed.deserialize(key.into_deserializer()).map(Some),
            };
            if items.is_some() {
                return Err(Error::duplicate_field(name));
            }
            let array = self.map.next_value_seed(AnyValue(EachItem {
                entries: self.entries,
                position: self.position,
            }))?;
            *items = (!array.is_odd()).then_some(0);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Adds each element of an array.
struct EachItem<'r, 'e> {
    entries: &'r mut Entries<'e>,
    position: Position,
}

impl<'de> Expected<'de> for EachItem<'_, '_> {
    type Value = ();

    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Lenient<()>, A::Error> {
        while let Some(item) = array.next_element()? {
            self.entries.add_item(item, self.position);
        }
        Ok(Lenient::Present(()))
    }
}

fn no_array<T>() -> Lenient<T> {
    Lenient::Odd
}

/// How long an array is, if there is one. Null is an empty one, as Go writes it.
fn length(array: Lenient<Vec<IgnoredAny>>) -> Option<usize> {
    (!array.is_odd()).then(|| present(array).unwrap_or_default().len())
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
