//! What a stream of documents says, one thing after the other.

use std::sync::Arc;

use rancher_agent_version_policy::cluster::{GROUP, KIND};
use rancher_agent_version_policy::lenient::Lenient;
use rancher_agent_version_policy::setting::{Fact, SettingName};

use crate::input::error::{InputError, Position, Problem};
use crate::input::object::Object;
use crate::listed::Listed;
use crate::text::short;

const VERSION: &str = "v3";

/// How many items may wait for the kind of their List. kubectl and the API server give
/// every item its own.
const MOST_UNTYPED: usize = 10_000;

/// One thing that an input says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A Cluster of Rancher.
    Cluster(Event, Box<Listed>),
    /// A Setting of Rancher.
    Setting(Event, Setting),
    /// An object of another kind: its apiVersion and kind, fit to print.
    Other(String),
    /// A line in which kubectl speaks of itself.
    Message,
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

/// Hands objects over as entries. Items without a kind wait for their List, which may
/// tell it.
pub(crate) struct Entries<'e> {
    source: Arc<str>,
    receive: &'e mut dyn FnMut(Entry) -> bool,
    /// Whether the receiver does.
    pub(crate) wants_more: bool,
    /// Whether there was a document, though there may be nothing in it.
    pub(crate) has_documents: bool,
    untyped: Vec<(Object, Position)>,
    /// How many Clusters and Settings there were.
    known: usize,
}

/// How much there was before an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    untyped: usize,
    known: usize,
}

impl<'e> Entries<'e> {
    pub(crate) fn new(source: Arc<str>, receive: &'e mut dyn FnMut(Entry) -> bool) -> Self {
        Self {
            source,
            receive,
            wants_more: true,
            has_documents: false,
            untyped: Vec::new(),
            known: 0,
        }
    }

    pub(crate) fn send(&mut self, entry: Entry) {
        self.has_documents = true;
        self.wants_more = self.wants_more && (self.receive)(entry);
    }

    pub(crate) fn send_broken(&mut self, error: InputError) {
        self.send(Entry::Broken(error));
    }

    /// What is wrong at this place.
    pub(crate) fn broken(&mut self, position: Position, problem: Problem) {
        self.send_broken(InputError::new(position, problem));
    }

    /// What there is now: an object begins, whose items may come before its kind.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            untyped: self.untyped.len(),
            known: self.known,
        }
    }

    /// Adds the items that wait since then. The items of a typed List need not repeat
    /// their type.
    pub(crate) fn end_items(&mut self, since: Mark, implied: Option<(&str, &str)>) {
        self.has_documents = true;
        for (mut item, position) in self.untyped.split_off(since.untyped) {
            if let Some((version, kind)) = implied {
                item.api_version.get_or_insert_with(|| version.to_owned());
                item.kind = Some(kind.to_owned());
            }
            self.add_object(item, Event::Listed, position);
        }
    }

    /// Adds an item that is not an object.
    pub(crate) fn add_nothing(&mut self) {
        self.send(Entry::Other(label("", "")));
    }

    /// Adds an item that may be anything.
    pub(crate) fn add_item(&mut self, item: Lenient<Object>, position: Position) {
        match item {
            Lenient::Present(object) => self.add(object, self.mark(), position, true),
            Lenient::Absent | Lenient::Odd => self.add_nothing(),
        }
    }

    /// Adds an object. If it is a List, its items were added before, and some wait.
    pub(crate) fn add(&mut self, object: Object, since: Mark, position: Position, is_item: bool) {
        let is_list = object.is_list();
        if is_list && object.is_page {
            self.broken(position, Problem::Page);
        }
        if is_list && is_item && object.has_items() {
            self.broken(position, Problem::ListInList);
        }
        if !is_list && self.known > since.known {
            self.broken(position, Problem::ItemsOfAnother);
        }
        let version = object.api_version.as_deref().unwrap_or_default();
        let is_collection = object.type_.as_deref() == Some("collection");
        match object.kind.as_deref() {
            None if is_collection && object.data.is_some() => return self.end_items(since, None),
            // Such as YAML that was cut off: kubectl writes the kind of a List last.
            None if object.items.is_some() => {
                self.end_items(since, None);
                return self.broken(position, Problem::ListWithoutKind);
            }
            Some(kind)
                if object.items.is_some()
                    && let Some(item) = kind.strip_suffix("List") =>
            {
                return self.end_items(since, (!item.is_empty()).then_some((version, item)));
            }
            _ => self.end_items(since, None),
        }
        let says_what =
            object.kind.is_some() || object.type_.is_some() || object.operation.is_some();
        if !is_item || says_what {
            self.add_object(object, Event::Listed, position);
        } else if object.name().is_empty() {
            self.add_nothing();
        } else if self.untyped.len() < MOST_UNTYPED {
            self.untyped.push((object, position));
        } else {
            self.broken(position, Problem::ItemsWithoutKind);
        }
    }

    fn add_object(&mut self, mut object: Object, event: Event, position: Position) {
        if let Some(request) = admission_request(&mut object) {
            return self.add_wrapped(request.object, request.name, Event::Listed, position);
        }
        let version = object.api_version.as_deref().unwrap_or_default();
        let kind = object.kind.as_deref().unwrap_or_default();
        match (version.split_once('/'), kind) {
            (Some((GROUP, VERSION)), KIND) => self.add_cluster(event, object),
            (Some((GROUP, VERSION)), "Setting") => self.add_setting(event, object),
            (None, "Status") if version == "v1" => {
                self.broken(position, Problem::ApiError);
            }
            (None, "") if version.is_empty() => match object.type_.as_deref() {
                Some("ADDED" | "MODIFIED") => {
                    self.add_wrapped(object.object, None, Event::Changed, position);
                }
                Some("DELETED") => {
                    self.add_wrapped(object.object, None, Event::Deleted, position);
                }
                Some("BOOKMARK") => {}
                Some("ERROR") => self.broken(position, Problem::WatchFailed),
                Some("error") => self.broken(position, Problem::ApiError),
                _ => self.send(Entry::Other(label(version, kind))),
            },
            _ => self.send(Entry::Other(label(version, kind))),
        }
    }

    fn add_cluster(&mut self, event: Event, object: Object) {
        self.known += 1;
        let listed = object.into_listed(Arc::clone(&self.source));
        self.send(Entry::Cluster(event, Box::new(listed)));
    }

    /// Other Settings are none of the policy's business, and may hold secrets.
    fn add_setting(&mut self, event: Event, object: Object) {
        if let Ok(name) = object.name().parse() {
            self.known += 1;
            let value = Fact::effective(object.value, object.default);
            let setting = Setting { name, value };
            self.send(Entry::Setting(event, setting));
        }
    }

    /// Adds the object in a watch event or a request. A request may name it where
    /// the object does not.
    fn add_wrapped(
        &mut self,
        object: Option<Box<Object>>,
        name: Option<String>,
        event: Event,
        position: Position,
    ) {
        let Some(mut object) = object else {
            let label = "event or review without an object".to_owned();
            return self.send(Entry::Other(label));
        };
        if let Some(name) = name
            && let Lenient::Present(metadata) = &mut object.listed.cluster.metadata
            && metadata.name.get().is_none()
        {
            metadata.name = Lenient::Present(name.into());
        }
        self.add_object(*object, event, position);
    }
}

/// The request in an AdmissionReview, or the request that the object itself is.
fn admission_request(object: &mut Object) -> Option<Object> {
    if object.kind.as_deref() == Some("AdmissionReview") {
        return Some(*object.request.take().unwrap_or_default());
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
