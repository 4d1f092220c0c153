//! The steps that led to an answer, in the words of `types.d.ts`.

use serde_json::{Value, json};

use rancher_agent_version_policy::cluster::{Cluster, DesiredField, DesiredImage};
use rancher_agent_version_policy::explain::Explanation;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{Deviation, ServerVersion, Verdict};
use rancher_agent_version_policy::reason::Finding;
use rancher_agent_version_policy::request::Request;
use rancher_agent_version_policy::settings::Settings;
use rancher_agent_version_policy::version::normalize;

use super::facts;

/// An object without the fields that are null.
pub(super) fn given(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

/// The word of a variant.
pub(super) fn word(variant: impl Into<&'static str>) -> &'static str {
    variant.into()
}

/// What a repair changes.
pub(super) fn changes(request: &Request<'_>, cluster: &Cluster<'_>) -> Vec<Value> {
    let before = |field: DesiredField| match cluster.desired_text(field) {
        "" => request.json(field).unwrap_or_default().to_owned(),
        text => text.to_owned(),
    };
    cluster
        .fields_to_clear()
        .map(|field| json!({"path": field.path(), "before": before(field), "after": ""}))
        .collect()
}

/// A whole explanation: by what was looked up for the answer, with the verdicts on images by
/// everything that is known.
pub(super) fn explained(
    explanation: &Explanation<'_>,
    standing: &Explanation<'_>,
    settings: &Settings,
) -> Value {
    let decision = &explanation.decision;
    let desired_verdicts = (standing.desired_verdict, explanation.desired_verdict);
    let before_verdicts = (standing.before_verdict, explanation.before_verdict);
    given(json!({
        "row": word(decision.row),
        "administrated": decision.subject.administrated,
        "desired": desired(explanation.desired, desired_verdicts),
        "before": explanation.before.map(|before| desired(before, before_verdicts)),
        "transition": facts::transition(explanation),
        "direction": facts::direction(explanation),
        "deployed": explanation.deployed.map(|deployed| {
            let verdicts = (standing.deployed_verdict, explanation.deployed_verdict);
            let mut deployed = image(deployed, verdicts);
            deployed["notJudged"] = facts::not_judged(explanation, settings).into();
            deployed["isExpected"] = facts::is_expected(explanation).into();
            given(deployed)
        }),
        "server": server(explanation, settings),
        "findings": decision.findings.iter().map(|(severity, finding)| given(json!({
            "severity": word(severity),
            "reason": word(finding.code()),
            "field": match finding {
                Finding::MalformedField(field) | Finding::FixedWillNotFollow(field) => {
                    Some(field.path())
                }
                _ => None,
            },
        }))).collect::<Vec<_>>(),
        "agentImage": explanation.agent_image.map(|(agent_image, deviation)| given(json!({
            "image": agent_image,
            "gap": match deviation {
                Some(Deviation::Lagging(gap)) => Some(gap),
                _ => None,
            },
            "ahead": (deviation == Some(Deviation::Ahead)).then_some(true),
        }))),
        "replacement": explanation.replacement.map(|replacement| json!({
            "image": replacement.image.text(),
            "step": word(replacement.step),
        })),
        "unseen": facts::is_unseen(explanation, settings).then_some(true),
        "willNotFollow": facts::will_not_follow(explanation).then_some(true),
    }))
}

fn server(explanation: &Explanation<'_>, settings: &Settings) -> Value {
    let version = explanation.decision.subject.server;
    given(json!({
        "version": version,
        "comparable": version.is_some_and(|text| ServerVersion::new(text).is_version()),
        "from": if settings.server_version.is_none() { "live" } else { "setting" },
        "fault": explanation.server_fault.map(word),
        "agentImageFault": explanation.agent_image_fault.map(word),
    }))
}

/// The verdict on an image by everything that is known about Rancher, and the one by what was
/// looked up, if that is enough for it.
type Verdicts = (Option<Verdict>, Option<Verdict>);

fn desired(desired: DesiredImage<'_>, verdicts: Verdicts) -> Value {
    let (because, field, pinned) = match desired {
        DesiredImage::Follows => ("follows", None, None),
        DesiredImage::FollowsOnce(field) => ("fixed", Some(field), None),
        DesiredImage::Unreadable(field) => ("malformed", Some(field), None),
        DesiredImage::Pinned(pin) => ("pinned", Some(pin.field), Some(pin.image)),
    };
    given(json!({
        "because": because,
        "field": field.map(DesiredField::path),
        "image": pinned.map(|pinned| image(pinned, verdicts)),
    }))
}

fn image(reference: ImageRef<'_>, (verdict, looked_up): Verdicts) -> Value {
    let version = reference.version();
    given(json!({
        "image": reference.text(),
        "tag": reference.tag(),
        "version": version.is_ok().then(|| reference.tag().map(normalize)),
        "unreadable": version.err().map(word),
        "verdict": verdict.map(word),
        "known": (verdict.is_some() && looked_up.is_some()).then_some(true),
        "gap": match verdict {
            Some(Verdict::Tolerated(gap) | Verdict::Lagging(gap)) => Some(gap),
            _ => None,
        },
    }))
}
