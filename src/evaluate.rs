//! From a payload to an answer: read, decide, look up what the decision
//! needs, decide again, put into words.

use crate::admission::{Decision, Outcome, Severity, Undecided, decide};
use crate::cluster::{DesiredImage, FIXED};
use crate::reason::{Finding, ReasonCode};
use crate::repair;
use crate::request::{BadPayload, Request, Requester};
use crate::response::{BAD_REQUEST, COULD_NOT_EVALUATE, Response};
use crate::setting::{Fact, Fault, Rancher, SettingName};
use crate::text::{bounded, decimal};
use crate::words::{ANNOTATION_LIMIT, message, repair_warning, warning};

/// Answers the waPC operation `validate`: `payload` is the JSON of request and
/// settings, `look_up` fetches one of Rancher's Settings. It is called at most
/// twice, each Setting once, and never where the decision needs none.
#[must_use]
pub fn evaluate(payload: &[u8], mut look_up: impl FnMut(SettingName) -> Fact) -> Response {
    let request = match Request::read(payload) {
        Ok(request) => request,
        Err(bad) => return Response::bad_request(bad_payload(bad)),
    };
    let settings = match request.settings() {
        Ok(settings) => settings,
        Err(invalid) => return Response::bad_request(invalid.text()),
    };
    let mut rancher = Rancher::default();
    loop {
        let name = match decide(&request, &settings, &rancher) {
            Ok(decision) => return answer(&decision, &request),
            Err(Undecided::BadPayload(bad)) => return Response::bad_request(bad_payload(bad)),
            Err(Undecided::Needs(name)) => name,
        };
        let fact = match look_up(name) {
            Fact::NotAsked => Fact::Fault(Fault::Failed),
            fact => fact,
        };
        rancher.learn(name, fact);
    }
}

fn bad_payload(bad: BadPayload) -> String {
    match bad {
        BadPayload::Json { line, column } => {
            let start = "bad request: no JSON of an AdmissionRequest, see line ";
            let (line, column) = (decimal(line), decimal(column));
            [start, &line, " column ", &column, " of the payload"].concat()
        }
        BadPayload::Field(field) => {
            let end = "` is missing or of the wrong type";
            ["bad request: `", field, end].concat()
        }
    }
}

fn answer(decision: &Decision<'_>, request: &Request<'_>) -> Response {
    let subject = &decision.subject;
    let outcome = decision.outcome();
    let mut response = Response {
        accepted: outcome != Outcome::Reject,
        audit_annotations: annotations(decision),
        ..Response::default()
    };
    let is_audit = decision.requester == Requester::Audit;
    let told: Vec<Finding<'_>> = decision
        .findings
        .iter()
        .filter(|(severity, _)| is_audit || *severity != Severity::Warn)
        .map(|(_, finding)| *finding)
        .collect();
    match outcome {
        Outcome::Accept => return Response::accept(),
        Outcome::AcceptWithWarnings => {
            if is_audit {
                response.message = Some(message(subject, &told));
            }
        }
        Outcome::Reject => {
            response.message = Some(message(subject, &told));
            response.code = code(decision);
        }
        Outcome::Repair => {
            let cluster = subject.cluster;
            response.mutated_object = cluster.and_then(|cluster| repair::cleared(request, cluster));
            if response.mutated_object.is_none() {
                return Response::bad_request(bad_payload(BadPayload::Field("request.object")));
            }
        }
    }
    for (severity, finding) in &decision.findings {
        match (severity, finding, decision.requester) {
            (Severity::Repair, Finding::Desired { pin, .. }, _) if outcome == Outcome::Repair => {
                response.warnings.push(repair_warning(subject, pin.image));
            }
            (Severity::Warn, finding, Requester::Person) => {
                response.warnings.push(warning(subject, finding));
            }
            _ => {}
        }
    }
    response
}

/// None for a verdict, else what kept the policy from one.
fn code(decision: &Decision<'_>) -> Option<u16> {
    let is_rejected_for = |what: fn(&Finding<'_>) -> bool| {
        decision
            .findings
            .iter()
            .any(|(severity, finding)| *severity == Severity::Reject && what(finding))
    };
    if is_rejected_for(|finding| matches!(finding, Finding::MalformedField(_))) {
        Some(BAD_REQUEST)
    } else if is_rejected_for(|finding| matches!(finding, Finding::UnknownServer(_))) {
        Some(COULD_NOT_EVALUATE)
    } else {
        None
    }
}

/// What decided, for the audit log: of the strictest findings the one of an
/// image that lags, else the first.
fn annotations(decision: &Decision<'_>) -> Vec<(&'static str, String)> {
    let strictest = decision
        .findings
        .iter()
        .map(|(severity, _)| *severity)
        .max();
    let mut strict = decision
        .findings
        .iter()
        .filter(|(severity, _)| Some(*severity) == strictest);
    let first = strict.clone().next();
    let lagging = strict.find(|(_, finding)| finding.is_lagging());
    let Some((severity, finding)) = lagging.or(first) else {
        return Vec::new();
    };
    let code = match severity {
        Severity::Repair => ReasonCode::Repaired,
        Severity::Warn | Severity::Reject => finding.code(),
    };
    let mut annotations = Vec::new();
    let mut add = |key, text: &str| {
        if !text.is_empty() {
            annotations.push((key, bounded(text, ANNOTATION_LIMIT).into_owned()));
        }
    };
    add("verdict", finding.verdict().unwrap_or_default());
    add("reason", code.as_str());
    if let Some(cluster) = decision.subject.cluster {
        add(
            "desired-image",
            match cluster.desired_image() {
                DesiredImage::Pinned(pin) => pin.image.text(),
                DesiredImage::FollowsOnce(_) => FIXED,
                DesiredImage::Follows | DesiredImage::Unreadable(_) => "",
            },
        );
        add(
            "deployed-image",
            cluster.deployed_image().unwrap_or_default(),
        );
        add("server-version", decision.subject.server);
    }
    annotations
}
