//! The Deployment of the agent: which image it has, and how its roll-out stands. By what
//! comes back through Rancher's proxy, which may be anything.

use serde_json::Value;

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

/// What an answer of the proxy means. A body of kind `Status` is the downstream cluster's;
/// any other that is not a success is Rancher's own.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Deployment, NotAsked> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let says = |text: &str| {
        body.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    match (status, answer["kind"].as_str().unwrap_or_default()) {
        (200, "Deployment") => deployment(&answer).ok_or(NotAsked::UnexpectedAnswer),
        (401, _) => Err(NotAsked::TokenRefused),
        (403, "Status") => Err(NotAsked::NoRight),
        (403, _) if says("system:unauthenticated") => Err(NotAsked::TokenRefused),
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
        _ => Err(NotAsked::UnexpectedAnswer),
    }
}

fn deployment(answer: &Value) -> Option<Deployment> {
    let containers = answer["spec"]["template"]["spec"]["containers"].as_array()?;
    let container = containers.iter().find(|it| it["name"] == CONTAINER)?;
    Some(Deployment {
        image: container["image"].as_str()?.to_owned(),
        roll_out: roll_out(answer),
    })
}

/// As `kubectl rollout status` has it.
fn roll_out(answer: &Value) -> RollOut {
    let status = &answer["status"];
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let wanted = answer["spec"]["replicas"].as_i64().unwrap_or(1);
    let (updated, all) = (
        number(&status["updatedReplicas"]),
        number(&status["replicas"]),
    );
    let available = number(&status["availableReplicas"]);
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let is_stuck = conditions
        .into_iter()
        .any(|it| it["type"] == "Progressing" && it["reason"] == "ProgressDeadlineExceeded");
    if number(&status["observedGeneration"]) < number(&answer["metadata"]["generation"]) {
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
            (403, dead.as_str(), NotAsked::TokenRefused),
            (401, "", NotAsked::TokenRefused),
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
            (
                200,
                "<html>please log in</html>",
                NotAsked::UnexpectedAnswer,
            ),
            (200, r#"{"kind":"Pod"}"#, NotAsked::UnexpectedAnswer),
            (
                200,
                r#"{"kind":"Deployment","spec":{"template":{"spec":{"containers":[]}}}}"#,
                NotAsked::UnexpectedAnswer,
            ),
            (200, r#"["Deployment"]"#, NotAsked::UnexpectedAnswer),
            (302, "", NotAsked::UnexpectedAnswer),
        ] {
            assert_eq!(
                read(status, body.as_bytes()),
                Err(expected),
                "{status} {body}"
            );
        }
    }
}
