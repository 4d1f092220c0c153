//! The few fields of a Cluster that the report shows.

use serde_json::Value;

use crate::text::short;

/// `sha256:` and as many digits as tell two digests apart.
const DIGEST_LETTERS: usize = 19;

/// The name of the object.
pub(crate) fn name(cluster: &Value) -> &str {
    text(cluster, "/metadata/name").unwrap_or_default()
}

/// The name that people know.
pub(crate) fn display_name(cluster: &Value) -> &str {
    text(cluster, "/spec/displayName").unwrap_or_default()
}

/// The image that the cluster pins, by Rancher's own rule: the override, if there
/// is one, before the desired image; nothing or `fixed` means that it follows.
pub(crate) fn desired(cluster: &Value) -> String {
    let field = |path| match cluster.pointer(path) {
        None | Some(Value::Null) => "",
        Some(Value::String(image)) => image,
        Some(_) => "?",
    };
    let image = match field("/spec/agentImageOverride") {
        "" => field("/spec/desiredAgentImage"),
        image => image,
    };
    match image {
        "" | "fixed" => "follows".to_owned(),
        image => last_part(image),
    }
}

/// The image that Rancher deployed last.
pub(crate) fn deployed(cluster: &Value) -> String {
    match text(cluster, "/status/agentImage") {
        None | Some("") => "-".to_owned(),
        Some(image) => last_part(image),
    }
}

/// Whether the policy looks at this cluster at all: not at Rancher's own, and not
/// at one that is being deleted.
pub(crate) fn is_out_of_scope(cluster: &Value) -> bool {
    name(cluster) == "local"
        || text(cluster, "/metadata/deletionTimestamp").is_some_and(|time| !time.is_empty())
}

fn text<'a>(cluster: &'a Value, path: &str) -> Option<&'a str> {
    cluster.pointer(path)?.as_str()
}

/// An image without its registry and path, and with the start of its digest only:
/// both would fill the line.
fn last_part(image: &str) -> String {
    let image = image.rsplit('/').next().unwrap_or_default();
    match image.split_once('@') {
        Some((name, digest)) if digest.chars().nth(DIGEST_LETTERS).is_some() => {
            let digest: String = digest.chars().take(DIGEST_LETTERS).collect();
            short(&format!("{name}@{digest}..."))
        }
        _ => short(image),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn desired_is_read_by_the_rule_of_rancher() {
        for (spec, expected) in [
            (json!({}), "follows"),
            (
                json!({"desiredAgentImage": null, "agentImageOverride": ""}),
                "follows",
            ),
            (json!({"desiredAgentImage": "fixed"}), "follows"),
            (json!({"desiredAgentImage": "Fixed"}), "Fixed"),
            (
                json!({"desiredAgentImage": "r:5000/a/b:v2", "agentImageOverride": "fixed"}),
                "follows",
            ),
            (json!({"desiredAgentImage": "r:5000/a/b:v2"}), "b:v2"),
            (
                json!({"desiredAgentImage": "a/b:v2", "agentImageOverride": "a/b:v1"}),
                "b:v1",
            ),
            (json!({"desiredAgentImage": 2.11}), "?"),
            (json!("text"), "follows"),
        ] {
            assert_eq!(desired(&json!({"spec": spec})), expected, "{spec}");
        }
    }

    #[test]
    fn deployed_is_a_dash_where_rancher_deployed_nothing() {
        for (status, expected) in [
            (json!({}), "-"),
            (json!({"agentImage": ""}), "-"),
            (json!({"agentImage": 7}), "-"),
            (
                json!({"agentImage": "rancher/rancher-agent:v2\n"}),
                "rancher-agent:v2\\n",
            ),
        ] {
            assert_eq!(deployed(&json!({"status": status})), expected, "{status}");
        }
    }

    #[test]
    fn a_digest_is_cut_short() {
        let digest = "0123456789abcdef".repeat(4);
        for (image, expected) in [
            (format!("r/a@sha256:{digest}"), "a@sha256:0123456789ab..."),
            (
                format!("r/a:v2@sha256:{digest}"),
                "a:v2@sha256:0123456789ab...",
            ),
            ("a@sha256:0123".to_owned(), "a@sha256:0123"),
            ("a@".to_owned(), "a@"),
            (format!("a@{}", "ä".repeat(19)), "a@äääääääääääääääääää"),
        ] {
            assert_eq!(last_part(&image), expected, "{image}");
        }
    }

    #[test]
    fn local_and_deleted_clusters_are_out_of_scope() {
        for (metadata, expected) in [
            (json!({"name": "local"}), true),
            (
                json!({"name": "c-1", "deletionTimestamp": "2026-01-01T00:00:00Z"}),
                true,
            ),
            (json!({"name": "c-1", "deletionTimestamp": null}), false),
            (json!({"name": "c-1", "deletionTimestamp": ""}), false),
            (json!({}), false),
        ] {
            assert_eq!(
                is_out_of_scope(&json!({"metadata": metadata})),
                expected,
                "{metadata}"
            );
        }
    }
}
