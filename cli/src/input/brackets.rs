//! The end of a value of JSON, found by brackets, quotes and line starts alone.
//!
//! Whether the value is sound is for its parser to say. What is broken ends soon: where a
//! line ends within a text, where a bracket closes another kind, and where a bracket
//! begins a line although no value may stand there, which is the next document.

/// Follows the brackets of a value.
#[derive(Default)]
pub(crate) struct Brackets {
    open: Vec<u8>,
    in_text: bool,
    /// How many bytes were seen.
    pub(crate) at: usize,
}

/// Where to stop. The place is behind the last byte that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// At the end of the bytes.
    Bytes,
    /// Behind the bracket before the items of a List.
    Items,
    /// Behind the value.
    Value,
    /// Before the next document, although this one has not ended.
    Next,
    /// Behind what shows that the value is broken.
    Broken,
}

impl Brackets {
    /// Follows the brackets. The bytes are those of before, and more; they begin a line or not.
    pub(crate) fn follow(&mut self, bytes: &[u8], begin_line: bool) -> Stop {
        while let Some(byte) = bytes.get(self.at) {
            if self.in_text {
                let rest = &bytes[self.at..];
                let Some(end) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                    break;
                };
                self.at += end + 1;
                match rest[end] {
                    b'"' => self.in_text = false,
                    b'\\' => self.at += 1,
                    _ => return Stop::Broken,
                }
                continue;
            }
            let before = &bytes[..self.at];
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    let starts_line = before.last().map_or(begin_line, |last| *last == b'\n');
                    if starts_line && !self.may_begin_value(before) {
                        return Stop::Next;
                    }
                    self.at += 1;
                    let holds_items = *byte == b'[' && self.holds_items(before);
                    self.open.push(*byte);
                    if holds_items {
                        return Stop::Items;
                    }
                    continue;
                }
                b'}' | b']' => {
                    self.at += 1;
                    match (self.open.pop(), byte) {
                        (Some(b'{'), b'}') | (Some(b'['), b']') => {}
                        _ => return Stop::Broken,
                    }
                    if self.open.is_empty() {
                        return Stop::Value;
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.max(bytes.len());
        Stop::Bytes
    }

    fn may_begin_value(&self, before: &[u8]) -> bool {
        match before.trim_ascii_end().last() {
            None | Some(b':' | b'[') => true,
            Some(b',') => self.open.last() == Some(&b'['),
            Some(_) => false,
        }
    }

    /// Whether an array holds items: it is the value itself, or stands behind `"items":`
    /// or `"data":` at its top.
    fn holds_items(&self, before: &[u8]) -> bool {
        fn without<'b>(text: &'b [u8], end: &str) -> Option<&'b [u8]> {
            text.trim_ascii_end().strip_suffix(end.as_bytes())
        }
        let key = || {
            let key = without(before, ":")?;
            without(key, "\"items\"").or_else(|| without(key, "\"data\""))
        };
        let is_key = |before: &[u8]| matches!(before.trim_ascii_end().last(), Some(b'{' | b','));
        match self.open.as_slice() {
            [] => true,
            [b'{'] => key().is_some_and(is_key),
            _ => false,
        }
    }
}
