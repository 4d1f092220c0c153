//! JSON read leniently and in one pass: of a document, the few fields that a
//! [`Shape`] names, each as whatever it turns out to be.
//!
//! The Cluster CRD has no schema, so a field may be absent, null, or of any
//! type. One reader that is driven by tables, in place of a derived one for
//! each struct: a JSON array is never taken for an object by position, each field
//! keeps its place in the document, and all that is not wanted is passed by the
//! shortest way. The whole document is checked nonetheless: it is JSON, or it is
//! refused. (A text that is not wanted may hold bytes that are no UTF-8, and a key that
//! is not wanted may be there twice.)

mod scan;
mod text;

use std::borrow::Cow;

use self::scan::{Next, NotJson};
pub(crate) use self::text::write_text;

/// What was found of one field.
#[derive(Debug, Clone, Default)]
pub(crate) enum Found<'a> {
    /// Not there, or null.
    #[default]
    Absent,
    /// A string where one is wanted, borrowed if it has no escapes.
    Text(Cow<'a, str>),
    /// An object where one is wanted.
    Object,
    /// An object of which all entries are wanted.
    Entries(Vec<Entry<'a>>),
    /// Of another type than the one that is wanted.
    Odd,
}

/// A key of an object, and the JSON text of its value.
pub(crate) type Entry<'a> = (Cow<'a, str>, &'a str);

/// A field, and where it stands in the document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot<'a> {
    /// What the field holds.
    pub(crate) found: Found<'a>,
    /// The JSON text of the value, empty if there is none.
    pub(crate) json: &'a [u8],
    /// How much of the document follows the value, in bytes.
    pub(crate) left: usize,
}

impl Slot<'_> {
    /// A field of which nothing was found.
    pub(crate) const ABSENT: Self = Self {
        found: Found::Absent,
        json: &[],
        left: 0,
    };
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
        Some(Slot {
            found: Found::Text(text),
            ..
        }) => text,
        _ => "",
    }
}

/// Where a document stops being JSON with each wanted field once. Never what stands
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadJson {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in bytes.
    pub(crate) column: usize,
}

/// Reads the wanted fields of `json` into `slots`, and what the document
/// itself is into the slot that `want` names.
///
/// # Errors
/// It is no JSON, or a wanted field is there twice.
pub(crate) fn read<'a>(json: &'a [u8], want: Want, slots: &mut [Slot<'a>]) -> Result<(), BadJson> {
    let mut reader = Reader { json, slots };
    let outcome = scan::token(json)
        .and_then(|(first, rest)| reader.value(want, 0, first, rest))
        .and_then(scan::end);
    outcome.map_err(|NotJson { left }| {
        let passed = json.len().saturating_sub(left);
        let passed = json.get(..passed).unwrap_or_default();
        let in_line = passed.rsplit(|byte| *byte == b'\n').next();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        BadJson {
            line: lines.saturating_add(1),
            column: in_line.map_or(0, <[u8]>::len).saturating_add(1),
        }
    })
}

/// Reads values, each from its first byte and the rest of the document behind that, and
/// returns the rest behind the value.
struct Reader<'s, 'a> {
    json: &'a [u8],
    slots: &'s mut [Slot<'a>],
}

impl<'a> Reader<'_, 'a> {
    /// The JSON text of a value, from its first byte to what is left after it.
    fn json(&self, rest: &[u8], after: &[u8]) -> &'a [u8] {
        let place = |left: &[u8]| self.json.len().saturating_sub(left.len());
        let start = place(rest).saturating_sub(1);
        self.json.get(start..place(after)).unwrap_or_default()
    }

    /// Reads one value into the slot that it is wanted in.
    fn value(
        &mut self,
        want: Want,
        base: usize,
        first: u8,
        rest: &'a [u8],
    ) -> Result<&'a [u8], NotJson> {
        let (found, after) = match (first, want) {
            (b'"', Want::Text(_)) => {
                let (text, after) = scan::text(rest)?;
                let text = text.read().ok_or(NotJson::at_value(rest))?;
                (Found::Text(text), after)
            }
            (
                b'{',
                Want::Object {
                    base: inner, shape, ..
                },
            ) => {
                let after = self.fields(shape, base.saturating_add(inner), rest)?;
                (Found::Object, after)
            }
            (b'{', Want::Entries(_)) => {
                let (entries, after) = self.entries(rest)?;
                (Found::Entries(entries), after)
            }
            // Null.
            (b'n', _) => (Found::Absent, scan::skip_from(first, rest)?),
            _ => (Found::Odd, scan::skip_from(first, rest)?),
        };
        let json = self.json(rest, after);
        let left = after.len();
        match self.slots.get_mut(base.saturating_add(want.slot())) {
            Some(slot) if slot.json.is_empty() => {
                *slot = Slot { found, json, left };
                Ok(after)
            }
            Some(_) => Err(NotJson::at_value(rest)),
            None => Ok(after),
        }
    }

    /// Reads an object whose bracket is passed.
    fn fields(
        &mut self,
        Shape(fields): &Shape,
        base: usize,
        rest: &'a [u8],
    ) -> Result<&'a [u8], NotJson> {
        let mut next = scan::first_member(rest)?;
        loop {
            let quoted = match next {
                Next::Key(quoted) => quoted,
                Next::End(after) => return Ok(after),
            };
            let (key, first, rest) = scan::key(quoted)?;
            let read;
            let name = if key.has_escapes {
                read = key.read().unwrap_or_default();
                read.as_bytes()
            } else {
                key.raw
            };
            let is_wanted = |(wanted, _): &&(&str, Want)| wanted.as_bytes() == name;
            let after = match fields.iter().find(is_wanted) {
                Some((_, want)) => self.value(*want, base, first, rest)?,
                None => scan::skip_from(first, rest)?,
            };
            next = scan::next_member(after)?;
        }
    }

    /// Reads all of an object whose bracket is passed.
    fn entries(&self, rest: &'a [u8]) -> Result<(Vec<Entry<'a>>, &'a [u8]), NotJson> {
        let mut entries = Vec::new();
        let mut next = scan::first_member(rest)?;
        loop {
            let quoted = match next {
                Next::Key(quoted) => quoted,
                Next::End(after) => return Ok((entries, after)),
            };
            let (key, first, rest) = scan::key(quoted)?;
            let after = scan::skip_from(first, rest)?;
            let value = std::str::from_utf8(self.json(rest, after)).ok();
            let entry = key.read().zip(value);
            entries.push(entry.ok_or(NotJson::at_value(rest))?);
            next = scan::next_member(after)?;
        }
    }
}

/// The string that a JSON text is; `None` if it is another value.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let mut slots = [Slot::ABSENT];
    read(json.as_bytes(), Want::Text(0), &mut slots).ok()?;
    let [slot] = slots;
    match slot.found {
        Found::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    static INNER: Shape = Shape(&[("b", Want::Text(2))]);

    const WANT: Want = Want::Object {
        slot: 0,
        base: 0,
        shape: &Shape(&[
            ("a", Want::Text(1)),
            (
                "o",
                Want::Object {
                    slot: 3,
                    base: 0,
                    shape: &INNER,
                },
            ),
            ("e", Want::Entries(4)),
        ]),
    };

    fn slots(json: &[u8]) -> Result<[Slot<'_>; 5], BadJson> {
        let mut slots = [Slot::ABSENT; 5];
        read(json, WANT, &mut slots).map(|()| slots)
    }

    #[track_caller]
    fn refuses(json: &str, line: usize, column: usize) {
        assert_eq!(
            slots(json.as_bytes()).map(|_| ()),
            Err(BadJson { line, column }),
            "{json}"
        );
    }

    #[test]
    fn keeps_what_is_wanted_and_where_it_stands() {
        let json = br#" {"x":[1,{"a":"no"}],"a" : "\u0041\n" ,"o":{"b":7,"a":"no"},"e":{"k":[ 1 ],"\u006c":null}} "#;
        let [top, a, b, o, e] = slots(json).unwrap();
        assert!(matches!(top.found, Found::Object));
        assert!(matches!(&a.found, Found::Text(text) if text == "A\n"));
        assert_eq!(a.json, br#""\u0041\n""#);
        assert_eq!(json.len() - a.left, 37);
        assert!(matches!(b.found, Found::Odd));
        assert_eq!((b.json, o.json), (&b"7"[..], &br#"{"b":7,"a":"no"}"#[..]));
        let Found::Entries(entries) = e.found else {
            panic!("no entries");
        };
        let expected: [Entry<'_>; 2] = [("k".into(), "[ 1 ]"), ("l".into(), "null")];
        assert_eq!(entries, expected);
    }

    #[test]
    fn says_where_the_json_ends() {
        refuses("", 1, 1);
        refuses("  x", 1, 3);
        refuses("{\n \"a\":\"x\"\n,}", 3, 2);
        refuses(r#"{"a":"x","a":"y"}"#, 1, 14);
        refuses(r#"{"a":null,"a":"y"}"#, 1, 15);
        refuses(r#"{"o":{},"o":null}"#, 1, 13);
        refuses(r#"{"a":"x"} ]"#, 1, 11);
        refuses(r#"{"z":[1,2}"#, 1, 10);
        refuses(r#"{"z":01}"#, 1, 7);
        refuses("{\"z\":\"\t\"}", 1, 7);
        refuses(r#"{"z":"\x"}"#, 1, 8);
        refuses(r#"{"z":tru}"#, 1, 6);
        refuses(r#"{"a":"\ud800"}"#, 1, 6);
    }

    /// Whatever is skipped is JSON to serde_json as well, and the other way round: every
    /// edit of one byte in documents that hold everything there is.
    #[test]
    fn skips_what_serde_json_skips() {
        let deep = format!("{}1{}", "[{\"k\":".repeat(70), "}]".repeat(70));
        let documents = [
            r#"{"k":{},"l":{"m":{}},"n":[],"o":[[],{}],"p":[{"q":{}},{"r":{},"s":{}}]}"#.to_owned(),
            r#"[0,-0,1,12,-1.5,1e5,1E+5,1.25e-10,true,false,null,"",{"a":0},{"a":10}]"#.to_owned(),
            r#" { "k" : [ 1 , "two" , null ] , "l" : { "m" : true } } "#.to_owned(),
            r#"{"a text of more than eight":"bytes \" \\ \/ \b \f \n \r \t \u00e4 \ud83e\udd80 ä 🦀"}"#.to_owned(),
            deep,
        ];
        let interesting = br#"{}[]",:\0129-+.eEtfnu /x"#.iter().copied();
        let bytes: Vec<u8> = interesting.chain([0, 0x1f, 0x7f, 0xff]).collect();
        let mut differ = Vec::new();
        let mut counts = [0_usize; 2];
        for document in documents {
            for place in 0..=document.len() {
                let (before, after) = document.as_bytes().split_at(place);
                let mut edits = vec![
                    before.to_vec(),
                    [before, after.get(1..).unwrap_or_default()].concat(),
                ];
                for byte in &bytes {
                    edits.push([before, &[*byte], after].concat());
                    edits.push([before, &[*byte], after.get(1..).unwrap_or_default()].concat());
                }
                for edit in edits {
                    let json = [br#"{"z":"#, edit.as_slice(), b"}"].concat();
                    let ours = slots(&json).is_ok();
                    counts[usize::from(ours)] += 1;
                    if ours != serde_json::from_slice::<IgnoredAny>(&json).is_ok() {
                        differ.push(String::from_utf8_lossy(&json).into_owned());
                    }
                }
            }
        }
        assert_eq!(differ, Vec::<String>::new());
        assert_eq!(counts, [38_233, 11_125], "refused and read");
    }
}
