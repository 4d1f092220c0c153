//! A field of an object that has no schema.

use serde::{Serialize, Serializer};

/// A field whose type matters where it is not text: a policy may refuse it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field {
    /// Absent or null.
    #[default]
    Absent,
    /// Text, the empty one too.
    Text(String),
    /// A value of another type, which is not kept.
    Odd,
}

impl Field {
    /// The text, if it is one that is not empty.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

/// What was not kept is written as `false`, which is neither text nor null either.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Odd => serializer.serialize_bool(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_kept_is_written_as_neither_text_nor_null() {
        let fields = [Field::Absent, Field::Text("a".to_owned()), Field::Odd];
        assert_eq!(
            serde_json::to_value(fields).unwrap(),
            json!([null, "a", false])
        );
    }
}
