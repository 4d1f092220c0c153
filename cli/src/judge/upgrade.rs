//! What happens to each cluster when the server becomes another version.

use rancher_agent_version_policy::admission::Decision;
use rancher_agent_version_policy::cluster::DesiredImage;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::judge::{Replacement, Step};
use rancher_agent_version_policy::lag::{ServerVersion, Verdict as Lag};
use rancher_agent_version_policy::reason::ReasonCode;
use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::settings::{AllowedLag, Settings};
use rancher_agent_version_policy::standing::Standing;
use rancher_agent_version_policy::text::bounded;

use crate::judge::{Told, audit};
use crate::listed::Listed;
use crate::report::{Status, Verdict, Weight};
use crate::unreachable::Unreachable;

/// The longest image in a message, in characters.
const LONGEST_IMAGE: usize = 200;

/// What is said of a cluster, the reason and the message. The decision is that of a
/// policy which compares with the new version, and looks at the desired image only.
pub(super) fn upgrade(
    listed: &Listed,
    decision: &Decision<'_>,
    told: Told,
    settings: &Settings,
    rancher: &Rancher,
) -> (Status, Option<&'static str>, Option<String>) {
    let held = set_by_hand(rancher);
    let verdict = outlook(listed, decision, told.is_accepted, held.is_some());
    if let (Verdict::HeldBack, Some(image)) = (verdict, held) {
        let lags = judge(settings, image) == Some(Standing::Lagging);
        let weight = if lags {
            Weight::Refused
        } else {
            Weight::Warned
        };
        let reason = lags.then(|| ReasonCode::AgentImageSettingLagging.into());
        let image = bounded(image.text(), LONGEST_IMAGE);
        let message = format!(
            "Rancher deploys its Setting `agent-image`, `{image}`, which was set by hand and is not \
             changed by the upgrade; correct it after the upgrade"
        );
        return (Status { verdict, weight }, reason, Some(message));
    }
    // What the policy finds of an image that Rancher will overwrite is not to the point.
    let has_finding = !listed.is_pinned_by_rancher() && verdict != Verdict::NotReachable;
    let (mut reason, message) = match told.message {
        Some(message) if has_finding => (told.reason, Some(message)),
        _ => (None, message(verdict, listed)),
    };
    if verdict == Verdict::NotReachable {
        reason = listed.unreachable.map(Into::into);
    }
    let weight = match verdict {
        Verdict::BeingDeleted | Verdict::NoAgent => Weight::Skipped,
        Verdict::StaysBehind => Weight::Refused,
        _ if !told.is_evaluated => Weight::Failed,
        Verdict::Unknown | Verdict::Rejected if !told.is_accepted => Weight::Refused,
        Verdict::Unknown | Verdict::Rejected | Verdict::NotReachable => Weight::Warned,
        Verdict::Pinned => Weight::Noted,
        Verdict::Follows if reason.is_some() => Weight::Noted,
        _ => Weight::Silent,
    };
    (Status { verdict, weight }, reason, message)
}

/// What Rancher will deploy in place of a pin after the upgrade, where that is known: its
/// Setting `agent-image`, if it was set by hand.
pub(super) fn replacement<'a>(
    listed: &Listed,
    settings: &Settings,
    rancher: &'a Rancher,
) -> Option<Replacement<'a>> {
    let DesiredImage::Pinned(pin) = listed.cluster.desired_image() else {
        return None;
    };
    let image = set_by_hand(rancher)?;
    let is_older = image.tag().is_some_and(|tag| {
        ServerVersion::new(tag).judge(pin.image, AllowedLag::None) == Lag::Ahead
    });
    let step = if is_older {
        Step::Back
    } else if judge(settings, image) == Some(Standing::Ahead) {
        Step::PastTheServer
    } else {
        Step::Forward
    };
    Some(Replacement { image, step })
}

/// Rancher's Setting `agent-image`, if it is not the image of today's version: then somebody
/// has set it, and no upgrade changes it.
fn set_by_hand(rancher: &Rancher) -> Option<ImageRef<'_>> {
    let (Some(Fact::Value(version)), Some(Fact::Value(image))) =
        (&rancher.server_version, &rancher.agent_image)
    else {
        return None;
    };
    let (server, image) = (ServerVersion::new(version), ImageRef::new(image));
    let is_known = server.is_version() && !image.text().is_empty();
    let is_own = server.judge(image, AllowedLag::None) == Lag::Current;
    (is_known && !is_own).then_some(image)
}

/// How an image stands to the new version.
fn judge(settings: &Settings, image: ImageRef<'_>) -> Option<Standing> {
    let server = ServerVersion::new(settings.server_version.as_deref()?);
    Some(server.judge(image, settings.allowed_lag).standing())
}

fn outlook(listed: &Listed, decision: &Decision<'_>, is_accepted: bool, is_held: bool) -> Verdict {
    let without_pin = |verdict| match listed.unreachable {
        _ if is_held => Verdict::HeldBack,
        Some(_) => Verdict::NotReachable,
        None => verdict,
    };
    if listed.is_local() {
        Verdict::NoAgent
    } else if listed.cluster.is_being_deleted() {
        Verdict::BeingDeleted
    } else if listed.is_pinned_by_rancher() {
        without_pin(Verdict::ReApplied)
    } else if listed.pin().is_none() {
        without_pin(Verdict::Follows)
    } else {
        match audit::verdict(decision, is_accepted) {
            Verdict::Lagging => Verdict::StaysBehind,
            Verdict::Unknown => Verdict::Unknown,
            _ if !is_accepted => Verdict::Rejected,
            _ => Verdict::Pinned,
        }
    }
}

/// What happens, where the policy says nothing: it judges images, not the future.
fn message(verdict: Verdict, listed: &Listed) -> Option<String> {
    let message = match verdict {
        Verdict::NotReachable => {
            let once = match listed.unreachable {
                Some(Unreachable::NoNode) => "has a node",
                Some(Unreachable::NotProvisioned) => "is provisioned",
                Some(Unreachable::Disconnected) | None => "is connected again",
            };
            return Some(format!(
                "Rancher deploys its new agent once the cluster {once}"
            ));
        }
        Verdict::ReApplied => "Rancher provisioned this cluster and writes its new image itself",
        Verdict::Follows => "Rancher rolls its new agent out by itself",
        Verdict::BeingDeleted => "the cluster is being deleted",
        Verdict::NoAgent => "Rancher's own cluster has no agent",
        _ => return None,
    };
    Some(message.to_owned())
}
