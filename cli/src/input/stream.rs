//! One source, read as it goes on.

use std::io::Read;
use std::sync::Arc;

use crate::input::entry::{Entries, Entry};
use crate::input::error::Problem;
use crate::input::json::Json;
use crate::input::source::Source;
use crate::input::window::Window;
use crate::input::yaml;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a source was, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Whether there was any document.
    pub has_documents: bool,
    /// Whether Rancher's API group stands anywhere in it.
    pub names_rancher: bool,
}

/// Reads one source as long as it goes on, but no more than `longest` bytes. Each entry
/// is handed over as soon as it can be told; `receive` says whether it wants more.
///
/// # Errors
/// Why the source could not be read to its end.
pub fn stream(
    source: &Source,
    longest: u64,
    receive: impl FnMut(Entry) -> bool,
) -> Result<End, String> {
    let reader = source.open().map_err(|error| error.to_string())?;
    read(&source.name(), reader, longest, receive)
}

fn read(
    name: &str,
    reader: impl Read + Send,
    longest: u64,
    mut receive: impl FnMut(Entry) -> bool,
) -> Result<End, String> {
    let mut window = Window::new(reader, longest);
    let mut entries = Entries::new(Arc::from(name), &mut receive);
    documents(&mut window, &mut entries);
    let end = End {
        has_documents: entries.has_documents,
        names_rancher: window.names_rancher(),
    };
    window.error().map_or(Ok(end), Err)
}

/// A document that begins with a bracket is JSON, and ends with it. Any other is YAML, or
/// what kubectl says beside it, and ends where a line begins the next one.
fn documents(window: &mut Window<'_>, entries: &mut Entries<'_>) {
    let mut last_of_json = 0;
    while entries.wants_more
        && let Some(byte) = window.first()
    {
        let line = window.position().line;
        if is_bracket(byte) {
            if (Json { window, entries }).document() {
                last_of_json = window.position().line;
            } else {
                lose_line(window);
            }
        } else if window.starts_with(BYTE_ORDER_MARK) {
            window.skip_mark(BYTE_ORDER_MARK);
        } else if line == last_of_json {
            entries.broken(window.position(), Problem::Json);
            lose_line(window);
        } else {
            yaml::document(window, entries);
        }
    }
}

/// Goes on to the next line that begins a document.
fn lose_line(window: &mut Window<'_>) {
    if !window.starts_line() {
        window.skip_line();
    }
    while let Some(byte) = window.next()
        && !is_bracket(byte)
        && byte != b'-'
    {
        window.skip_line();
    }
}

pub(crate) fn is_bracket(byte: u8) -> bool {
    matches!(byte, b'{' | b'[')
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// A reader that gives so many bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (taken, rest) = self.0.split_at(count);
            buffer[..count].copy_from_slice(taken);
            self.0 = rest;
            Ok(count)
        }
    }

    fn entries(text: &[u8], size: usize) -> (Vec<Entry>, Result<End, String>) {
        let mut entries = Vec::new();
        let end = read("-", Drops(text, size), u64::MAX, |entry| {
            entries.push(entry);
            true
        });
        (entries, end)
    }

    const DOCUMENTS: End = End {
        has_documents: true,
        names_rancher: false,
    };

    const SAMPLES: [&str; 30] = [
        "",
        "{}{}\n{\"a\": \"}\\\"{\"}",
        "{\"kind\": \"List\", \"items\": [{\"a\": 1}, [2], 3, {}], \"b\": [4]}",
        "{\"a\": \"items\", \"b\": [{}], \"items\" : \n[ {\"items\": [{}]} ] }",
        "{\"x\\\"items\": [{}], \"items\": {\"c\": [{}]}}",
        "[{\"a\": {}}, {\"b\": []}]\n[]",
        "a: 1\n---\nb: {\n}\n--- # c\nc: 1\n---d\n",
        "a: 1\n{\"b\": 2}\nc: 3\n",
        "  a: 1\n  b: 2\n",
        "\u{feff}{}\r\n\u{feff}a: 1\r\n",
        "\u{ff4b}: 1\n",
        "{\"a\": \"b\n{\"c\": 1}\n",
        "{\"a\": {\n{\"c\": 1}\n",
        "{\"a\": 1]\nlost\n{\"c\": 1} lost\n- c\n",
        "{\"items\": [{\"a\": 1},\n {\"b\": \"c\n{\"d\": 1}\n",
        "{\"items\": [{}, {\"a\\\\\": \"b",
        "{\"items\": [{} {}, , -1.5e3, \"a\\\"]\", null]}",
        "{\"items\": [1,]}{\"items\": [12",
        "{\"items\": [{}\n{}\n",
        "{\"data\": [{\"kind\": \"Status\", \"apiVersion\": \"v1\"}], \"type\": \"collection\"}",
        "{\"\\u0069tems\": [{\"kind\": \"A\"}, [{}]], \"kind\": \"List\"}",
        "Warning: a\n{}\nE0118 15:24:26.818800      72 a.go:287] b\na: 1\nError from server\nb: 2\n",
        "NAME   AGE\na      3d\n",
        "# c\n%YAML 1.2\n---\na: {\n  b: 1 }\n...\n# d\nc: [1\n---\nitems:\n- kind: A\n- 1\n- items: [{kind: B}]\n",
        "\u{0}a\n{\u{0}}",
        "[[[[[[{\"kind\": \"A\"}]]]]]]",
        "[\n-x\n{}",
        "[1\n- a: 1\n- b\n{}\n",
        "[0.5, -1e-2, 3E+1, 0.\"]",
        "{\"items\": [{} 1,\n\"management.cattle.io/v3\"",
    ];

    /// A chunk may end anywhere.
    #[test]
    fn entries_do_not_depend_on_how_the_bytes_come() {
        for text in SAMPLES {
            let whole = entries(text.as_bytes(), usize::MAX);
            for size in 1..12 {
                assert_eq!(entries(text.as_bytes(), size), whole, "{text} by {size}");
            }
        }
    }

    /// In UTF-16 too, as PowerShell writes it.
    #[test]
    fn a_source_that_names_rancher_says_so() {
        let text = "{\"apiVersion\": \"management.cattle.io/v3\"}";
        let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let texts: [Vec<u8>; 3] = [text.into(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
        let end = Ok(End {
            names_rancher: true,
            ..DOCUMENTS
        });
        for text in texts {
            for size in [1, 7, usize::MAX] {
                assert_eq!(entries(&text, size).1, end, "{text:?} by {size}");
            }
            let without = &text[..text.len() / 2];
            assert_eq!(entries(without, usize::MAX).1, Ok(DOCUMENTS), "{without:?}");
        }
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let read_up_to = |longest| {
            let mut count = 0;
            let end = read("-", Drops(b"{}\n{}\n{}\n", 3), longest, |_| {
                count += 1;
                true
            });
            (count, end)
        };
        assert_eq!(read_up_to(9), (3, Ok(DOCUMENTS)));
        let problem = "this input is longer than --max-input allows".to_owned();
        assert_eq!(read_up_to(8), (2, Err(problem)));
    }

    #[test]
    fn reading_stops_when_nobody_wants_more() {
        let mut count = 0;
        let end = read("-", Drops(b"{}\n{}\n{}\n", 3), u64::MAX, |_| {
            count += 1;
            count < 2
        });
        assert_eq!((count, end), (2, Ok(DOCUMENTS)));
    }
}
