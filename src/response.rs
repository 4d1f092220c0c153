//! The answer of the waPC operation `validate`, for every outcome.

use serde::ser::{Serialize, Serializer};

use crate::repair::Cleared;

/// What the policy answers.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// The outcome, with what belongs to it.
    pub answer: Answer<'a>,
    /// Lines for the user who sent the request, at most 120 characters each.
    pub warnings: Vec<String>,
    /// What decided, for the audit log of the API server.
    pub audit_annotations: Option<AuditAnnotations>,
}

/// The outcome of a request, with what belongs to it.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// It is accepted.
    Accepted {
        /// What an audit report keeps.
        message: Option<String>,
    },
    /// It is accepted with this object in place of its own.
    Repaired(Cleared<'a>),
    /// It is rejected.
    Rejected {
        /// Shown to the user.
        message: String,
        /// Why there is no verdict; `None` for a verdict.
        code: Option<Code>,
    },
}

/// Why a request was rejected without a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(into = "u16")]
pub enum Code {
    /// The request is broken.
    BadRequest,
    /// It could not be evaluated, which an audit report shows as an error.
    CouldNotEvaluate,
}

impl From<Code> for u16 {
    fn from(code: Code) -> Self {
        match code {
            Code::BadRequest => 400,
            Code::CouldNotEvaluate => 500,
        }
    }
}

/// What decided, each text bounded; what is unknown is left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AuditAnnotations {
    /// The verdict on the image that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    /// The reason code; `None` where there is no finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The image that the cluster pins, or `fixed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_image: Option<String>,
    /// The image that Rancher applied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed_image: Option<String>,
    /// The version that images are compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
}

impl Response<'_> {
    /// Accepts the request silently.
    #[must_use]
    pub fn accept() -> Self {
        Self::from(Answer::Accepted { message: None })
    }

    /// How many bytes its JSON takes, about.
    #[must_use]
    pub fn size_hint(&self) -> usize {
        const WITHOUT_OBJECT: usize = 1024;
        match &self.answer {
            Answer::Repaired(object) => object.size_hint().saturating_add(WITHOUT_OBJECT),
            Answer::Accepted { .. } | Answer::Rejected { .. } => WITHOUT_OBJECT,
        }
    }

    /// Rejects a request that cannot be read.
    #[must_use]
    pub fn bad_request(message: String) -> Self {
        Self::from(Answer::Rejected {
            message,
            code: Some(Code::BadRequest),
        })
    }
}

impl<'a> From<Answer<'a>> for Response<'a> {
    fn from(answer: Answer<'a>) -> Self {
        Self {
            answer,
            warnings: Vec::new(),
            audit_annotations: None,
        }
    }
}

/// Kubewarden's `ValidationResponse`; empty fields are left out.
#[derive(serde::Serialize)]
struct ValidationResponse<'a> {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_annotations: Option<&'a AuditAnnotations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutated_object: Option<&'a Cleared<'a>>,
}

impl Serialize for Response<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (accepted, message, code, mutated_object) = match &self.answer {
            Answer::Accepted { message } => (true, message.as_deref(), None, None),
            Answer::Repaired(object) => (true, None, None, Some(object)),
            Answer::Rejected { message, code } => (false, Some(message.as_str()), *code, None),
        };
        ValidationResponse {
            accepted,
            message,
            code,
            warnings: &self.warnings,
            audit_annotations: self.audit_annotations.as_ref(),
            mutated_object,
        }
        .serialize(serializer)
    }
}
