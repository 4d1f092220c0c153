//! What kubectl prints beside objects, or in their place.

/// What a line by kubectl says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A warning, or its log.
    Message,
    /// It has failed.
    Failure,
}

/// How it begins to speak when it has failed (kubectl `pkg/cmd/util/helpers.go`).
const FAILURES: [&str; 5] = [
    "Error from server",
    "error: ",
    "Unable to connect to the server",
    "The connection to the server ",
    "Error in configuration",
];

/// The line, if kubectl speaks of itself there.
pub(crate) fn line(line: &[u8]) -> Option<Line> {
    let begins = |start: &str| line.starts_with(start.as_bytes());
    if FAILURES.into_iter().any(begins) {
        return Some(Line::Failure);
    }
    let is_message = begins("Warning: ") || begins("No resources found") || is_log(line);
    is_message.then_some(Line::Message)
}

/// Such as `E0118 15:24:26.818800      72 memcache.go:287] ...`, by klog.
fn is_log(line: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    match line {
        [b'I' | b'W' | b'E' | b'F', date @ ..] if date.len() > 13 => {
            date[..4].iter().all(is_digit) && date[4] == b' ' && date[7] == b':' && date[10] == b':'
        }
        _ => false,
    }
}

/// Whether a text is for people: a table with its header, or names.
pub(crate) fn is_for_people(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = str::from_utf8(line) else {
        return false;
    };
    let line = line.trim_end();
    let is_column = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || " -_./()".contains(c))
    };
    let is_header = line.contains("  ") || text.len() > line.len();
    let is_name = !line.contains([' ', ':']) && line.contains(".cattle.io/");
    is_name
        || is_header
            && line
                .split("  ")
                .map(str::trim)
                .all(|name| name.is_empty() || is_column(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_is_known_by_how_it_speaks() {
        for (text, expected) in [
            (
                "Warning: v1 ComponentStatus is deprecated in v1.19+",
                Some(Line::Message),
            ),
            (
                "E0118 15:24:26.818800      72 memcache.go:287] couldn't get",
                Some(Line::Message),
            ),
            ("No resources found", Some(Line::Message)),
            (
                "Error from server (NotFound): settings \"x\" not found",
                Some(Line::Failure),
            ),
            (
                "error: You must be logged in to the server (Unauthorized)",
                Some(Line::Failure),
            ),
            (
                "Unable to connect to the server: dial tcp: i/o timeout",
                Some(Line::Failure),
            ),
            (
                "The connection to the server localhost:8080 was refused",
                Some(Line::Failure),
            ),
            ("E0118: a", None),
            ("E0118 15-24-26.818800", None),
            ("Warnings: a", None),
            ("apiVersion: v1", None),
            ("", None),
        ] {
            assert_eq!(line(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn tables_and_names_are_for_people() {
        for (text, expected) in [
            ("NAME           AGE\nlocal   3d\n", true),
            ("ID             NAME   AGENT\n", true),
            ("NAME\nc-1\n", true),
            ("CLUSTER ID   V1.2 (OLD)\r\nc-1   2\r\n", true),
            ("cluster.management.cattle.io/c-1\n", true),
            ("NAME", false),
            ("A: B  C\n", false),
            ("just a line of text\nand one\n", false),
            ("a: b.cattle.io/c\n", false),
            ("\u{ff}  A\n", false),
        ] {
            assert_eq!(is_for_people(text.as_bytes()), expected, "{text}");
        }
    }
}
