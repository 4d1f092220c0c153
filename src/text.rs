//! Makes text from outside fit to print: on one line, and bounded.

use std::borrow::Cow;

/// Marks a cut; it counts toward the limit.
const CUT: &str = "...";

/// `text` with control and invisible formatting characters, backticks and backslashes
/// escaped, cut after at most `limit` characters.
#[must_use]
pub fn bounded(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut printed = String::new();
    let mut length: usize = 0;
    // The longest beginning that leaves room for the mark of a cut.
    let mut kept = 0;
    for c in text.chars() {
        let before = printed.len();
        escape(c, &mut printed);
        let added = printed
            .get(before..)
            .map_or(0, |added| added.chars().count());
        length = length.saturating_add(added);
        if length > limit {
            printed.truncate(kept);
            printed.push_str(CUT);
            break;
        }
        if length.saturating_add(CUT.len()) <= limit {
            kept = printed.len();
        }
    }
    Cow::Owned(printed)
}

/// True for ASCII that is printed as it is.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'`' && byte != b'\\'
}

fn escape(c: char, out: &mut String) {
    if c == '`' || c == '\\' || is_hidden(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// Characters that act on a terminal, or hide or reorder the text around them: control
/// characters, line and paragraph separators, zero-width characters, directional marks
/// (Unicode general categories Cc, Zl, Zp and Cf).
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn prints(text: &str, limit: usize, expected: &str) {
        assert_eq!(bounded(text, limit), expected);
    }

    #[test]
    fn keeps_what_fits() {
        prints("", 4, "");
        prints("edge", 4, "edge");
        prints("größe 测试", 10, "größe 测试");
    }

    #[test]
    fn cuts_what_does_not_fit() {
        prints("edges", 4, "e...");
        prints(&"a".repeat(100_000), 8, "aaaaa...");
        prints("测试测试测试", 5, "测试...");
        prints("abc\n", 8, "abc\\u{a}");
        prints("abc\n", 7, "abc...");
    }

    #[test]
    fn escapes_what_would_leave_its_line_or_its_quotes() {
        prints("a\nb\0", 40, "a\\u{a}b\\u{0}");
        prints("`a`\\", 40, "\\u{60}a\\u{60}\\u{5c}");
        prints("a\u{202e}b\u{2028}", 40, "a\\u{202e}b\\u{2028}");
        prints("\u{1b}[31m", 40, "\\u{1b}[31m");
    }
}
