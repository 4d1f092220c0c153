//! What happens to each cluster when the server becomes another version.

use rancher_agent_version_policy::admission::Decision;

use crate::judge::{Told, audit};
use crate::listed::Listed;
use crate::report::{Status, Verdict, Weight};
use crate::unreachable::Unreachable;

/// What is said of a cluster, the reason and the message. The decision is that of a
/// policy which compares with the new version, and looks at the desired image only.
pub(super) fn upgrade(
    listed: &Listed,
    decision: &Decision<'_>,
) -> (Status, Option<&'static str>, Option<String>) {
    let told = Told::of(decision);
    let verdict = outlook(listed, decision, told.is_accepted);
    // What the policy finds of an image that Rancher will overwrite is not to the point.
    let has_finding = !listed.is_pinned_by_rancher() && verdict != Verdict::NotReachable;
    let (mut reason, message) = match told.message {
        Some(message) if has_finding => (told.reason, Some(message)),
        _ => (None, message(verdict, listed).map(str::to_owned)),
    };
    if verdict == Verdict::NotReachable {
        reason = listed.unreachable.map(Unreachable::word);
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

fn outlook(listed: &Listed, decision: &Decision<'_>, is_accepted: bool) -> Verdict {
    let reachable = |verdict| match listed.unreachable {
        Some(_) => Verdict::NotReachable,
        None => verdict,
    };
    if listed.is_local() {
        Verdict::NoAgent
    } else if listed.cluster.is_being_deleted() {
        Verdict::BeingDeleted
    } else if listed.is_pinned_by_rancher() {
        reachable(Verdict::ReApplied)
    } else if listed.pin().is_none() {
        reachable(Verdict::Follows)
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
fn message(verdict: Verdict, listed: &Listed) -> Option<&'static str> {
    Some(match verdict {
        Verdict::NotReachable => match listed.unreachable {
            Some(Unreachable::NoNode) => {
                "Rancher deploys its new agent once the cluster has a node"
            }
            Some(Unreachable::NotProvisioned) => {
                "Rancher deploys its new agent once the cluster is provisioned"
            }
            Some(Unreachable::Disconnected) | None => {
                "Rancher deploys its new agent once the cluster is connected again"
            }
        },
        Verdict::ReApplied => "Rancher provisioned this cluster and writes its new image itself",
        Verdict::Follows => "Rancher rolls its new agent out by itself",
        Verdict::BeingDeleted => "the cluster is being deleted",
        Verdict::NoAgent => "Rancher's own cluster has no agent",
        _ => return None,
    })
}
