//! What an UPDATE changes: an object that was wrong already may stay as it
//! is, and nothing may get worse (Kubernetes KEP-4008, "CRD Validation
//! Ratcheting").
//!
//! The only file that knows what "worse" is.

use std::cmp::Ordering;

use crate::cluster::{DesiredField, DesiredImage, Pin};
use crate::image::ImageRef;
use crate::lag::Verdict;

/// What an UPDATE does to the image that Rancher will deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition<'a> {
    /// The same text, or Rancher's own Setting before and after. A change of
    /// a field that another one hides does not count.
    Unchanged,
    /// From a pinned image to Rancher's own Setting.
    ToFollows,
    /// To another pinned image.
    Repinned(Pin<'a>),
    /// To a field of the wrong JSON type, which decides now.
    ToUnreadable(DesiredField),
}

impl<'a> Transition<'a> {
    /// Compares the desired image before and after.
    #[must_use]
    pub fn between(old: DesiredImage<'_>, new: DesiredImage<'a>) -> Self {
        let unchanged = match (old, new) {
            (DesiredImage::Pinned(old), DesiredImage::Pinned(new)) => {
                old.image.text() == new.image.text()
            }
            (DesiredImage::Unreadable(old), DesiredImage::Unreadable(new)) => old == new,
            (old, new) => old.follows() && new.follows(),
        };
        if unchanged {
            return Self::Unchanged;
        }
        match new {
            DesiredImage::Follows | DesiredImage::FollowsOnce(_) => Self::ToFollows,
            DesiredImage::Pinned(pin) => Self::Repinned(pin),
            DesiredImage::Unreadable(field) => Self::ToUnreadable(field),
        }
    }
}

/// Where a new pin that lags came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Direction {
    /// The old image did not lag, or it is unknown whether it did.
    Introduced,
    /// The old image lagged less.
    Worsened,
    /// The old image lagged, and is equal or without order to the new one.
    Sideways,
    /// The old image lagged more.
    Improved,
}

impl Direction {
    /// How a lagging image came about.
    #[must_use]
    pub fn of(old: ImageRef<'_>, old_verdict: Verdict, new: ImageRef<'_>) -> Self {
        let Verdict::Lagging(_) = old_verdict else {
            return Self::Introduced;
        };
        let (Ok(old), Ok(new)) = (old.version(), new.version()) else {
            return Self::Introduced;
        };
        match new.partial_cmp(&old) {
            Some(Ordering::Less) => Self::Worsened,
            Some(Ordering::Greater) => Self::Improved,
            Some(Ordering::Equal) | None => Self::Sideways,
        }
    }

    /// True if the image after is no worse than the one before.
    #[must_use]
    pub fn is_no_worse(self) -> bool {
        match self {
            Self::Introduced | Self::Worsened => false,
            Self::Sideways | Self::Improved => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::DesiredField::{AgentImageOverride, DesiredAgentImage};
    use crate::lag::Gap;

    fn pinned(image: &str) -> DesiredImage<'_> {
        let field = DesiredAgentImage;
        let image = ImageRef::new(image);
        DesiredImage::Pinned(Pin { field, image })
    }

    fn repinned(image: &str) -> Transition<'_> {
        Transition::Repinned(Pin {
            field: DesiredAgentImage,
            image: ImageRef::new(image),
        })
    }

    #[test]
    fn unchanged_is_the_same_text_or_both_follow() {
        let follows_once = DesiredImage::FollowsOnce(DesiredAgentImage);
        let elsewhere = DesiredImage::Pinned(Pin {
            field: AgentImageOverride,
            image: ImageRef::new("a:v1.0"),
        });
        let unreadable = DesiredImage::Unreadable(DesiredAgentImage);
        let table = [
            (pinned("a:v1.0"), elsewhere, Transition::Unchanged),
            (DesiredImage::Follows, follows_once, Transition::Unchanged),
            (unreadable, unreadable, Transition::Unchanged),
            (pinned("a:v1.0"), follows_once, Transition::ToFollows),
            (unreadable, DesiredImage::Follows, Transition::ToFollows),
            (pinned("a:v1.0"), pinned("b:v1.0"), repinned("b:v1.0")),
            (follows_once, pinned("a:v1.0"), repinned("a:v1.0")),
            (unreadable, pinned("a:v1.0"), repinned("a:v1.0")),
            (
                pinned("a:v1.0"),
                unreadable,
                Transition::ToUnreadable(DesiredAgentImage),
            ),
            (
                DesiredImage::Unreadable(AgentImageOverride),
                unreadable,
                Transition::ToUnreadable(DesiredAgentImage),
            ),
        ];
        for (old, new, expected) in table {
            assert_eq!(Transition::between(old, new), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn no_worse_is_later_equal_or_unordered_to_an_image_that_lagged() {
        let lagging = Verdict::Lagging(Gap::Minor(1));
        let table = [
            ("v2.9.0", lagging, "v2.10.0", Direction::Improved),
            ("v2.10.0", lagging, "2.10.0", Direction::Sideways),
            (
                "v2.9.0-hotfix-a.1",
                lagging,
                "v2.9.0-hotfix-b.1",
                Direction::Sideways,
            ),
            ("v2.10.0", lagging, "v2.9.0", Direction::Worsened),
            (
                "v2.9.0",
                Verdict::Tolerated(Gap::Minor(1)),
                "v2.10.0",
                Direction::Introduced,
            ),
            (
                "v2.9.0",
                Verdict::AsServerDeploys,
                "v2.10.0",
                Direction::Introduced,
            ),
            (
                "custom",
                Verdict::UnknownServer(crate::setting::UnknownServer::NotAVersion),
                "v2.10.0",
                Direction::Introduced,
            ),
        ];
        for (old, verdict, new, expected) in table {
            let (old, new) = (format!("a:{old}"), format!("b:{new}"));
            let direction = Direction::of(ImageRef::new(&old), verdict, ImageRef::new(&new));
            let is_no_worse = matches!(expected, Direction::Sideways | Direction::Improved);
            assert_eq!(
                (direction, direction.is_no_worse()),
                (expected, is_no_worse),
                "{old} {new}"
            );
        }
    }
}
