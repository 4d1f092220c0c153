//! A second reading of Rancher's versions: each is a list of keys, and two lists are
//! compared key by key, whatever the versions are.

use std::cmp::Ordering;

use arbitrary::{Result, Unstructured};

use crate::json::rarely;

/// What is dropped from the end of a version, once.
pub const PLATFORMS: [&str; 13] = [
    "-amd64",
    "-arm64",
    "-x64",
    "-s390x",
    "-linux-amd64",
    "-linux-arm64",
    "-linux-x64",
    "-linux-s390x",
    "-windows-1809",
    "-windows-2019",
    "-windows-2022",
    "-windows-ltsc2019",
    "-windows-ltsc2022",
];

/// The longest tag that a registry takes.
pub const LONGEST: usize = 128;

/// One step of the comparison. Keys of different ranks are ordered by them, keys of one
/// rank and kind by their values; keys of one rank and of different kinds have no order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    rank: u8,
    kind: String,
    value: u128,
}

/// What stands before the end of a version, at its end, and behind it.
const BEFORE_END: u8 = 1;
const END: u8 = 2;
const BEHIND_END: u8 = 3;

/// A number of a release, and what is later than any number.
const NUMBER: u8 = 4;
const HEAD: u8 = 5;

const STAGES: [&[&str]; 5] = [
    &["dev"],
    &["alpha"],
    &["beta"],
    &["pre", "preview"],
    &["rc"],
];

/// A version, by its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

fn key(rank: u8, kind: impl Into<String>, value: u128) -> Key {
    let kind = kind.into();
    Key { rank, kind, value }
}

/// Reads a version; `None` if the text is not a version.
pub fn keys(text: &str) -> Option<Keys> {
    if !text.is_ascii() || text.len() > LONGEST {
        return None;
    }
    let mut text = text.to_lowercase();
    let platforms = PLATFORMS
        .iter()
        .filter(|platform| text.ends_with(**platform));
    if let Some(platform) = platforms.max_by_key(|platform| platform.len()) {
        text.truncate(text.len() - platform.len());
    }
    let pieces: Vec<&str> = text.split('-').collect();
    let is_commit = |text: &str| {
        matches!(text.len(), 7..=40) && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
    };
    // The trunk.
    match pieces.as_slice() {
        ["head"] | ["main" | "master", "head"] => return Some(Keys(vec![key(HEAD, text, 0)])),
        ["main" | "master", commit, "head"] if is_commit(commit) => {
            return Some(Keys(vec![key(HEAD, text, 0)]));
        }
        _ => {}
    }
    let (numbers, suffix) = pieces.split_first()?;
    let numbers = match numbers.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => numbers,
    };
    let numbers: Vec<u64> = numbers
        .split('.')
        .map(release_number)
        .collect::<Option<_>>()?;
    let mut keys: Vec<Key> = numbers
        .iter()
        .map(|number| key(NUMBER, "", u128::from(*number)))
        .collect();
    match (numbers.len(), suffix) {
        (2, ["head"]) => keys.push(key(HEAD, "", 0)),
        (2, [commit, "head"]) if is_commit(commit) => keys.push(key(HEAD, *commit, 0)),
        (2 | 3, suffix) => {
            keys.resize(3, key(NUMBER, "", 0));
            if !suffix.is_empty() {
                let parts: Vec<&str> = suffix.iter().flat_map(|part| part.split('.')).collect();
                keys.extend(suffix_keys(&parts)?);
            }
        }
        _ => return None,
    }
    Some(Keys(keys))
}

/// MAJOR, MINOR or PATCH: digits without a zero before them.
fn release_number(digits: &str) -> Option<u64> {
    let number = whole(digits)?;
    (number.to_string() == digits).then_some(number)
}

/// Digits alone: no sign, no blank.
fn whole(digits: &str) -> Option<u64> {
    let is_whole = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    if is_whole { digits.parse().ok() } else { None }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn suffix_keys(parts: &[&str]) -> Option<Vec<Key>> {
    let is_part = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    if !parts.iter().all(is_part) {
        return None;
    }
    let mut keys: Vec<Key> = Vec::new();
    let mut place = 0;
    // Whether the part before was a bare `hotfix`, `debug` or `patch`.
    let mut names_id = false;
    while let Some(part) = parts.get(place) {
        let digits = part.chars().rev().take_while(char::is_ascii_digit).count();
        let (letters, digits) = part.split_at(part.len() - digits);
        let named = std::mem::take(&mut names_id);
        place += 1;
        let stage = STAGES.iter().position(|names| names.contains(&letters));
        keys.push(if let Some(stage) = stage {
            let number = match parts.get(place) {
                _ if !digits.is_empty() => whole(digits)?,
                Some(next) if is_digits(next) => {
                    place += 1;
                    whole(next)?
                }
                _ => 0,
            };
            let stage = u128::try_from(stage).ok()?;
            key(BEFORE_END, "", (stage << 64) + u128::from(number))
        } else if named || (!letters.is_empty() && letters.contains(|c: char| c.is_ascii_digit())) {
            key(BEHIND_END, format!("id {part}"), 0)
        } else if letters.is_empty() {
            key(BEHIND_END, "number", whole(digits)?.into())
        } else if digits.is_empty() {
            names_id = matches!(letters, "hotfix" | "debug" | "patch");
            key(BEHIND_END, format!("bare {letters}"), 0)
        } else {
            key(BEHIND_END, format!("word {letters}"), whole(digits)?.into())
        });
    }
    Some(keys)
}

/// The order of two versions, `None` if they have none.
pub fn order(a: &Keys, b: &Keys) -> Option<Ordering> {
    let end = key(END, "", 0);
    for place in 0..a.0.len().max(b.0.len()) {
        let a = a.0.get(place).unwrap_or(&end);
        let b = b.0.get(place).unwrap_or(&end);
        if a.rank != b.rank {
            return Some(a.rank.cmp(&b.rank));
        }
        if a.kind != b.kind {
            return None;
        }
        if a.value != b.value {
            return Some(a.value.cmp(&b.value));
        }
    }
    Some(Ordering::Equal)
}

/// A text that is a version more often than not, out of so few words that two of them
/// often have much in common.
pub fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const WORDS: [&str; 20] = [
        "rc",
        "alpha",
        "beta",
        "pre",
        "preview",
        "dev",
        "hotfix",
        "debug",
        "patch",
        "harvester",
        "kdm",
        "head",
        "a2ff783",
        "b186ace",
        "2dcf",
        "8acab23bb",
        "ch",
        "1a",
        "x_y",
        "windows",
    ];
    if rarely(u, 10)? {
        let trunk = [
            "head",
            "main-head",
            "master-head",
            "main-a2ff783-head",
            "main-b186ace-head",
        ];
        return Ok((*u.choose(&trunk)?).to_owned());
    }
    let mut text = String::new();
    if u.ratio(1, 2)? {
        text.push(*u.choose(&['v', 'V'])?);
    }
    for place in 0..u.int_in_range(2..=4)? {
        if place == 3 && u.ratio(7, 8)? {
            break;
        }
        if place > 0 {
            text.push('.');
        }
        number(u, &mut text)?;
    }
    for _ in 0..u.int_in_range(0..=4)? {
        text.push(*u.choose(&['-', '-', '.'])?);
        if u.ratio(3, 4)? {
            let word = u.choose(&WORDS)?;
            if rarely(u, 10)? {
                text.push_str(&word.to_uppercase());
            } else {
                text.push_str(word);
            }
        }
        if u.ratio(1, 2)? {
            number(u, &mut text)?;
        }
    }
    if rarely(u, 8)? {
        text.push_str(u.choose(&PLATFORMS)?);
    }
    Ok(text)
}

fn number(u: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    let large = [
        "18446744073709551615",
        "18446744073709551616",
        "00",
        "01",
        "10",
    ];
    if rarely(u, 12)? {
        text.push_str(u.choose(&large)?);
    } else {
        text.push_str(&u.int_in_range(0..=12_u8)?.to_string());
    }
    Ok(())
}
