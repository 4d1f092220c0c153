//! The Deployment of the agent: which image it has, and how its roll-out stands. By what
//! comes back through Rancher's proxy, which may be anything.

use rancher_agent_version_policy::lenient::{Lenient, Object, Text};
use serde::Deserialize;

use crate::input::Elements;
use crate::live::running::{NotAsked, RollOut};

/// The container of the agent.
const CONTAINER: &str = "cluster-register";

/// What is read of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Deployment {
    /// The image of its container.
    pub(super) image: String,
    /// How its roll-out stands.
    pub(super) roll_out: RollOut,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    metadata: Lenient<Metadata>,
    spec: Lenient<Spec<'a>>,
    status: Lenient<Status<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    generation: Lenient<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec<'a> {
    replicas: Lenient<i64>,
    #[serde(borrow)]
    template: Lenient<Template<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Template<'a> {
    #[serde(borrow)]
    spec: Lenient<PodSpec<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodSpec<'a> {
    #[serde(borrow)]
    containers: Elements<Lenient<Container<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    image: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status<'a> {
    observed_generation: Lenient<i64>,
    replicas: Lenient<i64>,
    updated_replicas: Lenient<i64>,
    available_replicas: Lenient<i64>,
    #[serde(borrow)]
    conditions: Elements<Lenient<Condition<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition<'a> {
    #[serde(borrow, rename = "type")]
    name: Text<'a>,
    reason: Text<'a>,
}

impl Object for Answer<'_> {}
impl Object for Metadata {}
impl Object for Spec<'_> {}
impl Object for Template<'_> {}
impl Object for PodSpec<'_> {}
impl Object for Container<'_> {}
impl Object for Status<'_> {}
impl Object for Condition<'_> {}

/// What an answer of the proxy means. A body of kind `Status` is the downstream cluster's;
/// any other that is not a success is Rancher's own.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Deployment, NotAsked> {
    let answer = match serde_json::from_slice(body) {
        Ok(Lenient::Present(answer)) => Some(answer),
        _ => None,
    };
    let kind = answer
        .as_ref()
        .map_or("", |answer: &Answer<'_>| answer.kind.text());
    let says = |text: &str| {
        body.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    match (status, kind) {
        (200, "Deployment") => answer
            .as_ref()
            .and_then(deployment)
            .ok_or(NotAsked::Unexpected),
        (401, _) => Err(NotAsked::DeadToken),
        (403, "Status") => Err(NotAsked::NoRight),
        (403, _) if says("system:unauthenticated") => Err(NotAsked::DeadToken),
        (403, _) => Err(NotAsked::NotVisible),
        (404, "Status") => Err(NotAsked::NoDeployment),
        (404, _) => Err(NotAsked::NotVisible),
        (503, _) if says("not provisioned") => Err(NotAsked::NotProvisioned),
        (500 | 503, _) if says("disconnected") || says("lost connection") => {
            Err(NotAsked::Disconnected)
        }
        // Rancher says so of a cluster that it has no address of yet.
        (500 | 503, _) if says("ClusterUnavailable") => Err(NotAsked::NotProvisioned),
        (500.., _) => Err(NotAsked::ServerError),
        _ => Err(NotAsked::Unexpected),
    }
}

fn deployment(answer: &Answer<'_>) -> Option<Deployment> {
    let template = answer.spec.get()?.template.get()?;
    let containers = template.spec.get()?.containers.iter();
    let mut containers = containers.filter_map(Lenient::get);
    let container = containers.find(|container| container.name.text() == CONTAINER)?;
    Some(Deployment {
        image: container.image.get()?.clone().into_owned(),
        roll_out: roll_out(answer),
    })
}

/// As `kubectl rollout status` has it.
fn roll_out(answer: &Answer<'_>) -> RollOut {
    let number = |number: &Lenient<i64>| number.get().copied().unwrap_or_default();
    let generation = answer.metadata.get().map_or(0, |it| number(&it.generation));
    let wanted = answer.spec.get().and_then(|spec| spec.replicas.get());
    let wanted = wanted.copied().unwrap_or(1);
    let none = Status::default();
    let status = answer.status.get().unwrap_or(&none);
    let (updated, all) = (number(&status.updated_replicas), number(&status.replicas));
    let available = number(&status.available_replicas);
    let is_stuck = status.conditions.iter().filter_map(Lenient::get).any(|it| {
        it.name.text() == "Progressing" && it.reason.text() == "ProgressDeadlineExceeded"
    });
    if number(&status.observed_generation) < generation {
        RollOut::Rolling
    } else if is_stuck {
        RollOut::Stuck
    } else if updated < wanted || all > updated || available < updated {
        RollOut::Rolling
    } else if wanted == 0 {
        RollOut::ScaledToZero
    } else {
        RollOut::Done
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(status: &Value) -> RollOut {
        let answer = json!({
            "kind": "Deployment",
            "metadata": {"generation": 3},
            "spec": {
                "replicas": status.get("wanted"),
                "template": {"spec": {"containers": [
                    {"name": "sidecar", "image": "b"},
                    {"name": "cluster-register", "image": "a:v1"},
                ]}},
            },
            "status": status,
        });
        let deployment = read(200, answer.to_string().as_bytes()).unwrap();
        assert_eq!(deployment.image, "a:v1");
        deployment.roll_out
    }

    #[test]
    fn a_roll_out_stands_as_kubectl_says() {
        let stuck = json!([{"type": "Available"}, {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]);
        let going = json!([{"type": "Progressing", "reason": "ReplicaSetUpdated"}]);
        for (status, expected) in [
            (
                json!({"observedGeneration": 3, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}),
                RollOut::Done,
            ),
            (
                json!({"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}),
                RollOut::Rolling,
            ),
            (
                json!({"observedGeneration": 2, "conditions": stuck}),
                RollOut::Rolling,
            ),
            (
                json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1, "conditions": stuck}),
                RollOut::Stuck,
            ),
            (
                json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1, "conditions": going}),
                RollOut::Rolling,
            ),
            (
                json!({"observedGeneration": 3, "wanted": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}),
                RollOut::Rolling,
            ),
            (
                json!({"observedGeneration": 3, "replicas": 1, "updatedReplicas": 1}),
                RollOut::Rolling,
            ),
            (
                json!({"observedGeneration": 3, "wanted": 0}),
                RollOut::ScaledToZero,
            ),
            (
                json!({"observedGeneration": 3, "wanted": 0, "replicas": 1}),
                RollOut::Rolling,
            ),
            (json!({}), RollOut::Rolling),
        ] {
            assert_eq!(of(&status), expected, "{status}");
        }
    }

    #[test]
    fn each_answer_means_one_thing() {
        let downstream = r#"{"kind":"Status","apiVersion":"v1","message":"deployments.apps is forbidden: User \"u-x\""}"#;
        let rancher = |code: &str, message: &str| {
            json!({"Code": {"Code": code}, "Message": message, "Cause": null}).to_string()
        };
        let unseen = rancher(
            "Forbidden",
            r#"clusters.management.cattle.io "c-x" is forbidden: User "u-x""#,
        );
        let dead = rancher(
            "Forbidden",
            r#"... is forbidden: User "system:unauthenticated""#,
        );
        let unknown = rancher("NotFound", "clusters.management.cattle.io not found");
        let unprovisioned = rancher("ClusterUnavailable", "cluster not provisioned");
        for (status, body, expected) in [
            (403, downstream, NotAsked::NoRight),
            (404, downstream, NotAsked::NoDeployment),
            (403, unseen.as_str(), NotAsked::NotVisible),
            (403, dead.as_str(), NotAsked::DeadToken),
            (401, "", NotAsked::DeadToken),
            (404, unknown.as_str(), NotAsked::NotVisible),
            (503, unprovisioned.as_str(), NotAsked::NotProvisioned),
            (
                500,
                "unable to create impersonator account: ClusterUnavailable 503: cluster not found",
                NotAsked::NotProvisioned,
            ),
            (500, "cluster agent disconnected", NotAsked::Disconnected),
            (
                500,
                "unable to create impersonator account: error getting service account: Get ...: cluster agent disconnected",
                NotAsked::Disconnected,
            ),
            (
                500,
                "lost connection to cluster: c-x",
                NotAsked::Disconnected,
            ),
            (502, "<html>bad gateway</html>", NotAsked::ServerError),
            (200, "<html>please log in</html>", NotAsked::Unexpected),
            (200, r#"{"kind":"Pod"}"#, NotAsked::Unexpected),
            (
                200,
                r#"{"kind":"Deployment","spec":{"template":{"spec":{"containers":[]}}}}"#,
                NotAsked::Unexpected,
            ),
            (200, r#"["Deployment"]"#, NotAsked::Unexpected),
            (302, "", NotAsked::Unexpected),
        ] {
            assert_eq!(
                read(status, body.as_bytes()),
                Err(expected),
                "{status} {body}"
            );
        }
    }
}
