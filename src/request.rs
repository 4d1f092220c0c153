//! The AdmissionRequest as the policy reads it, borrowed from the payload.
//!
//! The SDK's `ValidationRequest` keeps both objects as `serde_json::Value`,
//! stops at a null where it expects a struct, and repeats the whole payload in
//! its errors. This one keeps a dozen short strings.

use crate::cluster::{self, Cluster};
use crate::json::{self, Found, Shape, Slot, Want, text};
use crate::settings::{InvalidSettings, Settings};

mod slot {
    use crate::cluster::SLOTS;

    pub(super) const PAYLOAD: usize = 0;
    pub(super) const REQUEST: usize = 1;
    pub(super) const SETTINGS: usize = 2;
    pub(super) const OPERATION: usize = 3;
    pub(super) const GVK: usize = 4;
    pub(super) const GROUP: usize = 5;
    pub(super) const KIND: usize = 6;
    pub(super) const SUB_RESOURCE: usize = 7;
    pub(super) const NAME: usize = 8;
    pub(super) const USER_INFO: usize = 9;
    pub(super) const USERNAME: usize = 10;
    pub(super) const OBJECT: usize = 11;
    pub(super) const OLD_OBJECT: usize = 12;
    pub(super) const NEW_CLUSTER: usize = 13;
    pub(super) const OLD_CLUSTER: usize = NEW_CLUSTER + SLOTS;
    pub(super) const COUNT: usize = OLD_CLUSTER + SLOTS;
}

const PAYLOAD: Want = object(slot::PAYLOAD, 0, &TOP);

static TOP: Shape = Shape(&[
    ("request", object(slot::REQUEST, 0, &REQUEST)),
    ("settings", Want::Entries(slot::SETTINGS)),
]);

static REQUEST: Shape = Shape(&[
    ("operation", Want::Text(slot::OPERATION)),
    ("kind", object(slot::GVK, 0, &GROUP_AND_KIND)),
    ("subResource", Want::Text(slot::SUB_RESOURCE)),
    ("name", Want::Text(slot::NAME)),
    ("userInfo", object(slot::USER_INFO, 0, &USER_INFO)),
    (
        "object",
        object(slot::OBJECT, slot::NEW_CLUSTER, &cluster::SHAPE),
    ),
    (
        "oldObject",
        object(slot::OLD_OBJECT, slot::OLD_CLUSTER, &cluster::SHAPE),
    ),
]);

static GROUP_AND_KIND: Shape = Shape(&[
    ("group", Want::Text(slot::GROUP)),
    ("kind", Want::Text(slot::KIND)),
]);

static USER_INFO: Shape = Shape(&[("username", Want::Text(slot::USERNAME))]);

const fn object(slot: usize, base: usize, shape: &'static Shape) -> Want {
    Want::Object { slot, base, shape }
}

/// The payload cannot be read as an AdmissionRequest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPayload {
    /// Not the JSON of an object with the fields that are read, each once.
    Json {
        /// Line of the first error, from 1.
        line: usize,
        /// Column of the first error, from 1.
        column: usize,
    },
    /// This field is missing or of the wrong JSON type.
    Field(&'static str),
}

/// An AdmissionRequest, as far as it was read.
#[derive(Debug)]
pub struct Request<'a> {
    slots: [Slot<'a>; slot::COUNT],
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// Kubewarden's audit scanner, about an object that exists
    /// (kubewarden-controller `internal/audit-scanner/scanner/admission_request.go`).
    Audit,
    /// A service account: Rancher, GitOps, an operator.
    Controller,
    /// Anybody else.
    Person,
}

/// What a request does, of what is judged.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A new object, or one that an audit found.
    Create(Cluster<'a>),
    /// An object in place of another.
    Update {
        /// The object before.
        old: Cluster<'a>,
        /// The object after.
        new: Cluster<'a>,
    },
}

/// The operations that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// CREATE
    Create,
    /// UPDATE
    Update,
    /// Any other.
    Other,
}

impl<'a> Request<'a> {
    /// Reads the payload of the waPC operation `validate`.
    ///
    /// # Errors
    /// Where the payload is broken; never what it holds.
    pub fn read(payload: &'a [u8]) -> Result<Self, BadPayload> {
        let mut slots = [Slot::ABSENT; slot::COUNT];
        json::read(payload, PAYLOAD, &mut slots).map_err(|bad| BadPayload::Json {
            line: bad.line,
            column: bad.column,
        })?;
        let request = Self { slots };
        for (slot, field) in [
            (slot::REQUEST, "request"),
            (slot::OPERATION, "request.operation"),
            (slot::GVK, "request.kind"),
        ] {
            if !matches!(request.found(slot), Found::Text(_) | Found::Object) {
                return Err(BadPayload::Field(field));
            }
        }
        Ok(request)
    }

    fn found(&self, slot: usize) -> &Found<'a> {
        let slot = self.slots.get(slot);
        slot.map_or(&Found::Absent, |slot| &slot.found)
    }

    fn text(&self, slot: usize) -> &str {
        text(&self.slots, slot)
    }

    /// The policy's settings.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn settings(&self) -> Result<Settings, InvalidSettings> {
        Settings::read(self.found(slot::SETTINGS))
    }

    /// What is done with the object.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self.text(slot::OPERATION) {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            _ => Operation::Other,
        }
    }

    /// True for `status`, `scale` and the like.
    #[must_use]
    pub fn is_sub_resource(&self) -> bool {
        !self.text(slot::SUB_RESOURCE).is_empty()
    }

    /// API group and kind of the object.
    #[must_use]
    pub fn group_and_kind(&self) -> (&str, &str) {
        (self.text(slot::GROUP), self.text(slot::KIND))
    }

    /// The name of the object, empty before one is generated.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.text(slot::NAME) {
            "" => self.new_cluster().name(),
            name => name,
        }
    }

    /// The user name of the requester, empty if there is none.
    #[must_use]
    pub fn username(&self) -> &str {
        self.text(slot::USERNAME)
    }

    /// Who asks.
    #[must_use]
    pub fn requester(&self) -> Requester {
        let username = self.username();
        if username.starts_with("system:serviceaccount:") {
            Requester::Controller
        } else if username.is_empty()
            && self.operation() == Operation::Create
            && !self.new_cluster().resource_version().is_empty()
        {
            Requester::Audit
        } else {
            Requester::Person
        }
    }

    /// The object or objects; an UPDATE without the old one is a creation.
    ///
    /// # Errors
    /// There is no object, or one of them is none.
    pub fn change(&self) -> Result<Change<'_>, BadPayload> {
        let new = match self.found(slot::OBJECT) {
            Found::Object => self.new_cluster(),
            _ => return Err(BadPayload::Field("request.object")),
        };
        if self.operation() != Operation::Update {
            return Ok(Change::Create(new));
        }
        match self.found(slot::OLD_OBJECT) {
            Found::Absent => Ok(Change::Create(new)),
            Found::Object => {
                let old = self.slots.get(slot::OLD_CLUSTER..).unwrap_or_default();
                Ok(Change::Update {
                    old: Cluster::new(old),
                    new,
                })
            }
            _ => Err(BadPayload::Field("request.oldObject")),
        }
    }

    fn new_cluster(&self) -> Cluster<'_> {
        Cluster::new(self.slots.get(slot::NEW_CLUSTER..).unwrap_or_default())
    }

    /// The JSON text of the object with `""` in these places, and all else as it
    /// stands in the payload. `None` if there is no object, or no text.
    pub(crate) fn object_with_empty(&self, places: &[&Slot<'_>]) -> Option<String> {
        let object = self.slots.get(slot::OBJECT)?;
        let text = std::str::from_utf8(object.json).ok()?;
        let mut edited = String::with_capacity(text.len());
        let mut from = 0;
        for place in places {
            let to = text
                .len()
                .checked_sub(place.left.checked_sub(object.left)?)?;
            edited.push_str(text.get(from..to.checked_sub(place.json.len())?)?);
            edited.push_str("\"\"");
            from = to;
        }
        edited.push_str(text.get(from..)?);
        Some(edited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{DesiredField, DesiredImage, Pin};
    use crate::image::ImageRef;

    #[track_caller]
    fn with<T>(request: &str, check: impl FnOnce(&Request<'_>) -> T) -> T {
        let payload = format!(r#"{{"request":{{"kind":{{"group":"g","kind":"k"}},{request}}}}}"#);
        check(&Request::read(payload.as_bytes()).unwrap())
    }

    #[test]
    fn tells_who_asks() {
        let stored = r#""object":{"metadata":{"resourceVersion":"1"}}"#;
        let table = [
            (
                "CREATE",
                "system:serviceaccount:cattle-system:rancher",
                stored,
                Requester::Controller,
            ),
            (
                "CREATE",
                "system:serviceaccounts",
                stored,
                Requester::Person,
            ),
            ("UPDATE", "system:admin", stored, Requester::Person),
            ("CREATE", "", stored, Requester::Audit),
            ("UPDATE", "", stored, Requester::Person),
            ("CREATE", "", r#""object":{}"#, Requester::Person),
        ];
        for (operation, user, object, expected) in table {
            let request =
                format!(r#""operation":"{operation}","userInfo":{{"username":"{user}"}},{object}"#);
            assert_eq!(with(&request, |r| r.requester()), expected, "{request}");
        }
    }

    #[test]
    fn name_is_that_of_the_request_or_else_of_the_object() {
        let table = [
            (r#""name":"a","object":{"metadata":{"name":"b"}}"#, "a"),
            (r#""name":"","object":{"metadata":{"name":"b"}}"#, "b"),
            (r#""object":{"metadata":{"name":"b"}}"#, "b"),
            (r#""object":{"metadata":{"generateName":"c-"}}"#, ""),
        ];
        for (request, expected) in table {
            let request = format!(r#""operation":"CREATE",{request}"#);
            assert_eq!(
                with(&request, |r| r.name().to_owned()),
                expected,
                "{request}"
            );
        }
    }

    #[test]
    fn old_and_new_object_are_kept_apart() {
        let request = r#""operation":"UPDATE","name":"a",
            "object":{"metadata":{"name":"b"},"spec":{"desiredAgentImage":"x:1"}},
            "oldObject":{"metadata":{"name":"c"},"spec":{"agentImageOverride":"y:2","displayName":"d"}}"#;
        with(request, |request| {
            let Ok(Change::Update { old, new }) = request.change() else {
                panic!("no update");
            };
            assert_eq!((request.name(), new.name(), old.name()), ("a", "b", "c"));
            assert_eq!((new.display_name(), old.display_name()), ("", "d"));
            let pinned = |field, image| {
                let image = ImageRef::new(image);
                DesiredImage::Pinned(Pin { field, image })
            };
            assert_eq!(
                new.desired_image(),
                pinned(DesiredField::DesiredAgentImage, "x:1")
            );
            assert_eq!(
                old.desired_image(),
                pinned(DesiredField::AgentImageOverride, "y:2")
            );
        });
    }

    #[test]
    fn a_field_is_as_it_was_if_its_text_is() {
        let table = [
            (
                r#"{"spec":{"desiredAgentImage":5}}"#,
                r#"{"spec":{"desiredAgentImage":5}}"#,
                true,
            ),
            (
                r#"{"spec":{"desiredAgentImage":5}}"#,
                r#"{"spec":{"desiredAgentImage":6}}"#,
                false,
            ),
            (
                r#"{"spec":{"desiredAgentImage":{}}}"#,
                r#"{"spec":{}}"#,
                false,
            ),
            (
                r#"{"spec":{}}"#,
                r#"{"spec":{"desiredAgentImage":5}}"#,
                false,
            ),
            (r#"{"spec":{}}"#, r#"{"spec":{}}"#, false),
        ];
        for (old, new, expected) in table {
            let request = format!(r#""operation":"UPDATE","object":{new},"oldObject":{old}"#);
            let kept = with(&request, |request| match request.change() {
                Ok(Change::Update { old, new }) => {
                    new.leaves_as_it_was(old, DesiredField::DesiredAgentImage)
                }
                other => panic!("no update: {other:?}"),
            });
            assert_eq!(kept, expected, "{old} {new}");
        }
    }
}
