//! Versions that say something else than their user may think.

use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::version::Version;

use crate::report::Question;
use crate::text::short;

/// A line for each slip in the version that clusters are compared with: the server's own, or
/// before an upgrade the new one.
pub fn slips(
    question: Question,
    version: &str,
    rancher: &Rancher,
) -> impl Iterator<Item = String> + use<> {
    let shown = short(version);
    let without_patch = is_without_patch(version)
        .then(|| format!("{shown} names no patch version: it is read as patch 0"));
    let today = match &rancher.server_version {
        Some(Fact::Value(today)) if question == Question::Upgrade => Some(today),
        _ => None,
    };
    let not_forward = today.and_then(|today| {
        let (from, to): (Version, Version) = (today.parse().ok()?, version.parse().ok()?);
        let today = short(today);
        if to < from {
            Some(format!(
                "{shown} is older than {today}, the version of Rancher now: that is not an upgrade"
            ))
        } else if to == from {
            Some(format!(
                "Rancher has version {today} already: that is not an upgrade"
            ))
        } else {
            None
        }
    });
    let is_unknown = rancher.server_version.is_none() || rancher.agent_image.is_none();
    let not_claimed = (question == Question::Upgrade && is_unknown).then(|| {
        "without the Settings `server-version` and `agent-image` in the input, it is not known \
         whether `agent-image` was set by hand and holds clusters back"
            .to_owned()
    });
    [without_patch, not_forward, not_claimed]
        .into_iter()
        .flatten()
}

/// Such as `v2.12`, which is a version, or `v2.12-rc1`. A head of a line has no patch.
fn is_without_patch(version: &str) -> bool {
    let numbers = version.split('-').next().unwrap_or_default();
    let is_version = version
        .parse::<Version>()
        .is_ok_and(|version| version.patch().is_some());
    is_version && numbers.split('.').count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(question: Question, version: &str, today: Option<&str>, expected: &[&str]) {
        let fact = |text: &str| Some(Fact::Value(text.to_owned()));
        let rancher = Rancher {
            server_version: today.and_then(fact),
            agent_image: today.and_then(|_| fact("a:v1")),
        };
        let found: Vec<String> = slips(question, version, &rancher).collect();
        assert_eq!(found, expected, "{version}");
    }

    #[test]
    fn versions_without_a_patch_are_noticed() {
        let audit = Question::Audit;
        for version in [
            "v2.12.0",
            "2.12.0-rc1",
            "v2.12-head",
            "head",
            "dev",
            "v2.12-0a1b2c3-head",
        ] {
            says(audit, version, None, &[]);
        }
        says(
            audit,
            "v2.12",
            None,
            &["v2.12 names no patch version: it is read as patch 0"],
        );
        says(
            audit,
            "2.9-rc1",
            None,
            &["2.9-rc1 names no patch version: it is read as patch 0"],
        );
    }

    #[test]
    fn an_upgrade_goes_to_a_later_version() {
        let upgrade = Question::Upgrade;
        let today = Some("v2.12.3");
        for version in ["v2.12.4", "v2.13.0-rc1", "v2.13-head", "head"] {
            says(upgrade, version, today, &[]);
        }
        says(
            upgrade,
            "v2.12.2",
            today,
            &["v2.12.2 is older than v2.12.3, the version of Rancher now: that is not an upgrade"],
        );
        says(
            upgrade,
            "2.12.3",
            today,
            &["Rancher has version v2.12.3 already: that is not an upgrade"],
        );
        says(Question::Audit, "v2.12.2", today, &[]);
        says(
            upgrade,
            "v2.12.4",
            None,
            &[
                "without the Settings `server-version` and `agent-image` in the input, it is not known \
             whether `agent-image` was set by hand and holds clusters back",
            ],
        );
    }
}
