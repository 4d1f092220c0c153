//! JSON passed token by token, each checked against the grammar (RFC 8259), none kept.
//!
//! Most of a payload is skipped here, so this is where the time goes: texts are
//! passed eight bytes at a time, nesting takes one bit a level, and the rest of the
//! document is handed from function to function, which keeps it out of memory. Where
//! tokens follow each other without white space, as a host writes them, they are
//! passed together. What each of these brings is in docs/performance.md.

/// Not JSON: how many bytes were left where it stopped being that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotJson {
    pub(super) left: usize,
}

impl NotJson {
    /// What is wrong is the value whose first byte was passed before this rest.
    pub(super) fn at_value(rest: &[u8]) -> Self {
        let left = rest.len().saturating_add(1);
        Self { left }
    }
}

/// The rest of a document, after what was passed.
type Rest<'a> = &'a [u8];

type Passed<'a> = Result<Rest<'a>, NotJson>;

/// A text, as it stands between its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) raw: &'a [u8],
    pub(super) has_escapes: bool,
}

fn stop<T>(at: Rest<'_>) -> Result<T, NotJson> {
    Err(NotJson { left: at.len() })
}

/// Passes white space; what is left begins with a token.
pub(super) fn white_space(mut rest: Rest<'_>) -> Rest<'_> {
    while let [b' ' | b'\n' | b'\r' | b'\t', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// Passes the next byte that is no white space, and says which it was.
#[inline(always)]
pub(super) fn token(rest: Rest<'_>) -> Result<(u8, Rest<'_>), NotJson> {
    match rest {
        [byte, after @ ..] if *byte > b' ' => Ok((*byte, after)),
        _ => match white_space(rest) {
            [byte, after @ ..] if *byte > b' ' => Ok((*byte, after)),
            at => stop(at),
        },
    }
}

/// Passes this token, which has to come next.
#[inline(always)]
fn expect(wanted: u8, rest: Rest<'_>) -> Passed<'_> {
    match token(rest)? {
        (token, after) if token == wanted => Ok(after),
        _ => stop(white_space(rest)),
    }
}

/// Nothing but white space may be left.
pub(super) fn end(rest: Rest<'_>) -> Result<(), NotJson> {
    match white_space(rest) {
        [] => Ok(()),
        at => stop(at),
    }
}

/// Passes a text whose first quote is passed.
#[inline(always)]
pub(super) fn text(start: Rest<'_>) -> Result<(Text<'_>, Rest<'_>), NotJson> {
    let mut has_escapes = false;
    let mut rest = start;
    loop {
        rest = after_plain(rest);
        match rest {
            [b'"', after @ ..] => {
                let length = start.len().wrapping_sub(rest.len());
                let raw = start.get(..length).unwrap_or_default();
                return Ok((Text { raw, has_escapes }, after));
            }
            [b'\\', after @ ..] => {
                has_escapes = true;
                rest = skip_escape(after)?;
            }
            // A control character, or the end.
            _ => return stop(rest),
        }
    }
}

/// Passes an escape whose backslash is passed.
fn skip_escape(rest: Rest<'_>) -> Passed<'_> {
    match rest {
        [
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            after @ ..,
        ] => Ok(after),
        [b'u', a, b, c, d, after @ ..] if [a, b, c, d].iter().all(|d| d.is_ascii_hexdigit()) => {
            Ok(after)
        }
        at => stop(at),
    }
}

/// Passes the key of a member, whose first quote is passed, and says what its value
/// begins with.
#[inline(always)]
pub(super) fn key(rest: Rest<'_>) -> Result<(Text<'_>, u8, Rest<'_>), NotJson> {
    let (key, rest) = text(rest)?;
    let (first, rest) = colon(rest)?;
    Ok((key, first, rest))
}

/// Passes a colon, and says what the value after it begins with.
#[inline(always)]
fn colon(rest: Rest<'_>) -> Result<(u8, Rest<'_>), NotJson> {
    match rest {
        // As machines write it.
        [b':', first, after @ ..] if *first > b' ' => Ok((*first, after)),
        _ => token(expect(b':', rest)?),
    }
}

/// Passes the keys of members as far as their values are empty objects, which is what
/// most of the managed fields are, and says what the first other value begins with.
#[inline(always)]
fn skip_keys(mut rest: Rest<'_>) -> Result<(u8, Rest<'_>), NotJson> {
    loop {
        (_, rest) = text(rest)?;
        match rest.strip_prefix(b":{},\"") {
            Some(next) => rest = next,
            None => return colon(rest),
        }
    }
}

/// What follows the bracket of an object, or one of its values.
pub(super) enum Next<'a> {
    /// A key, whose first quote is passed.
    Key(Rest<'a>),
    /// The end of the object, which is passed.
    End(Rest<'a>),
}

/// Passes what follows the bracket of an object.
pub(super) fn first_member(rest: Rest<'_>) -> Result<Next<'_>, NotJson> {
    match token(rest)? {
        (b'"', after) => Ok(Next::Key(after)),
        (b'}', after) => Ok(Next::End(after)),
        _ => stop(white_space(rest)),
    }
}

/// Passes what follows a value of an object.
pub(super) fn next_member(rest: Rest<'_>) -> Result<Next<'_>, NotJson> {
    match token(rest)? {
        (b',', after) => Ok(Next::Key(expect(b'"', after)?)),
        (b'}', after) => Ok(Next::End(after)),
        _ => stop(white_space(rest)),
    }
}

/// Passes a number or a literal, of which the first byte is passed.
#[inline(always)]
fn skip_scalar(first: u8, rest: Rest<'_>) -> Passed<'_> {
    match (first, rest) {
        (b't', [b'r', b'u', b'e', after @ ..]) => Ok(after),
        (b'f', [b'a', b'l', b's', b'e', after @ ..]) => Ok(after),
        (b'n', [b'u', b'l', b'l', after @ ..]) => Ok(after),
        // A digit alone, as most numbers are.
        (b'0'..=b'9', [b',' | b'}' | b']', ..]) => Ok(rest),
        (b'0'..=b'9', _) => skip_number(first, rest),
        (b'-', [first @ b'0'..=b'9', after @ ..]) => skip_number(*first, after),
        _ => Err(NotJson::at_value(rest)),
    }
}

fn skip_number(first: u8, rest: Rest<'_>) -> Passed<'_> {
    let mut rest = if first == b'0' { rest } else { digits(rest) };
    if let [b'.', after @ ..] = rest {
        rest = some_digits(after)?;
    }
    match rest {
        [b'e' | b'E', b'+' | b'-', after @ ..] | [b'e' | b'E', after @ ..] => some_digits(after),
        _ => Ok(rest),
    }
}

fn digits(mut rest: Rest<'_>) -> Rest<'_> {
    while let [b'0'..=b'9', after @ ..] = rest {
        rest = after;
    }
    rest
}

fn some_digits(rest: Rest<'_>) -> Passed<'_> {
    match rest {
        [b'0'..=b'9', after @ ..] => Ok(digits(after)),
        at => stop(at),
    }
}

/// Passes the rest of a value, however deep it is, that begins with this byte.
pub(super) fn skip_from(first: u8, rest: Rest<'_>) -> Passed<'_> {
    let mut open = Open::default();
    let (mut first, mut rest) = (first, rest);
    loop {
        match first {
            b'"' => (_, rest) = text(rest)?,
            b'{' => match token(rest)? {
                (b'}', after) => rest = after,
                (b'"', after) => {
                    open.push(true);
                    (first, rest) = skip_keys(after)?;
                    continue;
                }
                _ => return stop(white_space(rest)),
            },
            b'[' => match token(rest)? {
                (b']', after) => rest = after,
                (inner, after) => {
                    open.push(false);
                    (first, rest) = (inner, after);
                    continue;
                }
            },
            _ => rest = skip_scalar(first, rest)?,
        }
        // After a value: leave what ends here.
        loop {
            let Some(is_object) = open.innermost() else {
                return Ok(rest);
            };
            // As machines write it.
            if is_object && let Some(after) = rest.strip_prefix(b",\"") {
                (first, rest) = skip_keys(after)?;
                break;
            }
            match (token(rest)?, is_object) {
                ((b',', after), true) => {
                    (first, rest) = skip_keys(expect(b'"', after)?)?;
                    break;
                }
                ((b',', after), false) => {
                    (first, rest) = token(after)?;
                    break;
                }
                ((b'}', after), true) | ((b']', after), false) => rest = after,
                _ => return stop(white_space(rest)),
            }
            open.pop();
        }
    }
}

/// The objects (1) and arrays (0) around a value, below a 1 that marks the end; what
/// is more than 63 levels deep is put by.
#[derive(Debug)]
struct Open {
    innermost: u64,
    outer: Vec<u64>,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            innermost: Self::NONE,
            outer: Vec::new(),
        }
    }
}

impl Open {
    const NONE: u64 = 1;

    /// The highest bit, which the end mark reaches when the word is full.
    const FULL: u64 = 1 << 63;

    #[inline(always)]
    fn push(&mut self, is_object: bool) {
        if self.innermost >= Self::FULL {
            self.outer.push(self.innermost);
            self.innermost = Self::NONE;
        }
        self.innermost = self.innermost << 1 | u64::from(is_object);
    }

    /// Whether a value is in an object or in an array; `None` if in neither.
    #[inline(always)]
    fn innermost(&self) -> Option<bool> {
        (self.innermost != Self::NONE).then_some(self.innermost & 1 == 1)
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.innermost >>= 1;
        if self.innermost == Self::NONE
            && let Some(outer) = self.outer.pop()
        {
            self.innermost = outer;
        }
    }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);
const BLANKS: u64 = u64::from_le_bytes([b' '; 8]);

/// What follows the bytes of a text that mean themselves: from the first quote,
/// backslash or control character on.
#[inline(always)]
pub(super) fn after_plain(text: Rest<'_>) -> Rest<'_> {
    let mut rest = text;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let special = specials(u64::from_le_bytes(*chunk));
        if special != 0 {
            let plain = special.trailing_zeros() >> 3;
            return rest.get(plain as usize..).unwrap_or_default();
        }
        rest = after;
    }
    while let [byte, after @ ..] = rest
        && *byte != b'"'
        && *byte != b'\\'
        && *byte >= b' '
    {
        rest = after;
    }
    rest
}

/// The high bit of the first byte that is a quote, a backslash or a control
/// character; bits above it may be wrong (Sean Anderson, "Bit Twiddling Hacks",
/// "Determine if a word has a byte less than n").
#[inline(always)]
fn specials(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ QUOTES);
    let backslash = zero(word ^ BACKSLASHES);
    let control = word.wrapping_sub(BLANKS) & !word;
    (quote | backslash | control) & HIGHS
}
