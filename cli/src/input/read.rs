//! Reads sources: all of them on all cores, or one as it goes on.

use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::input::document::{self, Document};
use crate::input::entry::{Entries, Entry};
use crate::input::error::{InputError, Position};
use crate::input::source::Source;
use crate::input::split::{Form, Piece, Splitter};

/// What one source says.
#[derive(Debug, PartialEq)]
pub struct Contents {
    /// In the order of the source.
    pub entries: Vec<Entry>,
    /// Whether it holds no document at all.
    pub is_empty: bool,
    /// Why it could not be read to its end.
    pub error: Option<String>,
}

/// Reads sources to their ends. The pieces are cut by one thread at a time and
/// parsed by as many as there are cores; only the pieces that are being parsed
/// are in memory.
#[must_use]
pub fn read(sources: &[Source]) -> Vec<Contents> {
    let pieces = sources
        .iter()
        .enumerate()
        .flat_map(|(number, source)| pieces(source).map(move |piece| (number, piece)));
    let mut parsed: Vec<_> = pieces
        .enumerate()
        .par_bridge()
        .map(|(order, (number, piece))| (order, number, piece.map(Parsed::new)))
        .collect();
    parsed.sort_unstable_by_key(|(order, ..)| *order);

    let mut readers: Vec<Reader> = sources.iter().map(Reader::new).collect();
    for (_, number, piece) in parsed {
        if let Some(reader) = readers.get_mut(number) {
            reader.add(piece);
        }
    }
    readers.into_iter().map(Reader::end).collect()
}

/// Reads one source as long as it goes on. Each entry is handed over as soon as
/// it can be told; `receive` says whether it wants more.
///
/// # Errors
/// Why the source could not be read to its end.
pub fn stream(source: &Source, mut receive: impl FnMut(Entry) -> bool) -> Result<(), String> {
    let mut reader = Reader::new(source);
    for piece in pieces(source) {
        reader.add(piece.map(Parsed::new));
        for entry in reader.entries.take() {
            if !receive(entry) {
                return Ok(());
            }
        }
    }
    let contents = reader.end();
    for entry in contents.entries {
        receive(entry);
    }
    contents.error.map_or(Ok(()), Err)
}

fn pieces(source: &Source) -> Box<dyn Iterator<Item = Result<Piece, String>> + Send> {
    match source.open() {
        Ok(reader) => Box::new(Splitter::new(reader).map(|piece| piece.map_err(|e| e.to_string()))),
        Err(error) => Box::new(std::iter::once(Err(error.to_string()))),
    }
}

/// A piece that was parsed; its text is gone.
struct Parsed {
    form: Form,
    position: Position,
    document: Result<Document, InputError>,
}

impl Parsed {
    #[expect(clippy::needless_pass_by_value, reason = "the text is to be freed")]
    fn new(piece: Piece) -> Self {
        Self {
            form: piece.form,
            position: piece.locate_byte(0),
            document: document::parse(&piece),
        }
    }
}

struct Reader {
    entries: Entries,
    documents: usize,
    error: Option<String>,
}

impl Reader {
    fn new(source: &Source) -> Self {
        Self {
            entries: Entries::new(&source.name()),
            documents: 0,
            error: None,
        }
    }

    fn add(&mut self, piece: Result<Parsed, String>) {
        match piece {
            Ok(parsed) => {
                let is_nothing =
                    matches!(&parsed.document, Ok(Document::Yaml(objects)) if objects.is_empty());
                if !is_nothing {
                    self.documents = self.documents.saturating_add(1);
                }
                match parsed.document {
                    Ok(document) => self.entries.add(document, parsed.position),
                    Err(error) => self.entries.add_error(error, parsed.form == Form::Item),
                }
            }
            Err(error) => self.error = Some(error),
        }
    }

    fn end(mut self) -> Contents {
        Contents {
            entries: self.entries.take(),
            is_empty: self.documents == 0 && self.error.is_none(),
            error: self.error,
        }
    }
}
