//! Field masks: a policy names the fields that it wants to see of an object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A tree of field names. A field without children stays with all that it holds.
#[derive(Debug, Default)]
pub(crate) struct FieldMask(BTreeMap<String, FieldMask>);

impl FieldMask {
    /// Reads paths such as `spec.displayName`.
    pub(crate) fn new(paths: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut root = Self::default();
        for path in paths {
            let mut node = &mut root;
            for name in path.as_ref().split('.') {
                node = node.0.entry(name.to_owned()).or_default();
            }
        }
        root
    }

    /// Prunes an object as policy-server does: what identifies it always stays.
    /// Whatever is no JSON object goes to the guest as it is.
    pub(crate) fn apply(&self, object: String) -> String {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&object) else {
            return object;
        };
        let identity: Map<String, Value> = ["apiVersion", "kind", "metadata"]
            .into_iter()
            .filter_map(|name| fields.remove_entry(name))
            .collect();
        let mut rest = Value::Object(fields);
        self.prune(&mut rest);
        if let Value::Object(rest) = &mut rest {
            rest.extend(identity);
        }
        rest.to_string()
    }

    fn prune(&self, value: &mut Value) {
        if self.0.is_empty() {
            return;
        }
        match value {
            Value::Object(fields) => fields.retain(|name, field| {
                self.0.get(name).is_some_and(|child| {
                    child.prune(field);
                    true
                })
            }),
            Value::Array(items) => items.iter_mut().for_each(|item| self.prune(item)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = r#"{"apiVersion":"v1","kind":"Setting","metadata":{"name":"a","uid":"1"},"spec":{"list":[{"a":1,"b":2},3]},"value":"x"}"#;

    #[track_caller]
    fn pruned(masks: &[&str], expected: &str) {
        assert_eq!(
            FieldMask::new(masks).apply(OBJECT.to_owned()),
            expected,
            "masks {masks:?}"
        );
    }

    #[test]
    fn keeps_what_is_named_and_what_identifies_the_object() {
        pruned(
            &["value"],
            r#"{"apiVersion":"v1","kind":"Setting","metadata":{"name":"a","uid":"1"},"value":"x"}"#,
        );
        pruned(
            &["spec.list.a"],
            r#"{"apiVersion":"v1","kind":"Setting","metadata":{"name":"a","uid":"1"},"spec":{"list":[{"a":1},3]}}"#,
        );
        pruned(
            &["metadata.name"],
            r#"{"apiVersion":"v1","kind":"Setting","metadata":{"name":"a","uid":"1"}}"#,
        );
    }

    #[test]
    fn an_empty_mask_keeps_all() {
        pruned(&[], OBJECT);
    }

    #[test]
    fn leaves_alone_what_is_no_object() {
        for text in ["no JSON", "[1]", ""] {
            assert_eq!(FieldMask::new(["value"]).apply(text.to_owned()), text);
        }
    }
}
