//! JSON read leniently and in one pass: of a document, the few fields that a
//! [`Shape`] names, each as whatever it turns out to be.
//!
//! The Cluster CRD has no schema, so a field may be absent, null, or of any
//! type. One reader that is driven by tables, in place of a derived one for
//! each struct: the module is a third smaller, and a JSON array is never
//! taken for an object by position.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// What was found of one field.
#[derive(Debug, Clone, Default)]
pub(crate) enum Slot<'a> {
    /// Not there, or null.
    #[default]
    Absent,
    /// A string where one is wanted, borrowed if it has no escapes.
    Text(Cow<'a, str>),
    /// An object where one is wanted.
    Object,
    /// An object of which all entries are wanted.
    Entries(Entries<'a>),
    /// Of another type than the one that is wanted.
    Odd,
}

/// What is wanted of one field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Want {
    /// A string, for this slot.
    Text(usize),
    /// An object with all its entries, for this slot.
    Entries(usize),
    /// An object, noted in this slot; the slots of its fields count from
    /// `base`.
    Object {
        slot: usize,
        base: usize,
        shape: &'static Shape,
    },
}

/// The wanted fields of an object, by their keys.
#[derive(Debug)]
pub(crate) struct Shape(pub(crate) &'static [(&'static str, Want)]);

impl Want {
    fn slot(self) -> usize {
        match self {
            Self::Text(slot) | Self::Entries(slot) | Self::Object { slot, .. } => slot,
        }
    }
}

/// A text slot of `slots`, empty if there is no string in it.
pub(crate) fn text<'a>(slots: &'a [Slot<'_>], slot: usize) -> &'a str {
    match slots.get(slot) {
        Some(Slot::Text(text)) => text,
        _ => "",
    }
}

/// Reads the wanted fields of `json` into `slots`, and what the document
/// itself is into the slot that `want` names.
///
/// # Errors
/// It is no JSON, or a wanted field is there twice. The error's text may
/// repeat the input: only its line and column are fit to be shown.
pub(crate) fn read<'a>(
    json: &'a [u8],
    want: Want,
    slots: &mut [Slot<'a>],
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Reader {
        want,
        base: 0,
        slots,
    }
    .deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Reads one value into the slot that it is wanted in.
struct Reader<'s, 'de> {
    want: Want,
    base: usize,
    slots: &'s mut [Slot<'de>],
}

impl<'de> Reader<'_, 'de> {
    fn put<E: Error>(self, found: Slot<'de>) -> Result<(), E> {
        let slot = self.base.saturating_add(self.want.slot());
        match self.slots.get_mut(slot) {
            Some(slot @ Slot::Absent) => *slot = found,
            Some(_) => return Err(E::custom("a field is there twice")),
            None => {}
        }
        Ok(())
    }

    fn put_text<E: Error>(self, text: Cow<'de, str>) -> Result<(), E> {
        let found = match self.want {
            Want::Text(_) => Slot::Text(text),
            Want::Entries(_) | Want::Object { .. } => Slot::Odd,
        };
        self.put(found)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.put_text(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put_text(Cow::Owned(text.to_owned()))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (base, shape) = match self.want {
            Want::Object { base, shape, .. } => (base, shape),
            Want::Text(_) => {
                IgnoredAny.visit_map(map)?;
                return self.put(Slot::Odd);
            }
            Want::Entries(_) => {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key_seed(AnyKey)? {
                    entries.push((key, map.next_value()?));
                }
                return self.put(Slot::Entries(Entries(entries)));
            }
        };
        let base = self.base.saturating_add(base);
        while let Some(want) = map.next_key_seed(Key(shape))? {
            match want {
                Some(want) => map.next_value_seed(Reader {
                    want,
                    base,
                    slots: &mut *self.slots,
                })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.put(Slot::Object)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, seq: S) -> Result<(), S::Error> {
        IgnoredAny.visit_seq(seq)?;
        self.put(Slot::Odd)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.put(Slot::Odd)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.put(Slot::Odd)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.put(Slot::Odd)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.put(Slot::Odd)
    }
}

/// Reads a key; what is wanted of its value, if anything.
struct Key(&'static Shape);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<Want>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<Want>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let Shape(fields) = self.0;
        let found = fields.iter().find(|(name, _)| *name == key);
        Ok(found.map(|(_, want)| *want))
    }
}

/// The entries of a JSON object in their order, duplicates among them, with
/// the JSON text of each value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Entries<'a> {
    /// Reads an object; `None` if the JSON is none.
    pub(crate) fn read(json: &'a str) -> Option<Self> {
        match read_one(json, Want::Entries(0)) {
            Slot::Entries(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().find(|(name, _)| name == key)?;
        Some(value)
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// The string that a JSON text is; `None` if it is another value.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    match read_one(json, Want::Text(0)) {
        Slot::Text(text) => Some(text),
        _ => None,
    }
}

fn read_one(json: &str, want: Want) -> Slot<'_> {
    let mut slots = [Slot::Absent];
    match read(json.as_bytes(), want, &mut slots) {
        Ok(()) => {
            let [slot] = slots;
            slot
        }
        Err(_) => Slot::Odd,
    }
}

/// Reads any key, borrowed if it has no escapes.
struct AnyKey;

impl<'de> DeserializeSeed<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
