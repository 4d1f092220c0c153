//! Facts that the page would otherwise have to work out by itself: one word each, or none.

use rancher_agent_version_policy::admission::Severity;
use rancher_agent_version_policy::cluster::DesiredImage;
use rancher_agent_version_policy::explain::Explanation;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::Verdict;
use rancher_agent_version_policy::ratchet::{Direction, Transition};
use rancher_agent_version_policy::reason::Finding;
use rancher_agent_version_policy::request::Requester;
use rancher_agent_version_policy::row::Row;
use rancher_agent_version_policy::settings::{DeployedImagePolicy, Settings};

/// What the request does to the desired image.
pub(super) fn transition(explanation: &Explanation<'_>) -> Option<&'static str> {
    let is_fixed = |desired| matches!(desired, DesiredImage::FollowsOnce(_));
    let is_fixed_before = explanation.before.is_some_and(is_fixed);
    Some(match explanation.transition? {
        Transition::Unchanged if is_fixed_before != is_fixed(explanation.desired) => "own-kept",
        Transition::Unchanged => "unchanged",
        Transition::ToFollows => "to-follows",
        Transition::Repinned(_) => "repinned",
        Transition::ToUnreadable(_) => "to-malformed",
    })
}

/// How a pin that lags stands to the image before.
pub(super) fn direction(explanation: &Explanation<'_>) -> Option<&'static str> {
    let is_clear = match (explanation.before, explanation.before_verdict) {
        (Some(DesiredImage::Unreadable(_)), _) => false,
        (Some(DesiredImage::Pinned(_)), verdict) => !matches!(
            verdict,
            None | Some(Verdict::UnknownImage(_) | Verdict::UnknownServer(_))
        ),
        _ => true,
    };
    Some(match explanation.direction? {
        Direction::Introduced if !is_clear => "unclear",
        direction => direction.into(),
    })
}

/// Why the image that Rancher applied last is not judged, if it is not.
pub(super) fn not_judged(
    explanation: &Explanation<'_>,
    settings: &Settings,
) -> Option<&'static str> {
    match explanation.transition {
        None if settings.deployed_image == DeployedImagePolicy::Ignore => Some("ignore"),
        None => None,
        Some(Transition::Unchanged)
            if explanation.decision.requester == Requester::ServiceAccount =>
        {
            Some("service-account")
        }
        Some(Transition::Unchanged) => None,
        Some(_) => Some("change"),
    }
}

/// Whether the image that Rancher applied last is the one that it deploys by the pin, or by
/// its own `agent-image`; `None` if that is not known.
pub(super) fn is_expected(explanation: &Explanation<'_>) -> Option<bool> {
    let mut findings = explanation.decision.findings.iter();
    let is_repaired = findings.any(|(severity, _)| *severity == Severity::Repair);
    let expected = match explanation.desired {
        DesiredImage::Pinned(pin) if !is_repaired => pin.image,
        DesiredImage::Pinned(_) | DesiredImage::Follows | DesiredImage::FollowsOnce(_) => {
            ImageRef::new(explanation.agent_image?.0)
        }
        DesiredImage::Unreadable(_) => return None,
    };
    let deployed = explanation.deployed?;
    Some(deployed.text() == expected.text() || deployed.is_same_build(expected))
}

/// True if no image is looked at, because of who leaves it as it was.
pub(super) fn is_unseen(explanation: &Explanation<'_>, settings: &Settings) -> bool {
    let repairs = settings.repair && !explanation.decision.subject.administrated;
    explanation.decision.row == Row::UnchangedByServiceAccount && settings.ratcheting && !repairs
}

/// True for a pin that will not follow the next upgrade, also of a service account, which
/// is not told of it.
pub(super) fn will_not_follow(explanation: &Explanation<'_>) -> bool {
    let found = |is: fn(&Finding<'_>) -> bool| {
        let mut findings = explanation.decision.findings.iter();
        findings.any(|(_, finding)| is(finding))
    };
    if explanation.decision.requester != Requester::ServiceAccount {
        return found(|finding| {
            matches!(
                finding,
                Finding::PinnedWillNotFollow(_) | Finding::FixedWillNotFollow(_)
            )
        });
    }
    let is_judged = !matches!(
        explanation.decision.row,
        Row::Stale | Row::CreatedByRancher | Row::RepinnedByRancher | Row::MalformedField
    ) && !found(|finding| matches!(finding, Finding::MalformedField(_)));
    if explanation.decision.subject.administrated || !is_judged {
        return false;
    }
    match explanation.desired {
        DesiredImage::FollowsOnce(_) => explanation.before.is_none(),
        DesiredImage::Pinned(_) => {
            explanation.desired_verdict == Some(Verdict::Current)
                && explanation.transition != Some(Transition::Unchanged)
        }
        DesiredImage::Follows | DesiredImage::Unreadable(_) => false,
    }
}
