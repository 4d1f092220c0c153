//! What the policy says about each cluster.

mod audit;
mod upgrade;

use rancher_agent_version_policy::admission::{Decision, decide};
use rancher_agent_version_policy::evaluate::respond;
use rancher_agent_version_policy::request::Request;
use rancher_agent_version_policy::response::{Answer, Code};
use rancher_agent_version_policy::setting::Rancher;
use rancher_agent_version_policy::settings::Settings;

use crate::listed::Listed;
use crate::live::{NotAsked, Running};
use crate::report::{Question, Replacement, Row};

/// The row about a cluster. The policy is asked as Kubewarden's audit scanner asks it;
/// before an upgrade its settings name the new version, and let the deployed image be. What is
/// found to run, if somebody has asked, is judged as what Rancher applied is.
///
/// # Panics
/// If one of the Settings of Rancher was not looked up.
#[must_use]
pub fn judge(
    question: Question,
    listed: &Listed,
    settings: &Settings,
    rancher: &Rancher,
    running: Option<&Result<Running, NotAsked>>,
) -> Row {
    let as_it_runs = match running {
        Some(Ok(running)) => Some(listed.with_running(running)),
        _ => None,
    };
    let judged = as_it_runs.as_ref().unwrap_or(listed);
    let request = Request::audit(judged.cluster.clone());
    let decision = decide(&request, settings, rancher)
        .expect("an audit of a cluster that was read, and all that there is to look up");
    let subject = &decision.subject;
    let told = Told::of(&decision);
    let ((status, reason, message), replacement) = match question {
        Question::Audit => (audit::audit(&decision, told), subject.replacement),
        Question::Upgrade => (
            upgrade::upgrade(judged, &decision, told, settings, rancher),
            upgrade::replacement(judged, settings, rancher),
        ),
    };
    let pin = listed.pin();
    let desired = match pin {
        None => "follows",
        Some((_, Some(image))) => image,
        Some((_, None)) => "?",
    };
    let version = listed.cluster.resource_version();
    Row {
        name: listed.cluster.name().to_owned(),
        display_name: listed.cluster.display_name().to_owned(),
        source: listed.source.to_string(),
        uid: listed.uid.clone(),
        resource_version: (!version.is_empty()).then(|| version.to_owned()),
        desired: desired.to_owned(),
        deployed: listed.cluster.deployed_image().map(str::to_owned),
        running: running.cloned(),
        status,
        reason,
        pinned_by: pin.map(|(field, _)| field),
        is_pinned_by_rancher: listed.is_pinned_by_rancher(),
        fields_to_clear: subject.fields_to_clear().collect(),
        replacement: replacement.map(|replacement| Replacement {
            image: replacement.image.text().to_owned(),
            step: replacement.step,
        }),
        agent_image_lags: subject.agent_image_deviates,
        unreachable: listed.unreachable,
        message,
    }
}

/// The policy's answer, without what is for machines.
struct Told {
    is_accepted: bool,
    is_evaluated: bool,
    /// The code of the finding that decides.
    reason: Option<&'static str>,
    /// What was found, and what to do.
    message: Option<String>,
}

impl Told {
    fn of(decision: &Decision<'_>) -> Self {
        let response = respond(decision, |_| None);
        let (is_accepted, message, code) = match response.answer {
            Answer::Accepted { message } => (true, message, None),
            Answer::Rejected { message, code } => (false, Some(message), code),
            // An audit repairs nothing.
            Answer::Repaired(_) => (true, None, None),
        };
        Self {
            is_accepted,
            is_evaluated: code != Some(Code::CouldNotEvaluate),
            reason: response.audit_annotations.and_then(|audit| audit.reason),
            message: message.map(in_own_words),
        }
    }
}

/// The policy advises to set one of its settings, for which the command has an option.
fn in_own_words(message: String) -> String {
    [
        "set the policy's `serverVersion`",
        "set its `serverVersion`",
    ]
    .into_iter()
    .fold(message, |message, words| {
        message.replace(words, "give --server-version")
    })
}
