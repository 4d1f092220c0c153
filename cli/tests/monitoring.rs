//! deploy/monitoring/ and Containerfile agree with the program: rights, flags, names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use rancher_agents::serve::METRICS;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn documents(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The only object of a kind in the manifest of the exporter.
fn exporter(kind: &str) -> Value {
    let mut found = documents("deploy/monitoring/exporter.yaml");
    found.retain(|document| document["kind"] == kind);
    let [document] = found.try_into().unwrap();
    document
}

/// Kubernetes' own type takes all of it.
#[track_caller]
fn round_trip<T: DeserializeOwned + Serialize>(kind: &str) {
    let document = exporter(kind);
    let typed: T = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(typed).unwrap(), document, "{kind}");
}

#[test]
fn kubernetes_takes_the_exporter() {
    round_trip::<Namespace>("Namespace");
    round_trip::<ServiceAccount>("ServiceAccount");
    round_trip::<ClusterRole>("ClusterRole");
    round_trip::<ClusterRoleBinding>("ClusterRoleBinding");
    round_trip::<Deployment>("Deployment");
    round_trip::<Service>("Service");
    round_trip::<NetworkPolicy>("NetworkPolicy");
    assert_eq!(documents("deploy/monitoring/exporter.yaml").len(), 7);
}

#[test]
fn its_role_is_that_of_its_account() {
    let account = &exporter("ServiceAccount")["metadata"];
    let subject = &exporter("ClusterRoleBinding")["subjects"][0];
    assert_eq!(
        (&subject["name"], &subject["namespace"]),
        (&account["name"], &account["namespace"])
    );
    let pod = &exporter("Deployment")["spec"]["template"]["spec"];
    assert_eq!(pod["serviceAccountName"], account["name"]);
}

/// What the program says to arguments and `--help`: an unknown flag or value is refused.
fn help(arguments: &[String]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rancher-agents"))
        .args(arguments)
        .arg("--help")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text)
}

#[test]
fn its_flags_are_the_programs_and_its_port_is_one() {
    let pod = &exporter("Deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let arguments: Vec<String> = serde_json::from_value(container["args"].clone()).unwrap();
    assert_eq!(help(&arguments), help(&["serve".to_owned()]));
    assert_eq!(help(&arguments).0, Some(0));
    let port = container["ports"][0]["containerPort"].clone();
    assert_eq!(arguments.last().unwrap(), &format!("0.0.0.0:{port}"));
    let service = exporter("Service");
    let annotation = &service["metadata"]["annotations"]["prometheus.io/port"];
    assert_eq!(*annotation, json!(port.to_string()));
    let network = exporter("NetworkPolicy");
    assert_eq!(service["spec"]["ports"][0]["port"], port);
    assert_eq!(network["spec"]["ingress"][0]["ports"][0]["port"], port);

    let containerfile = read("Containerfile");
    let has = |line: String| assert!(containerfile.lines().any(|it| it == line), "{line}");
    has(format!(
        "CMD [{}]",
        arguments
            .iter()
            .map(|it| format!("{it:?}"))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    has(format!("EXPOSE {port}"));
    let security = &pod["securityContext"];
    has(format!(
        "USER {}:{}",
        security["runAsUser"], security["runAsGroup"]
    ));
    let image = container["image"].as_str().unwrap();
    assert!(
        image.ends_with(concat!("/rancher-agents:v", env!("CARGO_PKG_VERSION"))),
        "{image}"
    );
}

/// The words of a text that begin as the metrics do.
fn metrics_in(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with("rancher_agent_"))
        .collect()
}

#[test]
fn rules_and_dashboard_ask_for_metrics_that_there_are() {
    let names = BTreeSet::from(METRICS);
    let rules = read("deploy/monitoring/rules.yaml");
    let dashboard = read("deploy/monitoring/dashboard.json");
    let _is_json: Value = serde_json::from_str(&dashboard).unwrap();
    let asked: BTreeSet<&str> = &metrics_in(&rules) | &metrics_in(&dashboard);
    assert_eq!(asked, names);
}

#[test]
fn the_prometheus_rule_has_the_rules_and_each_alert_is_documented() {
    let [rules] = documents("deploy/monitoring/rules.yaml")
        .try_into()
        .unwrap();
    let [rule, _monitor] = documents("deploy/monitoring/prometheusrule.yaml")
        .try_into()
        .unwrap();
    assert_eq!(rule["spec"], rules);
    let guide = read("docs/operations.md");
    let documented: Vec<&str> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter(|title| title.starts_with("RancherAgent"))
        .collect();
    let alerts = rules["groups"][0]["rules"].as_array().unwrap();
    let named: Vec<&str> = alerts
        .iter()
        .map(|rule| rule["alert"].as_str().unwrap())
        .collect();
    assert_eq!(documented, named);
    for (name, alert) in named.iter().zip(alerts) {
        let link = alert["annotations"]["runbook_url"].as_str().unwrap();
        let end = format!("/docs/operations.md#{}", name.to_lowercase());
        assert!(link.ends_with(&end), "{link}");
    }
}
