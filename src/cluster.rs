//! The few fields of a `management.cattle.io/v3` Cluster that are read.
//!
//! The only file that knows their names, and Rancher's rule for the image that
//! it deploys (rancher/rancher `pkg/systemtemplate/import.go`,
//! `GetDesiredAgentImage`).

use serde::Deserialize;

use crate::image::ImageRef;
use crate::lenient::{Lenient, Object, Text};

/// The name of the cluster in which Rancher itself runs; it has no agent.
pub const LOCAL: &str = "local";

/// The API group of Rancher's own kinds.
pub const GROUP: &str = "management.cattle.io";

/// The kind that is judged.
pub const KIND: &str = "Cluster";

/// The key of the object that holds the desired fields.
pub const SPEC: &str = "spec";

/// The text of a desired image by which Rancher resolves its own image once
/// and then writes it down.
pub const FIXED: &str = "fixed";

/// A Cluster, as far as it is read.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Cluster<'a> {
    /// Names, versions and annotations.
    #[serde(borrow)]
    pub metadata: Lenient<Metadata<'a>>,
    /// What users and Rancher want.
    pub spec: Lenient<Spec<'a>>,
    /// What Rancher did.
    pub status: Lenient<Status<'a>>,
}

/// `metadata` of a Cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata<'a> {
    /// The id of the cluster in Rancher.
    #[serde(borrow)]
    pub name: Text<'a>,
    /// Absent in an object that is being created.
    pub resource_version: Text<'a>,
    /// Present once the cluster is being deleted.
    pub deletion_timestamp: Text<'a>,
    /// Rancher's annotations are read.
    pub annotations: Lenient<Annotations<'a>>,
}

/// `metadata.annotations` of a Cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Annotations<'a> {
    /// `true` if Rancher provisioned the cluster.
    #[serde(borrow, rename = "provisioning.cattle.io/administrated")]
    pub administrated: Text<'a>,
}

/// `spec` of a Cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec<'a> {
    /// The name that users see.
    #[serde(borrow)]
    pub display_name: Text<'a>,
    /// The image to deploy, or [`FIXED`].
    pub desired_agent_image: Text<'a>,
    /// The image to deploy in its place.
    pub agent_image_override: Text<'a>,
    /// The image of Rancher's assets, which Rancher 2.16 pins in the same write as the
    /// desired image.
    pub desired_assets_image: Text<'a>,
}

/// `status` of a Cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status<'a> {
    /// What Rancher applied last.
    #[serde(borrow)]
    pub agent_image: Text<'a>,
}

impl Object for Cluster<'_> {}
impl Object for Metadata<'_> {}
impl Object for Annotations<'_> {}
impl Object for Spec<'_> {}
impl Object for Status<'_> {}

/// A field that says which agent image is wanted, or holds one that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum DesiredField {
    /// `spec.agentImageOverride`, which wins.
    AgentImageOverride,
    /// `spec.desiredAgentImage`.
    DesiredAgentImage,
    /// `spec.desiredAssetsImage`, which is cleared with it and never judged.
    DesiredAssetsImage,
    /// `spec` as a whole, where it is not an object.
    Spec,
}

impl DesiredField {
    /// The fields of `spec`; the one that decides comes first.
    const IN_SPEC: [Self; 2] = [Self::AgentImageOverride, Self::DesiredAgentImage];

    /// The JSON key of the field.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The path of the field in the object.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::AgentImageOverride => "spec.agentImageOverride",
            Self::DesiredAgentImage => "spec.desiredAgentImage",
            Self::DesiredAssetsImage => "spec.desiredAssetsImage",
            Self::Spec => SPEC,
        }
    }
}

/// An image that a cluster pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin<'a> {
    /// Where it is written.
    pub field: DesiredField,
    /// The image, never empty.
    pub image: ImageRef<'a>,
}

/// The image that Rancher will deploy for a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredImage<'a> {
    /// The one of Rancher's `agent-image` Setting, now and after an upgrade.
    Follows,
    /// That same one, which Rancher then writes into the field: `fixed`.
    FollowsOnce(DesiredField),
    /// This one, as it is written.
    Pinned(Pin<'a>),
    /// The field that decides is of the wrong JSON type.
    Unreadable(DesiredField),
}

impl DesiredImage<'_> {
    /// True if Rancher takes the image from its own Setting.
    #[must_use]
    pub fn follows(self) -> bool {
        matches!(self, Self::Follows | Self::FollowsOnce(_))
    }
}

impl<'a> Cluster<'a> {
    fn metadata(&self, field: for<'m> fn(&'m Metadata<'a>) -> &'m Text<'a>) -> &str {
        self.metadata
            .get()
            .map_or("", |metadata| field(metadata).text())
    }

    /// A field of `spec`; absent for `spec` itself.
    fn desired_field(&self, field: DesiredField) -> &Text<'a> {
        const ABSENT: &Text<'_> = &Lenient::Absent;
        match (self.spec.get(), field) {
            (Some(spec), DesiredField::AgentImageOverride) => &spec.agent_image_override,
            (Some(spec), DesiredField::DesiredAgentImage) => &spec.desired_agent_image,
            (Some(spec), DesiredField::DesiredAssetsImage) => &spec.desired_assets_image,
            _ => ABSENT,
        }
    }

    /// `metadata.name`, the id of the cluster in Rancher; empty if not given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata(|metadata| &metadata.name)
    }

    /// `metadata.resourceVersion`, empty in an object that is being created.
    #[must_use]
    pub fn resource_version(&self) -> &str {
        self.metadata(|metadata| &metadata.resource_version)
    }

    /// True if it comes from another state than the `old` object: the API server will
    /// answer 409, but only after the mutation. It compares numbers and takes 0 for none
    /// (kubernetes/apiserver `pkg/storage/etcd3/api_object_versioner.go`). Anything
    /// but a number is an error there, and not stale here.
    #[must_use]
    pub fn is_stale(&self, old: &Cluster<'_>) -> bool {
        let number = |text: &str| -> Option<u64> {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| is_number && *number != 0)
        };
        match (
            number(self.resource_version()),
            number(old.resource_version()),
        ) {
            (Some(new), Some(old)) => new != old,
            _ => false,
        }
    }

    /// True once the cluster is being deleted.
    #[must_use]
    pub fn is_being_deleted(&self) -> bool {
        !self
            .metadata(|metadata| &metadata.deletion_timestamp)
            .is_empty()
    }

    /// True if Rancher provisioned the cluster and writes the desired image
    /// itself (`pkg/controllers/provisioningv2/cluster/controller.go`).
    #[must_use]
    pub fn is_administrated(&self) -> bool {
        let annotations = self
            .metadata
            .get()
            .and_then(|metadata| metadata.annotations.get());
        annotations.is_some_and(|annotations| annotations.administrated.text() == "true")
    }

    /// `spec.displayName`, the name that users see; empty if not given.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.spec.get().map_or("", |spec| spec.display_name.text())
    }

    /// `status.agentImage`: what Rancher applied last.
    #[must_use]
    pub fn deployed_image(&self) -> Option<&str> {
        let image = self.status.get()?.agent_image.text();
        (!image.is_empty()).then_some(image)
    }

    /// The image that Rancher will deploy: `agentImageOverride` if it is not
    /// empty, else `desiredAgentImage`; its own if that is empty or `fixed`.
    #[must_use]
    pub fn desired_image(&self) -> DesiredImage<'_> {
        if self.spec.is_odd() {
            return DesiredImage::Unreadable(DesiredField::Spec);
        }
        for field in DesiredField::IN_SPEC {
            match self.desired_field(field) {
                Lenient::Odd => return DesiredImage::Unreadable(field),
                text if text.text() == FIXED => return DesiredImage::FollowsOnce(field),
                text if !text.text().is_empty() => {
                    let image = ImageRef::new(text.text());
                    return DesiredImage::Pinned(Pin { field, image });
                }
                _ => {}
            }
        }
        DesiredImage::Follows
    }

    /// The text of a desired field, empty if there is none.
    #[must_use]
    pub fn desired_text(&self, field: DesiredField) -> &str {
        self.desired_field(field).text()
    }

    /// The image that comes to light where the override alone is cleared: on a cluster that
    /// Rancher administrates it writes the field beneath itself.
    #[must_use]
    pub fn beneath(&self, pin: Pin<'_>, administrated: bool) -> Option<ImageRef<'_>> {
        if !administrated || pin.field != DesiredField::AgentImageOverride {
            return None;
        }
        let beneath = self.desired_text(DesiredField::DesiredAgentImage);
        (!matches!(beneath, "" | FIXED)).then(|| ImageRef::new(beneath))
    }

    /// The desired fields of the wrong JSON type.
    pub fn odd_fields(&self) -> impl Iterator<Item = DesiredField> {
        let spec = self.spec.is_odd().then_some(DesiredField::Spec);
        let fields = DesiredField::IN_SPEC.into_iter();
        spec.into_iter()
            .chain(fields.filter(|field| self.desired_field(*field).is_odd()))
    }

    /// The desired fields that are not empty, those that a repair clears. The image of the
    /// assets goes with `desiredAgentImage`, as Rancher writes both.
    pub fn fields_to_clear(&self) -> impl Iterator<Item = DesiredField> {
        let is_set = |field: DesiredField| {
            let field = self.desired_field(field);
            field.is_odd() || !field.text().is_empty()
        };
        let assets =
            is_set(DesiredField::DesiredAgentImage) && is_set(DesiredField::DesiredAssetsImage);
        let fields = DesiredField::IN_SPEC.into_iter();
        fields
            .filter(move |field| is_set(*field))
            .chain(assets.then_some(DesiredField::DesiredAssetsImage))
    }

    /// The same cluster, independent of the text that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Cluster<'static> {
        Cluster {
            metadata: self.metadata.map(|metadata| Metadata {
                name: metadata.name.into_owned(),
                resource_version: metadata.resource_version.into_owned(),
                deletion_timestamp: metadata.deletion_timestamp.into_owned(),
                annotations: metadata.annotations.map(|annotations| Annotations {
                    administrated: annotations.administrated.into_owned(),
                }),
            }),
            spec: self.spec.map(|spec| Spec {
                display_name: spec.display_name.into_owned(),
                desired_agent_image: spec.desired_agent_image.into_owned(),
                agent_image_override: spec.agent_image_override.into_owned(),
                desired_assets_image: spec.desired_assets_image.into_owned(),
            }),
            status: self.status.map(|status| Status {
                agent_image: status.agent_image.into_owned(),
            }),
        }
    }
}
