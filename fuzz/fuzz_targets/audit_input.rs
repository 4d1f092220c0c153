//! Raw bytes as an input of the command: nothing panics, neither the pieces nor the
//! entries depend on how the bytes come, and an input that is read as it goes on says the
//! same.
//!
//! The modules of the command are taken in as files: its crate shows no pieces, and would
//! bring all that it prints with. `source` alone is another one here: it reads from
//! memory, in chunks.
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
    mod beside;
    mod document;
    mod elements;
    mod entry;
    mod error;
    mod object;
    mod read;
    mod split;

    pub(crate) use beside::Beside;
    pub(crate) use elements::Elements;
    pub(crate) use entry::Entry;
    pub(crate) use error::InputError;
    pub(crate) use read::{Contents, read, stream};
    pub(crate) use source::Source;
    pub(crate) use split::Piece;

    /// What a source is cut into.
    pub(crate) fn pieces(source: &Source) -> Vec<Piece> {
        let Ok(reader) = source.open();
        let pieces = split::Splitter::new(reader).collect::<Result<_, _>>();
        pieces.unwrap_or_else(|error| panic!("{error}"))
    }

    mod source {
        use std::convert::Infallible;
        use std::io::{self, BufRead, Read};

        /// Bytes that come so many at a time.
        #[derive(Debug, Clone)]
        pub(crate) struct Source {
            pub(crate) bytes: Vec<u8>,
            pub(crate) chunk: usize,
        }

        impl Source {
            pub(crate) fn name(&self) -> String {
                "-".to_owned()
            }

            pub(crate) fn open(&self) -> Result<Chunks, Infallible> {
                let source = self.clone();
                Ok(Chunks { source, passed: 0 })
            }
        }

        /// What is left of the bytes.
        pub(crate) struct Chunks {
            source: Source,
            passed: usize,
        }

        impl Read for Chunks {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let read = self.fill_buf()?.read(to)?;
                self.consume(read);
                Ok(read)
            }
        }

        impl BufRead for Chunks {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                let rest = self.source.bytes.get(self.passed..).unwrap_or_default();
                Ok(rest.get(..self.source.chunk).unwrap_or(rest))
            }

            fn consume(&mut self, length: usize) {
                self.passed += length;
            }
        }
    }
}

use input::{Contents, Entry, InputError, Source, pieces, read, stream};

fuzz_target!(
    init: {
        // Without other threads: the coverage of an input is its own.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        assert!(pool.build_global().is_ok());
    },
    |data: &[u8]| {
        let source = |chunk| Source { bytes: data.to_vec(), chunk };
        let contents = read(&[source(usize::MAX)]);
        let [Contents { entries, is_empty, error }] = contents.as_slice() else {
            panic!("{} sources", contents.len());
        };
        assert_eq!(*error, None);
        assert!(!is_empty || entries.is_empty());
        let odd = data.first().map_or(3, |byte| usize::from(*byte % 61) + 2);
        let whole = pieces(&source(usize::MAX));
        for chunk in [1, odd] {
            assert_eq!(pieces(&source(chunk)), whole, "by {chunk}");
        }
        let mut streamed = Vec::new();
        let outcome = stream(&source(odd), |entry| {
            streamed.push(entry);
            true
        });
        assert_eq!((outcome, &streamed), (Ok(()), entries), "by {odd}");
        for entry in entries {
            if let Entry::Broken(InputError { line, column, .. }) = entry {
                assert!(*line > 0 && *column > 0, "{entry:?}");
            }
        }
    }
);
