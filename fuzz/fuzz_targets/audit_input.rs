//! Raw bytes as an input of the command: nothing panics, and the entries do not depend on how
//! the bytes come.
//!
//! The modules of the command are taken in as files: its crate would bring all that it
//! prints with. `source` alone is another one here: it reads from memory, in chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "the command uses more of it")]
#[path = "../../cli/src/listed.rs"]
mod listed;

#[allow(dead_code, reason = "the command uses more of it")]
#[path = "../../cli/src/text.rs"]
mod text;

#[allow(dead_code, reason = "the command uses more of it")]
#[path = "../../cli/src/unreachable.rs"]
mod unreachable;

#[allow(dead_code, reason = "the command uses more of it")]
#[path = "../../cli/src/input"]
mod input {
    mod brackets;
    mod entry;
    mod error;
    mod json;
    mod kubectl;
    mod object;
    mod stream;
    mod window;
    mod yaml;

    pub(crate) use entry::Entry;
    pub(crate) use error::InputError;
    pub(crate) use source::Source;
    pub(crate) use stream::stream;

    mod source {
        use std::convert::Infallible;
        use std::io::{self, Read};

        /// Bytes that come so many at a time.
        pub(crate) struct Source<'a> {
            pub(crate) bytes: &'a [u8],
            pub(crate) chunk: usize,
        }

        impl<'a> Source<'a> {
            pub(crate) fn name(&self) -> String {
                "-".to_owned()
            }

            pub(crate) fn open(&self) -> Result<Self, Infallible> {
                let Self { bytes, chunk } = *self;
                Ok(Self { bytes, chunk })
            }
        }

        impl Read for Source<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let length = self.chunk.min(self.bytes.len());
                let mut next = self.bytes.get(..length).unwrap_or_default();
                let count = next.read(to)?;
                self.bytes = self.bytes.get(count..).unwrap_or_default();
                Ok(count)
            }
        }
    }
}

use input::{Entry, InputError, Source, stream};

fuzz_target!(|bytes: &[u8]| {
    let read = |chunk: usize| {
        let mut entries = Vec::new();
        let end = stream(&Source { bytes, chunk }, u64::MAX, |entry| {
            entries.push(entry);
            true
        });
        (entries, end)
    };
    let whole = read(usize::MAX);
    let (entries, end) = &whole;
    let has_documents = end.as_ref().map(|end| end.has_documents);
    assert!(has_documents == Ok(true) || has_documents == Ok(false) && entries.is_empty());
    let odd = bytes.first().map_or(3, |byte| usize::from(*byte % 61) + 2);
    for chunk in [1, odd] {
        assert_eq!(read(chunk), whole, "by {chunk}");
    }
    for entry in entries {
        if let Entry::Broken(InputError { line, column, .. }) = entry {
            assert!(*line > 0 && *column > 0, "{entry:?}");
        }
    }
});
