//! One source, read as it goes on.

use std::sync::Arc;

use crate::input::entry::{Entries, Entry};
use crate::input::error::Problem;
use crate::input::json::Json;
use crate::input::source::Source;
use crate::input::window::Window;
use crate::input::yaml;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads one source as long as it goes on, but no more than `longest` bytes. Each entry
/// is handed over as soon as it can be told; `receive` says whether it wants more. The
/// answer is whether there was any document.
///
/// # Errors
/// Why the source could not be read to its end.
pub fn stream(
    source: &Source,
    longest: u64,
    mut receive: impl FnMut(Entry) -> bool,
) -> Result<bool, String> {
    let reader = source.open().map_err(|error| error.to_string())?;
    let mut window = Window::new(reader, longest);
    let mut entries = Entries::new(Arc::from(source.name()), &mut receive);
    documents(&mut window, &mut entries);
    let has_documents = entries.has_documents();
    window.error().map_or(Ok(has_documents), Err)
}

/// A document that begins with a bracket is JSON, and ends with it. Any other is YAML, or
/// what kubectl says beside it, and ends where a line begins the next one.
fn documents(window: &mut Window<'_>, entries: &mut Entries<'_>) {
    let mut last_of_json = 0;
    while entries.want_more()
        && let Some(byte) = window.first()
    {
        let line = window.position().line;
        if is_bracket(byte) {
            if !Json::new(window, entries).document() {
                lose_line(window);
            }
            last_of_json = window.position().line;
        } else if window.starts_with(BYTE_ORDER_MARK) {
            window.skip_mark(BYTE_ORDER_MARK);
        } else if line == last_of_json {
            entries.broken(window.position(), Problem::Json, &[]);
            lose_line(window);
        } else {
            yaml::document(window, entries);
        }
    }
}

/// Goes on to the next line that begins a document: this one makes no sense.
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
