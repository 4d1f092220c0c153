//! The few fields of a `management.cattle.io/v3` Cluster that are read.
//!
//! The only file that knows their names, and Rancher's rule for the image that
//! it deploys (rancher/rancher `pkg/systemtemplate/import.go`,
//! `GetDesiredAgentImage`).

use crate::image::ImageRef;
use crate::json::{Found, Shape, Slot, Want, text};

/// The name of the cluster in which Rancher itself runs; it has no agent.
pub const LOCAL: &str = "local";

/// The API group of Rancher's own kinds.
pub const GROUP: &str = "management.cattle.io";

/// The kind that is judged.
pub const KIND: &str = "Cluster";

/// The text of a desired image by which Rancher resolves its own image once
/// and then writes it down.
pub const FIXED: &str = "fixed";

/// The slots of the fields that are read.
mod slot {
    pub(super) const METADATA: usize = 0;
    pub(super) const NAME: usize = 1;
    pub(super) const RESOURCE_VERSION: usize = 2;
    pub(super) const DELETION_TIMESTAMP: usize = 3;
    pub(super) const ANNOTATIONS: usize = 4;
    pub(super) const ADMINISTRATED: usize = 5;
    pub(super) const SPEC: usize = 6;
    pub(super) const DISPLAY_NAME: usize = 7;
    pub(super) const DESIRED_AGENT_IMAGE: usize = 8;
    pub(super) const AGENT_IMAGE_OVERRIDE: usize = 9;
    pub(super) const STATUS: usize = 10;
    pub(super) const AGENT_IMAGE: usize = 11;
}

/// How many slots a Cluster takes.
pub(crate) const SLOTS: usize = 12;

const fn object(slot: usize, shape: &'static Shape) -> Want {
    Want::Object {
        slot,
        base: 0,
        shape,
    }
}

/// The fields that are read.
pub(crate) static SHAPE: Shape = Shape(&[
    ("metadata", object(slot::METADATA, &METADATA)),
    ("spec", object(slot::SPEC, &SPEC)),
    ("status", object(slot::STATUS, &STATUS)),
]);

static METADATA: Shape = Shape(&[
    ("name", Want::Text(slot::NAME)),
    ("resourceVersion", Want::Text(slot::RESOURCE_VERSION)),
    ("deletionTimestamp", Want::Text(slot::DELETION_TIMESTAMP)),
    ("annotations", object(slot::ANNOTATIONS, &ANNOTATIONS)),
]);

static ANNOTATIONS: Shape = Shape(&[(
    "provisioning.cattle.io/administrated",
    Want::Text(slot::ADMINISTRATED),
)]);

static SPEC: Shape = Shape(&[
    ("displayName", Want::Text(slot::DISPLAY_NAME)),
    ("desiredAgentImage", Want::Text(slot::DESIRED_AGENT_IMAGE)),
    ("agentImageOverride", Want::Text(slot::AGENT_IMAGE_OVERRIDE)),
]);

static STATUS: Shape = Shape(&[("agentImage", Want::Text(slot::AGENT_IMAGE))]);

/// A Cluster, as far as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Cluster<'a>(&'a [Slot<'a>]);

/// A field that says which agent image is wanted, or holds one that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredField {
    /// `spec.agentImageOverride`, which wins.
    AgentImageOverride,
    /// `spec.desiredAgentImage`.
    DesiredAgentImage,
    /// `spec` as a whole, where it is no object.
    Spec,
}

impl DesiredField {
    /// The field that decides comes first.
    const BY_PRECEDENCE: [Self; 3] = [
        Self::Spec,
        Self::AgentImageOverride,
        Self::DesiredAgentImage,
    ];

    fn slot(self) -> usize {
        match self {
            Self::AgentImageOverride => slot::AGENT_IMAGE_OVERRIDE,
            Self::DesiredAgentImage => slot::DESIRED_AGENT_IMAGE,
            Self::Spec => slot::SPEC,
        }
    }

    /// The JSON key of the field.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::AgentImageOverride => "agentImageOverride",
            Self::DesiredAgentImage => "desiredAgentImage",
            Self::Spec => "spec",
        }
    }

    /// The path of the field in the object.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::AgentImageOverride => "spec.agentImageOverride",
            Self::DesiredAgentImage => "spec.desiredAgentImage",
            Self::Spec => "spec",
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
    /// The cluster that was read into these slots.
    pub(crate) fn new(slots: &'a [Slot<'a>]) -> Self {
        Self(slots)
    }

    fn found(self, field: DesiredField) -> &'a Found<'a> {
        let slot = self.0.get(field.slot());
        slot.map_or(&Found::Absent, |slot| &slot.found)
    }

    /// The place of a desired field in the payload.
    pub(crate) fn place(self, field: DesiredField) -> &'a Slot<'a> {
        self.0.get(field.slot()).unwrap_or(&Slot::ABSENT)
    }

    /// True if a desired field is there and has the same JSON text as in the old object.
    #[must_use]
    pub fn leaves_as_it_was(self, old: Cluster<'_>, field: DesiredField) -> bool {
        let json = self.place(field).json;
        !json.is_empty() && json == old.place(field).json
    }

    /// `metadata.name`, the id of the cluster in Rancher; empty if not given.
    #[must_use]
    pub fn name(self) -> &'a str {
        text(self.0, slot::NAME)
    }

    /// `metadata.resourceVersion`, empty in an object that is being created.
    #[must_use]
    pub fn resource_version(self) -> &'a str {
        text(self.0, slot::RESOURCE_VERSION)
    }

    /// True if it comes from another state than the `old` object: the API server will
    /// answer 409, but only after the mutation. It compares numbers and takes 0 for none
    /// (kubernetes/apiserver `pkg/storage/etcd3/api_object_versioner.go`). What is no
    /// number is an error there, and not stale here.
    #[must_use]
    pub fn is_stale(self, old: Cluster<'_>) -> bool {
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

    /// True once somebody has asked to delete the cluster.
    #[must_use]
    pub fn is_being_deleted(self) -> bool {
        !text(self.0, slot::DELETION_TIMESTAMP).is_empty()
    }

    /// True if Rancher provisioned the cluster and writes the desired image
    /// itself (`pkg/controllers/provisioningv2/cluster/controller.go`).
    #[must_use]
    pub fn is_administrated(self) -> bool {
        text(self.0, slot::ADMINISTRATED) == "true"
    }

    /// `spec.displayName`, the name that users see; empty if not given.
    #[must_use]
    pub fn display_name(self) -> &'a str {
        text(self.0, slot::DISPLAY_NAME)
    }

    /// `status.agentImage`: what Rancher applied last.
    #[must_use]
    pub fn deployed_image(self) -> Option<&'a str> {
        let image = text(self.0, slot::AGENT_IMAGE);
        (!image.is_empty()).then_some(image)
    }

    /// The image that Rancher will deploy: `agentImageOverride` if it is not
    /// empty, else `desiredAgentImage`; its own if that is empty or `fixed`.
    #[must_use]
    pub fn desired_image(self) -> DesiredImage<'a> {
        for field in DesiredField::BY_PRECEDENCE {
            match self.found(field) {
                Found::Text(text) if text == FIXED => return DesiredImage::FollowsOnce(field),
                Found::Text(image) if !image.is_empty() => {
                    let image = ImageRef::new(image);
                    return DesiredImage::Pinned(Pin { field, image });
                }
                Found::Odd => return DesiredImage::Unreadable(field),
                _ => {}
            }
        }
        DesiredImage::Follows
    }

    /// The text of a desired field, empty if there is none.
    #[must_use]
    pub fn desired_text(self, field: DesiredField) -> &'a str {
        text(self.0, field.slot())
    }

    /// The desired fields of the wrong JSON type.
    pub fn odd_fields(self) -> impl Iterator<Item = DesiredField> {
        DesiredField::BY_PRECEDENCE
            .into_iter()
            .filter(move |field| matches!(self.found(*field), Found::Odd))
    }

    /// The desired fields that are not empty, those that a repair clears.
    pub fn fields_to_clear(self) -> impl Iterator<Item = DesiredField> {
        [
            DesiredField::AgentImageOverride,
            DesiredField::DesiredAgentImage,
        ]
        .into_iter()
        .filter(move |field| match self.found(*field) {
            Found::Text(text) => !text.is_empty(),
            Found::Odd => true,
            _ => false,
        })
    }
}
