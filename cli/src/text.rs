//! Text of other people, made fit for a terminal and a log.

use rancher_agent_version_policy::text::is_hidden;

/// Names end here, and images in the narrow table. Messages do not: the policy
/// bounds them itself.
const LONGEST: usize = 100;

/// Whole images end here, with a long registry and a digest.
const LONGEST_IMAGE: usize = 300;

/// Begins a workflow command of GitHub Actions, wherever it stands in a line.
pub(crate) const COMMAND: &str = "##[";

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
    // Where this stands, GitHub Actions reads a command.
    if printable.contains(COMMAND) {
        printable = printable.replace(COMMAND, "#\\u{23}[");
    }
    printable
}

/// The same, cut where it gets too long for a column.
pub(crate) fn short(text: &str) -> String {
    cut(text, LONGEST)
}

/// The same, with room for a whole image.
pub(crate) fn image(text: &str) -> String {
    cut(text, LONGEST_IMAGE)
}

fn cut(text: &str, longest: usize) -> String {
    // Each character of the text is at least one of what is printed.
    let text = match text.char_indices().nth(longest + 1) {
        Some((end, _)) => printable(&text[..end]),
        None => printable(text),
    };
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// So many of what is called this.
pub(crate) fn count(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// The text of a document in JSON or YAML whose strings have escapes of their own: hidden
/// characters become such escapes, and so does a command of GitHub Actions.
pub(crate) fn escape_hidden(document: &str, escape: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(document.len());
    for character in document.chars() {
        // Others are escaped already, but for white space between the strings.
        if is_hidden(character) && (character == '\u{7f}' || !character.is_ascii()) {
            escaped.push_str(&escape(character));
        } else {
            escaped.push(character);
        }
    }
    if escaped.contains(COMMAND) {
        escaped = escaped.replace(COMMAND, &format!("#{}[", escape('#')));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_act_on() {
        assert_eq!(
            printable("a\u{1b}[31m\n\t\u{202e}b\u{85}ü##[error]"),
            "a\\u{1b}[31m\\n\\t\\u{202e}b\\u{85}ü#\\u{23}[error]"
        );
    }

    #[test]
    fn cuts_long_names_at_a_character() {
        assert_eq!(short(&"ü".repeat(100)), "ü".repeat(100));
        assert_eq!(short(&"ü".repeat(101)), format!("{}...", "ü".repeat(100)));
    }
}
