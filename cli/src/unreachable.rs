//! Why Rancher cannot roll an agent out (rancher/rancher
//! `pkg/controllers/management/clusterdeploy/clusterdeploy.go`, `doSync`).

use rancher_agent_version_policy::lenient::{Lenient, Object, Text};
use serde::Deserialize;

/// Why Rancher cannot roll an agent out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Unreachable {
    /// The agent has no connection to the server.
    Disconnected,
    /// There is no node that could run an agent.
    NoNode,
    /// The cluster is not provisioned yet.
    NotProvisioned,
}

/// The drivers of clusters that no cloud hosts.
const OF_USERS: [&str; 6] = [
    "imported",
    "rancherKubernetesEngine",
    "k3s",
    "k3os",
    "rke2",
    "rancherd",
];

/// `status` of a Cluster, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ClusterStatus<'a> {
    #[serde(borrow)]
    pub(crate) agent_image: Text<'a>,
    pub(crate) node_count: Lenient<i64>,
    pub(crate) driver: Text<'a>,
    pub(crate) conditions: Lenient<Vec<Lenient<Condition<'a>>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Condition<'a> {
    #[serde(borrow, rename = "type")]
    name: Text<'a>,
    status: Text<'a>,
    reason: Text<'a>,
}

impl Object for ClusterStatus<'_> {}
impl Object for Condition<'_> {}

impl ClusterStatus<'_> {
    /// Why Rancher cannot reach the cluster.
    pub(crate) fn unreachable(&self) -> Option<Unreachable> {
        let condition = |name: &str| {
            let conditions = self.conditions.get().into_iter().flatten();
            let mut conditions = conditions.filter_map(Lenient::get);
            conditions.find(|condition| condition.name.text() == name)
        };
        let is_false = |condition: &Condition<'_>| condition.status.text() == "False";
        let says_disconnected =
            |ready: &Condition<'_>| is_false(ready) && ready.reason.text() == "Disconnected";
        let provisioned = condition("Provisioned");
        // Without its conditions, an agent that was deployed tells the same.
        let is_deployed = !self.agent_image.text().is_empty();
        let is_provisioned = provisioned.map_or(is_deployed, |it| it.status.text() == "True");
        if !is_provisioned {
            Some(Unreachable::NotProvisioned)
        } else if condition("Connected").is_some_and(is_false)
            || condition("Ready").is_some_and(says_disconnected)
        {
            Some(Unreachable::Disconnected)
        } else if provisioned.is_some() && self.node_count.get().is_none_or(|it| *it == 0) {
            // Rancher leaves a count of 0 out (`pkg/apis/management.cattle.io/v3`).
            Some(Unreachable::NoNode)
        } else {
            None
        }
    }

    /// Whether a cloud hosts the cluster, so that Rancher can dial it without its agent
    /// (`pkg/dialer/factory.go`, `IsCloudDriver`).
    pub(crate) fn is_hosted(&self) -> bool {
        let driver = self.driver.text();
        !driver.is_empty() && !OF_USERS.contains(&driver)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::input::Object;

    fn reached(status: &Value) -> Option<Unreachable> {
        let object: Object = serde_json::from_value(json!({"status": status})).unwrap();
        object.listed.unreachable
    }

    #[test]
    fn the_status_says_whether_rancher_can_reach_a_cluster() {
        let conditions = |conditions: &[(&str, &str)]| {
            let conditions: Vec<Value> = conditions
                .iter()
                .map(|(name, status)| json!({"type": name, "status": status}))
                .collect();
            json!({"conditions": conditions, "nodeCount": 3})
        };
        let ready = |status: &str, reason: &str| {
            json!({
                "agentImage": "a:v1",
                "conditions": [{"type": "Ready", "status": status, "reason": reason}],
            })
        };
        let (not_provisioned, no_node) =
            (Some(Unreachable::NotProvisioned), Some(Unreachable::NoNode));
        let disconnected = Some(Unreachable::Disconnected);
        for (status, expected) in [
            (json!(null), not_provisioned),
            (json!({}), not_provisioned),
            (json!({"agentImage": ""}), not_provisioned),
            (json!({"agentImage": "a:v1"}), None),
            (
                json!({"agentImage": "a:v1", "conditions": "text", "nodeCount": "0"}),
                None,
            ),
            (
                json!({"agentImage": "a:v1", "conditions": [7, {"type": "Connected"}]}),
                None,
            ),
            (
                json!({"conditions": [{"type": "Pending", "status": "True"}]}),
                not_provisioned,
            ),
            (
                json!({"conditions": [{"type": "Provisioned", "status": "True"}]}),
                no_node,
            ),
            (
                json!({"conditions": [{"type": "Provisioned", "status": "True"}], "nodeCount": 0}),
                no_node,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "True")]),
                None,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "Unknown")]),
                None,
            ),
            (
                conditions(&[("Provisioned", "True"), ("Connected", "False")]),
                disconnected,
            ),
            (
                conditions(&[("Connected", "False"), ("Provisioned", "Unknown")]),
                not_provisioned,
            ),
            (ready("False", "Disconnected"), disconnected),
            (ready("True", "Disconnected"), None),
            (ready("False", "Error"), None),
        ] {
            assert_eq!(reached(&status), expected, "{status}");
        }
    }
}
