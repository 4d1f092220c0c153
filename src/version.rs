//! A Rancher version and its partial order.
//!
//! Semantic Versioning sorts `rc10` before `rc9` and every hotfix before the
//! release that it mends, so it only serves for the numbers here:
//!
//! | text | reading |
//! |---|---|
//! | `[v]MAJOR.MINOR[.PATCH]` | a release; a missing patch is 0 |
//! | `...-rc.10`, `-beta4-rc2` | a pre-release: `dev < alpha < beta < pre = preview < rc`, then the number; before the release |
//! | `...-hotfix-2dcf.1`, `-patch1`, any word | a build on top of the release: after it |
//! | `vMAJOR.MINOR-head`, `vMAJOR.MINOR-<commit>-head` | the head of a line: after all of the line, before the next line |
//! | `head`, `main[-<commit>]-head`, `master[-<commit>]-head` | the trunk: after everything |
//!
//! Suffixes are compared part by part, split at `-` and `.`; the first part
//! that differs decides. The part right after `hotfix`, `debug` or `patch` is
//! an id, unless it is a pre-release of that build. Ids, words, commits and
//! trunks that differ have no order.
//!
//! The shapes are those of the tags of rancher/rancher and of its build
//! (`.github/actions/setup-tag-env`, `package/Dockerfile`).

use std::cmp::Ordering;
use std::fmt;

/// The longest text that is read as a version: a container tag holds no more
/// (OCI distribution specification, "Pulling manifests").
pub const MAX_LENGTH: usize = 128;

/// The platform suffixes that Rancher's builds append to the tag of one and
/// the same version.
const PLATFORMS: [&str; 13] = [
    "-linux-amd64",
    "-linux-arm64",
    "-linux-x64",
    "-linux-s390x",
    "-amd64",
    "-arm64",
    "-x64",
    "-s390x",
    "-windows-1809",
    "-windows-2019",
    "-windows-2022",
    "-windows-ltsc2019",
    "-windows-ltsc2022",
];

/// The text of a version as two of them are compared for sameness: in lower
/// case, without one platform suffix and without the `v` before a digit.
#[must_use]
pub fn normalize(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    if let Some(kept) = PLATFORMS
        .iter()
        .find_map(|platform| text.strip_suffix(platform))
    {
        text.truncate(kept.len());
    }
    if text.starts_with('v') && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        text.remove(0);
    }
    text
}

/// A version of Rancher, of its server or of its agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A release, a pre-release, or a build on top of a release.
    Numbered {
        /// MAJOR, MINOR and PATCH.
        base: [u64; 3],
        /// What follows the numbers.
        suffix: Suffix,
    },
    /// The newest build of a release line.
    LineHead {
        /// MAJOR of the line.
        major: u64,
        /// MINOR of the line.
        minor: u64,
        /// The commit that was built, if the text names it.
        commit: Option<String>,
    },
    /// The newest build of the main branch, by its normalized text.
    Trunk(String),
}

/// The text is not a version as this module reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAVersion;

impl NotAVersion {
    pub(crate) const TEXT: &str =
        "not a Rancher version such as v2.11.0, v2.12.0-rc3 or v2.11-head";
}

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::TEXT)
    }
}

impl std::error::Error for NotAVersion {}

impl std::str::FromStr for Version {
    type Err = NotAVersion;

    /// Reads the tag of an image or the value of Rancher's `server-version`.
    ///
    /// # Errors
    /// [`NotAVersion`] for anything that the table of the module does not
    /// list: `dev`, `latest`, a bare commit, four numbers, `vv2.9.4`, numbers
    /// that overflow, blanks, letters outside ASCII.
    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if text.len() > MAX_LENGTH || !text.is_ascii() {
            return Err(NotAVersion);
        }
        let text = normalize(text);
        if is_trunk(&text) {
            return Ok(Self::Trunk(text));
        }
        let (base, suffix) = match text.split_once('-') {
            Some((base, suffix)) => (base, Some(suffix)),
            None => (text.as_str(), None),
        };
        let (base, has_patch) = read_base(base)?;
        let [major, minor, _] = base;
        let Some(suffix) = suffix else {
            return Ok(Self::Numbered {
                base,
                suffix: Suffix::default(),
            });
        };
        if !has_patch && let Some(commit) = head_commit(suffix) {
            return Ok(Self::LineHead {
                major,
                minor,
                commit: commit.map(str::to_owned),
            });
        }
        Ok(Self::Numbered {
            base,
            suffix: suffix.parse()?,
        })
    }
}

/// `MAJOR.MINOR[.PATCH]`, and whether PATCH was there.
fn read_base(text: &str) -> Result<([u64; 3], bool), NotAVersion> {
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(NotAVersion);
    }
    let has_patch = text.bytes().filter(|&b| b == b'.').count() != 1;
    let patch = if has_patch { "" } else { ".0" };
    match semver::Version::parse(&[text, patch].concat()) {
        Ok(base) => Ok(([base.major, base.minor, base.patch], has_patch)),
        Err(_) => Err(NotAVersion),
    }
}

/// What stands before `head` in the suffix of a line's head: nothing, or a
/// commit. `None` if the suffix is not that of a head.
fn head_commit(suffix: &str) -> Option<Option<&str>> {
    if suffix == "head" {
        return Some(None);
    }
    let commit = suffix.strip_suffix("-head")?;
    is_commit(commit).then_some(Some(commit))
}

fn is_trunk(text: &str) -> bool {
    if text == "head" {
        return true;
    }
    text.strip_prefix("main-")
        .or_else(|| text.strip_prefix("master-"))
        .is_some_and(|rest| head_commit(rest).is_some())
}

/// 7 to 40 hexadecimal digits, as git abbreviates a commit.
fn is_commit(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Version {
    /// MAJOR and MINOR of the release line, `None` for the trunk.
    #[must_use]
    pub fn line(&self) -> Option<(u64, u64)> {
        match self {
            Self::Numbered {
                base: [major, minor, _],
                ..
            } => Some((*major, *minor)),
            Self::LineHead { major, minor, .. } => Some((*major, *minor)),
            Self::Trunk(_) => None,
        }
    }

    /// PATCH, `None` for a head.
    #[must_use]
    pub fn patch(&self) -> Option<u64> {
        match self {
            Self::Numbered {
                base: [_, _, patch],
                ..
            } => Some(*patch),
            Self::LineHead { .. } | Self::Trunk(_) => None,
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Trunk(a), Self::Trunk(b)) => (a == b).then_some(Ordering::Equal),
            (Self::Trunk(_), _) => Some(Ordering::Greater),
            (_, Self::Trunk(_)) => Some(Ordering::Less),
            (
                Self::Numbered { base, suffix },
                Self::Numbered {
                    base: other_base,
                    suffix: other_suffix,
                },
            ) => match base.cmp(other_base) {
                Ordering::Equal => suffix.partial_cmp(other_suffix),
                decided => Some(decided),
            },
            (a, b) => match a.line().cmp(&b.line()) {
                Ordering::Equal => a.cmp_within_line(b),
                decided => Some(decided),
            },
        }
    }
}

impl Version {
    /// The order of two versions of one line, at least one of them its head.
    fn cmp_within_line(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::LineHead { commit: a, .. }, Self::LineHead { commit: b, .. }) => {
                (a == b).then_some(Ordering::Equal)
            }
            (Self::LineHead { .. }, _) => Some(Ordering::Greater),
            _ => Some(Ordering::Less),
        }
    }
}

/// What follows MAJOR.MINOR.PATCH, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suffix(Vec<Part>);

/// One part of a suffix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A stage before the release and its number; none is 0.
    Prerelease(Stage, u64),
    Number(u64),
    /// A word of letters with its attached ordinal, `patch` and 1 in `patch1`.
    Word(String, Option<u64>),
    /// What follows `hotfix`, `debug` or `patch`, or a mix of letters and
    /// digits such as a commit: equal or unordered.
    Id(String),
}

/// The stages before a release, in their order; `preview` is `pre`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
enum Stage {
    Dev,
    Alpha,
    Beta,
    #[strum(serialize = "pre", serialize = "preview")]
    Pre,
    Rc,
}

impl std::str::FromStr for Suffix {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let mut parts: Vec<Part> = Vec::new();
        let mut texts = text.split(['-', '.']).peekable();
        while let Some(text) = texts.next() {
            if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(NotAVersion);
            }
            let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
            let digits = text.strip_prefix(word).unwrap_or_default();
            parts.push(if let Ok(stage) = word.parse() {
                // `rc.1` is `rc1`: the number after a bare stage is its own.
                let own = match digits {
                    "" => texts.next_if(|next| is_number(next)),
                    attached => Some(attached),
                };
                Part::Prerelease(stage, own.map_or(Ok(0), number)?)
            } else if parts.last().is_some_and(Part::introduces_id) {
                Part::Id(text.to_owned())
            } else if word.is_empty() {
                Part::Number(number(digits)?)
            } else if word.bytes().any(|b| b.is_ascii_digit()) {
                Part::Id(text.to_owned())
            } else if digits.is_empty() {
                Part::Word(word.to_owned(), None)
            } else {
                Part::Word(word.to_owned(), Some(number(digits)?))
            });
        }
        Ok(Self(parts))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(digits: &str) -> Result<u64, NotAVersion> {
    digits.parse().map_err(|_| NotAVersion)
}

impl Part {
    fn introduces_id(&self) -> bool {
        matches!(self, Self::Word(word, None) if matches!(word.as_str(), "hotfix" | "debug" | "patch"))
    }

    /// The order of two parts in the same place; `None` as a part is the end
    /// of the suffix.
    fn cmp_in_place(a: Option<&Self>, b: Option<&Self>) -> Option<Ordering> {
        match (a, b) {
            (Some(Self::Prerelease(a, m)), Some(Self::Prerelease(b, n))) => {
                Some(a.cmp(b).then(m.cmp(n)))
            }
            (Some(Self::Prerelease(..)), _) => Some(Ordering::Less),
            (_, Some(Self::Prerelease(..))) => Some(Ordering::Greater),
            (None, None) => Some(Ordering::Equal),
            (None, Some(_)) => Some(Ordering::Less),
            (Some(_), None) => Some(Ordering::Greater),
            (Some(Self::Number(a)), Some(Self::Number(b))) => Some(a.cmp(b)),
            (Some(Self::Word(a, Some(m))), Some(Self::Word(b, Some(n)))) if a == b => {
                Some(m.cmp(n))
            }
            (a, b) => (a == b).then_some(Ordering::Equal),
        }
    }
}

impl PartialOrd for Suffix {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let length = self.0.len().max(other.0.len());
        (0..length)
            .map(|place| Part::cmp_in_place(self.0.get(place), other.0.get(place)))
            .find(|order| *order != Some(Ordering::Equal))
            .unwrap_or(Some(Ordering::Equal))
    }
}
