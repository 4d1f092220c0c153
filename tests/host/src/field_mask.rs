//! Field masks: a policy names the fields that it wants to see of an object.

use std::collections::BTreeMap;

use serde_json::Value;

/// What policy-server never takes away: the fields that identify an object.
const IDENTITY: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// A tree of field names. A field without children stays with all that it holds.
#[derive(Default)]
pub(crate) struct FieldMask(BTreeMap<String, FieldMask>);

impl FieldMask {
    /// Reads paths such as `spec.displayName`. Without any, all fields stay.
    pub(crate) fn new<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut root = Self::default();
        for path in paths {
            let names = path.split('.').map(str::to_owned);
            names.fold(&mut root, |node, name| node.0.entry(name).or_default());
        }
        if !root.0.is_empty() {
            let identity = IDENTITY.map(|name| (name.to_owned(), Self::default()));
            root.0.extend(identity);
        }
        root
    }

    /// Takes all other fields away.
    pub(crate) fn prune(&self, value: &mut Value) {
        match value {
            _ if self.0.is_empty() => {}
            Value::Object(fields) => fields.retain(|name, field| {
                let child = self.0.get(name);
                child.inspect(|child| child.prune(field)).is_some()
            }),
            Value::Array(items) => items.iter_mut().for_each(|item| self.prune(item)),
            _ => {}
        }
    }
}
