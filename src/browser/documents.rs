//! Any number of documents in JSON, one after the other. Each stays the text that it is, so
//! that the policy reads what its host would give it. YAML is for the page to translate: a
//! reader of it is three times the size of all the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Why a text cannot be read, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// One line.
    pub(super) message: String,
    /// Line and column, from 1.
    pub(super) place: Option<(u64, u64)>,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or_default();
        let place = (u64::try_from(error.line()), u64::try_from(error.column()));
        Self {
            message: ["no JSON: ", message].concat(),
            place: match place {
                // After a line's end there is a column as well.
                (Ok(line), Ok(column)) if line > 0 => Some((line, column.max(1))),
                _ => None,
            },
        }
    }
}

/// A document that is of interest, as JSON.
#[derive(Debug)]
pub(super) enum Document {
    /// A Cluster.
    Cluster(Box<RawValue>),
    /// An AdmissionRequest, on its own or out of an AdmissionReview.
    Request(Box<RawValue>),
    /// A Setting of Rancher: its name, and all of it.
    Setting(String, Box<RawValue>),
}

/// How many Lists and arrays may stand in each other; kubectl prints one, or none.
const MAX_LISTS: u8 = 8;

/// All documents of a text.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Those of interest, in their order.
    pub(super) found: Vec<Document>,
    /// How many there are of other kinds.
    pub(super) others: BTreeMap<String, u32>,
}

/// The fields by which a document tells what it is.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "apiVersion")]
    api_version: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
    #[serde(borrow, default)]
    request: Option<&'a RawValue>,
    #[serde(borrow, default)]
    operation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

fn text(value: Option<&RawValue>) -> String {
    value
        .and_then(|value| serde_json::from_str(value.get()).ok())
        .unwrap_or_default()
}

impl Documents {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON.
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        let mut documents = Self::default();
        for value in values(text)? {
            documents.add(value, 0)?;
        }
        Ok(documents)
    }

    /// Adds a value that stands in so many lists.
    fn add(&mut self, value: Box<RawValue>, depth: u8) -> Result<(), Unreadable> {
        if depth > MAX_LISTS {
            return Err(Unreadable {
                message: "too many lists stand in each other".to_owned(),
                place: None,
            });
        }
        let deeper = depth.saturating_add(1);
        // What `jq .items` prints: an array without the List around it.
        if value.get().starts_with('[') {
            let items: Vec<Box<RawValue>> = serde_json::from_str(value.get())?;
            return items
                .into_iter()
                .try_for_each(|item| self.add(item, deeper));
        }
        let Ok(shape) = serde_json::from_str::<Shape<'_>>(value.get()) else {
            if value.get() != "null" {
                self.count("document without a kind");
            }
            return Ok(());
        };
        let (group_version, kind) = (text(shape.api_version), text(shape.kind));
        if let Some(items) = shape.items {
            // What is no list is none of ours.
            let items: Vec<Box<RawValue>> = serde_json::from_str(items.get()).unwrap_or_default();
            return items
                .into_iter()
                .try_for_each(|item| self.add(item, deeper));
        }
        if let Some(request) = shape.request {
            self.found.push(Document::Request(request.to_owned()));
        } else if shape.operation.is_some() {
            self.found.push(Document::Request(value));
        } else if group_version == "management.cattle.io/v3" && kind == "Setting" {
            let named = shape.metadata.map(|metadata| metadata.get().to_owned());
            let named = named.unwrap_or_default();
            let named: Option<Named<'_>> = serde_json::from_str(&named).ok();
            let name = named.and_then(|named| named.name).unwrap_or_default();
            self.found.push(Document::Setting(name.into_owned(), value));
        } else if kind == "Cluster" && is_rancher_s(&group_version) {
            self.found.push(Document::Cluster(value));
        } else {
            let kind = if kind.is_empty() {
                "document without a kind"
            } else {
                &kind
            };
            self.count(&[&group_version, " ", kind].concat());
        }
        Ok(())
    }

    /// Counts what is not looked at where only Settings are.
    pub(super) fn other_than_settings(self) -> BTreeMap<String, u32> {
        let mut others = Self {
            others: self.others,
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

    fn count(&mut self, kind: &str) {
        let count = self.others.entry(kind.trim().to_owned()).or_default();
        *count = count.saturating_add(1);
    }
}

/// An object that is pasted may lack its version.
fn is_rancher_s(group_version: &str) -> bool {
    group_version.is_empty() || group_version == "management.cattle.io/v3"
}

/// The one document of a text, as JSON; `None` if there is none.
///
/// # Errors
/// It is no JSON, or holds more.
pub(super) fn one(text: &str) -> Result<Option<Box<RawValue>>, Unreadable> {
    let mut values = values(text)?;
    if values.len() > 1 {
        return Err(Unreadable {
            message: "more than one document".to_owned(),
            place: None,
        });
    }
    Ok(values.pop())
}

/// The documents of a text, each as its own text.
fn values(text: &str) -> Result<Vec<Box<RawValue>>, Unreadable> {
    let documents = serde_json::Deserializer::from_str(text).into_iter();
    Ok(documents.collect::<Result<_, _>>()?)
}
