//! `rancher-agents serve` as its pod runs it: with the rights of
//! deploy/monitoring/exporter.yaml alone.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::client::get;
use crate::kubernetes::Kubernetes;
use crate::policy::root;
use crate::process::Process;
use crate::user::User;

/// The exporter, while it runs.
pub struct Exporter {
    process: Process,
    address: String,
}

impl Exporter {
    /// Stores its manifest in the API server.
    ///
    /// # Panics
    ///
    /// If the API server refuses a part of it.
    pub fn install(kubernetes: &Kubernetes) {
        let manifest = fs::read_to_string(root().join("deploy/monitoring/exporter.yaml"));
        kubernetes.apply_all(&manifest.expect("the manifest"));
    }

    /// Starts it on a port, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If it ends, or does not answer within a minute.
    #[must_use]
    pub fn start(kubernetes: &Kubernetes, program: &Path, port: u16) -> Self {
        let kubeconfig = kubernetes.kubeconfig(User::Exporter);
        let address = format!("127.0.0.1:{port}");
        let arguments = [
            "serve",
            "--listen",
            &address,
            "--kubeconfig",
            &kubeconfig.to_string_lossy(),
        ]
        .map(OsString::from);
        let log = kubernetes.folder().join("exporter.log");
        let mut process = Process::start(&kubernetes.programs, program, &arguments, &[], log);
        let address = format!("http://{address}");
        process.until("the exporter answers", || {
            get(&format!("{address}/healthz"))
        });
        Self { process, address }
    }

    /// Waits until it has judged the clusters.
    ///
    /// # Panics
    ///
    /// If it ends, or has not within a minute.
    pub fn wait_until_ready(&mut self) {
        let path = format!("{}/readyz", self.address);
        self.process.until("the exporter is ready", || get(&path));
    }

    /// Its metrics.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.get("/metrics")
    }

    /// What it answers at a path.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    #[must_use]
    pub fn get(&self, path: &str) -> String {
        get(&format!("{}{path}", self.address)).expect("an answer")
    }

    /// The id of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}
