//! A Cluster as the input has it.

use std::sync::Arc;

use rancher_agent_version_policy::cluster::{Cluster, DesiredField, DesiredImage, LOCAL};

use crate::unreachable::Unreachable;

/// By what clusters are told apart: their name, and their uid or where there is none,
/// the input that they were in.
pub type Key = (String, String);

/// A Cluster of Rancher, and what only the command wants to know of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// What the policy reads.
    pub cluster: Cluster<'static>,
    /// `metadata.uid`
    pub uid: Option<String>,
    /// Why Rancher cannot reach it, as far as its status says.
    pub unreachable: Option<Unreachable>,
    /// Whether a cloud hosts it.
    pub is_hosted: bool,
    /// The input that it was in, fit to print.
    pub source: Arc<str>,
}

impl Listed {
    /// Name and uid, by which clusters are told apart.
    #[must_use]
    pub fn key(&self) -> Key {
        let identity = self.uid.as_deref().unwrap_or(&self.source);
        (self.cluster.name().to_owned(), identity.to_owned())
    }

    /// Whether this is Rancher's own cluster.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.cluster.name() == LOCAL
    }

    /// The field that decides which image is desired, and the image, unless it holds
    /// something else; `None` where the cluster follows its server.
    #[must_use]
    pub fn pin(&self) -> Option<(DesiredField, Option<&str>)> {
        match self.cluster.desired_image() {
            DesiredImage::Follows | DesiredImage::FollowsOnce(_) => None,
            DesiredImage::Pinned(pin) => Some((pin.field, Some(pin.image.text()))),
            DesiredImage::Unreadable(field) => Some((field, None)),
        }
    }

    /// Whether Rancher itself writes the field that pins the image: it provisioned
    /// the cluster, and writes `desiredAgentImage`. It leaves an override alone.
    #[must_use]
    pub fn is_pinned_by_rancher(&self) -> bool {
        let field = self.pin().map(|(field, _)| field);
        self.cluster.is_administrated() && field == Some(DesiredField::DesiredAgentImage)
    }
}
