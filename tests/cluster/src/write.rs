//! A write of a replay as a request, and whether what is stored then is what was sent.

use serde_json::{Value, json};

use crate::client::Request;
use crate::replay::{Verb, Version, Write, merge};

const API: &str = "/apis/management.cattle.io/v3";

/// Where the API server has what a replay calls `clusters/NAME` or `settings/NAME`.
#[must_use]
pub fn path(what: &str) -> String {
    format!("{API}/{what}")
}

/// The request, where `stored` is what the API server has now; `name` is that of the object
/// there, and `status_subresource` says that the kind has the status subresource.
///
/// # Panics
///
/// If `what` is no resource and name.
#[must_use]
pub fn request(
    write: &Write,
    stored: Option<&Value>,
    name: &str,
    status_subresource: bool,
) -> Request {
    let (resource, _) = write.what.split_once('/').expect("a resource and a name");
    let path = path(&format!("{resource}/{name}"));
    match write.verb {
        Verb::Create => Request::post(&format!("{API}/{resource}"), created(write, resource, name)),
        Verb::Put => Request::put(&path, changed(write, stored)),
        Verb::Status if !status_subresource => Request::put(&path, changed(write, stored)),
        Verb::Status | Verb::StatusSubresource => {
            Request::put(&format!("{path}/status"), changed(write, stored))
        }
        Verb::Patch => Request::merge(&path, write.patch()),
        Verb::Delete => Request::delete(&path),
    }
}

fn created(write: &Write, resource: &str, name: &str) -> Value {
    let kind = if resource == "settings" {
        "Setting"
    } else {
        "Cluster"
    };
    let mut object = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": kind,
        "metadata": {"name": name, "creationTimestamp": null},
    });
    merge(&mut object, &write.patch());
    if !object["metadata"]["generateName"].is_null() {
        object["metadata"]["name"] = Value::Null;
    }
    object
}

fn changed(write: &Write, stored: Option<&Value>) -> Value {
    let mut object = stored.cloned().unwrap_or_else(|| json!({}));
    merge(&mut object, &write.patch());
    let version = object["metadata"]["resourceVersion"]
        .as_str()
        .unwrap_or("1")
        .to_owned();
    object["metadata"]["resourceVersion"] = match write.version {
        Version::Current => version.into(),
        Version::Padded => format!("0{version}").into(),
        Version::Stale => "1".into(),
        Version::Absent => Value::Null,
    };
    object
}

/// What is stored otherwise than it was sent: one line for each value.
#[must_use]
pub fn altered(
    write: &Write,
    sent: &Request,
    before: Option<&Value>,
    after: &Value,
) -> Vec<String> {
    let mut expected = match write.verb {
        Verb::Patch => before.cloned().unwrap_or_default(),
        Verb::Delete => return Vec::new(),
        _ => Value::Null,
    };
    if let Some(body) = &sent.body {
        merge(&mut expected, body);
    }
    let mut lines = Vec::new();
    for pointer in [
        "/metadata/annotations",
        "/metadata/labels",
        "/metadata/finalizers",
        "/spec",
        "/status",
        "/value",
    ] {
        compare(
            &pointer[1..].replace('/', "."),
            expected.pointer(pointer).unwrap_or(&Value::Null),
            after.pointer(pointer).unwrap_or(&Value::Null),
            &mut lines,
        );
    }
    lines
}

fn compare(path: &str, expected: &Value, found: &Value, lines: &mut Vec<String>) {
    if let (Value::Object(expected), Value::Object(found)) = (expected, found) {
        let added = found.keys().filter(|key| !expected.contains_key(*key));
        for key in expected.keys().chain(added) {
            let value =
                |side: &serde_json::Map<String, Value>| side.get(key).cloned().unwrap_or_default();
            compare(
                &format!("{path}.{key}"),
                &value(expected),
                &value(found),
                lines,
            );
        }
    } else if expected != found {
        lines.push(format!(
            "{path} is {} where {} was sent",
            short(found),
            short(expected)
        ));
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        value => {
            let text = value.to_string();
            match text.char_indices().nth(120) {
                Some((end, _)) => format!("{}...", &text[..end]),
                None => text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::User;

    fn write(verb: Verb, what: &str, set: Value) -> Write {
        Write {
            note: "a note".to_owned(),
            by: User::Rancher,
            verb,
            what: what.to_owned(),
            set,
            nest: 0,
            pad: 0,
            version: Version::Current,
            status: None,
            differs: Default::default(),
            because: String::new(),
        }
    }

    #[test]
    fn status_is_written_as_the_kind_has_it() {
        let stored = json!({"metadata": {"name": "c", "resourceVersion": "7"}, "spec": {"a": 1}});
        let write = write(
            Verb::Status,
            "clusters/c",
            json!({"status": {"ready": true}}),
        );
        let body = json!({
            "metadata": {"name": "c", "resourceVersion": "7"},
            "spec": {"a": 1},
            "status": {"ready": true},
        });
        for (subresource, path) in [
            (false, "/apis/management.cattle.io/v3/clusters/c"),
            (true, "/apis/management.cattle.io/v3/clusters/c/status"),
        ] {
            assert_eq!(
                request(&write, Some(&stored), "c", subresource),
                Request::put(path, body.clone())
            );
        }
    }

    #[test]
    fn generated_names_take_the_place_of_the_alias() {
        let set = json!({"metadata": {"generateName": "c-"}, "spec": {}});
        let request = request(
            &write(Verb::Create, "clusters/c-new", set),
            None,
            "c-new",
            true,
        );
        assert_eq!(request.path, "/apis/management.cattle.io/v3/clusters");
        let metadata = &request.body.expect("a body")["metadata"];
        assert_eq!(
            (&metadata["name"], &metadata["generateName"]),
            (&Value::Null, &json!("c-"))
        );
    }

    #[test]
    fn versions_of_a_put() {
        let stored = json!({"metadata": {"resourceVersion": "232"}});
        let version = |version: Version| {
            let write = Write {
                version,
                ..write(Verb::Put, "clusters/c", json!({}))
            };
            let body = request(&write, Some(&stored), "c", true)
                .body
                .expect("a body");
            body["metadata"]["resourceVersion"].clone()
        };
        assert_eq!(version(Version::Current), "232");
        assert_eq!(version(Version::Padded), "0232");
        assert_eq!(version(Version::Stale), "1");
        assert_eq!(version(Version::Absent), Value::Null);
    }

    #[test]
    fn says_what_was_stored_otherwise() {
        let before = json!({"spec": {"desiredAgentImage": "old", "displayName": "x"}});
        let patch = write(
            Verb::Patch,
            "clusters/c",
            json!({"spec": {"desiredAgentImage": "new"}}),
        );
        let sent = request(&patch, Some(&before), "c", true);
        let stored =
            |image: &str| json!({"spec": {"desiredAgentImage": image, "displayName": "x"}});
        assert_eq!(
            altered(&patch, &sent, Some(&before), &stored("new")),
            Vec::<String>::new()
        );
        assert_eq!(
            altered(&patch, &sent, Some(&before), &stored("")),
            [r#"spec.desiredAgentImage is "" where "new" was sent"#]
        );
    }
}
