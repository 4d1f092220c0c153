//! Which agents lag behind the server now.

use rancher_agent_version_policy::admission::Decision;
use rancher_agent_version_policy::standing::Standing;

use crate::judge::Told;
use crate::report::{Status, Verdict, Weight};

/// What is said of a cluster, the reason and the message.
pub(super) fn audit(
    decision: &Decision<'_>,
    told: Told,
) -> (Status, Option<&'static str>, Option<String>) {
    let verdict = verdict(decision, told.is_accepted);
    let weight = match verdict {
        Verdict::OutOfScope => Weight::Skipped,
        _ if !told.is_evaluated => Weight::Failed,
        _ if !told.is_accepted => Weight::Refused,
        Verdict::Lagging | Verdict::Unknown => Weight::Warned,
        _ if told.message.is_some() => Weight::Noted,
        _ => Weight::Silent,
    };
    (Status { verdict, weight }, told.reason, told.message)
}

/// How the cluster stands, or why no image was judged.
pub(super) fn verdict(decision: &Decision<'_>, is_accepted: bool) -> Verdict {
    match decision.standing() {
        Some(Standing::Pending) => Verdict::Pending,
        Some(Standing::Current) => Verdict::Current,
        Some(Standing::Tolerated) => Verdict::Tolerated,
        Some(Standing::AsDeployedByServer) => Verdict::AsDeployedByServer,
        Some(Standing::Ahead) => Verdict::Ahead,
        Some(Standing::Unknown) => Verdict::Unknown,
        Some(Standing::Lagging) => Verdict::Lagging,
        None if !is_accepted => Verdict::Rejected,
        None => Verdict::OutOfScope,
    }
}
