//! The real policy-server, with the rights of deploy/rbac.yaml alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::setting::{Fact, Fault, SettingName};
use serde_json::{Value, json};

use crate::audit;
use crate::certificate::Certificate;
use crate::client::{Client, Request};
use crate::kubernetes::{self, Kubernetes};
use crate::policy::{Policy, UNIQUE_NAME};
use crate::process::{Process, free_port, until};
use crate::relay::Relay;
use crate::user::User;

/// How many requests it evaluates at once.
const WORKERS: &str = "2";

/// A policy-server with one policy.
pub struct PolicyServer {
    policy: Policy,
    port: u16,
    client: Client,
    folder: PathBuf,
    process: Option<Process>,
    /// Between it and the API server.
    pub relay: Relay,
}

impl PolicyServer {
    /// Starts it, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If it ends, or is not ready within a minute.
    #[must_use]
    pub fn start(kubernetes: &Kubernetes, policy: Policy, module: &Path) -> Self {
        let list = policy.list(module);
        Self::with_list(kubernetes, policy, &list)
    }

    /// Starts it with another list of policies.
    ///
    /// # Panics
    ///
    /// If it ends, or is not ready within a minute.
    #[must_use]
    pub fn with_list(kubernetes: &Kubernetes, policy: Policy, list: &Value) -> Self {
        let folder = kubernetes.folder().join("policy-server");
        fs::create_dir_all(&folder).expect("a folder");
        let relay = Relay::start(kubernetes.port);
        let Certificate { certificate, key } = kubernetes.authority.sign();
        let authority = kubernetes.authority.pem();
        for (name, text) in [
            ("tls.crt", certificate),
            ("tls.key", key),
            ("ca.crt", authority.clone()),
            ("policies.yml", list.to_string()),
            (
                "kubeconfig",
                kubernetes::kubeconfig(relay.port, User::PolicyServer).to_string(),
            ),
        ] {
            fs::write(folder.join(name), text).expect("a file");
        }
        let port = free_port();
        let mut server = Self {
            policy,
            port,
            client: Client::new(port, &authority),
            folder,
            process: None,
            relay,
        };
        server.resume(kubernetes);
        server
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again, where it was.
    ///
    /// # Panics
    ///
    /// If it ends, or is not ready within a minute.
    pub fn resume(&mut self, kubernetes: &Kubernetes) {
        let probe = free_port();
        let file = |name: &str| OsString::from(self.folder.join(name));
        let flag = |text: &str| OsString::from(text);
        let flags = [
            flag("--log-no-color"),
            flag("--workers"),
            flag(WORKERS),
            flag("--addr"),
            flag("127.0.0.1"),
            flag("--port"),
            flag(&self.port.to_string()),
            flag("--readiness-probe-port"),
            flag(&probe.to_string()),
            flag("--cert-file"),
            file("tls.crt"),
            flag("--key-file"),
            file("tls.key"),
            flag("--policies"),
            file("policies.yml"),
            flag("--policies-download-dir"),
            file("."),
            flag("--sigstore-cache-dir"),
            file("."),
        ];
        let environment = [
            ("KUBECONFIG", self.folder.join("kubeconfig")),
            ("HOME", self.folder.clone()),
        ];
        let environment = environment
            .each_ref()
            .map(|(name, path)| (*name, path.as_path()));
        let programs = &kubernetes.programs;
        let log = self.folder.join("log");
        let mut process =
            Process::start(programs, &programs.policy_server, &flags, &environment, log);
        process.until("policy-server gets ready", || {
            let address = format!("http://127.0.0.1:{probe}/readiness");
            ureq::get(address).call().map_err(|error| error.to_string())
        });
        self.process = Some(process);
    }

    /// The webhook configuration that calls it, signed by `authority`.
    #[must_use]
    pub fn webhook(&self, authority: &str) -> Value {
        self.policy.webhook(self.client.address(), authority)
    }

    /// Speaks to it.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Where it listens.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// True if it runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// What it answers to an audit of an object: the AdmissionResponse, or why there is none.
    ///
    /// # Errors
    ///
    /// If it does not answer in time, or not with status 200.
    pub fn audit(&self, object: &Value, time: Duration) -> Result<Value, String> {
        let request = Request::post(&format!("/audit/{UNIQUE_NAME}"), audit::review(object));
        let mut reply = self
            .client
            .try_send(User::AuditScanner, &request, time)
            .map_err(|error| error.to_string())?;
        if reply.status == 200 {
            Ok(reply.body["response"].take())
        } else {
            Err(format!("status {}: {}", reply.status, reply.body))
        }
    }

    /// Waits until it judges by Rancher's Settings as they are: it keeps what it looked up
    /// for some seconds.
    ///
    /// # Panics
    ///
    /// If it does not within a minute.
    #[track_caller]
    pub fn wait_for_settings(&self, kubernetes: &Kubernetes) {
        let settings = [SettingName::ServerVersion, SettingName::AgentImage].map(|name| {
            let path = format!("/apis/management.cattle.io/v3/settings/{name}");
            let reply = kubernetes
                .client
                .send(User::PolicyServer, &Request::get(&path));
            (name, reply)
        });
        let look_up = |wanted: SettingName| {
            let reply = settings.iter().find(|(name, _)| *name == wanted);
            let (_, reply) = reply.expect("one of the two");
            match reply.status {
                200 => Fact::read(reply.body.to_string().as_bytes()),
                403 => Fact::Fault(Fault::Forbidden),
                404 => Fact::Fault(Fault::NotFound),
                other => panic!("a lookup with status {other}"),
            }
        };
        // Pins at each version there is, so that both Settings are looked up and compared.
        let tags = settings.iter().filter_map(|(_, reply)| {
            let value = reply.body["value"].as_str()?;
            Some(value.rsplit(':').next().unwrap_or(value).to_owned())
        });
        for tag in tags.chain(["v0.0.1".to_owned()]) {
            let object = probe(&tag);
            let payload = json!({
                "request": audit::review(&object)["request"],
                "settings": self.policy.settings(),
            });
            let payload = payload.to_string();
            let expected = evaluate(payload.as_bytes(), look_up);
            let expected = serde_json::to_value(&expected).expect("JSON");
            until("policy-server sees the Settings", || {
                let answer = self.audit(&object, Duration::from_secs(5))?;
                let same = answer["status"]["message"] == expected["message"]
                    && answer["auditAnnotations"] == expected["audit_annotations"];
                if same {
                    Ok(())
                } else {
                    Err(format!("{answer}\nfor {expected}"))
                }
            });
        }
    }
}

/// A stored cluster that pins an agent.
#[must_use]
pub fn probe(tag: &str) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": "probe", "uid": "probe", "resourceVersion": "1"},
        "spec": {"desiredAgentImage": format!("rancher/rancher-agent:{tag}")},
    })
}
