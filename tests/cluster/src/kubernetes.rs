//! etcd and a kube-apiserver on 127.0.0.1, for one run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::certificate::Authority;
use crate::client::{Client, Request};
use crate::process::{Process, free_port};
use crate::program::Programs;
use crate::user::{self, User};

const CERTIFICATE: &str = "kube-apiserver.crt";
const KEY: &str = "kube-apiserver.key";
const TOKENS: &str = "tokens.csv";

/// A cluster of Kubernetes without nodes. All of it goes away where this is dropped.
pub struct Kubernetes {
    /// What else is started beside it comes from here.
    pub programs: Programs,
    /// Signs the certificates of all servers.
    pub authority: Authority,
    /// Speaks to the API server.
    pub client: Client,
    /// Its port.
    pub port: u16,
    etcd_port: u16,
    // Dropped in this order.
    kube_apiserver: Option<Process>,
    _etcd: Process,
    folder: TempDir,
}

impl Kubernetes {
    /// Starts it, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If a program ends, or is not ready within a minute.
    #[must_use]
    pub fn start(programs: Programs) -> Self {
        let folder = TempDir::with_prefix("cluster-tests-").expect("a folder");
        let authority = Authority::new();
        let path = folder.path();
        let (etcd_port, etcd) = etcd(&programs, path);
        let port = free_port();
        let client = Client::new(port, &authority.pem());
        write_files(path, &authority);
        let mut kubernetes = Self {
            programs,
            authority,
            client,
            port,
            etcd_port,
            kube_apiserver: None,
            _etcd: etcd,
            folder,
        };
        kubernetes.start_api_server();
        kubernetes
    }

    /// Kills the API server; what it has stored stays.
    pub fn kill_api_server(&mut self) {
        self.kube_apiserver = None;
    }

    /// Starts the API server, at the same port and with what it had stored, and waits until it is
    /// ready.
    ///
    /// # Panics
    ///
    /// If it ends, or is not ready within a minute.
    pub fn start_api_server(&mut self) {
        let mut process = kube_apiserver(&self.programs, self.folder(), self.etcd_port, self.port);
        process.until("kube-apiserver gets ready", || {
            let ready = Request::get("/readyz");
            match self
                .client
                .try_send(User::Admin, &ready, Duration::from_secs(5))
            {
                Ok(reply) if reply.status == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        self.kube_apiserver = Some(process);
    }

    /// A folder for files of the run.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a kubeconfig for a user, and gives where it is.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    #[must_use]
    pub fn kubeconfig(&self, user: User) -> PathBuf {
        let path = self.folder().join(format!("{}.kubeconfig", user.word()));
        fs::write(self.folder().join("ca.crt"), self.authority.pem()).expect("a file");
        fs::write(&path, kubeconfig(self.port, user).to_string()).expect("a file");
        path
    }

    /// Creates or changes each object in a YAML text.
    ///
    /// # Panics
    ///
    /// If the API server refuses one.
    #[track_caller]
    pub fn apply_all(&self, yaml: &str) {
        let objects: Vec<Value> = serde_saphyr::from_multiple(yaml).expect("YAML");
        for object in objects {
            self.apply(object);
        }
    }

    /// Creates or changes an object.
    ///
    /// # Panics
    ///
    /// If the API server refuses it.
    #[track_caller]
    pub fn apply(&self, object: Value) {
        let reply = self
            .client
            .send(User::Admin, &Request::apply(&path(&object), object.clone()));
        assert!(reply.status < 300, "{}\n{object}", reply.body);
    }

    /// Deletes what an object names, if it is there.
    ///
    /// # Panics
    ///
    /// If the API server refuses that.
    #[track_caller]
    pub fn delete(&self, object: &Value) {
        let reply = self
            .client
            .send(User::Admin, &Request::delete(&path(object)));
        assert!(matches!(reply.status, 200 | 404), "{}", reply.body);
    }

    /// Deletes each object in a YAML text.
    ///
    /// # Panics
    ///
    /// If the API server refuses that.
    #[track_caller]
    pub fn delete_all(&self, yaml: &str) {
        let objects: Vec<Value> = serde_saphyr::from_multiple(yaml).expect("YAML");
        for object in objects {
            self.delete(&object);
        }
    }

    /// An object, or `None` if it is not there.
    #[must_use]
    #[track_caller]
    pub fn get(&self, path: &str) -> Option<Value> {
        let reply = self.client.send(User::Admin, &Request::get(path));
        (reply.status == 200).then_some(reply.body)
    }
}

/// How a program finds the API server, and as whom; `ca.crt` lies beside the file.
#[must_use]
pub fn kubeconfig(port: u16, user: User) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "tests",
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
        "clusters": [{"name": "tests", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": "ca.crt",
        }}],
        "users": [{"name": "tests", "user": {"token": user.token()}}],
    })
}

/// Where the API server has an object.
#[must_use]
pub fn path(object: &Value) -> String {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let plural = format!("{}s", text(&object["kind"]).to_lowercase()).replace("ys", "ies");
    let name = text(&object["metadata"]["name"]);
    let version = match text(&object["apiVersion"]) {
        core if !core.contains('/') => format!("/api/{core}"),
        version => format!("/apis/{version}"),
    };
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{version}/namespaces/{namespace}/{plural}/{name}"),
        None => format!("{version}/{plural}/{name}"),
    }
}

fn etcd(programs: &Programs, folder: &Path) -> (u16, Process) {
    let (port, peers) = (free_port(), free_port());
    let flags = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls=http://127.0.0.1:{port}"),
        format!("--advertise-client-urls=http://127.0.0.1:{port}"),
        format!("--listen-peer-urls=http://127.0.0.1:{peers}"),
        "--unsafe-no-fsync".to_owned(),
    ];
    let log = folder.join("etcd.log");
    let process = Process::start(
        programs,
        &programs.etcd,
        &flags.map(OsString::from),
        &[],
        log,
    );
    (port, process)
}

/// Writes what the API server is started with.
fn write_files(folder: &Path, authority: &Authority) {
    let certificate = authority.sign();
    for (name, text) in [
        (CERTIFICATE, certificate.certificate),
        (KEY, certificate.key),
        (TOKENS, user::tokens()),
    ] {
        fs::write(folder.join(name), text).expect("a file");
    }
}

fn kube_apiserver(programs: &Programs, folder: &Path, etcd: u16, port: u16) -> Process {
    let file = |name: &str| folder.join(name).display().to_string();
    let (certificate_file, key_file) = (file(CERTIFICATE), file(KEY));
    let flags = [
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--tls-cert-file={certificate_file}"),
        format!("--tls-private-key-file={key_file}"),
        format!("--token-auth-file={}", file(TOKENS)),
        "--authorization-mode=RBAC".to_owned(),
        // It would refuse what no service account stands behind.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={certificate_file}"),
        format!("--service-account-signing-key-file={key_file}"),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
    ];
    let log = folder.join("kube-apiserver.log");
    Process::start(
        programs,
        &programs.kube_apiserver,
        &flags.map(OsString::from),
        &[],
        log,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_objects_are() {
        let namespaced = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "x", "namespace": "n"},
        });
        assert_eq!(path(&namespaced), "/api/v1/namespaces/n/services/x");
        let path = |version: &str, kind: &str| {
            path(&json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}))
        };
        assert_eq!(
            path("management.cattle.io/v3", "Cluster"),
            "/apis/management.cattle.io/v3/clusters/x"
        );
        assert_eq!(
            path(
                "admissionregistration.k8s.io/v1",
                "ValidatingAdmissionPolicy"
            ),
            "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/x"
        );
    }
}
