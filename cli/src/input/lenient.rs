//! Fields of an object that has no schema: any may be null, missing or of another
//! type than expected, and none of that makes the object unreadable.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::fleet::Field;

/// An object with known fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Part<T> {
    /// Absent or null.
    #[default]
    Absent,
    /// An object.
    Object(T),
    /// A value of another type.
    Odd,
}

impl<T> Part<T> {
    pub(crate) fn object(self) -> Option<T> {
        match self {
            Self::Object(object) => Some(object),
            Self::Absent | Self::Odd => None,
        }
    }
}

/// The elements of an array. Null is an empty one, as Go writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elements<T> {
    /// Whether there is an array at all.
    pub(crate) are_there: bool,
    pub(crate) elements: Vec<T>,
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self {
            are_there: false,
            elements: Vec::new(),
        }
    }
}

/// What a value becomes, by its type.
trait FromAny<'de>: Default {
    fn from_null() -> Self {
        Self::default()
    }

    /// A value of a type that is not wanted here.
    fn from_odd() -> Self {
        Self::default()
    }

    fn from_number(_number: i64) -> Self {
        Self::from_odd()
    }

    fn from_text(_text: &str) -> Self {
        Self::from_odd()
    }

    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::from_odd())
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::from_odd())
    }
}

impl FromAny<'_> for Field {
    fn from_odd() -> Self {
        Self::Odd
    }

    fn from_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Text; what is of another type counts as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Option<String>);

impl Text {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.as_deref() == Some(text)
    }

    pub(crate) fn or_empty(self) -> String {
        self.0.unwrap_or_default()
    }
}

impl FromAny<'_> for Text {
    fn from_text(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

/// A whole number; what is of another type counts as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<i64>);

impl FromAny<'_> for Number {
    fn from_number(number: i64) -> Self {
        Self(Some(number))
    }
}

impl<'de, T: Deserialize<'de>> FromAny<'de> for Part<T> {
    fn from_odd() -> Self {
        Self::Odd
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Self::Object)
    }
}

impl<'de, T: Deserialize<'de>> FromAny<'de> for Elements<T> {
    fn from_null() -> Self {
        Self {
            are_there: true,
            elements: Vec::new(),
        }
    }

    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut found = Self::from_null();
        while let Some(element) = array.next_element()? {
            found.elements.push(element);
        }
        Ok(found)
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: FromAny<'de>> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::from_null())
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::from_null())
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<T, D::Error> {
        value.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::from_odd())
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(T::from_number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(i64::try_from(number).map_or_else(|_| T::from_odd(), T::from_number))
    }

    fn visit_i128<E>(self, _: i128) -> Result<T, E> {
        Ok(T::from_odd())
    }

    fn visit_u128<E>(self, _: u128) -> Result<T, E> {
        Ok(T::from_odd())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::from_odd())
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<T, A::Error> {
        T::from_array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::from_object(object)
    }
}

macro_rules! deserialize_any {
    ($($name:ty $(where $parameter:ident)?),* $(,)?) => {$(
        impl<'de, $($parameter: Deserialize<'de>)?> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(AnyVisitor(PhantomData))
            }
        }
    )*};
}

deserialize_any!(Field, Text, Number, Part<T> where T, Elements<T> where T);

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Name {
        name: Text,
    }

    #[track_caller]
    fn reads<T>(value: serde_json::Value, expected: T)
    where
        T: fmt::Debug + PartialEq + for<'de> Deserialize<'de>,
    {
        assert_eq!(T::deserialize(&value).unwrap(), expected, "{value}");
    }

    #[test]
    fn a_field_remembers_that_it_was_no_text() {
        reads(json!(null), Field::Absent);
        reads(json!(""), Field::Text(String::new()));
        reads(json!("v2"), Field::Text("v2".to_owned()));
        for odd in [
            json!(false),
            json!(-1),
            json!(u64::MAX),
            json!(2.11),
            json!([1, [2]]),
            json!({"a": {"b": 1}}),
        ] {
            reads(odd, Field::Odd);
        }
    }

    #[test]
    fn other_types_count_as_absent_where_the_type_does_not_matter() {
        for value in [json!(null), json!(true), json!([1]), json!({"a": 1})] {
            reads(value.clone(), Text(None));
            reads(value, Number(None));
        }
        reads(json!(7), Text(None));
        reads(json!(7), Number(Some(7)));
        reads(json!("7"), Number(None));
        reads(json!(1.5), Number(None));
        let array = |elements| Elements {
            are_there: true,
            elements,
        };
        reads(json!({"a": 1}), Elements::<Text>::default());
        reads(json!(null), array(Vec::<Text>::new()));
        reads(
            json!([7, "a"]),
            array(vec![Text(None), Text(Some("a".to_owned()))]),
        );
    }

    #[test]
    fn a_part_is_an_object_or_odd() {
        let name = Text(Some("x".to_owned()));
        reads(
            json!({"name": "x", "other": [1]}),
            Part::Object(Name { name }),
        );
        reads(json!(null), Part::<Name>::Absent);
        reads(json!("text"), Part::<Name>::Odd);
        reads(json!([{}]), Part::<Name>::Odd);
    }
}
