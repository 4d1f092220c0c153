//! A real Prometheus, which scrapes one program and evaluates rules every second.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::client::{get, get_with};
use crate::kubernetes::Kubernetes;
use crate::process::{Process, free_port};

/// The name of the job.
pub const JOB: &str = "rancher-agents";

/// The Prometheus, while it runs.
pub struct Prometheus {
    _process: Process,
    address: String,
}

/// A series at a time.
#[derive(Debug, Deserialize)]
pub struct Sample {
    /// Its labels.
    pub metric: BTreeMap<String, String>,
    /// The time, and the number as a text.
    pub value: (f64, String),
}

/// An alert that is pending or fires.
#[derive(Debug, Deserialize)]
pub struct Alert {
    /// `pending` or `firing`.
    pub state: String,
    /// Its labels, the name among them.
    pub labels: BTreeMap<String, String>,
    /// Its texts.
    pub annotations: BTreeMap<String, String>,
}

impl Prometheus {
    /// Starts it with these rules for what listens on a port, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If it ends, or is not ready within a minute.
    #[must_use]
    pub fn start(kubernetes: &Kubernetes, rules: &str, target: u16) -> Self {
        let folder = kubernetes.folder().join("prometheus");
        fs::create_dir_all(&folder).expect("a folder");
        let config = json!({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "scrape_configs": [
                {"job_name": JOB, "static_configs": [{"targets": [format!("127.0.0.1:{target}")]}]},
            ],
        });
        fs::write(folder.join("prometheus.yml"), config.to_string()).expect("a file");
        fs::write(folder.join("rules.yaml"), rules).expect("a file");
        let port = free_port();
        let file = |name: &str| folder.join(name).display().to_string();
        let flags = [
            format!("--config.file={}", file("prometheus.yml")),
            format!("--storage.tsdb.path={}", file("data")),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        let programs = &kubernetes.programs;
        let mut process = Process::start(
            programs,
            &programs.prometheus,
            &flags.map(OsString::from),
            &[],
            kubernetes.folder().join("prometheus.log"),
        );
        let address = format!("http://127.0.0.1:{port}");
        process.until("Prometheus is ready", || get(&format!("{address}/-/ready")));
        Self {
            _process: process,
            address,
        }
    }

    /// What an expression gives now, or at a time in seconds since 1970.
    ///
    /// # Panics
    ///
    /// If Prometheus refuses it.
    #[must_use]
    #[track_caller]
    pub fn query(&self, expression: &str, time: Option<f64>) -> Vec<Sample> {
        #[derive(Deserialize)]
        struct Data {
            result: Vec<Sample>,
        }
        let time = time.map(|time| time.to_string());
        let time = time.as_deref().map(|time| ("time", time));
        let parameters: Vec<(&str, &str)> =
            [("query", expression)].into_iter().chain(time).collect();
        self.ask::<Data>("query", &parameters).result
    }

    /// All alerts that are pending or fire.
    ///
    /// # Panics
    ///
    /// If Prometheus does not answer.
    #[must_use]
    pub fn alerts(&self) -> Vec<Alert> {
        #[derive(Deserialize)]
        struct Data {
            alerts: Vec<Alert>,
        }
        self.ask::<Data>("alerts", &[]).alerts
    }

    #[track_caller]
    fn ask<T: DeserializeOwned>(&self, what: &str, parameters: &[(&str, &str)]) -> T {
        #[derive(Deserialize)]
        struct Answer<T> {
            data: T,
        }
        let url = format!("{}/api/v1/{what}", self.address);
        let text = get_with(&url, parameters)
            .unwrap_or_else(|error| panic!("{what} {parameters:?}: {error}"));
        let answer: Answer<T> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        answer.data
    }
}

/// What `promtool check metrics` has against metrics; nothing if they are as they should be.
///
/// # Panics
///
/// If it cannot be run.
#[must_use]
pub fn check_metrics(promtool: &Path, metrics: &str) -> String {
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(metrics.as_bytes()).expect("its input");
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        said.into_owned()
    } else {
        format!("{said}{}\n", output.status)
    }
}
