//! Any number of documents in JSON, one after the other. Each is kept as text, so that the
//! policy reads what its host would give it. The page translates YAML: a parser in Rust would
//! be three times the size of everything else.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use rancher_agent_version_policy::lenient::Members;
use rancher_agent_version_policy::text::bounded;

/// Why a text cannot be read, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// One line.
    pub(super) message: String,
    /// Line and column, from 1.
    pub(super) place: Option<(usize, usize)>,
}

impl Unreadable {
    /// The whole text is wrong.
    pub(super) fn whole(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            place: None,
        }
    }

    /// What follows this place in a `part` of `text` is not valid JSON.
    fn within(text: &str, part: &str, (lines, bytes): Place, message: &str) -> Self {
        let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let before = text.get(..start).unwrap_or_default();
        let first = match lines {
            0 => before.rsplit('\n').next().map_or(0, str::len),
            _ => 0,
        };
        let lines = before.matches('\n').count().saturating_add(lines);
        let line = text.split('\n').nth(lines).unwrap_or_default();
        let before = line.as_bytes().get(..bytes.saturating_add(first));
        let before = String::from_utf8_lossy(before.unwrap_or(line.as_bytes()));
        let column = before.encode_utf16().count().saturating_add(1);
        Self {
            message: format!("not valid JSON: {message}"),
            place: Some((lines.saturating_add(1), column)),
        }
    }

    /// What serde_json says of a `part` of `text`.
    pub(super) fn json(text: &str, part: &str, error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let lines = error.line().saturating_sub(1);
        // It counts the byte that is wrong, too, but not a line's end in a text.
        let place = match error.column() {
            0 if !error.is_eof() => (lines.saturating_sub(1), usize::MAX),
            bytes if message.starts_with("control character") => (lines, bytes),
            bytes => (lines, bytes.saturating_sub(1)),
        };
        Self::within(text, part, place, message)
    }
}

/// So many whole lines, and so many bytes of the next.
type Place = (usize, usize);

/// A document that is of interest, as JSON.
#[derive(Debug)]
pub(super) enum Document<'a> {
    /// A Cluster.
    Cluster(&'a RawValue),
    /// An AdmissionRequest, on its own or out of an AdmissionReview.
    Request(&'a RawValue),
    /// A Setting of Rancher: its name, and all of it.
    Setting(String, &'a RawValue),
}

/// How many Lists and arrays may be nested; kubectl prints one, or none. The message says so.
const MAX_LISTS: u8 = 8;

/// The longest kind that is repeated, in characters.
const MAX_KIND: usize = 100;

/// All documents of a text.
#[derive(Debug, Default)]
pub(super) struct Documents<'a> {
    /// Those of interest, in their order.
    pub(super) found: Vec<Document<'a>>,
    /// How many there are of other kinds.
    pub(super) others: BTreeMap<String, u32>,
    /// The Clusters of watch events as they were last; `None` for one that was deleted.
    watched: BTreeMap<String, Option<&'a RawValue>>,
}

/// The fields that identify a document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    api_version: Option<&'a RawValue>,
    items: Option<&'a RawValue>,
    request: Option<&'a RawValue>,
    operation: Option<&'a RawValue>,
    metadata: Option<&'a RawValue>,
    #[serde(rename = "type")]
    event: Option<&'a RawValue>,
    object: Option<&'a RawValue>,
}

fn text(value: Option<&RawValue>) -> String {
    value
        .and_then(|value| serde_json::from_str(value.get()).ok())
        .unwrap_or_default()
}

/// `metadata.name` of an object, empty if there is none.
pub(super) fn name(object: &RawValue) -> String {
    let shape: Option<Shape<'_>> = serde_json::from_str(object.get()).ok();
    let metadata = shape.and_then(|shape| Members::read(shape.metadata?.get().as_bytes()));
    text(metadata.and_then(|metadata| metadata.get("name")))
}

impl<'a> Documents<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// It is not valid JSON, or a field that tells what a document is occurs twice.
    pub(super) fn read(text: &'a str) -> Result<Self, Unreadable> {
        let mut documents = Self::default();
        for value in values(text)? {
            documents.add(text, value, 0)?;
        }
        documents.settle();
        Ok(documents)
    }

    /// Puts the Clusters of watch events in the place of what was known of them before.
    fn settle(&mut self) {
        let watched = std::mem::take(&mut self.watched);
        if watched.is_empty() {
            return;
        }
        self.found.retain(|document| match document {
            Document::Cluster(cluster) => !watched.contains_key(&name(cluster)),
            Document::Request(_) | Document::Setting(..) => true,
        });
        let last = watched.into_values().flatten();
        self.found.extend(last.map(Document::Cluster));
    }

    /// Adds a value of `text`, nested in this many lists.
    fn add(&mut self, text: &'a str, value: &'a RawValue, depth: u8) -> Result<(), Unreadable> {
        if depth > MAX_LISTS {
            let message = "more than 8 lists are nested";
            return Err(Unreadable::within(text, value.get(), (0, 0), message));
        }
        // What `jq .items` prints: an array without the List around it.
        if let Some(items) = list(value) {
            return self.add_all(text, items, depth);
        }
        if !value.get().starts_with('{') {
            if value.get() != "null" {
                self.count("document without a kind");
            }
            return Ok(());
        }
        let shape = serde_json::from_str::<Shape<'_>>(value.get())
            .map_err(|error| Unreadable::json(text, value.get(), &error))?;
        self.add_object(text, value, &shape, depth)
    }

    fn add_object(
        &mut self,
        text: &'a str,
        value: &'a RawValue,
        shape: &Shape<'a>,
        depth: u8,
    ) -> Result<(), Unreadable> {
        let (group_version, kind) = (self::text(shape.api_version), self::text(shape.kind));
        if kind == "Cluster" && is_rancher_s(&group_version) {
            self.found.push(Document::Cluster(value));
        } else if kind == "Setting" && is_rancher_s(&group_version) {
            self.found.push(Document::Setting(name(value), value));
        } else if let Some(items) = shape.items.and_then(list) {
            return self.add_all(text, items, depth);
        } else if let Some(request) = shape.request {
            self.found.push(Document::Request(request));
        } else if shape.operation.is_some() {
            self.found.push(Document::Request(value));
        } else if let (Some(object), "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK") =
            (shape.object, self::text(shape.event).as_str())
        {
            return self.add_event(text, object, &self::text(shape.event), depth);
        } else if kind.is_empty() {
            self.count(&format!("{group_version} document without a kind"));
        } else {
            self.count(&format!("{group_version} {kind}"));
        }
        Ok(())
    }

    /// Adds the object of a watch event (`kubectl get --watch --output-watch-events`).
    fn add_event(
        &mut self,
        text: &'a str,
        object: &'a RawValue,
        event: &str,
        depth: u8,
    ) -> Result<(), Unreadable> {
        if event == "BOOKMARK" {
            return Ok(());
        }
        let mut one = Self::default();
        one.add(text, object, depth.saturating_add(1))?;
        for document in one.found {
            match document {
                Document::Cluster(cluster) => {
                    let last = (event != "DELETED").then_some(cluster);
                    self.watched.insert(name(cluster), last);
                }
                // Rancher makes a Setting anew when it starts; until then its last value counts.
                Document::Setting(..) if event == "DELETED" => {}
                other => self.found.push(other),
            }
        }
        self.count_all(one.others);
        Ok(())
    }

    fn add_all(
        &mut self,
        text: &'a str,
        items: Vec<&'a RawValue>,
        depth: u8,
    ) -> Result<(), Unreadable> {
        let depth = depth.saturating_add(1);
        items
            .into_iter()
            .try_for_each(|item| self.add(text, item, depth))
    }

    /// Counts what is not looked at where only Settings are.
    pub(super) fn other_than_settings(&self) -> BTreeMap<String, u32> {
        let mut others = Self {
            others: self.others.clone(),
            ..Self::default()
        };
        for document in &self.found {
            match document {
                Document::Cluster(_) => others.count("management.cattle.io/v3 Cluster"),
                Document::Request(_) => others.count("AdmissionRequest"),
                Document::Setting(..) => {}
            }
        }
        others.others
    }

    /// Adds what was counted elsewhere.
    pub(super) fn count_all(&mut self, counted: BTreeMap<String, u32>) {
        for (kind, count) in counted {
            let others = self.others.entry(kind).or_default();
            *others = others.saturating_add(count);
        }
    }

    fn count(&mut self, kind: &str) {
        let kind = bounded(kind.trim(), MAX_KIND).into_owned();
        let count = self.others.entry(kind).or_default();
        *count = count.saturating_add(1);
    }
}

/// The items of an array.
fn list(value: &RawValue) -> Option<Vec<&RawValue>> {
    if !value.get().starts_with('[') {
        return None;
    }
    serde_json::from_str(value.get()).ok()
}

/// An object that is pasted may lack its version.
fn is_rancher_s(group_version: &str) -> bool {
    group_version.is_empty() || group_version == "management.cattle.io/v3"
}

/// The one document of a text, as JSON; `None` if there is none.
///
/// # Errors
/// It is not valid JSON, or holds more.
pub(super) fn one(text: &str) -> Result<Option<&RawValue>, Unreadable> {
    match values(text)?.as_slice() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(Unreadable::whole("expected one document, found several")),
    }
}

/// The documents of a text, each as its own text.
fn values(text: &str) -> Result<Vec<&RawValue>, Unreadable> {
    let documents = serde_json::Deserializer::from_str(text).into_iter();
    let documents: Result<_, _> = documents.collect();
    documents.map_err(|error| Unreadable::json(text, text, &error))
}
