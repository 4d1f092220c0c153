//! The manifests below deploy/: each as a whole, against policy-metadata.yml.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kubewarden_policy_sdk::crd::policies::ClusterAdmissionPolicy;
use kubewarden_policy_sdk::crd::policies::cluster_admission_policy::ClusterAdmissionPolicySpec;
use rancher_agent_version_policy::settings::Settings;
use rancher_agent_version_policy_manifests::{
    blocks, document, documents, files, markdown, read, round_trip,
};
use serde_json::{Value, json};

/// The shipped policies: name of the file, mode, whether they may change a request,
/// settings, and how many matchConditions they have.
fn shipped() -> [(&'static str, &'static str, bool, Settings, usize); 4] {
    let settings = Settings::default;
    let strict = Settings {
        ratcheting: false,
        ..settings()
    };
    let repair = Settings {
        repair: true,
        ..settings()
    };
    [
        ("monitor", "monitor", false, settings(), 1),
        ("protect", "protect", false, settings(), 1),
        ("strict", "protect", false, strict, 0),
        ("repair", "protect", true, repair, 0),
    ]
}

#[test]
fn every_file_is_one_of_these() {
    let mut expected: Vec<String> = shipped().map(|policy| format!("{}.yaml", policy.0)).into();
    expected.extend(
        [
            "command.yaml",
            "monitoring",
            "rbac.yaml",
            "running.yaml",
            "unreadable.yaml",
        ]
        .map(str::to_owned),
    );
    expected.sort_unstable();
    assert_eq!(files("deploy"), expected);
}

/// Besides what `shipped` names they are the same, and agree with policy-metadata.yml.
#[test]
fn policies_differ_in_mode_mutation_settings_and_conditions_only() {
    let metadata = document(&read("policy-metadata.yml"));
    let annotation =
        |key: &str| metadata["annotations"][format!("io.kubewarden.policy.{key}")].clone();
    let text = |key: &str| annotation(key).as_str().expect("text").to_owned();
    for (name, mode, mutating, settings, conditions) in shipped() {
        let mut policy = document(&read(&format!("deploy/{name}.yaml")));
        let given = policy["spec"]["settings"].take();
        assert_eq!(
            Settings::from_json(given.to_string().as_bytes()),
            Ok(settings),
            "{name}"
        );
        // tests/match_conditions.rs has what they do.
        let found = policy["spec"]["matchConditions"].take();
        assert_eq!(found.as_array().map_or(0, Vec::len), conditions, "{name}");
        let spec = policy["spec"].as_object_mut().expect("a spec");
        spec.retain(|_, value| !value.is_null());
        let expected = json!({
            "apiVersion": "policies.kubewarden.io/v1",
            "kind": "ClusterAdmissionPolicy",
            "metadata": {
                "name": text("title"),
                "annotations": {
                    "io.kubewarden.policy.category": annotation("category"),
                    "io.kubewarden.policy.severity": annotation("severity"),
                },
            },
            "spec": {
                "module": format!("registry://{}:v{}", text("ociUrl"), text("version")),
                "policyServer": "default",
                "mode": mode,
                "mutating": mutating,
                "backgroundAudit": metadata["backgroundAudit"],
                "failurePolicy": "Ignore",
                "timeoutSeconds": 10,
                "timeoutEvalSeconds": 10,
                "rules": metadata["rules"],
                "contextAwareResources": metadata["contextAwareResources"],
            },
        });
        assert_eq!(policy, expected, "{name}");
    }
}

/// What its expressions do, tests/cluster shows.
#[test]
fn the_policy_for_what_cannot_be_read_keeps_below_policy_server_s_limits() {
    let path = "deploy/unreadable.yaml";
    let text = read(path);
    let [policy, binding]: [Value; 2] = documents(&text).try_into().expect("two documents");
    round_trip::<ValidatingAdmissionPolicy>(path, &policy);
    round_trip::<ValidatingAdmissionPolicyBinding>(path, &binding);
    assert_eq!(binding["spec"]["policyName"], policy["metadata"]["name"]);
    // A request has two objects, and in JSON a character takes up to six bytes: 1.5 MiB of 2.
    assert!(text.contains("<= 131072)"), "{text}");
    // serde_json reads 127 levels, of which request and object are two.
    let levels = text.matches("v.all(k, v,").count();
    assert!(levels < 125, "{levels}");
    let message = &policy["spec"]["validations"][1]["message"];
    let said = format!("more than {levels} levels deep");
    assert!(
        message.as_str().is_some_and(|text| text.contains(&said)),
        "{message}"
    );
}

#[test]
fn monitor_and_protect_have_the_same_conditions() {
    let conditions = |name: &str| {
        document(&read(&format!("deploy/{name}.yaml")))["spec"]["matchConditions"].take()
    };
    assert_eq!(conditions("monitor"), conditions("protect"));
}

/// The types know every field, and lose none.
#[test]
fn kubewarden_s_types_take_every_policy() {
    let mut policies = 0_u32;
    let mut shown = Vec::new();
    for path in markdown() {
        for block in blocks(&read(&path), "yaml") {
            shown.extend(
                documents(&block)
                    .into_iter()
                    .map(|document| (path.clone(), document)),
            );
        }
    }
    for (name, ..) in shipped() {
        let path = format!("deploy/{name}.yaml");
        shown.push((path.clone(), document(&read(&path))));
    }
    for (path, document) in shown {
        // A part of a policy, as documents show it.
        if document["kind"].is_null() && document["spec"].is_object() {
            let mut spec = document["spec"].clone();
            spec["module"] = json!("file:///policy.wasm");
            let read = serde_json::from_value::<ClusterAdmissionPolicySpec>(spec);
            assert_eq!(
                read.map(|_| ()).map_err(|error| error.to_string()),
                Ok(()),
                "{path}"
            );
            policies += 1;
        }
        if document["kind"] == "ClusterAdmissionPolicy" {
            policies += 1;
            round_trip::<ClusterAdmissionPolicy>(&path, &document);
        }
    }
    assert!(policies >= 5, "{policies}");
}

/// What each subject may do, and nothing else.
#[test]
fn rights_are_as_small_as_they_can_be() {
    let path = "deploy/rbac.yaml";
    let found = documents(&read(path));
    let right = |purpose: &str, rule: Value, subject: &str| {
        let name = format!("rancher-agent-version-policy-{purpose}");
        [
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": name},
                "rules": [rule],
            }),
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": name},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": subject, "namespace": "kubewarden"}],
            }),
        ]
    };
    let settings = json!({
        "apiGroups": ["management.cattle.io"],
        "resources": ["settings"],
        "resourceNames": ["server-version", "agent-image"],
        "verbs": ["get"],
    });
    let clusters = json!({
        "apiGroups": ["management.cattle.io"],
        "resources": ["clusters"],
        "verbs": ["get", "list"],
    });
    let expected = [
        right("settings", settings, "policy-server"),
        right("audit", clusters, "audit-scanner"),
    ];
    assert_eq!(found, expected.concat());
    for document in &found {
        match document["kind"].as_str() {
            Some("ClusterRole") => round_trip::<ClusterRole>(path, document),
            _ => round_trip::<ClusterRoleBinding>(path, document),
        }
    }
}
