//! Fields of an object that has no schema.
//!
//! The Cluster CRD describes none of its fields, so each may be absent, null or of any
//! type. A struct is read from a JSON object only, never from an array by position, and
//! a key that is read may occur only once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// What a field holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Lenient<T> {
    /// Nothing, or null.
    #[default]
    Absent,
    /// A value of the expected type.
    Present(T),
    /// A value of another type, which is not kept.
    Odd,
}

/// A field that is expected to hold a string.
pub type Text<'a> = Lenient<Cow<'a, str>>;

impl<T> Lenient<T> {
    /// The value, if it is of the expected type.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Odd => None,
        }
    }

    /// The same field with another value in it.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Lenient<U> {
        match self {
            Self::Absent => Lenient::Absent,
            Self::Present(value) => Lenient::Present(change(value)),
            Self::Odd => Lenient::Odd,
        }
    }

    /// True for a value of another type.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        matches!(self, Self::Odd)
    }
}

impl Text<'_> {
    /// The string, empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.get().map_or("", AsRef::as_ref)
    }

    /// The same field, independent of the text that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        self.map(|text| Cow::Owned(text.into_owned()))
    }
}

/// What is made of a value, by its type.
pub trait Expected<'de>: Sized {
    /// What a value of the expected type is read as.
    type Value;

    /// Of an integer.
    fn number(self, _: i64) -> Lenient<Self::Value> {
        Lenient::Odd
    }

    /// Of a string.
    fn text(self, _: Cow<'de, str>) -> Lenient<Self::Value> {
        Lenient::Odd
    }

    /// Of an array.
    ///
    /// # Errors
    /// Those of the text that it is in.
    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Lenient<Self::Value>, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient::Odd)
    }

    /// Of an object.
    ///
    /// # Errors
    /// Those of the text that it is in.
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient<Self::Value>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient::Odd)
    }
}

impl<'de: 'a, 'a> Expected<'de> for PhantomData<Cow<'a, str>> {
    type Value = Cow<'a, str>;

    fn text(self, text: Cow<'de, str>) -> Lenient<Self::Value> {
        Lenient::Present(text)
    }
}

impl Expected<'_> for PhantomData<i64> {
    type Value = i64;

    fn number(self, number: i64) -> Lenient<i64> {
        Lenient::Present(number)
    }
}

impl<'de, T: Deserialize<'de>> Expected<'de> for PhantomData<Vec<T>> {
    type Value = Vec<T>;

    fn array<A: SeqAccess<'de>>(self, array: A) -> Result<Lenient<Vec<T>>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(array)).map(Lenient::Present)
    }
}

/// A struct that a JSON object is expected for.
pub trait Object {}

impl<'de, T: Object + Deserialize<'de>> Expected<'de> for PhantomData<T> {
    type Value = T;

    fn map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Lenient::Present)
    }
}

impl<'de, T> Deserialize<'de> for Lenient<T>
where
    PhantomData<T>: Expected<'de, Value = T>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue(PhantomData).deserialize(deserializer)
    }
}

/// Reads a value of any type, and makes of it what is expected.
pub struct AnyValue<E>(pub E);

impl<'de, E: Expected<'de>> DeserializeSeed<'de> for AnyValue<E> {
    type Value = Lenient<E::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Expected<'de>> Visitor<'de> for AnyValue<E> {
    type Value = Lenient<E::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<R>(self) -> Result<Self::Value, R> {
        Ok(Lenient::Absent)
    }

    fn visit_bool<R>(self, _: bool) -> Result<Self::Value, R> {
        Ok(Lenient::Odd)
    }

    fn visit_i64<R>(self, number: i64) -> Result<Self::Value, R> {
        Ok(self.0.number(number))
    }

    fn visit_u64<R>(self, number: u64) -> Result<Self::Value, R> {
        Ok(i64::try_from(number).map_or(Lenient::Odd, |number| self.0.number(number)))
    }

    fn visit_f64<R>(self, _: f64) -> Result<Self::Value, R> {
        Ok(Lenient::Odd)
    }

    fn visit_str<R: Error>(self, text: &str) -> Result<Self::Value, R> {
        Ok(self.0.text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<R: Error>(self, text: &'de str) -> Result<Self::Value, R> {
        Ok(self.0.text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Self::Value, A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.map(map)
    }
}

/// The members of a JSON object in their order, each value as the text that it is.
#[derive(Debug, Clone, Default)]
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads a JSON object; `None` for anything else.
    #[must_use]
    pub fn read(json: &'a [u8]) -> Option<Self> {
        match serde_json::from_slice(json) {
            Ok(Lenient::Present(members)) => Some(members),
            _ => None,
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        let mut members = self.0.iter();
        members.find_map(|(name, value)| (name == key).then_some(*value))
    }

    /// Replaces the value of a key.
    pub fn replace(&mut self, key: &str, value: &'a RawValue) {
        for (name, old) in &mut self.0 {
            if name == key {
                *old = value;
            }
        }
    }
}

impl<'de: 'a, 'a> Expected<'de> for PhantomData<Members<'a>> {
    type Value = Members<'a>;

    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient<Members<'a>>, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<Text<'a>, _>()? {
            // A key is always a string.
            if let Lenient::Present(key) = key {
                members.push((key, value));
            }
        }
        Ok(Lenient::Present(Members(members)))
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// The JSON object at a path of keys; `None` if there is none. Nothing behind it is read.
#[must_use]
pub fn members_at<'a>(json: &'a [u8], path: &[&str]) -> Option<Members<'a>> {
    let mut found = Lenient::Absent;
    let at = At {
        path,
        found: &mut found,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    // An error: what stands behind the object that was found is not read.
    let _ = at.deserialize(&mut deserializer);
    match found {
        Lenient::Present(members) => Some(members),
        Lenient::Absent | Lenient::Odd => None,
    }
}

struct At<'p, 'a> {
    path: &'p [&'p str],
    found: &'p mut Lenient<Members<'a>>,
}

impl<'de> DeserializeSeed<'de> for At<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            *self.found = Lenient::deserialize(deserializer)?;
        } else {
            AnyValue(self).deserialize(deserializer)?;
        }
        Ok(())
    }
}

impl<'de> Expected<'de> for At<'_, 'de> {
    type Value = ();

    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient<()>, A::Error> {
        let Self { path, found } = self;
        let [wanted, path @ ..] = path else {
            return Ok(Lenient::Odd);
        };
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key.text() == *wanted {
                map.next_value_seed(At { path, found })?;
                break;
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(Lenient::Odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Named<'a> {
        #[serde(borrow)]
        name: Text<'a>,
    }

    impl Object for Named<'_> {}

    fn named(json: &str) -> Result<Lenient<Named<'_>>, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_text_is_absent_present_or_odd() {
        let text = |json| serde_json::from_str::<Text<'_>>(json).unwrap();
        assert_eq!(text("null"), Lenient::Absent);
        assert_eq!(text(r#""a""#), Lenient::Present("a".into()));
        assert_eq!(text(r#""\u0061""#), Lenient::Present("a".into()));
        for json in ["true", "-1", "1", "1.5", "[1,[2]]", r#"{"a":1}"#] {
            assert_eq!(text(json), Lenient::Odd, "{json}");
        }
    }

    #[test]
    fn a_struct_is_read_from_an_object_only() {
        let name = |name: &'static str| {
            let name = Lenient::Present(name.into());
            Ok(Lenient::Present(Named { name }))
        };
        assert_eq!(named(r#"{"x":[{}],"name":"a"}"#), name("a"));
        assert_eq!(named("{}"), Ok(Lenient::Present(Named::default())));
        assert_eq!(named("null"), Ok(Lenient::Absent));
        assert_eq!(named(r#"["a"]"#), Ok(Lenient::Odd));
        assert_eq!(named(r#""a""#), Ok(Lenient::Odd));
    }

    #[test]
    fn a_key_that_is_read_stands_there_once() {
        for twice in [r#"{"name":"a","name":"b"}"#, r#"{"name":null,"name":"b"}"#] {
            let error = "duplicate field `name` at line 1 column ";
            let found = named(twice).unwrap_err();
            assert_eq!(found.get(..error.len()), Some(error), "{found}");
        }
        assert_eq!(
            named(r#"{"x":1,"x":2}"#),
            Ok(Lenient::Present(Named::default()))
        );
    }

    #[test]
    fn members_keep_order_and_text() {
        let json = r#"{"b":1.0,"a":[ 1,1e400 ],"b":"\u0061"}"#;
        let members = Members::read(json.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&members).unwrap(), json);
    }

    #[test]
    fn the_object_at_a_path_is_found_beside_anything() {
        let json = br#"{"z":[{"a":1}],"a":{"b":{"x":[1.0, "x"]},"c":null},"d":5,"e":"f","a":{}}"#;
        let at = |path: &[&str]| {
            let members = members_at(json, path)?;
            serde_json::to_string(&members).ok()
        };
        assert_eq!(at(&["a", "b"]).as_deref(), Some(r#"{"x":[1.0, "x"]}"#));
        for none in [
            ["a", "c"],
            ["a", "d"],
            ["z", "a"],
            ["d", "a"],
            ["e", "f"],
            ["x", "a"],
        ] {
            assert_eq!(at(&none), None, "{none:?}");
        }
        assert_eq!(members_at(b"[]", &[]).map(|members| members.0.len()), None);
    }
}
