//! A Cluster of Rancher: the few fields that the policy and the report need.

use std::sync::Arc;

use crate::fleet::field::Field;

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
}

/// The field that wins.
const AGENT_IMAGE_OVERRIDE: &str = "spec.agentImageOverride";

/// The field that Rancher writes where it provisioned the cluster.
const DESIRED_AGENT_IMAGE: &str = "spec.desiredAgentImage";

/// Rancher's own cluster, which has no agent.
pub(crate) const LOCAL: &str = "local";

/// The word of Rancher that makes a cluster follow until its next deployment.
const FIXED: &str = "fixed";

impl Cluster {
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
