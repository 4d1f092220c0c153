//! JSON of any shape, and a second way to read it: every object as the list of its
//! members, in order and with those that are there twice.

use std::fmt;

use arbitrary::{Result, Unstructured};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A member of an object: its key, `None` if that is not a string, and its JSON.
pub type Member<'a> = (Option<String>, &'a RawValue);

/// The members of an object; `None` if the JSON is of another type, or none.
pub fn members(json: &str) -> Option<Vec<Member<'_>>> {
    // A key that is read as bytes may hold control characters, JSON may not.
    serde_json::from_str::<IgnoredAny>(json).ok()?;
    let members = serde_json::from_str::<Members<'_>>(json).ok()?;
    Some(members.0)
}

/// The text that a JSON string is.
pub fn text(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

struct Members<'a>(Vec<Member<'a>>);

/// A key as bytes: half a surrogate pair is not a string, but it is JSON.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key_seed(Key)? {
                    members.push((key, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// True once in so many times, and never where the bytes are used up.
pub fn rarely(u: &mut Unstructured<'_>, times: u16) -> Result<bool> {
    Ok(u.int_in_range(1..=times)? == times)
}

/// Writes a text with quotes, some of it escaped although it need not be.
pub fn quoted(u: &mut Unstructured<'_>, text: &str) -> Result<String> {
    if !rarely(u, 16)? {
        return Ok(serde_json::Value::from(text).to_string());
    }
    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    Ok(format!("\"{}\"", units.collect::<String>()))
}

/// A value of any type. `text` is what its texts say.
pub fn any(u: &mut Unstructured<'_>, text: &str, depth: usize) -> Result<String> {
    let scalars = [
        "null", "true", "false", "0", "-1.5e10", "1e400", "\"\"", "[]", "{}", "[ ]", "{ }",
    ];
    Ok(match u.int_in_range(0..=5_u8)? {
        0 | 1 => (*u.choose(&scalars)?).to_owned(),
        2 => quoted(u, text)?,
        _ if depth == 0 => quoted(u, text)?,
        3 => format!("[{}]", any(u, text, depth - 1)?),
        4 => {
            let (a, b) = (any(u, text, depth - 1)?, any(u, text, depth - 1)?);
            format!("[{a}, {b}]")
        }
        _ => {
            let (a, b) = (any(u, text, depth - 1)?, any(u, text, depth - 1)?);
            format!("{{\"x\":{a},\"{text}\" : {b}}}")
        }
    })
}

/// Members out of a list of keys and values: some left out, in any order, with and
/// without white space, rarely one of them twice.
pub fn object(u: &mut Unstructured<'_>, members: &[(&str, String)]) -> Result<String> {
    let space = *u.choose(&["", "", " ", "\n  "])?;
    let start = u.choose_index(members.len().max(1))?;
    let mut json = String::from("{");
    let mut comma = "";
    for place in 0..members.len() {
        let Some((key, value)) = members.get((start + place) % members.len()) else {
            continue;
        };
        let times = if rarely(u, 400)? { 2 } else { 1 };
        for _ in 0..times {
            json.push_str(comma);
            json.push_str(space);
            json.push_str(&quoted(u, key)?);
            json.push(':');
            json.push_str(space);
            json.push_str(value);
            comma = ",";
        }
    }
    json.push_str(space);
    json.push('}');
    Ok(json)
}
