//! The API server of the pod that this is, by its environment and the files of its service
//! account: as client-go has it. kube's own function reads them at one path, so that no test
//! could, and wants the file `namespace` as well.

use std::env;
use std::fs;
use std::path::PathBuf;

use kube::Config;
use kube::config::AuthInfo;

use crate::live::problem::Problem;
use crate::text::printable;

/// Where Kubernetes mounts the token and the certificate authority.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A pod, and what Kubernetes tells it.
#[derive(Debug, Clone)]
pub struct Pod {
    /// `KUBERNETES_SERVICE_HOST`
    pub host: String,
    /// `KUBERNETES_SERVICE_PORT`
    pub port: String,
    /// The folder of `token` and `ca.crt`.
    pub service_account: PathBuf,
}

impl Pod {
    /// The pod that this is, if it is one.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Some(Self {
            host: variable("KUBERNETES_SERVICE_HOST")?,
            port: variable("KUBERNETES_SERVICE_PORT")?,
            service_account: SERVICE_ACCOUNT.into(),
        })
    }

    /// How to reach the API server. The files are read again as they change: a token lasts an
    /// hour.
    pub(super) fn config(&self) -> Result<Config, Problem> {
        let problem = |problem: String| Problem::Pod(printable(&problem));
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        let url = format!("https://{host}:{}", self.port)
            .parse()
            .map_err(|_| {
                problem(
                    "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT name no address"
                        .to_owned(),
                )
            })?;
        let [token, certificates] = ["token", "ca.crt"].map(|name| self.service_account.join(name));
        for file in [&token, &certificates] {
            fs::metadata(file).map_err(|error| problem(format!("{}: {error}", file.display())))?;
        }
        let mut config = Config::new(url);
        config.root_cert_file = Some(certificates);
        config.auth_info = AuthInfo {
            token_file: Some(token.to_string_lossy().into_owned()),
            ..AuthInfo::default()
        };
        Ok(config)
    }
}
