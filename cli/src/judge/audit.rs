//! Which agents lag behind the server now.

use rancher_agent_version_policy::admission::Decision;
use rancher_agent_version_policy::reason::{DesiredVerdict, Finding};
use rancher_agent_version_policy::row::Row;

use crate::judge::Told;
use crate::report::{Status, Verdict, Weight};

/// What is said of a cluster, the reason and the message.
pub(super) fn audit(decision: &Decision<'_>) -> (Status, Option<&'static str>, Option<String>) {
    let told = Told::of(decision);
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

/// The verdict on the image that decides, if there is one.
pub(super) fn verdict(decision: &Decision<'_>, is_accepted: bool) -> Verdict {
    let finding = decision.deciding_finding().map(|(_, finding)| finding);
    match finding {
        Some(Finding::Desired { verdict, .. }) => match verdict {
            DesiredVerdict::Tolerated(_) => Verdict::Tolerated,
            DesiredVerdict::Ahead => Verdict::Ahead,
            DesiredVerdict::Lagging(_) => Verdict::Lagging,
            DesiredVerdict::Unknown(_) => Verdict::Unknown,
        },
        Some(Finding::DeployedLagging { .. }) => Verdict::Lagging,
        Some(Finding::UnknownServer(_)) => Verdict::Unknown,
        Some(Finding::AgentImageSettingLagging { .. }) => Verdict::AsDeployedByServer,
        Some(Finding::PinnedWillNotFollow(_)) => Verdict::Current,
        _ if !is_accepted => Verdict::Rejected,
        _ if matches!(decision.row, Row::OutOfScope(_)) => Verdict::OutOfScope,
        _ => Verdict::Ok,
    }
}
