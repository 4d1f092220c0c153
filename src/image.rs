//! A container image reference: its tag, its digest, and why it names no
//! version.
//!
//! Only the end of the reference is read. The registry and the repository say
//! nothing about the version (mirrors, ports, the `docker.io` segment that
//! Rancher 2.13.1 put in the middle), so they are never judged.

use crate::version::{Version, normalize};

/// An image reference, borrowed from the object that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageRef<'a> {
    text: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

/// Why an image allows no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum UnknownImage {
    /// Neither a tag nor a digest: what the registry calls `latest`.
    NoTag,
    /// A digest and no tag.
    DigestOnly,
    /// A tag that is not a version, such as `latest` or a bare commit.
    NotAVersion,
    /// A tag that is a version without an order to the server's.
    NotComparable,
}

impl<'a> ImageRef<'a> {
    /// Splits the reference. Every text has a reading: `@algorithm:hex` at the
    /// end is the digest, the tag follows the last `:` after the last `/`.
    /// An `@` that does not begin a digest makes the reference malformed: it has
    /// neither tag nor digest then, and [`UnknownImage::NotAVersion`].
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest)),
            Some(_) => {
                return Self {
                    text,
                    tag: None,
                    digest: None,
                };
            }
            None => (text, None),
        };
        let name = rest.rsplit_once('/').map_or(rest, |(_, name)| name);
        let tag = name
            .rsplit_once(':')
            .map(|(_, tag)| tag)
            .filter(|tag| !tag.is_empty());
        Self { text, tag, digest }
    }

    /// The reference as it was written.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.text
    }

    /// The tag, if there is one that is not empty.
    #[must_use]
    pub fn tag(self) -> Option<&'a str> {
        self.tag
    }

    /// Reads the tag as a version.
    ///
    /// # Errors
    /// Why there is no version to read.
    pub fn version(self) -> Result<Version, UnknownImage> {
        match (self.tag, self.digest) {
            _ if self.is_malformed() => Err(UnknownImage::NotAVersion),
            (Some(tag), _) => tag.parse().map_err(|_| UnknownImage::NotAVersion),
            (None, Some(_)) => Err(UnknownImage::DigestOnly),
            (None, None) => Err(UnknownImage::NoTag),
        }
    }

    fn is_malformed(self) -> bool {
        self.digest.is_none() && self.text.contains('@')
    }

    /// True if both name the same build, whatever registry they pull it from:
    /// the same tag, or the same digest where neither has a tag.
    #[must_use]
    pub fn is_same_build(self, other: ImageRef<'_>) -> bool {
        match (self.tag, other.tag) {
            (Some(a), Some(b)) => normalize(a) == normalize(b),
            (None, None) => self.digest.is_some() && self.digest == other.digest,
            _ => false,
        }
    }
}

/// `algorithm:hex`, as in the OCI image specification, "Digests".
fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && algorithm
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+._-".contains(&b))
            && !hex.is_empty()
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, tag: Option<&str>, digest: Option<&str>) {
        assert_eq!(ImageRef::new(text), ImageRef { text, tag, digest });
    }

    #[test]
    fn reads_the_tag_behind_ports_paths_and_digests() {
        let sha = "sha256:9f86d081884c7d65";
        reads("rancher/rancher-agent:v2.11.0", Some("v2.11.0"), None);
        reads("rancher-agent:v2.11.0", Some("v2.11.0"), None);
        reads("reg:5000/rancher/rancher-agent", None, None);
        reads(
            "reg:5000/rancher/rancher-agent:v2.11.0",
            Some("v2.11.0"),
            None,
        );
        reads("[::1]:5000/rancher-agent:v2.11.0", Some("v2.11.0"), None);
        reads(
            "reg/docker.io/rancher/rancher-agent:v2.13.1",
            Some("v2.13.1"),
            None,
        );
        reads(&format!("a/b:v2.12.3@{sha}"), Some("v2.12.3"), Some(sha));
        reads(&format!("a/b@{sha}"), None, Some(sha));
        reads("a/b:", None, None);
        reads("", None, None);
        reads(" ", None, None);
        reads("a:b:c", Some("c"), None);
        reads("a:v1/b", None, None);
        reads("a/b:v2.11.0@v2.12.0", None, None);
    }

    #[test]
    fn names_why_there_is_no_version() {
        let why = |text| ImageRef::new(text).version().map(|_| ());
        assert_eq!(why("rancher/rancher-agent"), Err(UnknownImage::NoTag));
        assert_eq!(
            why("rancher/rancher-agent@sha256:00"),
            Err(UnknownImage::DigestOnly)
        );
        assert_eq!(
            why("rancher/rancher-agent:latest"),
            Err(UnknownImage::NotAVersion)
        );
        assert_eq!(
            why("rancher/rancher-agent:v2.11.0 "),
            Err(UnknownImage::NotAVersion)
        );
        for malformed in [
            "@v2.11.0",
            "a@v2.11.0",
            "a@sha256:2.11.0",
            "a:v2.11.0@",
            "a:v1@b:v2.11.0",
        ] {
            assert_eq!(
                why(malformed),
                Err(UnknownImage::NotAVersion),
                "{malformed}"
            );
        }
        assert_eq!(why("rancher/rancher-agent:v2.11.0"), Ok(()));
    }

    #[test]
    fn same_build_ignores_registry_platform_and_v() {
        let same = |a, b| ImageRef::new(a).is_same_build(ImageRef::new(b));
        assert!(same("a/x:v2.11.0", "reg:5000/b/y:2.11.0-linux-amd64"));
        assert!(same("a/x:Custom", "b/y:custom@sha256:00"));
        assert!(same("a/x@sha256:00", "b/y@sha256:00"));
        assert!(!same("a/x", "b/y"));
        assert!(!same("a/x@v2.11.0", "b/y:v2.11.0"));
        assert!(!same("a/x@sha256:00", "b/y@sha256:01"));
        assert!(!same("a/x", "b/y@sha256:00"));
        assert!(!same("a/x:v2.11.0", "b/y"));
        assert!(!same("a/x:vv2.11.0", "b/y:v2.11.0"));
    }
}
