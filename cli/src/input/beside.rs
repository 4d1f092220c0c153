//! Members of an object that a struct does not know, read in one go with it.
//!
//! The policy's structs hold the few fields that it judges by. What the command wants
//! beside them stands in the same objects, and a Cluster is too large to be read twice.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use rancher_agent_version_policy::lenient;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

/// Takes the members that it wants.
pub(crate) trait Beside<'de> {
    /// Reads the value behind this key; says whether it did.
    fn read<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Reads a struct, and gives `beside` what it wants of the other members.
pub(crate) fn read<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: A,
    beside: &mut impl Beside<'de>,
) -> Result<T, A::Error> {
    T::deserialize(MapAccessDeserializer::new(Rest { map, beside }))
}

/// A struct, and what stands beside its fields.
#[derive(Debug, Default)]
pub(crate) struct With<T, B> {
    pub(crate) known: T,
    pub(crate) beside: B,
}

impl<T, B> lenient::Object for With<T, B> {}

impl<'de, T: Deserialize<'de>, B: Beside<'de> + Default> Deserialize<'de> for With<T, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WithVisitor(PhantomData))
    }
}

struct WithVisitor<T, B>(PhantomData<(T, B)>);

impl<'de, T: Deserialize<'de>, B: Beside<'de> + Default> Visitor<'de> for WithVisitor<T, B> {
    type Value = With<T, B>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut beside = B::default();
        let known = read(map, &mut beside)?;
        Ok(With { known, beside })
    }
}

/// The members that were not taken yet.
struct Rest<'b, A, B> {
    map: A,
    beside: &'b mut B,
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>, B: Beside<'de>> MapAccess<'de> for Rest<'_, A, B> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.map.next_key()? {
            if !self.beside.read(&key, &mut self.map)? {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
