//! The few fields of any object that are kept, and nothing else of it.

use std::borrow::Cow;
use std::sync::Arc;

use rancher_agent_version_policy::cluster::{
    Annotations, Cluster, GROUP, LOCAL, Metadata, Spec, Status,
};
use rancher_agent_version_policy::lenient::{self, Lenient, Text};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess,
};

use crate::input::any::{Any, Elements, Shape};
use crate::input::beside::{self, Beside, With};
use crate::input::entry::{Entries, Mark};
use crate::input::error::Position;
use crate::listed::Listed;
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
    pub(crate) is_hosted: bool,
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
}

impl Object {
    /// The Cluster that it is.
    pub(crate) fn into_listed(self, source: Arc<str>) -> Listed {
        // Rancher's own cluster has no agent that could be missing.
        let has_agent = self.cluster.name() != LOCAL;
        Listed {
            cluster: self.cluster,
            uid: self.uid,
            unreachable: self.unreachable.filter(|_| has_agent),
            is_hosted: self.is_hosted,
            source,
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
    metadata: Lenient<With<Metadata<'a>, Identity<'a>>>,
    spec: Lenient<Spec<'a>>,
    status: Lenient<With<Status<'a>, Reach<'a>>>,
    value: Text<'a>,
    default: Text<'a>,
    items: Elements<IgnoredAny>,
    data: Elements<IgnoredAny>,
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
}

/// What `metadata` says beside what the policy reads.
#[derive(Debug, Default)]
struct Identity<'a> {
    uid: Option<Text<'a>>,
    /// Of a List: where its next page begins.
    next: Option<Text<'a>>,
}

/// Where the next page of a collection is.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Pagination<'a> {
    #[serde(borrow)]
    next: Text<'a>,
}

impl lenient::Object for Pagination<'_> {}

impl<'de: 'a, 'a> Beside<'de> for Identity<'a> {
    fn read<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        let (field, name) = match key {
            "uid" => (&mut self.uid, "uid"),
            "continue" => (&mut self.next, "continue"),
            _ => return Ok(false),
        };
        if field.is_some() {
            return Err(Error::duplicate_field(name));
        }
        *field = Some(map.next_value()?);
        Ok(true)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        With::deserialize(deserializer).map(|With { known, beside }| object(known, &beside))
    }
}

fn object(fields: Fields<'_>, beside_fields: &Reach<'_>) -> Object {
    let type_ = text(fields.type_);
    let (metadata, identity) = apart(fields.metadata);
    let (status, reach) = apart(fields.status);
    let is_page = [
        fields.next,
        present(fields.pagination).unwrap_or_default().next,
        identity.next.unwrap_or_default(),
    ];
    let mut object = Object {
        api_version: text(fields.api_version),
        kind: text(fields.kind),
        uid: identity.uid.and_then(text).filter(|uid| !uid.is_empty()),
        value: fields.value.into_owned(),
        default: fields.default.into_owned(),
        items: fields.items.0.map(|items| items.len()),
        data: fields.data.0.map(|items| items.len()),
        is_page: is_page.iter().any(|next| !next.text().is_empty()),
        object: present(fields.object),
        operation: text(fields.operation),
        request: present(fields.request),
        ..Object::default()
    };
    // Rancher's /v3 has no kind; a cluster is flat, and its name is the display name.
    let kind = match type_.as_deref() {
        Some("cluster") => "Cluster",
        Some("setting") => "Setting",
        _ => "",
    };
    let is_flat = object.kind.is_none() && !kind.is_empty() && fields.id.get().is_some();
    let (cluster, reach) = if is_flat {
        object.api_version = Some(format!("{GROUP}/v3"));
        object.kind = Some(kind.to_owned());
        object.uid = text(fields.uuid).filter(|uid| !uid.is_empty());
        let cluster = Cluster {
            metadata: Lenient::Present(Metadata {
                name: fields.id,
                deletion_timestamp: fields.removed,
                annotations: fields.annotations,
                ..Metadata::default()
            }),
            spec: Lenient::Present(Spec {
                display_name: fields.name,
                desired_agent_image: fields.desired_agent_image,
                agent_image_override: fields.agent_image_override,
                ..Spec::default()
            }),
            status: Lenient::Present(Status {
                agent_image: fields.agent_image,
            }),
        };
        (cluster, beside_fields)
    } else {
        object.name = text(fields.name);
        let cluster = Cluster {
            metadata,
            spec: fields.spec,
            status,
        };
        (cluster, &reach)
    };
    object.unreachable = reach.unreachable(cluster.deployed_image().is_some());
    object.is_hosted = reach.is_hosted();
    object.cluster = cluster.into_owned();
    object.type_ = type_;
    object
}

/// Reads an object and adds it, and before it the items that it has if it is a List. The
/// answer is whether there is an object.
pub(crate) struct Reading<'r, 'e> {
    entries: &'r mut Entries<'e>,
    position: Position,
    is_item: bool,
    /// What there was before its items, where they were added already.
    before: Option<Mark>,
}

impl<'r, 'e> Reading<'r, 'e> {
    pub(crate) fn new(entries: &'r mut Entries<'e>, position: Position, is_item: bool) -> Self {
        Self {
            entries,
            position,
            is_item,
            before: None,
        }
    }

    /// Reads a List whose items were added since this mark.
    pub(crate) fn after_items(
        entries: &'r mut Entries<'e>,
        position: Position,
        before: Mark,
    ) -> Self {
        Self {
            before: Some(before),
            ..Self::new(entries, position, false)
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        Any(self).deserialize(deserializer)
    }
}

impl<'de> Shape<'de> for Reading<'_, '_> {
    type Value = bool;

    fn other(self) -> bool {
        if self.is_item {
            self.entries.add_nothing();
        }
        self.is_item
    }

    fn object<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        let before = self.before.unwrap_or(self.entries.mark());
        let mut items = Items {
            entries: self.entries,
            position: self.position,
            is_item: self.is_item,
            reach: Reach::default(),
            items: None,
            data: None,
        };
        let fields = beside::read(map, &mut items)?;
        let mut object = object(fields, &items.reach);
        (object.items, object.data) = (items.items, items.data);
        self.entries
            .add(object, before, self.position, self.is_item);
        Ok(true)
    }
}

/// Takes the items out of an object, and adds them unless it is an item itself.
struct Items<'r, 'e, 'a> {
    entries: &'r mut Entries<'e>,
    position: Position,
    is_item: bool,
    reach: Reach<'a>,
    items: Option<usize>,
    data: Option<usize>,
}

impl<'de: 'a, 'a> Beside<'de> for Items<'_, '_, 'a> {
    fn read<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        let (items, name) = match key {
            "items" => (&mut self.items, "items"),
            "data" => (&mut self.data, "data"),
            _ => return self.reach.read(key, map),
        };
        if items.is_some() {
            return Err(Error::duplicate_field(name));
        }
        *items = if self.is_item {
            let items: Elements<IgnoredAny> = map.next_value()?;
            items.0.map(|items| items.len())
        } else {
            map.next_value_seed(Any(EachItem {
                entries: self.entries,
                position: self.position,
            }))?
        };
        Ok(true)
    }
}

/// Adds each element of an array; the answer is whether there is one, as of [`Elements`].
struct EachItem<'r, 'e> {
    entries: &'r mut Entries<'e>,
    position: Position,
}

impl<'de> Shape<'de> for EachItem<'_, '_> {
    type Value = Option<usize>;

    fn other(self) -> Option<usize> {
        None
    }

    fn null(self) -> Option<usize> {
        Some(0)
    }

    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Option<usize>, A::Error> {
        while array
            .next_element_seed(Reading::new(self.entries, self.position, true))?
            .is_some()
        {}
        Ok(Some(0))
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
