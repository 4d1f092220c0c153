//! The objects of an input: clusters, Settings, and what is neither.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::input::{InputError, documents};
use crate::kubernetes::{Settings, effective_value};
use crate::text::short;

const GROUP: &str = "management.cattle.io";
const VERSION: &str = "v3";

/// What an input holds, whatever its order.
#[derive(Debug, Default, PartialEq)]
pub struct Inventory {
    /// The Cluster objects of Rancher, as they are.
    pub clusters: Vec<Value>,
    /// Rancher's Settings.
    pub settings: Settings,
    /// How many objects of which other kind there are.
    pub others: BTreeMap<String, usize>,
}

impl Inventory {
    /// Reads objects as kubectl prints them: JSON or YAML, one object, a List, or
    /// several documents.
    ///
    /// # Errors
    /// Where a document is broken, or a Setting contradicts another.
    pub fn read(bytes: &[u8]) -> Result<Self, InputError> {
        let mut inventory = Self::default();
        for document in documents(bytes)? {
            inventory.add(document, None)?;
        }
        Ok(inventory)
    }

    /// A line about the objects that are neither clusters nor Settings of Rancher,
    /// if there are any.
    #[must_use]
    pub fn note_on_others(&self) -> Option<String> {
        let kinds: Vec<String> = self
            .others
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        (!kinds.is_empty()).then(|| format!("not looked at: {}", kinds.join(", ")))
    }

    /// Adds an object, or the items of a list. The items of a typed list need not
    /// repeat their type.
    fn add(&mut self, mut object: Value, implied: Option<(&str, &str)>) -> Result<(), InputError> {
        let field = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let (implied_version, implied_kind) = implied.unwrap_or_default();
        let version = field("apiVersion").unwrap_or_else(|| implied_version.to_owned());
        let kind = field("kind").unwrap_or_else(|| implied_kind.to_owned());

        if let Some(item) = kind.strip_suffix("List") {
            let implied = (!item.is_empty()).then_some((version.as_str(), item));
            match object.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => {
                    for object in items {
                        self.add(object, implied)?;
                    }
                    return Ok(());
                }
                // An empty list of Go.
                Some(Value::Null) => return Ok(()),
                _ => {}
            }
        }
        match (version.split_once('/'), kind.as_str()) {
            (Some((GROUP, VERSION)), "Cluster") => self.clusters.push(object),
            (Some((GROUP, VERSION)), "Setting") => self.add_setting(object)?,
            _ => self.count(&version, &kind),
        }
        Ok(())
    }

    fn add_setting(&mut self, setting: Value) -> Result<(), InputError> {
        let name = setting.pointer("/metadata/name").and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        let value = effective_value(&setting).map(str::to_owned);
        if let Some(earlier) = self.settings.insert(&name, setting)
            && effective_value(&earlier) != value.as_deref()
        {
            return Err(InputError::Contradiction(short(&name)));
        }
        Ok(())
    }

    fn count(&mut self, version: &str, kind: &str) {
        let label = match (version, kind) {
            (_, "") => "without a kind".to_owned(),
            ("", kind) => short(kind),
            (version, kind) => format!("{} {}", short(version), short(kind)),
        };
        let count = self.others.entry(label).or_default();
        *count = count.saturating_add(1);
    }
}
