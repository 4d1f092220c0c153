//! A value of any type, of which only one is of interest.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// What to do with each type of value.
pub(crate) trait Shape<'de>: Sized {
    type Value;

    /// Any type for which there is nothing else.
    fn other(self) -> Self::Value;

    fn null(self) -> Self::Value {
        self.other()
    }

    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.other())
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.other())
    }
}

/// Reads a value as its shape says.
pub(crate) struct Any<S>(pub(crate) S);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Any<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Any<S> {
    type Value = S::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<S::Value, E> {
        Ok(self.0.null())
    }

    fn visit_bool<E>(self, _: bool) -> Result<S::Value, E> {
        Ok(self.0.other())
    }

    fn visit_i64<E>(self, _: i64) -> Result<S::Value, E> {
        Ok(self.0.other())
    }

    fn visit_u64<E>(self, _: u64) -> Result<S::Value, E> {
        Ok(self.0.other())
    }

    fn visit_f64<E>(self, _: f64) -> Result<S::Value, E> {
        Ok(self.0.other())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<S::Value, E> {
        Ok(self.0.other())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<S::Value, A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<S::Value, A::Error> {
        self.0.object(object)
    }
}

/// The elements of an array; `None` where there is none. Null is an empty one, as Go
/// writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elements<T>(pub(crate) Option<Vec<T>>);

impl<T> Elements<T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Elements<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Any(ElementsOf(PhantomData)).deserialize(deserializer)
    }
}

struct ElementsOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Shape<'de> for ElementsOf<T> {
    type Value = Elements<T>;

    fn other(self) -> Elements<T> {
        Elements(None)
    }

    fn null(self) -> Elements<T> {
        Elements(Some(Vec::new()))
    }

    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Elements<T>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element()? {
            elements.push(element);
        }
        Ok(Elements(Some(elements)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn null_is_an_empty_array_and_anything_else_is_none() {
        for (value, expected) in [
            (json!([7, "a"]), Some(vec![json!(7), json!("a")])),
            (json!(null), Some(vec![])),
            (json!({"a": 1}), None),
            (json!("a"), None),
            (json!(1.5), None),
            (json!(-1), None),
            (json!(true), None),
        ] {
            let elements: Elements<Value> = Deserialize::deserialize(&value).unwrap();
            assert_eq!(elements, Elements(expected), "{value}");
        }
    }
}
