//! Texts of JSON: read with their escapes, and written.

use std::borrow::Cow;

use super::scan::{Text, after_plain};

impl<'a> Text<'a> {
    /// The text that is meant, borrowed if it has no escapes; `None` if it is none:
    /// no UTF-8, or half a surrogate pair.
    pub(super) fn read(self) -> Option<Cow<'a, str>> {
        let text = std::str::from_utf8(self.raw).ok()?;
        if self.has_escapes {
            unescape(text).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(text))
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut meant = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        meant.push_str(plain);
        let mut after = escaped.chars();
        meant.push(match after.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (c, behind) = code_point(after.as_str())?;
                after = behind.chars();
                c
            }
            itself => itself,
        });
        rest = after.as_str();
    }
    meant.push_str(rest);
    Some(meant)
}

/// The character that four hexadecimal digits stand for, or two times four, and what
/// follows them.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (first, rest) = unit(text)?;
    if let Some(c) = char::from_u32(first.into()) {
        return Some((c, rest));
    }
    let (second, rest) = unit(rest.strip_prefix("\\u")?)?;
    let c = char::decode_utf16([first, second]).next()?.ok()?;
    Some((c, rest))
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

/// Writes a text with its quotes.
pub(crate) fn write_text(text: &str, json: &mut String) {
    json.push('"');
    let mut rest = text;
    loop {
        let special = after_plain(rest.as_bytes()).len();
        let plain = rest.len().saturating_sub(special);
        let Some((plain, special)) = rest.split_at_checked(plain) else {
            break;
        };
        json.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => json.push_str("\\\""),
            Some('\\') => json.push_str("\\\\"),
            Some(control) => {
                json.push_str("\\u00");
                for digit in [u32::from(control) >> 4, u32::from(control) & 0xf] {
                    json.extend(char::from_digit(digit, 16));
                }
            }
            None => break,
        }
        rest = chars.as_str();
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_json_reads() {
        let all: String = ('\0'..='\u{ff}').chain("测试\u{2028}🦀".chars()).collect();
        for text in ["", "plain", "a\"b\\c\nd", "\u{1f}", all.as_str()] {
            let mut json = String::new();
            write_text(text, &mut json);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
