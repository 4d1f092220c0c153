//! Documents of JSON, and Lists of any length item by item.

use rancher_agent_version_policy::lenient::AnyValue;
use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::Deserializer;
use serde_json::error::Category;

use crate::input::brackets::{Brackets, Stop};
use crate::input::entry::{Entries, Mark};
use crate::input::error::{InputError, Problem, Text, not_text};
use crate::input::object::{Object, Reading};
use crate::input::window::{LARGEST, Window};

/// Lists within arrays are cut into items down to this level.
const DEEPEST: usize = 4;

/// Reads one document.
pub(crate) struct Json<'r, 's, 'e> {
    pub(crate) window: &'r mut Window<'s>,
    pub(crate) entries: &'r mut Entries<'e>,
}

/// Where a document was given up, after its problem was added.
enum GivenUp {
    /// The next one begins here.
    Here,
    /// It has to be looked for.
    Lost,
}

impl Json<'_, '_, '_> {
    /// Reads the document that begins here. False if the next one has to be looked for.
    pub(crate) fn document(mut self) -> bool {
        let before = self.entries.mark();
        let end = self.value(0);
        self.entries.end_items(before, None);
        !matches!(end, Err(GivenUp::Lost))
    }

    /// Reads an object that is in the window as a whole and has no items, as most do.
    fn read_at_once(&mut self, is_item: bool) -> bool {
        let mut objects = Deserializer::from_slice(self.window.bytes()).into_iter::<Object>();
        let Some(Ok(object)) = objects.next() else {
            return false;
        };
        let end = objects.byte_offset();
        if object.is_list() {
            return false;
        }
        let before = self.entries.mark();
        let position = self.window.position();
        self.entries.add(object, before, position, is_item);
        self.window.skip(end);
        true
    }

    /// Reads the window on to the end of the value; whether it has one.
    fn is_whole(&mut self) -> bool {
        let mut brackets = Brackets::default();
        loop {
            let (bytes, starts_line) = (self.window.bytes(), self.window.starts_line());
            match brackets.follow(bytes, starts_line) {
                Stop::Items => {}
                Stop::Value => return brackets.at <= LARGEST,
                Stop::Bytes if bytes.len() <= LARGEST && self.window.more() => {}
                Stop::Bytes | Stop::Next | Stop::Broken => return false,
            }
        }
    }

    /// Reads a value that stands in this many Lists. An object that is no longer than one may
    /// be is read as a whole, so that its kind says whether it has items before these are read;
    /// the items of a List are added and left out of its text.
    fn value(&mut self, level: usize) -> Result<(), GivenUp> {
        let is_item = level > 0;
        if self.window.bytes().starts_with(b"{")
            && (self.read_at_once(is_item) || self.is_whole() && self.read_at_once(is_item))
        {
            return Ok(());
        }
        let before = self.entries.mark();
        let mut text = Text::default();
        let mut brackets = Brackets::default();
        loop {
            let stop = brackets.follow(self.window.bytes(), self.window.starts_line());
            if stop == Stop::Items && level == DEEPEST {
                continue;
            }
            if stop == Stop::Bytes {
                if text.bytes.len() + self.window.bytes().len() > LARGEST {
                    let start = text.start().unwrap_or(self.window.position());
                    self.entries.broken(start, Problem::TooLong);
                    self.window.skip(self.window.bytes().len());
                    return Err(GivenUp::Lost);
                }
                if self.window.more() {
                    continue;
                }
                brackets.at = self.window.bytes().len();
            }
            self.window.move_to(&mut text, brackets.at);
            brackets.at = 0;
            match stop {
                // Of an item of a List nothing is cut out: its kind says first what it is.
                Stop::Items if text.bytes.starts_with(b"{") => self.items(DEEPEST)?,
                Stop::Items => self.items(level + 1)?,
                Stop::Value => {
                    if let Err(error) = self.end_value(&text, before, is_item) {
                        self.entries.send_broken(error);
                        self.entries.end_items(before, None);
                    }
                    return Ok(());
                }
                Stop::Next | Stop::Bytes | Stop::Broken => {
                    let ends = || InputError::new(text.end(), Problem::JsonEnds);
                    let error = parse::<IgnoredAny>(&text).err();
                    self.entries.send_broken(error.unwrap_or_else(ends));
                    return Err(match stop {
                        Stop::Broken => GivenUp::Lost,
                        _ => GivenUp::Here,
                    });
                }
            }
        }
    }

    /// Adds a value, whose items were added before as far as they were cut out.
    fn end_value(&mut self, text: &Text, before: Mark, is_item: bool) -> Result<(), InputError> {
        let position = text.position(0);
        if text.bytes.starts_with(b"[") {
            let left: Vec<IgnoredAny> = parse(text)?;
            self.entries.end_items(before, None);
            left.iter().for_each(|_| self.entries.add_nothing());
            return Ok(());
        }
        let object: Object = parse(text)?;
        if object.is_list() && object.has_items() && !is_item {
            // Too deep to be cut, or their key is written with escapes.
            let reading = Reading {
                before: self.entries.mark(),
                entries: self.entries,
                position,
            };
            AnyValue(reading)
                .deserialize(&mut Deserializer::from_slice(&text.bytes))
                .map_err(|error| problem(text, &error))?;
        } else {
            self.entries.add(object, before, position, is_item);
        }
        Ok(())
    }

    /// Reads the items of a List, up to the bracket behind them.
    fn items(&mut self, level: usize) -> Result<(), GivenUp> {
        // The bracket, comma or value that comes before.
        let mut before = b'[';
        loop {
            let mut last = self.window.position();
            last.column = last.column.max(2) - 1;
            let Some(byte) = self.window.first() else {
                self.entries.broken(last, Problem::JsonEnds);
                return Err(GivenUp::Here);
            };
            match (before, byte) {
                (b'[' | b'}', b']') => return Ok(()),
                (b'}', b',') => {
                    self.window.skip(1);
                    before = b',';
                    continue;
                }
                (b'}', b'{' | b'[') if self.window.starts_line() => {
                    self.entries.broken(last, Problem::JsonEnds);
                    return Err(GivenUp::Here);
                }
                (b'}', _) => {
                    self.entries.broken(self.window.position(), Problem::Json);
                    return Err(GivenUp::Lost);
                }
                (_, b'{' | b'[') => self.value(level)?,
                _ => self.scalar()?,
            }
            before = b'}';
        }
    }

    /// Reads an item that is neither an object nor an array.
    fn scalar(&mut self) -> Result<(), GivenUp> {
        loop {
            let bytes = self.window.bytes();
            let mut values = Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
            let value = values.next();
            let end = values.byte_offset();
            let is_cut = match &value {
                // More digits may come.
                Some(Ok(_)) => end == bytes.len(),
                Some(Err(error)) => error.is_eof() || bytes.iter().all(is_of_number),
                None => true,
            };
            let is_too_long = is_cut && bytes.len() > LARGEST;
            if is_cut && !is_too_long && self.window.more() {
                continue;
            }
            if matches!(value, Some(Ok(_))) {
                self.window.skip(end);
                self.entries.add_nothing();
                return Ok(());
            }
            let problem = if is_too_long {
                Problem::TooLong
            } else {
                Problem::Json
            };
            self.entries.broken(self.window.position(), problem);
            return Err(GivenUp::Lost);
        }
    }
}

/// `1.` and `-` are errors to serde_json, even where more may come.
fn is_of_number(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn parse<'a, T: Deserialize<'a>>(text: &'a Text) -> Result<T, InputError> {
    serde_json::from_slice(&text.bytes).map_err(|error| problem(text, &error))
}

fn problem(text: &Text, error: &serde_json::Error) -> InputError {
    let bytes = &text.bytes;
    let here = || text.locate(error.line(), error.column());
    let (position, problem) = match (not_text(bytes), error.classify()) {
        (Some(offset), _) => (text.position(offset), Problem::NotText),
        // Where it ends, not where the next document begins.
        (None, Category::Eof) => (text.end(), Problem::JsonEnds),
        // Any field may have any type: this is the only thing left.
        (None, Category::Data) => (here(), Problem::DuplicateKey),
        (None, Category::Syntax | Category::Io) => (here(), Problem::Json),
    };
    InputError::new(position, problem)
}
