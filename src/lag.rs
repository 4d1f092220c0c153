//! The verdict on one image against the server's version.
//!
//! The first rule that applies decides:
//!
//! 1. the tag is the server's version as text, or one is the head of the
//!    other's line and one of them names no commit: **current**
//! 2. comparable: equal is **current**, later is **ahead**, earlier within
//!    `allowedLag` is **tolerated**; a head of the server's line and the trunk
//!    are not comparable with a server that is not such a build
//! 3. live: the build of Rancher's own `agent-image` Setting, or earlier than
//!    the server and not earlier than that build: **as deployed by the server**
//! 4. earlier: **lagging**, by a gap
//! 5. else **unknown**: by the server, if its `server-version` is not a version,
//!    or by the image

use std::cmp::Ordering;

use crate::image::{ImageRef, UnknownImage};
use crate::setting::UnknownServer;
use crate::settings::AllowedLag;
use crate::standing::Standing;
use crate::version::{Version, normalize};

/// How an image stands to the server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// The image is of the server's version.
    Current,
    /// The image is later than the server.
    Ahead,
    /// The image is earlier, by no more than `allowedLag`.
    Tolerated(Gap),
    /// The image is what Rancher itself would deploy.
    #[strum(serialize = "as-deployed-by-server")]
    AsServerDeploys,
    /// The image is earlier.
    Lagging(Gap),
    /// No verdict can be reached, because of the image.
    UnknownImage(UnknownImage),
    /// No verdict can be reached, because of the server.
    UnknownServer(UnknownServer),
}

impl Verdict {
    /// How a cluster stands with this image.
    #[must_use]
    pub fn standing(self) -> Standing {
        match self {
            Self::Current => Standing::Current,
            Self::Ahead => Standing::Ahead,
            Self::Tolerated(_) => Standing::Tolerated,
            Self::AsServerDeploys => Standing::AsDeployedByServer,
            Self::Lagging(_) => Standing::Lagging,
            Self::UnknownImage(_) | Self::UnknownServer(_) => Standing::Unknown,
        }
    }
}

/// By how much an image is earlier than the server: the first number that
/// differs decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase", tag = "by", content = "count")]
pub enum Gap {
    /// So many major versions.
    Major(u64),
    /// So many minor versions.
    Minor(u64),
    /// So many patch versions.
    Patch(u64),
    /// An earlier build of the same version or line.
    Build,
    /// A release or the head of a line, and the server is a trunk build.
    Trunk,
}

/// How Rancher's own `agent-image` deviates from Rancher's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deviation {
    /// It lags behind Rancher's version.
    Lagging(Gap),
    /// It is ahead of it.
    Ahead,
}

impl Gap {
    /// The gap from `image` up to `server`, which is later.
    fn between(image: &Version, server: &Version) -> Self {
        let (Some((major, minor)), Some((server_major, server_minor))) =
            (image.line(), server.line())
        else {
            return Self::Trunk;
        };
        match (
            server_major.saturating_sub(major),
            server_minor.saturating_sub(minor),
        ) {
            (0, 0) => match (image.patch(), server.patch()) {
                (Some(patch), Some(server_patch)) if patch < server_patch => {
                    Self::Patch(server_patch.saturating_sub(patch))
                }
                _ => Self::Build,
            },
            (0, minors) => Self::Minor(minors),
            (majors, _) => Self::Major(majors),
        }
    }

    fn is_within(self, allowed: AllowedLag) -> bool {
        match self {
            Self::Build | Self::Patch(_) => allowed != AllowedLag::None,
            Self::Minor(1) => allowed == AllowedLag::Minor,
            Self::Minor(_) | Self::Major(_) | Self::Trunk => false,
        }
    }
}

/// The server's version: its text, and the version that it is, if it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerVersion<'a> {
    text: &'a str,
    version: Option<Version>,
}

impl<'a> ServerVersion<'a> {
    /// Reads Rancher's `server-version`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            version: text.parse().ok(),
        }
    }

    /// The text as Rancher has it.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// False for `dev` and other texts that no image can be compared with.
    #[must_use]
    pub fn is_version(&self) -> bool {
        self.version.is_some()
    }

    /// Rules 1, 2, 4 and 5: the verdict without a look at what Rancher itself
    /// deploys.
    #[must_use]
    pub fn judge(&self, image: ImageRef<'_>, allowed: AllowedLag) -> Verdict {
        let text = normalize(self.text);
        if !text.is_empty() && image.tag().is_some_and(|tag| normalize(tag) == text) {
            return Verdict::Current;
        }
        let Some(server) = &self.version else {
            return Verdict::UnknownServer(UnknownServer::NotAVersion);
        };
        let version = match image.version() {
            Ok(version) => version,
            Err(why) => return Verdict::UnknownImage(why),
        };
        if is_same_head_line(&version, server) {
            return Verdict::Current;
        }
        if is_head_beside_releases(&version, server) {
            return Verdict::UnknownImage(UnknownImage::NotComparable);
        }
        match version.partial_cmp(server) {
            Some(Ordering::Equal) => Verdict::Current,
            Some(Ordering::Greater) => Verdict::Ahead,
            Some(Ordering::Less) => {
                let gap = Gap::between(&version, server);
                if gap.is_within(allowed) {
                    Verdict::Tolerated(gap)
                } else {
                    Verdict::Lagging(gap)
                }
            }
            None => Verdict::UnknownImage(UnknownImage::NotComparable),
        }
    }
}

/// Rule 3: true if `image`, which rules 1 and 2 left open, is what Rancher
/// deploys by its `agent-image` Setting, or lies between that and the server.
#[must_use]
pub fn is_as_server_deploys(image: ImageRef<'_>, verdict: Verdict, setting: ImageRef<'_>) -> bool {
    if image.is_same_build(setting) {
        return true;
    }
    let Verdict::Lagging(_) = verdict else {
        return false;
    };
    match (image.version(), setting.version()) {
        (Ok(image), Ok(setting)) => image >= setting,
        _ => false,
    }
}

/// Two heads of one line, at least one of which floats: it names no commit.
fn is_same_head_line(a: &Version, b: &Version) -> bool {
    match (a, b) {
        (Version::LineHead { commit: c, .. }, Version::LineHead { commit: d, .. }) => {
            a.line() == b.line() && (c.is_none() || d.is_none())
        }
        _ => false,
    }
}

/// A head can be older than the release that followed it, so it has no order
/// to a server that is not such a build: the trunk to any other, the head of a line
/// to a release of this line. (The same trunk is current by rule 1.)
fn is_head_beside_releases(image: &Version, server: &Version) -> bool {
    match (image, server) {
        (Version::Trunk(_), _) => true,
        (Version::LineHead { .. }, Version::Numbered { .. }) => image.line() == server.line(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(server: &str, tag: &str, allowed: AllowedLag) -> Verdict {
        let image = format!("rancher/rancher-agent:{tag}");
        ServerVersion::new(server).judge(ImageRef::new(&image), allowed)
    }

    #[track_caller]
    fn gives(server: &str, tag: &str, expected: Verdict) {
        assert_eq!(judge(server, tag, AllowedLag::None), expected);
    }

    const NOT_COMPARABLE: Verdict = Verdict::UnknownImage(UnknownImage::NotComparable);

    #[test]
    fn current_is_the_same_version_however_it_is_spelled() {
        for tag in ["v2.11.0", "2.11.0", "v2.11", "v2.11.0-arm64"] {
            gives("v2.11.0", tag, Verdict::Current);
        }
        gives("dev", "dev", Verdict::Current);
        gives("v2.11-a2ff783-head", "v2.11-head", Verdict::Current);
        gives("v2.11-head", "v2.11-a2ff783-head", Verdict::Current);
        gives("main-a2ff783-head", "main-a2ff783-head", Verdict::Current);
    }

    #[test]
    fn later_is_ahead() {
        gives("v2.11.0", "v2.11.1", Verdict::Ahead);
        gives("v2.11.0-rc9", "v2.11.0-rc10", Verdict::Ahead);
        gives("v2.12.3", "v2.12.3-hotfix-a3c0.4", Verdict::Ahead);
        gives("v2.11.0", "v2.12-head", Verdict::Ahead);
    }

    #[test]
    fn earlier_lags_by_the_first_number_that_differs() {
        gives("v3.0.0", "v2.11.0", Verdict::Lagging(Gap::Major(1)));
        gives("v2.13.0", "v2.11.9", Verdict::Lagging(Gap::Minor(2)));
        gives("v2.11.5", "v2.11.2", Verdict::Lagging(Gap::Patch(3)));
        gives("v2.13.0-rc10", "v2.13.0-rc9", Verdict::Lagging(Gap::Build));
        gives("v2.11-head", "v2.11.5", Verdict::Lagging(Gap::Build));
        gives("v2.11.5", "v2.10-head", Verdict::Lagging(Gap::Minor(1)));
        gives("v2.11-head", "v2.10-head", Verdict::Lagging(Gap::Minor(1)));
        gives("master-head", "v2.11.5", Verdict::Lagging(Gap::Trunk));
        gives("head", "v2.11-head", Verdict::Lagging(Gap::Trunk));
    }

    #[test]
    fn heads_have_no_order_to_the_releases_beside_them() {
        gives("v2.11.5", "v2.11-head", NOT_COMPARABLE);
        gives("v2.11.5", "head", NOT_COMPARABLE);
        gives("v2.11-head", "main-head", NOT_COMPARABLE);
        gives("v2.11-a2ff783-head", "v2.11-b186ace-head", NOT_COMPARABLE);
        gives("head", "main-a2ff783-head", NOT_COMPARABLE);
    }

    #[test]
    fn unknown_by_the_server_comes_before_unknown_by_the_image() {
        gives(
            "v2.11.0",
            "latest",
            Verdict::UnknownImage(UnknownImage::NotAVersion),
        );
        gives(
            "dev",
            "latest",
            Verdict::UnknownServer(UnknownServer::NotAVersion),
        );
        gives(
            "",
            "-amd64",
            Verdict::UnknownServer(UnknownServer::NotAVersion),
        );
        gives(
            "dev",
            "v2.11.0",
            Verdict::UnknownServer(UnknownServer::NotAVersion),
        );
    }

    #[test]
    fn allowed_lag_tolerates_up_to_its_edge() {
        let table = [
            ("v2.13.4", "v2.13.0", Gap::Patch(4), [false, true, true]),
            (
                "v2.13.0-rc2",
                "v2.13.0-rc1",
                Gap::Build,
                [false, true, true],
            ),
            ("v2.13-head", "v2.13.0", Gap::Build, [false, true, true]),
            ("v2.13.4", "v2.12.9", Gap::Minor(1), [false, false, true]),
            ("v2.13.4", "v2.12-head", Gap::Minor(1), [false, false, true]),
            ("v2.13.4", "v2.11.9", Gap::Minor(2), [false, false, false]),
            ("v3.0.0", "v2.99.0", Gap::Major(1), [false, false, false]),
            ("head", "v2.13.4", Gap::Trunk, [false, false, false]),
        ];
        for (server, tag, gap, tolerated) in table {
            let verdicts = [AllowedLag::None, AllowedLag::Patch, AllowedLag::Minor]
                .map(|allowed| judge(server, tag, allowed));
            let expected = tolerated.map(|tolerated| {
                if tolerated {
                    Verdict::Tolerated(gap)
                } else {
                    Verdict::Lagging(gap)
                }
            });
            assert_eq!(verdicts, expected, "{tag} under {server}");
        }
    }

    #[test]
    fn as_server_deploys_is_the_same_build_or_between_it_and_the_server() {
        let lagging = Verdict::Lagging(Gap::Minor(1));
        let unknown = Verdict::UnknownImage(UnknownImage::NotAVersion);
        let table = [
            ("a/x:custom", unknown, "b/y:custom", true),
            ("a/x:v2.10.3", lagging, "b/y:v2.10.3-amd64", true),
            ("a/x:v2.10.3", lagging, "b/y:v2.10.0", true),
            ("a/x:v2.10", lagging, "b/y:v2.10.0", true),
            ("a/x:v2.10.3", lagging, "b/y:v2.10.4", false),
            ("a/x:v2.10.3", lagging, "b/y:custom", false),
            ("a/x:custom", unknown, "b/y:v2.10.0", false),
            ("a/x@sha256:00", unknown, "b/y@sha256:00", true),
            ("a/x:v2.12.0", NOT_COMPARABLE, "b/y:v2.10.0", false),
        ];
        for (image, verdict, setting, expected) in table {
            assert_eq!(
                is_as_server_deploys(ImageRef::new(image), verdict, ImageRef::new(setting)),
                expected,
                "{image} beside {setting}"
            );
        }
    }
}
