//! One cluster, put to the policy the way Kubewarden's audit scanner would.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::cluster;
use crate::error::EvaluationError;
use crate::host::Policy;
use crate::inventory::Inventory;
use crate::kubernetes::Kubernetes;
use crate::text::short;

/// What the policy says about a cluster, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// An agent image is older than the server.
    Lagging,
    /// The policy could not tell.
    Unknown,
    /// Refused for another reason, such as a field of the wrong type.
    Rejected,
    /// Older, but within what the settings allow.
    Tolerated,
    /// Newer than the server.
    Ahead,
    /// Not the version of the server, but what this server deploys.
    AsDeployedByServer,
    /// The version of the server, with a finding all the same.
    Current,
    /// Nothing to say.
    Ok,
    /// Not the policy's business.
    OutOfScope,
}

impl Verdict {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Lagging,
        Self::Unknown,
        Self::Rejected,
        Self::Tolerated,
        Self::Ahead,
        Self::AsDeployedByServer,
        Self::Current,
        Self::Ok,
        Self::OutOfScope,
    ];

    /// The word for it, which is the policy's own where it has one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lagging => "lagging",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::Tolerated => "tolerated",
            Self::Ahead => "ahead",
            Self::AsDeployedByServer => "as-deployed-by-server",
            Self::Current => "current",
            Self::Ok => "ok",
            Self::OutOfScope => "out of scope",
        }
    }

    fn from_annotation(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .filter(|verdict| !matches!(verdict, Self::Rejected | Self::Ok | Self::OutOfScope))
            .find(|verdict| verdict.word() == word)
    }

    /// Lagging, then unknown, then all others alike.
    fn rank(self) -> u8 {
        match self {
            Self::Lagging => 0,
            Self::Unknown => 1,
            _ => 2,
        }
    }
}

/// A cluster and what the policy says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Name of the object.
    pub cluster: String,
    /// Name that people know.
    pub name: String,
    /// The image that the cluster pins, or `follows`.
    pub desired: String,
    /// The image that Rancher deployed last, or `-`.
    pub deployed: String,
    /// What the policy says.
    pub verdict: Verdict,
    /// How the policy puts it; empty where it has no finding.
    pub message: String,
    /// False where the policy could not do its work: it knows no version of the
    /// server to compare with.
    pub is_evaluated: bool,
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

/// The code with which a policy says that it could not evaluate a request; the
/// audit scanner reports an error then, not a failure.
const COULD_NOT_EVALUATE: u16 = 500;

/// What the host reads of the policy's answer.
#[derive(Deserialize)]
struct Answer {
    accepted: bool,
    code: Option<u16>,
    message: Option<String>,
    audit_annotations: Option<BTreeMap<String, String>>,
}

/// Judges all clusters of an input by its own Settings. What lags comes first,
/// then what is unknown, then the rest, each by name.
///
/// # Errors
/// The first cluster that could not be judged.
pub fn review_all(policy: &Policy, inventory: Inventory) -> Result<Vec<Review>, ReviewError> {
    let kubernetes: Arc<dyn Kubernetes> = Arc::new(inventory.settings);
    let mut reviews = inventory
        .clusters
        .iter()
        .map(|cluster| review(policy, cluster, Arc::clone(&kubernetes)))
        .collect::<Result<Vec<_>, _>>()?;
    sort(&mut reviews);
    Ok(reviews)
}

fn sort(reviews: &mut [Review]) {
    reviews.sort_by(|a, b| {
        (a.verdict.rank(), &a.cluster, &a.name).cmp(&(b.verdict.rank(), &b.cluster, &b.name))
    });
}

/// Judges one cluster.
///
/// # Errors
/// When the policy gives no answer, or one that cannot be read.
pub fn review(
    policy: &Policy,
    cluster: &Value,
    kubernetes: Arc<dyn Kubernetes>,
) -> Result<Review, ReviewError> {
    let judge = || {
        let evaluation = policy.validate(&audit_request(cluster).to_string(), kubernetes)?;
        let answer: Answer =
            serde_json::from_str(&evaluation.response).map_err(|_| ReviewProblem::Answer)?;
        Ok((verdict(&answer, cluster)?, answer))
    };
    let (verdict, answer) = judge().map_err(|problem| ReviewError {
        cluster: short(cluster::name(cluster)),
        problem,
    })?;
    Ok(Review {
        cluster: short(cluster::name(cluster)),
        name: short(cluster::display_name(cluster)),
        desired: cluster::desired(cluster),
        deployed: cluster::deployed(cluster),
        verdict,
        is_evaluated: answer.code != Some(COULD_NOT_EVALUATE),
        message: answer.message.unwrap_or_default(),
    })
}

fn verdict(answer: &Answer, cluster: &Value) -> Result<Verdict, ReviewProblem> {
    let annotations = answer.audit_annotations.as_ref();
    match annotations.and_then(|annotations| annotations.get("verdict")) {
        Some(word) => Verdict::from_annotation(word).ok_or(ReviewProblem::Answer),
        None if !answer.accepted => Ok(Verdict::Rejected),
        None if cluster::is_out_of_scope(cluster) => Ok(Verdict::OutOfScope),
        None => Ok(Verdict::Ok),
    }
}

/// The `AdmissionRequest` that the audit scanner sends for an object that exists:
/// a creation by nobody. An object that was never stored gets a resource version,
/// because that is how a policy tells an audit from a creation.
#[must_use]
pub fn audit_request(cluster: &Value) -> Value {
    let mut object = cluster.clone();
    let metadata = object
        .as_object_mut()
        .map(|object| object.entry("metadata").or_insert(Value::Null));
    if let Some(metadata) = metadata {
        if metadata.is_null() {
            *metadata = json!({});
        }
        if let Value::Object(metadata) = metadata {
            let stored = metadata.get("resourceVersion").and_then(Value::as_str);
            if stored.is_none_or(str::is_empty) {
                metadata.insert("resourceVersion".to_owned(), json!("0"));
            }
        }
    }
    let uid = cluster.pointer("/metadata/uid").and_then(Value::as_str);
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    json!({
        "uid": uid.unwrap_or_default(),
        "kind": kind,
        "resource": {"group": "management.cattle.io", "version": "v3", "resource": "Cluster"},
        "requestKind": kind,
        "name": cluster::name(cluster),
        "operation": "CREATE",
        "userInfo": {},
        "object": object,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lags_comes_first_then_what_is_unknown_then_the_rest_by_name() {
        let mut reviews: Vec<Review> = [
            ("f", Verdict::Ok),
            ("e", Verdict::Current),
            ("d", Verdict::Unknown),
            ("c", Verdict::Lagging),
            ("b", Verdict::Unknown),
            ("a", Verdict::Lagging),
            ("h", Verdict::OutOfScope),
            ("g", Verdict::Rejected),
        ]
        .into_iter()
        .map(|(cluster, verdict)| Review {
            cluster: cluster.to_owned(),
            name: String::new(),
            desired: String::new(),
            deployed: String::new(),
            verdict,
            message: String::new(),
            is_evaluated: true,
        })
        .collect();

        sort(&mut reviews);

        let order: String = reviews
            .iter()
            .map(|review| review.cluster.as_str())
            .collect();
        assert_eq!(order, "acbdefgh");
    }
}
