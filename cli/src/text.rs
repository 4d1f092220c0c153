//! Text of strangers, made fit for a terminal and for a log.

use rancher_agent_version_policy::text::is_hidden;

/// Names end here, and images in the narrow table. Messages do not: the policy
/// bounds them itself.
const LONGEST: usize = 100;

/// Escapes what could move the cursor, start a new line or turn the direction
/// of writing.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// The same, cut where it gets too long for a column.
pub(crate) fn short(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_act_on() {
        assert_eq!(
            printable("a\u{1b}[31m\n\t\u{202e}b\u{85}ü"),
            "a\\u{1b}[31m\\n\\t\\u{202e}b\\u{85}ü"
        );
    }

    #[test]
    fn cuts_long_names_at_a_character() {
        assert_eq!(short(&"ü".repeat(100)), "ü".repeat(100));
        assert_eq!(short(&"ü".repeat(101)), format!("{}...", "ü".repeat(100)));
    }
}
