//! A payload is read as serde_json reads it: whatever its shape, its white space, its
//! escapes, and what else stands in it.

use proptest::collection::vec;
use proptest::prelude::*;
use rancher_agent_version_policy::cluster::{Cluster, DesiredField, DesiredImage, Pin};
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::request::{
    BadPayload, Change, Operation, Payload, Request, Requester,
};
use rancher_agent_version_policy::setting::{Fact, Fault};
use serde_json::Value;

use super::payload::{Fields, Kind, PAYLOAD, shaped};
use super::run::reaches;

/// All that is read of a Cluster.
#[derive(Debug, PartialEq)]
struct Object<'a> {
    name: &'a str,
    resource_version: &'a str,
    display_name: &'a str,
    is_being_deleted: bool,
    is_administrated: bool,
    deployed: Option<&'a str>,
    desired: DesiredImage<'a>,
    odd: Vec<DesiredField>,
    to_clear: Vec<DesiredField>,
}

/// All that is read of a payload.
#[derive(Debug, PartialEq)]
struct Report<'a> {
    operation: Operation,
    is_sub_resource: bool,
    group_and_kind: (&'a str, &'a str),
    name: &'a str,
    username: &'a str,
    requester: Requester,
    /// The new object, and the old one of an UPDATE.
    change: Result<(Object<'a>, Option<Object<'a>>), BadPayload>,
}

fn read<'a>(request: &'a Request<'a>) -> Report<'a> {
    let object = |cluster: &'a Cluster<'a>| Object {
        name: cluster.name(),
        resource_version: cluster.resource_version(),
        display_name: cluster.display_name(),
        is_being_deleted: cluster.is_being_deleted(),
        is_administrated: cluster.is_administrated(),
        deployed: cluster.deployed_image(),
        desired: cluster.desired_image(),
        odd: cluster.odd_fields().collect(),
        to_clear: cluster.fields_to_clear().collect(),
    };
    Report {
        operation: request.operation(),
        is_sub_resource: request.is_sub_resource(),
        group_and_kind: request.group_and_kind(),
        name: request.name(),
        username: request.username(),
        requester: request.requester(),
        change: request.change().map(|change| match change {
            Change::Create(new) => (object(new), None),
            Change::Update { old, new } => (object(new), Some(object(old))),
        }),
    }
}

/// What stands at a path of objects; null if it ends before.
fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    let mut value = value;
    for key in path {
        value = value
            .as_object()
            .and_then(|object| object.get(*key))
            .unwrap_or(&Value::Null);
    }
    value
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    at(value, path).as_str().unwrap_or_default()
}

fn expected_object(object: &Value) -> Object<'_> {
    let image = text(object, &["status", "agentImage"]);
    let spec = at(object, &["spec"]);
    let places = [
        (DesiredField::Spec, spec),
        (
            DesiredField::AgentImageOverride,
            at(spec, &["agentImageOverride"]),
        ),
        (
            DesiredField::DesiredAgentImage,
            at(spec, &["desiredAgentImage"]),
        ),
    ];
    let is_odd = |(field, value): &(DesiredField, &Value)| match field {
        DesiredField::Spec => !value.is_object() && !value.is_null(),
        _ => !value.is_string() && !value.is_null(),
    };
    let decides = places.iter().find(|(field, value)| {
        let is_empty = *field == DesiredField::Spec || value.as_str().is_none_or(str::is_empty);
        is_odd(&(*field, *value)) || !is_empty
    });
    let is_to_clear = |(field, value): &(DesiredField, &Value)| {
        *field != DesiredField::Spec && !value.is_null() && *value != ""
    };
    let fields = |is_meant: &dyn Fn(&(DesiredField, &Value)) -> bool| {
        let meant = places.iter().filter(|place| is_meant(place));
        meant.map(|(field, _)| *field).collect()
    };
    Object {
        name: text(object, &["metadata", "name"]),
        resource_version: text(object, &["metadata", "resourceVersion"]),
        display_name: text(spec, &["displayName"]),
        is_being_deleted: !text(object, &["metadata", "deletionTimestamp"]).is_empty(),
        is_administrated: text(
            object,
            &[
                "metadata",
                "annotations",
                "provisioning.cattle.io/administrated",
            ],
        ) == "true",
        deployed: Some(image).filter(|image| !image.is_empty()),
        desired: match decides {
            None => DesiredImage::Follows,
            Some((field, Value::String(text)))
                if text == "fixed" && *field != DesiredField::Spec =>
            {
                DesiredImage::FollowsOnce(*field)
            }
            Some((field, Value::String(text))) if *field != DesiredField::Spec => {
                let image = ImageRef::new(text);
                DesiredImage::Pinned(Pin {
                    field: *field,
                    image,
                })
            }
            Some((field, _)) => DesiredImage::Unreadable(*field),
        },
        odd: fields(&is_odd),
        to_clear: fields(&is_to_clear),
    }
}

fn expected(payload: &Value) -> Result<Report<'_>, BadPayload> {
    let request = at(payload, &["request"]);
    let Some(operation) = at(request, &["operation"]).as_str() else {
        let field = if request.is_object() {
            "request.operation"
        } else {
            "request"
        };
        return Err(BadPayload::Field(field));
    };
    if !at(request, &["kind"]).is_object() {
        return Err(BadPayload::Field("request.kind"));
    }
    let operation = match operation {
        "CREATE" => Operation::Create,
        "UPDATE" => Operation::Update,
        _ => Operation::Other,
    };
    let (object, old) = (at(request, &["object"]), at(request, &["oldObject"]));
    let username = text(request, &["userInfo", "username"]);
    let is_stored = !text(object, &["metadata", "resourceVersion"]).is_empty();
    let name = text(request, &["name"]);
    Ok(Report {
        operation,
        is_sub_resource: !text(request, &["subResource"]).is_empty(),
        group_and_kind: (
            text(request, &["kind", "group"]),
            text(request, &["kind", "kind"]),
        ),
        name: if name.is_empty() {
            text(object, &["metadata", "name"])
        } else {
            name
        },
        username,
        requester: if username.starts_with("system:serviceaccount:") {
            Requester::ServiceAccount
        } else if username.is_empty() && operation == Operation::Create && is_stored {
            Requester::AuditScanner
        } else {
            Requester::User
        },
        change: match (object, old, operation) {
            (Value::Object(_), Value::Object(_), Operation::Update) => {
                Ok((expected_object(object), Some(expected_object(old))))
            }
            (Value::Object(_), Value::Null, _) => Ok((expected_object(object), None)),
            (Value::Object(_), _, Operation::Update) => Err(BadPayload::Field("request.oldObject")),
            (Value::Object(_), _, _) => Ok((expected_object(object), None)),
            _ => Err(BadPayload::Field("request.object")),
        },
    })
}

/// JSON of this shape, written in any way. A number that is not an f64 is not a value of
/// serde_json.
fn json(fields: Fields) -> impl Strategy<Value = String> {
    (shaped(fields), vec(any::<u8>(), 1..64))
        .prop_map(|(node, style)| node.write(style).replace("1E400", "1E40"))
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

#[test]
fn payloads_are_of_each_kind() {
    let classes = |json: String| {
        vec![match expected(&value(&json)) {
            Ok(report) => format!("{:?} {}", report.requester, report.change.is_ok()),
            Err(bad) => format!("{bad:?}"),
        }]
    };
    let kinds = [
        "User true",
        "ServiceAccount true",
        "AuditScanner true",
        "User false",
        "Field(\"request\")",
        "Field(\"request.operation\")",
        "Field(\"request.kind\")",
    ];
    reaches(json(PAYLOAD), 1000, classes, &kinds.map(|kind| (kind, 5)));
}

const SETTING: Fields = &[("value", Kind::Text), ("default", Kind::Text)];

proptest! {
    #[test]
    fn a_payload_is_read_as_serde_json_reads_it(json in json(PAYLOAD)) {
        let value = value(&json);
        let request = Payload::read(json.as_bytes());
        let report = request.as_ref().map(|payload| read(&payload.request));
        prop_assert_eq!(report.map_err(|bad| *bad), expected(&value));
    }

    #[test]
    fn a_setting_is_read_as_serde_json_reads_it(json in json(SETTING)) {
        let value = value(&json);
        let own = at(&value, &["value"]);
        let is_empty = own.is_null() || own == "";
        let effective = if is_empty { at(&value, &["default"]) } else { own };
        let expected = match effective {
            Value::Null => Fact::Value(String::new()),
            Value::String(text) => Fact::Value(text.clone()),
            _ => Fact::Fault(Fault::Unreadable),
        };
        prop_assert_eq!(Fact::read(json.as_bytes()), expected);
    }
}
