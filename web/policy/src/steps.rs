//! The steps that led to an answer, in the words of `types.d.ts`.

use serde_json::{Value, json};

use rancher_agent_version_policy::admission::Severity;
use rancher_agent_version_policy::cluster::{Cluster, DesiredField, DesiredImage};
use rancher_agent_version_policy::explain::Explanation;
use rancher_agent_version_policy::image::{ImageRef, NoVersion};
use rancher_agent_version_policy::judge::Step;
use rancher_agent_version_policy::lag::{Deviation, Gap, ServerVersion, Verdict};
use rancher_agent_version_policy::reason::Finding;
use rancher_agent_version_policy::request::Request;
use rancher_agent_version_policy::setting::Fault;
use rancher_agent_version_policy::settings::Settings;
use rancher_agent_version_policy::version::normalize;

use super::facts;

/// Sets a field.
pub(super) fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
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
    let verdicts = |asked: Option<Verdict>, verdict| (verdict, asked.is_some());
    let mut explained = json!({
        "row": <&str>::from(explanation.row),
        "administrated": explanation.administrated,
        "desired": desired(
            explanation.desired,
            verdicts(explanation.desired_verdict, standing.desired_verdict),
        ),
        "server": server(explanation),
        "findings": findings(explanation),
    });
    if let Some(before) = explanation.before {
        let verdicts = verdicts(explanation.before_verdict, standing.before_verdict);
        put(&mut explained, "before", desired(before, verdicts));
    }
    if let Some(transition) = facts::transition(explanation) {
        put(&mut explained, "transition", transition);
    }
    if let Some(direction) = facts::direction(explanation) {
        put(&mut explained, "direction", direction);
    }
    if let Some(deployed) = explanation.deployed {
        let verdicts = verdicts(explanation.deployed_verdict, standing.deployed_verdict);
        let mut deployed = image(deployed, verdicts);
        if let Some(why) = facts::not_judged(explanation, settings) {
            put(&mut deployed, "notJudged", why);
        }
        if let Some(is_expected) = facts::is_expected(explanation) {
            put(&mut deployed, "isExpected", is_expected);
        }
        put(&mut explained, "deployed", deployed);
    }
    if let Some((agent_image, deviation)) = explanation.agent_image {
        let mut setting = json!({"image": agent_image});
        match deviation {
            Some(Deviation::Lagging(lag)) => put(&mut setting, "gap", gap(lag)),
            Some(Deviation::Ahead) => put(&mut setting, "ahead", true),
            None => {}
        }
        put(&mut explained, "agentImage", setting);
    }
    if let Some(replacement) = explanation.replacement {
        let step = match replacement.step {
            Step::Forward => "forward",
            Step::Back => "back",
            Step::PastTheServer => "past-the-server",
        };
        let replacement = json!({"image": replacement.image.text(), "step": step});
        put(&mut explained, "replacement", replacement);
    }
    if facts::is_unseen(explanation, settings) {
        put(&mut explained, "unseen", true);
    }
    if facts::will_not_follow(explanation) {
        put(&mut explained, "willNotFollow", true);
    }
    explained
}

fn findings(explanation: &Explanation<'_>) -> Vec<Value> {
    let findings = explanation.findings.iter();
    findings
        .map(|(severity, finding)| {
            let severity = match severity {
                Severity::Warn => "warn",
                Severity::Repair => "repair",
                Severity::Reject => "reject",
            };
            let mut told = json!({"severity": severity, "reason": <&str>::from(finding.code())});
            if let Finding::MalformedField(field) | Finding::FixedWillNotFollow(field) = finding {
                put(&mut told, "field", field.path());
            }
            told
        })
        .collect()
}

fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotGranted => "not-granted",
        Fault::Forbidden => "forbidden",
        Fault::NotFound => "not-found",
        Fault::NoClient => "no-client",
        Fault::Unreadable => "unreadable",
        Fault::Failed => "failed",
    }
}

fn server(explanation: &Explanation<'_>) -> Value {
    let mut server = json!({
        "comparable": explanation.server.is_some_and(|text| ServerVersion::new(text).is_version()),
        "from": if explanation.is_live { "live" } else { "setting" },
    });
    if let Some(version) = explanation.server {
        put(&mut server, "version", version);
    }
    if let Some(why) = explanation.server_fault {
        put(&mut server, "fault", fault(why));
    }
    if let Some(why) = explanation.agent_image_fault {
        put(&mut server, "agentImageFault", fault(why));
    }
    server
}

fn desired(desired: DesiredImage<'_>, verdicts: (Option<Verdict>, bool)) -> Value {
    let told = |because: &str, field: Option<DesiredField>| {
        let mut told = json!({"because": because});
        if let Some(field) = field {
            put(&mut told, "field", field.path());
        }
        told
    };
    match desired {
        DesiredImage::Follows => told("follows", None),
        DesiredImage::FollowsOnce(field) => told("fixed", Some(field)),
        DesiredImage::Unreadable(field) => told("malformed", Some(field)),
        DesiredImage::Pinned(pin) => {
            let mut told = told("pinned", Some(pin.field));
            put(&mut told, "image", image(pin.image, verdicts));
            told
        }
    }
}

/// `verdict` is by everything that is known about Rancher; `is_known` is true if what was
/// looked up is enough for it.
fn image(reference: ImageRef<'_>, (verdict, is_known): (Option<Verdict>, bool)) -> Value {
    let mut image = json!({"image": reference.text()});
    let tag = reference.tag().unwrap_or_default();
    if !tag.is_empty() {
        put(&mut image, "tag", tag);
    }
    match reference.version() {
        Ok(_) => put(&mut image, "version", normalize(tag)),
        Err(NoVersion::NoTag) => put(&mut image, "unreadable", "no-tag"),
        Err(NoVersion::DigestOnly) => put(&mut image, "unreadable", "digest-only"),
        Err(NoVersion::TagIsNoVersion) => put(&mut image, "unreadable", "not-a-version"),
    }
    let Some(verdict) = verdict else {
        return image;
    };
    let (word, by) = match verdict {
        Verdict::Current => ("current", None),
        Verdict::Ahead => ("ahead", None),
        Verdict::Tolerated(by) => ("tolerated", Some(by)),
        Verdict::AsServerDeploys => ("as-deployed-by-server", None),
        Verdict::Lagging(by) => ("lagging", Some(by)),
        Verdict::UnknownImage(_) => ("unknown-image", None),
        Verdict::UnknownServer(_) => ("unknown-server", None),
    };
    put(&mut image, "verdict", word);
    if is_known {
        put(&mut image, "known", true);
    }
    if let Some(by) = by {
        put(&mut image, "gap", gap(by));
    }
    image
}

fn gap(gap: Gap) -> Value {
    match gap {
        Gap::Major(count) => json!({"by": "major", "count": count}),
        Gap::Minor(count) => json!({"by": "minor", "count": count}),
        Gap::Patch(count) => json!({"by": "patch", "count": count}),
        Gap::Build => json!({"by": "build"}),
        Gap::Trunk => json!({"by": "trunk"}),
    }
}
