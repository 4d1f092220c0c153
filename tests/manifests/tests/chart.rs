//! The chart for the Rancher UI, its questions, and what Artifact Hub reads.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use rancher_agent_version_policy_manifests::{document, files, read};
use serde_json::{Value, json};

fn annotations() -> Value {
    document(&read("policy-metadata.yml"))["annotations"].take()
}

fn annotation(key: &str) -> String {
    annotations()[key].as_str().expect("text").to_owned()
}

#[test]
fn it_has_no_templates() {
    assert_eq!(
        files("chart"),
        [
            "Chart.yaml",
            "LICENSE",
            "README.md",
            "questions.yaml",
            "values.yaml"
        ]
    );
}

#[test]
fn copies_are_the_same() {
    assert_eq!(read("chart/LICENSE"), read("LICENSE"));
    assert_eq!(read("chart/questions.yaml"), read("questions-ui.yml"));
}

/// The annotations that Rancher's extension for Kubewarden reads, and Helm's own fields,
/// as `Chart.yaml` in Helm's documentation has them.
#[test]
fn it_says_what_the_metadata_of_the_policy_say() {
    let metadata = document(&read("policy-metadata.yml"));
    let mut chart = document(&read("chart/Chart.yaml"));
    let yaml_in =
        |chart: &Value, key: &str| document(chart["annotations"][key].as_str().expect("text"));
    assert_eq!(yaml_in(&chart, "kubewarden/rules"), metadata["rules"]);
    assert_eq!(
        yaml_in(&chart, "kubewarden/contextAwareResources"),
        metadata["contextAwareResources"]
    );
    let listed = chart["annotations"].as_object_mut().expect("annotations");
    listed.remove("kubewarden/rules");
    listed.remove("kubewarden/contextAwareResources");

    let version = annotation("io.kubewarden.policy.version");
    let (registry, repository) = oci();
    let author = annotation("io.kubewarden.policy.author");
    let (name, email) = author.split_once(" <").expect("name and address");
    let keywords = annotation("io.artifacthub.keywords");
    let expected = json!({
        "apiVersion": "v2",
        "name": annotation("io.kubewarden.policy.title"),
        "version": version,
        "appVersion": version,
        "type": "application",
        "description": annotation("io.kubewarden.policy.description"),
        "home": annotation("io.kubewarden.policy.url"),
        "sources": [annotation("io.kubewarden.policy.source")],
        "maintainers": [{"name": name, "email": email.trim_end_matches('>')}],
        "keywords": keywords.split(", ").collect::<Vec<_>>(),
        "annotations": {
            "catalog.cattle.io/type": "kubewarden-policy",
            "catalog.cattle.io/hidden": "true",
            "catalog.cattle.io/ui-component": "kubewarden",
            "kubewarden/displayName": annotation("io.artifacthub.displayName"),
            "kubewarden/resources": annotation("io.artifacthub.resources"),
            // The policy can mutate, but not by default.
            "kubewarden/mutation": "false",
            "kubewarden/registry": registry,
            "kubewarden/repository": repository,
            "kubewarden/tag": format!("v{version}"),
        },
    });
    assert_eq!(chart, expected);
}

/// Registry and repository of the module.
fn oci() -> (String, String) {
    let url = annotation("io.kubewarden.policy.ociUrl");
    let (registry, repository) = url.split_once('/').expect("registry and repository");
    (registry.to_owned(), repository.to_owned())
}

#[test]
fn its_values_name_the_module() {
    let (registry, repository) = oci();
    let tag = format!("v{}", annotation("io.kubewarden.policy.version"));
    assert_eq!(
        document(&read("chart/values.yaml")),
        json!({
            "global": {"cattle": {"systemDefaultRegistry": registry}},
            "module": {"repository": repository, "tag": tag},
        })
    );
}

/// The settings table is that of the README.
#[test]
fn its_readme_has_the_settings_of_the_readme() {
    let table = |path: &str| -> Vec<String> {
        let text = read(path);
        let (_, chapter) = text.split_once("\n## Settings\n").expect(path);
        let rows = chapter.lines().skip_while(|line| !line.starts_with('|'));
        rows.take_while(|line| line.starts_with('|'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(table("chart/README.md"), table("README.md"));
}

/// Who turns repair on in the form learns there that the policy may not mutate yet.
#[test]
fn its_form_says_what_a_new_policy_may_mutate() {
    let chart = document(&read("chart/Chart.yaml"));
    let mutation = chart["annotations"]["kubewarden/mutation"].as_str();
    let said = format!(
        "a policy created from this chart has mutating: {}, so set it",
        mutation.expect("text")
    );
    let form = document(&read("chart/questions.yaml"));
    let questions = form["questions"].as_array().expect("a list").iter();
    let saying: Vec<&Value> = questions
        .filter(|question| {
            let description = question["description"].as_str();
            description.is_some_and(|text| text.contains(&said))
        })
        .map(|question| &question["variable"])
        .collect();
    assert_eq!(saying, ["repair"]);
}

/// Artifact Hub's file: the owner is the author.
#[test]
fn artifact_hub_knows_the_owner() {
    let author = annotation("io.kubewarden.policy.author");
    let (name, email) = author.split_once(" <").expect("name and address");
    assert_eq!(
        document(&read("artifacthub-repo.yml")),
        json!({"owners": [{"name": name, "email": email.trim_end_matches('>')}]})
    );
}
