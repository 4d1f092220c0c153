//! What a stream of documents says, one thing after the other.

use std::sync::Arc;

use crate::fleet::{Cluster, Field};
use crate::input::cluster;
use crate::input::document::Document;
use crate::input::error::{InputError, Position, Problem};
use crate::input::lenient::{Part, Text};
use crate::input::object::Object;
use crate::text::short;

const GROUP: &str = "management.cattle.io";
const VERSION: &str = "v3";

/// The Settings that the policy may ask for.
const SETTINGS: [&str; 2] = ["server-version", "agent-image"];

/// One thing that an input says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A Cluster of Rancher.
    Cluster(Event, Box<Cluster>),
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
    /// Name of the object, such as `server-version`.
    pub name: String,
    /// `value`
    pub value: Field,
    /// `default`, in effect where `value` is empty.
    pub default: Field,
}

/// Turns documents into entries, in order. Items wait for their List, which may
/// tell their type.
#[derive(Debug)]
pub(crate) struct Entries {
    source: Arc<str>,
    /// Where the present document begins.
    position: Position,
    items: Vec<Part<Object>>,
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
                    object.items.elements = std::mem::take(&mut self.items);
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

    fn add_items(&mut self, items: Vec<Part<Object>>, event: Event, implied: Option<(&str, &str)>) {
        for item in items {
            self.add_object(item.object().unwrap_or_default(), event, implied);
        }
    }

    /// Adds an object, or its items if it is a List. The items of a typed List
    /// need not repeat their type.
    fn add_object(&mut self, mut object: Object, event: Event, implied: Option<(&str, &str)>) {
        if let Some(request) = admission_request(&mut object) {
            return self.add_wrapped(*request.object, request.name, Event::Listed);
        }
        if object.kind.0.is_none() {
            match object.event.0.as_deref() {
                Some("ADDED" | "MODIFIED") => {
                    return self.add_wrapped(*object.object, Text::default(), Event::Changed);
                }
                Some("DELETED") => {
                    return self.add_wrapped(*object.object, Text::default(), Event::Deleted);
                }
                Some("BOOKMARK") => return,
                Some("ERROR") => return self.entries.push(Entry::WatchFailed),
                _ => {}
            }
        }
        let (implied_version, implied_kind) = implied.unwrap_or_default();
        let version = object.api_version.0.take();
        let version = version.unwrap_or_else(|| implied_version.to_owned());
        let kind = object.kind.0.take();
        let kind = kind.unwrap_or_else(|| implied_kind.to_owned());

        if kind.is_empty() && object.items.are_there {
            // Such as YAML that was cut off: kubectl writes the kind of a List last.
            self.add_items(object.items.elements, event, None);
            self.entries.push(Entry::Broken(InputError::new(
                self.position,
                Problem::ListWithoutKind,
            )));
            return;
        }
        if let Some(item) = kind.strip_suffix("List")
            && object.items.are_there
        {
            let implied = (!item.is_empty()).then_some((version.as_str(), item));
            return self.add_items(object.items.elements, event, implied);
        }
        match (version.split_once('/'), kind.as_str()) {
            (Some((GROUP, VERSION)), "Cluster") => {
                let cluster = Box::new(cluster::read(object, Arc::clone(&self.source)));
                self.entries.push(Entry::Cluster(event, cluster));
            }
            (Some((GROUP, VERSION)), "Setting") => self.add_setting(event, object),
            _ => self.entries.push(Entry::Other(label(&version, &kind))),
        }
    }

    fn add_setting(&mut self, event: Event, object: Object) {
        let name = object.metadata.object().unwrap_or_default().name.or_empty();
        // Others are none of the policy's business, and may hold secrets.
        if SETTINGS.contains(&name.as_str()) {
            let setting = Setting {
                name,
                value: object.value,
                default: object.default,
            };
            self.entries.push(Entry::Setting(event, setting));
        }
    }

    /// Adds the object in a watch event or a request. A request may name it where
    /// the object does not.
    fn add_wrapped(&mut self, object: Part<Object>, name: Text, event: Event) {
        let Part::Object(mut object) = object else {
            let label = "event or review without an object".to_owned();
            return self.entries.push(Entry::Other(label));
        };
        if name.0.is_some() {
            let mut metadata = object.metadata.object().unwrap_or_default();
            metadata.name.0 = metadata.name.0.or(name.0);
            object.metadata = Part::Object(metadata);
        }
        self.add_object(object, event, None);
    }
}

/// The request in an AdmissionReview, or the request that the object itself is.
fn admission_request(object: &mut Object) -> Option<Object> {
    if object.kind.is("AdmissionReview") {
        return Some(
            std::mem::take(&mut *object.request)
                .object()
                .unwrap_or_default(),
        );
    }
    let is_request = object.kind.0.is_none() && object.operation.0.is_some();
    is_request.then(|| std::mem::take(object))
}

fn label(version: &str, kind: &str) -> String {
    match (version, kind) {
        (_, "") => "without a kind".to_owned(),
        ("", kind) => short(kind),
        (version, kind) => format!("{} {}", short(version), short(kind)),
    }
}
