//! JSON written in any of the ways that mean the same.

use std::iter::Cycle;
use std::vec::IntoIter;

use super::payload::Node;

impl Node {
    /// The JSON text; the bytes choose white space and escapes.
    pub fn write(&self, style: Vec<u8>) -> String {
        let mut writer = Writer {
            json: String::new(),
            style: style.into_iter().cycle(),
        };
        writer.value(self);
        writer.json
    }
}

struct Writer {
    json: String,
    style: Cycle<IntoIter<u8>>,
}

impl Writer {
    fn choose(&mut self) -> u8 {
        self.style.next().unwrap_or_default()
    }

    fn token(&mut self, token: &str) {
        let space = ["", "", "", "", " ", "\n", "\t ", "\r\n"];
        let before = space[usize::from(self.choose() % 8)];
        let after = space[usize::from(self.choose() % 8)];
        self.json.extend([before, token, after]);
    }

    fn text(&mut self, text: &str) {
        self.json.push('"');
        for c in text.chars() {
            let short = match c {
                '"' | '\\' => Some(c),
                '/' if self.choose() < 128 => Some(c),
                '\u{8}' => Some('b'),
                '\u{c}' => Some('f'),
                '\n' => Some('n'),
                '\r' => Some('r'),
                '\t' => Some('t'),
                _ => None,
            };
            match (short, self.choose() % 8) {
                (Some(short), 1..) => self.json.extend(['\\', short]),
                (None, 1..) if c >= ' ' => self.json.push(c),
                (_, choice) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let capitals = choice < 4 && *unit < 0x80;
                        let digits = if capitals {
                            format!("{unit:04X}")
                        } else {
                            format!("{unit:04x}")
                        };
                        self.json.extend(["\\u", &digits]);
                    }
                }
            }
        }
        self.json.push('"');
    }

    fn value(&mut self, node: &Node) {
        match node {
            Node::Null => self.token("null"),
            Node::Bool(bool) => self.token(&bool.to_string()),
            Node::Number(number) => self.token(number),
            Node::Text(text) => self.text(text),
            Node::List(items) => {
                self.token("[");
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        self.token(",");
                    }
                    self.value(item);
                }
                self.token("]");
            }
            Node::Object(entries) => {
                self.token("{");
                for (place, (key, value)) in entries.iter().enumerate() {
                    if place > 0 {
                        self.token(",");
                    }
                    self.text(key);
                    self.token(":");
                    self.value(value);
                }
                self.token("}");
            }
        }
    }
}
