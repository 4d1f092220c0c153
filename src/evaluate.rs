//! From a payload to an answer: read, decide, look up what the decision
//! needs, decide again, put into words.

use crate::admission::{Decision, Severity, Undecided, decide};
use crate::cluster::{Cluster, DesiredField, DesiredImage, FIXED};
use crate::reason::{Finding, ReasonCode};
use crate::repair::{self, Cleared};
use crate::request::{BadPayload, Payload, Requester};
use crate::response::{Answer, AuditAnnotations, Code, Response};
use crate::setting::{Fact, Rancher, SettingName};
use crate::text::bounded;
use crate::words::{ANNOTATION_LIMIT, message, repair_warning, warning};

/// Answers the waPC operation `validate`: `payload` is the JSON of request and
/// settings, `look_up` fetches one of Rancher's Settings. It is called at most
/// twice, each Setting once, and never where the decision needs none.
#[must_use]
pub fn evaluate(payload: &[u8], mut look_up: impl FnMut(SettingName) -> Fact) -> Response<'_> {
    let read = match Payload::read(payload) {
        Ok(read) => read,
        Err(bad) => return Response::bad_request(bad_payload(bad)),
    };
    let settings = match read.settings() {
        Ok(settings) => settings,
        Err(invalid) => return Response::bad_request(invalid.to_string()),
    };
    let mut rancher = Rancher::default();
    loop {
        match decide(&read.request, &settings, &rancher) {
            Ok(decision) => {
                return respond(&decision, |fields| repair::cleared(payload, fields));
            }
            Err(Undecided::BadPayload(bad)) => return Response::bad_request(bad_payload(bad)),
            Err(Undecided::Needs(name)) => {
                let fact = look_up(name);
                rancher.learn(name, fact);
            }
        }
    }
}

fn bad_payload(bad: BadPayload) -> String {
    match bad {
        BadPayload::Json { line, column } => format!(
            "bad request: the payload is not the JSON of an AdmissionRequest: see line {line}, column {column}"
        ),
        BadPayload::Field(field) => {
            format!("bad request: `{field}` is missing or of the wrong type")
        }
    }
}

/// Puts a decision into words. `clear` gives the object with these fields of its `spec`
/// set to `""`; it is called for a repair only.
pub fn respond<'a>(
    decision: &Decision<'_>,
    clear: impl FnOnce(&[DesiredField]) -> Option<Cleared<'a>>,
) -> Response<'a> {
    let subject = &decision.subject;
    let is_audit = decision.requester == Requester::AuditScanner;
    let message = || {
        let told: Vec<Finding<'_>> = decision
            .findings
            .iter()
            .filter(|(severity, _)| is_audit || *severity != Severity::Warn)
            .map(|(_, finding)| *finding)
            .collect();
        message(subject, &told)
    };
    let strictest = decision.deciding_finding().map(|(severity, _)| *severity);
    let answer = match strictest {
        None => Answer::Accepted { message: None },
        Some(Severity::Warn) => Answer::Accepted {
            message: is_audit.then(message),
        },
        Some(Severity::Reject) => Answer::Rejected {
            message: message(),
            code: code(decision),
        },
        Some(Severity::Repair) => {
            let fields: Vec<DesiredField> = subject.fields_to_clear().collect();
            match clear(&fields) {
                Some(object) => Answer::Repaired(object),
                None => {
                    let bad = BadPayload::Field("request.object");
                    return Response::bad_request(bad_payload(bad));
                }
            }
        }
    };
    let mut warnings = Vec::new();
    for (severity, finding) in &decision.findings {
        match (severity, finding, decision.requester) {
            (Severity::Repair, Finding::Desired { pin, .. }, _)
                if strictest == Some(Severity::Repair) =>
            {
                warnings.push(repair_warning(subject, pin.image));
            }
            (Severity::Warn, finding, Requester::User) => {
                warnings.push(warning(subject, finding));
            }
            _ => {}
        }
    }
    Response {
        answer,
        warnings,
        audit_annotations: annotations(decision),
    }
}

/// The code of a rejection without a verdict; `None` where there is a verdict.
fn code(decision: &Decision<'_>) -> Option<Code> {
    let is_rejected_for = |what: fn(&Finding<'_>) -> bool| {
        let mut findings = decision.findings.iter();
        findings.any(|(severity, finding)| *severity == Severity::Reject && what(finding))
    };
    if is_rejected_for(|finding| matches!(finding, Finding::MalformedField(_))) {
        Some(Code::BadRequest)
    } else if is_rejected_for(|finding| matches!(finding, Finding::UnknownServer(_))) {
        Some(Code::CouldNotEvaluate)
    } else {
        None
    }
}

/// What decided, for the audit log. An audit has annotations even without a finding.
fn annotations(decision: &Decision<'_>) -> Option<AuditAnnotations> {
    let deciding = decision.deciding_finding();
    let subject = &decision.subject;
    let is_judged_audit =
        decision.requester == Requester::AuditScanner && subject.cluster.is_some();
    if deciding.is_none() && !is_judged_audit {
        return None;
    }
    let reason = deciding.map(|(severity, finding)| match severity {
        Severity::Repair => ReasonCode::Repaired,
        Severity::Warn | Severity::Reject => finding.code(),
    });
    let desired = match subject.cluster.map(Cluster::desired_image) {
        Some(DesiredImage::Pinned(pin)) => Some(pin.image.text()),
        Some(DesiredImage::FollowsOnce(_)) => Some(FIXED),
        Some(DesiredImage::Follows | DesiredImage::Unreadable(_)) | None => None,
    };
    let deployed = subject.cluster.and_then(Cluster::deployed_image);
    let bounded = |text| bounded(text, ANNOTATION_LIMIT).into_owned();
    Some(AuditAnnotations {
        verdict: decision.standing().map(Into::into),
        reason: reason.map(Into::into),
        desired_image: desired.map(bounded),
        deployed_image: deployed.map(bounded),
        server_version: subject.server.filter(|text| !text.is_empty()).map(bounded),
    })
}
