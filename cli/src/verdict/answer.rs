//! The policy's answer about one cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use crate::fleet::Cluster;
use crate::host::{EvaluationError, Kubernetes, Policy};
use crate::text::short;
use crate::verdict::request::audit_request;

/// What is read of the policy's answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// Whether the policy accepts the cluster.
    pub accepted: bool,
    /// The code of a rejection.
    pub code: Option<u16>,
    /// What was found, and what to do.
    pub message: Option<String>,
    /// `verdict`, `reason` and what they are about.
    #[serde(default, rename = "audit_annotations")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// The code with which a policy says that it could not evaluate a request; the
/// audit scanner reports an error then, not a failure.
const COULD_NOT_EVALUATE: u16 = 500;

impl Answer {
    /// Whether the policy could do its work.
    #[must_use]
    pub fn is_evaluated(&self) -> bool {
        self.code != Some(COULD_NOT_EVALUATE)
    }

    /// One of the annotations.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

/// Why a cluster could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cluster `{cluster}`: {problem}")]
pub struct ReviewError {
    /// Name of the object.
    pub cluster: String,
    /// What went wrong.
    pub problem: ReviewProblem,
}

impl ReviewError {
    pub(crate) fn new(cluster: &Cluster, problem: ReviewProblem) -> Self {
        Self {
            cluster: short(&cluster.name),
            problem,
        }
    }
}

/// What went wrong when a cluster was put to the policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReviewProblem {
    /// The policy gave no answer.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The policy gave an answer that is none.
    #[error("the answer of the policy cannot be read")]
    Answer,
}

/// Puts one cluster to the policy.
///
/// # Errors
/// When the policy gives no answer, or one that cannot be read.
pub fn ask(
    policy: &Policy,
    cluster: &Cluster,
    kubernetes: Arc<dyn Kubernetes>,
) -> Result<Answer, ReviewError> {
    policy
        .validate(&audit_request(cluster).to_string(), kubernetes)
        .map_err(ReviewProblem::from)
        .and_then(|evaluation| {
            serde_json::from_str(&evaluation.response).map_err(|_| ReviewProblem::Answer)
        })
        .map_err(|problem| ReviewError::new(cluster, problem))
}
