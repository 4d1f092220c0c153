//! A Cluster of Rancher: the few fields that the policy and the report need.

use std::sync::Arc;

use crate::input::object::{Condition, Metadata, Object, Spec, Status};
use crate::input::{Field, Part};

/// A `management.cattle.io/v3` Cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Name of the object.
    pub name: String,
    /// Name that people know.
    pub display_name: String,
    /// `metadata.uid`, empty if absent.
    pub uid: String,
    /// `metadata.resourceVersion`, empty if absent.
    pub resource_version: String,
    /// `metadata.deletionTimestamp`: the cluster is being deleted.
    pub deletion_timestamp: Option<String>,
    /// Annotation `provisioning.cattle.io/administrated`: `true` where Rancher
    /// provisioned the cluster and writes the desired image itself.
    pub administrated: Option<String>,
    /// What Rancher shall deploy.
    pub spec: DesiredFields,
    /// `status.agentImage`: what Rancher deployed last, empty if nothing.
    pub agent_image: String,
    /// Why Rancher cannot reach it, as far as its status says.
    pub unreachable: Option<Unreachable>,
    /// The input that it was in, fit to print.
    pub source: Arc<str>,
}

/// The fields of `spec` that say which image Rancher shall deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredFields {
    /// Whether `spec` itself is something else than an object.
    pub is_odd: bool,
    /// `spec.desiredAgentImage`
    pub desired_agent_image: Field,
    /// `spec.agentImageOverride`
    pub agent_image_override: Field,
}

/// Why Rancher cannot roll an agent out (rancher/rancher
/// `pkg/controllers/management/clusterdeploy/clusterdeploy.go`, `doSync`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The agent has no connection to the server.
    Disconnected,
    /// There is no node that could run an agent.
    NoNode,
    /// The cluster is not provisioned yet.
    NotProvisioned,
}

impl Unreachable {
    /// The word for it in a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::NoNode => "no-node",
            Self::NotProvisioned => "not-provisioned",
        }
    }

    fn read(status: &Status) -> Option<Self> {
        let condition = |name: &str| {
            status
                .conditions
                .elements
                .iter()
                .find_map(|condition| match condition {
                    Part::Object(condition) if condition.name.is(name) => Some(condition),
                    _ => None,
                })
        };
        let is_false = |condition: &Condition| condition.status.is("False");
        let says_disconnected =
            |ready: &Condition| is_false(ready) && ready.reason.is("Disconnected");
        let is_provisioned = match condition("Provisioned") {
            Some(provisioned) => provisioned.status.is("True"),
            // Without its conditions, an agent that was deployed tells the same.
            None => status
                .agent_image
                .0
                .as_ref()
                .is_some_and(|image| !image.is_empty()),
        };
        if !is_provisioned {
            Some(Self::NotProvisioned)
        } else if condition("Connected").is_some_and(is_false)
            || condition("Ready").is_some_and(says_disconnected)
        {
            Some(Self::Disconnected)
        } else if condition("Provisioned").is_some() && status.node_count.0.unwrap_or(0) == 0 {
            // Rancher leaves a count of 0 out (`pkg/apis/management.cattle.io/v3`).
            Some(Self::NoNode)
        } else {
            None
        }
    }
}

/// The field that wins.
const AGENT_IMAGE_OVERRIDE: &str = "spec.agentImageOverride";

/// The field that Rancher writes where it provisioned the cluster.
const DESIRED_AGENT_IMAGE: &str = "spec.desiredAgentImage";

/// Rancher's own cluster, which has no agent.
const LOCAL: &str = "local";

/// The word of Rancher that makes a cluster follow until its next deployment.
const FIXED: &str = "fixed";

impl Cluster {
    pub(crate) fn read(object: Object, source: Arc<str>) -> Self {
        let metadata = object.metadata.object().unwrap_or_default();
        let status = object.status.object().unwrap_or_default();
        let Metadata {
            name,
            uid,
            resource_version,
            deletion_timestamp,
            annotations,
        } = metadata;
        let annotations = annotations.object().unwrap_or_default();
        let (is_odd, spec) = match object.spec {
            Part::Odd => (true, Spec::default()),
            Part::Absent => (false, Spec::default()),
            Part::Object(spec) => (false, spec),
        };
        let is_local = name.is(LOCAL);
        Self {
            name: name.or_empty(),
            display_name: spec.display_name.or_empty(),
            uid: uid.or_empty(),
            resource_version: resource_version.or_empty(),
            deletion_timestamp: deletion_timestamp.0.filter(|time| !time.is_empty()),
            administrated: annotations.administrated.0,
            spec: DesiredFields {
                is_odd,
                desired_agent_image: spec.desired_agent_image,
                agent_image_override: spec.agent_image_override,
            },
            // Rancher's own cluster has no agent that could be missing.
            unreachable: if is_local {
                None
            } else {
                Unreachable::read(&status)
            },
            agent_image: status.agent_image.or_empty(),
            source,
        }
    }

    /// Name and uid, by which clusters are told apart; where there is no uid, the
    /// input that it was in.
    #[must_use]
    pub fn key(&self) -> (String, String) {
        let identity = match self.uid.as_str() {
            "" => self.source.as_ref(),
            uid => uid,
        };
        (self.name.clone(), identity.to_owned())
    }

    /// The field that decides which image is desired, where it names one, and the
    /// image; `None` where the cluster follows its server. The override comes
    /// before the desired image; nothing or `fixed` means that it follows
    /// (rancher/rancher `pkg/systemtemplate/import.go`, `GetDesiredAgentImage`).
    #[must_use]
    pub fn pin(&self) -> Option<(&'static str, Pinned<'_>)> {
        if self.spec.is_odd {
            return Some(("spec", Pinned::Odd));
        }
        let fields = [
            (AGENT_IMAGE_OVERRIDE, &self.spec.agent_image_override),
            (DESIRED_AGENT_IMAGE, &self.spec.desired_agent_image),
        ];
        let deciding = fields.into_iter().find_map(|(path, field)| match field {
            Field::Absent => None,
            Field::Text(image) if image.is_empty() => None,
            Field::Text(image) => Some((path, Pinned::Image(image))),
            Field::Odd => Some((path, Pinned::Odd)),
        });
        deciding.filter(|(_, pinned)| *pinned != Pinned::Image(FIXED))
    }

    /// The fields of `spec` to empty so that the cluster follows its server, by their
    /// names. Emptying one alone would let the other decide, but what Rancher writes
    /// is left to it.
    #[must_use]
    pub fn fields_to_clear(&self) -> Vec<&'static str> {
        let is_administrated = self.administrated.as_deref() == Some("true");
        [
            ("agentImageOverride", &self.spec.agent_image_override),
            ("desiredAgentImage", &self.spec.desired_agent_image),
        ]
        .into_iter()
        .filter(|(name, _)| !is_administrated || *name == "agentImageOverride")
        .filter(|(_, field)| {
            !matches!(field, Field::Absent) && field != &&Field::Text(String::new())
        })
        .map(|(name, _)| name)
        .collect()
    }

    /// Whether Rancher itself writes the field that pins the image: it provisioned
    /// the cluster, and writes `desiredAgentImage`. It leaves an override alone.
    #[must_use]
    pub fn is_pinned_by_rancher(&self) -> bool {
        self.administrated.as_deref() == Some("true")
            && self
                .pin()
                .is_some_and(|(field, _)| field == DESIRED_AGENT_IMAGE)
    }

    /// Whether this is Rancher's own cluster.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.name == LOCAL
    }

    /// Whether the cluster is being deleted.
    #[must_use]
    pub fn is_being_deleted(&self) -> bool {
        self.deletion_timestamp.is_some()
    }
}

/// What a deciding field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinned<'a> {
    /// An image.
    Image(&'a str),
    /// Something that is no text.
    Odd,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn unreachable(status: &Value) -> Option<Unreachable> {
        let object = serde_json::from_value(json!({"status": status})).unwrap();
        Cluster::read(object, "-".into()).unreachable
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
            assert_eq!(unreachable(&status), expected, "{status}");
        }
    }

    #[test]
    fn what_holds_something_is_to_be_cleared() {
        for (spec, expected) in [
            (json!({}), vec![]),
            (
                json!({"desiredAgentImage": "", "agentImageOverride": null}),
                vec![],
            ),
            (
                json!({"desiredAgentImage": "a:v1"}),
                vec!["desiredAgentImage"],
            ),
            (
                json!({"desiredAgentImage": 1, "agentImageOverride": "fixed"}),
                vec!["agentImageOverride", "desiredAgentImage"],
            ),
            (json!("text"), vec![]),
        ] {
            let object = serde_json::from_value(json!({"spec": spec})).unwrap();
            let cluster = Cluster::read(object, "-".into());
            assert_eq!(cluster.fields_to_clear(), expected, "{spec}");
        }
    }

    #[test]
    fn rancher_writes_the_desired_image_of_what_it_provisioned() {
        let both = json!({"desiredAgentImage": "a:v2", "agentImageOverride": "a:v1"});
        let desired = json!({"desiredAgentImage": "a:v2"});
        for (administrated, spec, expected) in [
            ("true", &desired, (true, vec![])),
            ("true", &both, (false, vec!["agentImageOverride"])),
            ("false", &desired, (false, vec!["desiredAgentImage"])),
            ("True", &desired, (false, vec!["desiredAgentImage"])),
            ("true", &json!({}), (false, vec![])),
        ] {
            let annotations = json!({"provisioning.cattle.io/administrated": administrated});
            let object = json!({"metadata": {"annotations": annotations}, "spec": spec});
            let cluster = Cluster::read(serde_json::from_value(object).unwrap(), "-".into());
            let found = (cluster.is_pinned_by_rancher(), cluster.fields_to_clear());
            assert_eq!(found, expected, "{administrated} {spec}");
        }
    }
}
