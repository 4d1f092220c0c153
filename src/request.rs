//! The AdmissionRequest as the policy reads it, borrowed from the payload.
//!
//! The SDK's `ValidationRequest` keeps both objects as `serde_json::Value`, stops at a
//! null where it expects a struct, and repeats the whole payload in its errors.

use serde::Deserialize;

use crate::cluster::{self, Cluster, DesiredField};
use crate::lenient::{Lenient, Members, Object, Text, members_at};
use crate::settings::{InvalidSettings, Settings};

/// The payload cannot be read as an AdmissionRequest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPayload {
    /// Not JSON, or a field that is read occurs twice.
    Json {
        /// Line of the first error, from 1.
        line: usize,
        /// Column of the first error, from 1.
        column: usize,
    },
    /// This field is missing or of the wrong JSON type.
    Field(&'static str),
}

/// The payload of the waPC operation `validate`.
#[derive(Debug)]
pub struct Payload<'a> {
    /// What is asked.
    pub request: Request<'a>,
    settings: Lenient<Members<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    request: Lenient<Request<'a>>,
    settings: Lenient<Members<'a>>,
}

/// An AdmissionRequest, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(borrow)]
    operation: Text<'a>,
    kind: Lenient<GroupKind<'a>>,
    sub_resource: Text<'a>,
    name: Text<'a>,
    user_info: Lenient<UserInfo<'a>>,
    object: Lenient<Cluster<'a>>,
    old_object: Lenient<Cluster<'a>>,
    /// What it was read from.
    #[serde(skip)]
    payload: &'a [u8],
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GroupKind<'a> {
    #[serde(borrow)]
    group: Text<'a>,
    kind: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserInfo<'a> {
    #[serde(borrow)]
    username: Text<'a>,
}

impl Object for Envelope<'_> {}
impl Object for Request<'_> {}
impl Object for GroupKind<'_> {}
impl Object for UserInfo<'_> {}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Requester {
    /// Kubewarden's audit scanner, about an object that exists
    /// (kubewarden-controller `internal/audit-scanner/scanner/admission_request.go`).
    AuditScanner,
    /// A service account: Rancher, GitOps, an operator.
    ServiceAccount,
    /// Everyone else.
    User,
}

/// The change to judge.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A new object, or one that an audit found.
    Create(&'a Cluster<'a>),
    /// An object that replaces another.
    Update {
        /// The object before.
        old: &'a Cluster<'a>,
        /// The object after.
        new: &'a Cluster<'a>,
    },
}

/// The operations that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Operation {
    /// CREATE
    Create,
    /// UPDATE
    Update,
    /// Any other.
    #[strum(serialize = "")]
    Other,
}

impl<'a> Payload<'a> {
    /// Reads a payload.
    ///
    /// # Errors
    /// Where the payload is broken; never what it holds.
    pub fn read(payload: &'a [u8]) -> Result<Self, BadPayload> {
        let envelope: Lenient<Envelope<'a>> =
            serde_json::from_slice(payload).map_err(|error| BadPayload::Json {
                line: error.line(),
                // Of an empty payload it says 0.
                column: error.column().max(1),
            })?;
        let Lenient::Present(Envelope {
            request: Lenient::Present(mut request),
            settings,
        }) = envelope
        else {
            return Err(BadPayload::Field("request"));
        };
        if request.operation.get().is_none() {
            return Err(BadPayload::Field("request.operation"));
        }
        if request.kind.get().is_none() {
            return Err(BadPayload::Field("request.kind"));
        }
        request.payload = payload;
        Ok(Self { request, settings })
    }

    /// The policy's settings.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn settings(&self) -> Result<Settings, InvalidSettings> {
        Settings::read(&self.settings)
    }
}

impl<'a> Request<'a> {
    /// What Kubewarden's audit scanner asks about a cluster that exists. A cluster that
    /// was never stored gets a resourceVersion, because that tells an audit from a
    /// creation.
    #[must_use]
    pub fn audit(cluster: Cluster<'a>) -> Self {
        let mut cluster = cluster;
        if cluster.resource_version().is_empty() {
            let mut metadata = match cluster.metadata {
                Lenient::Present(metadata) => metadata,
                Lenient::Absent | Lenient::Odd => cluster::Metadata::default(),
            };
            metadata.resource_version = Lenient::Present("0".into());
            cluster.metadata = Lenient::Present(metadata);
        }
        let present = |text: &'static str| Lenient::Present(text.into());
        Self {
            operation: present("CREATE"),
            kind: Lenient::Present(GroupKind {
                group: present(cluster::GROUP),
                kind: present(cluster::KIND),
            }),
            object: Lenient::Present(cluster),
            ..Self::default()
        }
    }

    /// What is done with the object.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self.operation.text() {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            _ => Operation::Other,
        }
    }

    /// True for `status`, `scale` and the like.
    #[must_use]
    pub fn is_sub_resource(&self) -> bool {
        !self.sub_resource.text().is_empty()
    }

    /// API group and kind of the object.
    #[must_use]
    pub fn group_and_kind(&self) -> (&str, &str) {
        let kind = self.kind.get();
        kind.map_or(("", ""), |kind| (kind.group.text(), kind.kind.text()))
    }

    /// The name of the object, empty before one is generated.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.name.text() {
            "" => self.object.get().map_or("", Cluster::name),
            name => name,
        }
    }

    /// The user name of the requester, empty if there is none.
    #[must_use]
    pub fn username(&self) -> &str {
        self.user_info.get().map_or("", |user| user.username.text())
    }

    /// Who asks.
    #[must_use]
    pub fn requester(&self) -> Requester {
        let username = self.username();
        let is_stored = || {
            let object = self.object.get();
            object.is_some_and(|object| !object.resource_version().is_empty())
        };
        if username.starts_with("system:serviceaccount:") {
            Requester::ServiceAccount
        } else if username.is_empty() && self.operation() == Operation::Create && is_stored() {
            Requester::AuditScanner
        } else {
            Requester::User
        }
    }

    /// True if the object has the same JSON in a desired field as the old one, of whatever
    /// type.
    #[must_use]
    pub fn leaves_as_it_was(&self, field: DesiredField) -> bool {
        let new = self.json_at("object", field);
        new.is_some() && new == self.json_at("oldObject", field)
    }

    /// The JSON of a desired field of the object, of whatever type; `None` if there is none.
    #[must_use]
    pub fn json(&self, field: DesiredField) -> Option<&'a str> {
        self.json_at("object", field)
    }

    /// This reads the payload once more: a field is almost never of the wrong type.
    fn json_at(&self, object: &str, field: DesiredField) -> Option<&'a str> {
        let object = members_at(self.payload, &["request", object])?;
        let spec = object.get(cluster::SPEC)?;
        Some(match field {
            DesiredField::Spec => spec.get(),
            _ => Members::read(spec.get().as_bytes())?
                .get(field.key())?
                .get(),
        })
    }

    /// The object or objects; an UPDATE without the old one is judged as a CREATE.
    ///
    /// # Errors
    /// An object is missing or of the wrong JSON type.
    pub fn change(&self) -> Result<Change<'_>, BadPayload> {
        let new = self
            .object
            .get()
            .ok_or(BadPayload::Field("request.object"))?;
        if self.operation() != Operation::Update {
            return Ok(Change::Create(new));
        }
        match &self.old_object {
            Lenient::Absent => Ok(Change::Create(new)),
            Lenient::Present(old) => Ok(Change::Update { old, new }),
            Lenient::Odd => Err(BadPayload::Field("request.oldObject")),
        }
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
        check(&Payload::read(payload.as_bytes()).unwrap().request)
    }

    #[test]
    fn tells_who_asks() {
        let stored = r#""object":{"metadata":{"resourceVersion":"1"}}"#;
        let table = [
            (
                "CREATE",
                "system:serviceaccount:cattle-system:rancher",
                stored,
                Requester::ServiceAccount,
            ),
            ("CREATE", "system:serviceaccounts", stored, Requester::User),
            ("UPDATE", "system:admin", stored, Requester::User),
            ("CREATE", "", stored, Requester::AuditScanner),
            ("UPDATE", "", stored, Requester::User),
            ("CREATE", "", r#""object":{}"#, Requester::User),
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
            let kept = with(&request, |request| {
                request.leaves_as_it_was(DesiredField::DesiredAgentImage)
            });
            assert_eq!(kept, expected, "{old} {new}");
        }
    }
}
