//! deploy/monitoring under a real Prometheus: it scrapes the exporter, which watches the API
//! server, while clusters and Settings change. After each step all alerts and all queries of
//! the dashboard are what the record says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, fs};

use serde_json::{Value, json};

use crate::command::binary;
use crate::exporter::Exporter;
use crate::kubernetes::{Kubernetes, path};
use crate::policy::root;
use crate::process::{free_port, within_a_minute};
use crate::prometheus::{Prometheus, Sample, check_metrics};
use crate::{rancher, record};

const OLD: &str = "v2.11.3";
const NEW: &str = "v2.12.3";
const NEXT: &str = "v2.13.0";

/// In place of ten minutes, so that the test need not last that long. Also how old what is
/// shown may be where the record says `fresh`.
const BLIND_AFTER: &str = "10";

/// Changes clusters, Settings and programs step by step.
///
/// # Errors
///
/// What differs from the record.
///
/// # Panics
///
/// If a program cannot be run.
pub fn test(kubernetes: &mut Kubernetes) -> Result<(), String> {
    rancher::reset(kubernetes, false);
    Exporter::install(kubernetes);
    let mut scene = Scene::set(kubernetes);
    let checked = scene.check_metrics();

    scene.step("All agents are current.");
    scene.cluster("shop", OLD, OLD);
    scene.step("A user pins an old image.");
    scene.cluster("shop", "", NEW);
    scene.step("The pin is cleared, and Rancher has rolled out its own agent.");
    scene.cluster("edge", "", OLD);
    scene.step("An agent stays behind.");
    scene.delete("edge");
    scene.step("That cluster is deleted.");
    scene.agent_image(OLD);
    scene.step("The Setting agent-image is left behind.");
    scene.agent_image(NEW);
    scene.step("It is corrected.");
    scene.server_version("dev");
    scene.agent_image("dev");
    scene.step("Rancher is a build whose version cannot be compared.");

    scene.agent_image(NEXT);
    scene.server_version(NEXT);
    scene.step("Rancher is upgraded.");
    scene.annotations();
    scene.cluster("prod", "", NEXT);
    scene.step("It has rolled out one agent.");
    scene.cluster("shop", "", NEXT);
    scene.step("It has rolled out all of them.");

    scene.kubernetes.kill_api_server();
    scene.step("The API server is gone.");
    scene.kubernetes.start_api_server();
    scene.step("It is back.");
    scene.exporter = None;
    scene.step("The exporter is gone.");
    scene.delete_server_version();
    scene.start_exporter();
    scene.step("It starts, and there is no Setting server-version.");
    let checked = checked + &scene.check_metrics();
    scene.server_version(NEXT);
    scene.step("Rancher has made the Setting anew.");
    scene.history();

    if !checked.is_empty() {
        return Err(format!("promtool check metrics: {checked}"));
    }
    record::compare(RECORD, &scene.text)
}

const RECORD: &str = "monitoring";

/// All that plays a part.
struct Scene<'a> {
    kubernetes: &'a mut Kubernetes,
    exporter: Option<Exporter>,
    exporter_port: u16,
    prometheus: Prometheus,
    /// What the dashboard asks, and under which title.
    queries: Vec<(String, String)>,
    /// What is not the same in each run, and a word for it.
    words: BTreeMap<String, String>,
    /// What the record holds.
    known: String,
    /// What was seen.
    text: String,
}

impl<'a> Scene<'a> {
    fn set(kubernetes: &'a mut Kubernetes) -> Self {
        let exporter_port = free_port();
        let prometheus = Prometheus::start(kubernetes, &quick_rules(), exporter_port);
        let known = root().join(format!("tests/cluster/records/{RECORD}.txt"));
        let mut scene = Self {
            kubernetes,
            exporter: None,
            exporter_port,
            prometheus,
            queries: queries(),
            words: BTreeMap::from([
                (format!("127.0.0.1:{exporter_port}"), "EXPORTER".to_owned()),
                (version(), "VERSION".to_owned()),
            ]),
            known: fs::read_to_string(known).unwrap_or_default(),
            text: "What Prometheus says of the exporter after each step.\n".to_owned(),
        };
        scene.agent_image(NEW);
        scene.server_version(NEW);
        for name in ["local", "prod", "shop", "edge"] {
            let cluster = scene.cluster(name, "", if name == "local" { "" } else { NEW });
            let stored = scene.kubernetes.get(&path(&cluster)).expect("the cluster");
            let uid = stored["metadata"]["uid"].as_str().expect("its uid");
            scene.words.insert(uid.to_owned(), format!("UID of {name}"));
        }
        scene.start_exporter();
        if let Some(exporter) = &mut scene.exporter {
            exporter.wait_until_ready();
        }
        scene
    }

    fn start_exporter(&mut self) {
        self.exporter = Some(Exporter::start(
            self.kubernetes,
            &binary(),
            self.exporter_port,
        ));
    }

    fn cluster(&self, name: &str, desired: &str, deployed: &str) -> Value {
        let image = |tag: &str| match tag {
            "" => String::new(),
            tag => format!("rancher/rancher-agent:{tag}"),
        };
        let mut cluster = cluster(name);
        cluster["spec"] = json!({"displayName": name, "desiredAgentImage": image(desired)});
        cluster["status"] = json!({"agentImage": image(deployed)});
        self.kubernetes.apply(cluster.clone());
        cluster
    }

    fn delete(&self, name: &str) {
        self.kubernetes.delete(&cluster(name));
    }

    fn server_version(&self, version: &str) {
        self.kubernetes.apply(setting("server-version", version));
    }

    fn delete_server_version(&self) {
        self.kubernetes.delete(&setting("server-version", ""));
    }

    fn agent_image(&self, tag: &str) {
        let image = format!("rancher/rancher-agent:{tag}");
        self.kubernetes.apply(setting("agent-image", &image));
    }

    /// What `promtool` has against the metrics as they are.
    fn check_metrics(&self) -> String {
        let exporter = self.exporter.as_ref().expect("the exporter");
        check_metrics(&self.kubernetes.programs.promtool, &exporter.metrics())
    }

    /// Waits until Prometheus says what the record says, and notes what it says.
    fn step(&mut self, title: &str) {
        let head = format!("\n{title}\n\n");
        let rest = self.known.split_once(&head).map(|(_, rest)| rest);
        let expected = rest.and_then(|rest| rest.split("\n\n").next());
        let seen = within_a_minute(|| {
            let seen = self.look();
            if expected == Some(seen.trim_end()) {
                Ok(seen)
            } else {
                Err(seen)
            }
        });
        self.text += &head;
        self.text += &seen.unwrap_or_else(|last| {
            assert!(
                env::var_os("BLESS").is_some(),
                "{title} The record says\n{}\nbut a minute later Prometheus says\n{last}",
                expected.unwrap_or_default()
            );
            last
        });
    }

    /// All alerts, and all answers to the dashboard.
    fn look(&self) -> String {
        let mut alerts: Vec<String> = self
            .prometheus
            .alerts()
            .into_iter()
            .map(|mut alert| {
                let name = alert.labels.remove("alertname").expect("its name");
                let summary = &alert.annotations["summary"];
                let (state, labels) = (&alert.state, self.labels(&alert.labels));
                format!("  {state} {name} {{{labels}}}\n    {summary}\n")
            })
            .collect();
        alerts.sort();
        if alerts.is_empty() {
            alerts.push("  no alert\n".to_owned());
        }
        let mut text = alerts.concat();
        for (title, expression) in &self.queries {
            let samples = self.prometheus.query(expression, None);
            let _ = writeln!(text, "  {title}");
            text += &self.samples(expression, &samples);
        }
        text
    }

    /// The query of the annotations, just after the upgrade and a minute later.
    fn annotations(&mut self) {
        let expression = "timestamp(rancher_agent_server_info)";
        let samples = self.prometheus.query(expression, None);
        let now = samples.first().expect("the version").value.0;
        for (title, seconds) in [
            ("The dashboard's annotation is there at once", 0.0),
            ("and not a minute later", 61.0),
        ] {
            let samples = self.prometheus.query(&annotation(), Some(now + seconds));
            let _ = write!(self.text, "\n{title}\n");
            self.text += &self.samples("", &samples);
        }
    }

    /// Which alerts have been pending, and which have fired.
    fn history(&mut self) {
        let expression = "max by (alertname, alertstate) (max_over_time(ALERTS[1h]))";
        let samples = self.prometheus.query(expression, None);
        self.text += "\nIn all\n\n";
        self.text += &self.samples(expression, &samples);
    }

    /// The answer to an expression, one line each.
    fn samples(&self, expression: &str, samples: &[Sample]) -> String {
        let mut lines: Vec<String> = samples
            .iter()
            .map(|sample| {
                let labels = self.labels(&sample.metric);
                let value = number(expression, &sample.value.1);
                format!("    {{{labels}}} {value}\n")
            })
            .collect();
        lines.sort();
        lines.concat()
    }

    fn labels(&self, labels: &BTreeMap<String, String>) -> String {
        let labels = labels.iter().map(|(name, value)| {
            let value = self.words.get(value).unwrap_or(value);
            format!("{name}={value:?}")
        });
        labels.collect::<Vec<_>>().join(", ")
    }
}

/// A number as the record has it. Ages, and what Prometheus extrapolates, are never the same.
fn number(expression: &str, value: &str) -> String {
    let limit = match expression {
        age if age.starts_with("time()") => BLIND_AFTER,
        increase if increase.contains("increase(") => "0",
        _ => return value.to_owned(),
    };
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let word = if number(value) > number(limit) {
        "more than"
    } else {
        "at most"
    };
    format!("{word} {limit}")
}

/// rules.yaml, but nothing has to last for minutes.
fn quick_rules() -> String {
    let rules = fs::read_to_string(root().join("deploy/monitoring/rules.yaml")).expect("the rules");
    let lines: Vec<String> = rules
        .lines()
        .map(|line| match line.split_once("for: ") {
            Some((indent, _)) => format!("{indent}for: 2s"),
            None => line.replace(" > 600 ", &format!(" > {BLIND_AFTER} ")),
        })
        .collect();
    lines.join("\n")
}

fn dashboard() -> Value {
    let path = root().join("deploy/monitoring/dashboard.json");
    let text = fs::read_to_string(path).expect("the dashboard");
    serde_json::from_str(&text).expect("JSON")
}

/// The queries of all panels. They have no variable: the only one chooses the Prometheus.
fn queries() -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dashboard = dashboard();
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().expect("queries") {
            let expression = text(&target["expr"]);
            assert!(!expression.contains('$'), "{expression}");
            let title = format!("{} ({})", text(&panel["title"]), text(&target["refId"]));
            queries.push((title, expression));
        }
    }
    queries
}

fn annotation() -> String {
    let dashboard = dashboard();
    let expression = dashboard["annotations"]["list"][0]["expr"].as_str();
    expression.expect("a query").to_owned()
}

/// The version of the exporter.
fn version() -> String {
    let manifest = fs::read_to_string(root().join("cli/Cargo.toml")).expect("the manifest");
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    line.expect("a version").trim_matches('"').to_owned()
}

fn cluster(name: &str) -> Value {
    let name = if name == "local" {
        name.to_owned()
    } else {
        format!("c-{name}")
    };
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": name},
    })
}

fn setting(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Setting",
        "metadata": {"name": name},
        "value": value,
    })
}
