//! What a stream of documents says, one thing after the other.

use std::sync::Arc;

use rancher_agent_version_policy::cluster::{GROUP, KIND, LOCAL, Metadata};
use rancher_agent_version_policy::lenient::Lenient;
use rancher_agent_version_policy::setting::{Fact, SettingName};

use crate::input::document::Document;
use crate::input::error::{InputError, Position, Problem};
use crate::input::object::Object;
use crate::listed::Listed;
use crate::text::short;

const VERSION: &str = "v3";

/// The Settings that the policy may ask for.
const SETTINGS: [SettingName; 2] = [SettingName::ServerVersion, SettingName::AgentImage];

/// One thing that an input says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A Cluster of Rancher.
    Cluster(Event, Box<Listed>),
    /// A Setting of Rancher.
    Setting(Event, Setting),
    /// An object of another kind: its apiVersion and kind, fit to print.
    Other(String),
    /// The watch that the events come from has failed.
    WatchFailed,
    /// A document that cannot be read.
    Broken(InputError),
}

/// How an object came into the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// As it is.
    Listed,
    /// By a watch: it is new, or changed.
    Changed,
    /// By a watch: it was deleted.
    Deleted,
}

/// A Setting of Rancher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Which one.
    pub name: SettingName,
    /// Its effective value.
    pub value: Fact,
}

/// Turns documents into entries, in order. Items wait for their List, which may
/// tell their type.
#[derive(Debug)]
pub(crate) struct Entries {
    source: Arc<str>,
    /// Where the present document begins.
    position: Position,
    items: Vec<Object>,
    entries: Vec<Entry>,
}

impl Entries {
    pub(crate) fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            position: Position::START,
            items: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// What was read so far.
    pub(crate) fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    pub(crate) fn add(&mut self, document: Document, position: Position) {
        self.position = position;
        match document {
            Document::Item(item) => self.items.push(*item),
            Document::Json(mut object) => {
                // Where items were taken out, nothing but placeholders is left.
                if !self.items.is_empty() {
                    object.items = Some(std::mem::take(&mut self.items));
                }
                self.add_object(*object, Event::Listed, None);
            }
            Document::ItemsEnd => self.end_items(),
            Document::Yaml(objects) => {
                for object in objects {
                    self.add_object(object, Event::Listed, None);
                }
            }
        }
    }

    pub(crate) fn add_error(&mut self, error: InputError, is_item: bool) {
        self.entries.push(Entry::Broken(error));
        if !is_item {
            self.end_items();
        }
    }

    /// Adds the items that no List waits for.
    fn end_items(&mut self) {
        let items = std::mem::take(&mut self.items);
        self.add_items(items, Event::Listed, None);
    }

    fn add_items(&mut self, items: Vec<Object>, event: Event, implied: Option<(&str, &str)>) {
        for item in items {
            self.add_object(item, event, implied);
        }
    }

    /// Adds an object, or its items if it is a List. The items of a typed List
    /// need not repeat their type.
    fn add_object(&mut self, mut object: Object, event: Event, implied: Option<(&str, &str)>) {
        if let Some(request) = admission_request(&mut object) {
            return self.add_wrapped(request.object, request.name, Event::Listed);
        }
        if object.kind.is_none() {
            match object.event.as_deref() {
                Some("ADDED" | "MODIFIED") => {
                    return self.add_wrapped(object.object, None, Event::Changed);
                }
                Some("DELETED") => {
                    return self.add_wrapped(object.object, None, Event::Deleted);
                }
                Some("BOOKMARK") => return,
                Some("ERROR") => return self.entries.push(Entry::WatchFailed),
                _ => {}
            }
        }
        let (implied_version, implied_kind) = implied.unwrap_or_default();
        let version = object.api_version.take();
        let version = version.unwrap_or_else(|| implied_version.to_owned());
        let kind = object.kind.take();
        let kind = kind.unwrap_or_else(|| implied_kind.to_owned());

        if kind.is_empty()
            && let Some(items) = object.items
        {
            // Such as YAML that was cut off: kubectl writes the kind of a List last.
            self.add_items(items, event, None);
            self.entries.push(Entry::Broken(InputError::new(
                self.position,
                Problem::ListWithoutKind,
            )));
            return;
        }
        if let Some(item) = kind.strip_suffix("List")
            && let Some(items) = object.items
        {
            let implied = (!item.is_empty()).then_some((version.as_str(), item));
            return self.add_items(items, event, implied);
        }
        match (version.split_once('/'), kind.as_str()) {
            (Some((GROUP, VERSION)), KIND) => self.add_cluster(event, object),
            (Some((GROUP, VERSION)), "Setting") => self.add_setting(event, object),
            _ => self.entries.push(Entry::Other(label(&version, &kind))),
        }
    }

    fn add_cluster(&mut self, event: Event, object: Object) {
        // Rancher's own cluster has no agent that could be missing.
        let has_agent = object.cluster.name() != LOCAL;
        let listed = Listed {
            cluster: object.cluster,
            uid: object.uid,
            unreachable: object.unreachable.filter(|_| has_agent),
            source: Arc::clone(&self.source),
        };
        self.entries.push(Entry::Cluster(event, Box::new(listed)));
    }

    /// Other Settings are none of the policy's business, and may hold secrets.
    fn add_setting(&mut self, event: Event, object: Object) {
        let name = object.cluster.name();
        if let Some(name) = SETTINGS.into_iter().find(|known| known.as_str() == name) {
            let value = Fact::effective(object.value, object.default);
            let setting = Setting { name, value };
            self.entries.push(Entry::Setting(event, setting));
        }
    }

    /// Adds the object in a watch event or a request. A request may name it where
    /// the object does not.
    fn add_wrapped(&mut self, object: Option<Box<Object>>, name: Option<String>, event: Event) {
        let Some(mut object) = object else {
            let label = "event or review without an object".to_owned();
            return self.entries.push(Entry::Other(label));
        };
        if let Some(name) = name {
            give_name(&mut object, name);
        }
        self.add_object(*object, event, None);
    }
}

/// Names an object that has no name.
fn give_name(object: &mut Object, name: String) {
    let metadata = &mut object.cluster.metadata;
    if !matches!(metadata, Lenient::Present(_)) {
        *metadata = Lenient::Present(Metadata::default());
    }
    if let Lenient::Present(metadata) = metadata
        && metadata.name.get().is_none()
    {
        metadata.name = Lenient::Present(name.into());
    }
}

/// The request in an AdmissionReview, or the request that the object itself is.
fn admission_request(object: &mut Object) -> Option<Object> {
    if object.kind.as_deref() == Some("AdmissionReview") {
        return Some(
            object
                .request
                .take()
                .map(|request| *request)
                .unwrap_or_default(),
        );
    }
    let is_request = object.kind.is_none() && object.operation.is_some();
    is_request.then(|| std::mem::take(object))
}

fn label(version: &str, kind: &str) -> String {
    match (version, kind) {
        (_, "") => "without a kind".to_owned(),
        ("", kind) => short(kind),
        (version, kind) => format!("{} {}", short(version), short(kind)),
    }
}
