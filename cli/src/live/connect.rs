//! Which API server is asked, and as whom: by kubectl's rules.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use crate::live::pod::Pod;
use crate::live::problem::{self, Problem};
use crate::text::printable;

/// What the user said of it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The kubeconfig, in place of `KUBECONFIG` and `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// The context, in place of the current one.
    pub context: Option<String>,
    /// The user to impersonate.
    pub user: Option<String>,
    /// The groups to impersonate.
    pub groups: Vec<String>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// An API server, and who asks it.
#[derive(Debug, Clone)]
pub struct Connection {
    pub(super) config: Config,
    pub(super) timeout: Duration,
    context: Option<String>,
}

impl Connection {
    /// Finds the API server: the one of the kubeconfig, else the one of the pod.
    ///
    /// # Errors
    /// If there is no kubeconfig, or it cannot be used.
    pub async fn find(options: &Options) -> Result<Self, Problem> {
        let Some(kubeconfig) = kubeconfig(options)? else {
            let pod = Pod::of_environment().ok_or_else(no_kubeconfig)?;
            return Self::in_pod(&pod, options);
        };
        let context = options.context.clone();
        let context = context.or_else(|| kubeconfig.current_context.clone());
        let choice = KubeConfigOptions {
            context: options.context.clone(),
            ..KubeConfigOptions::default()
        };
        let config = Config::from_custom_kubeconfig(kubeconfig, &choice).await;
        Self::new(
            config.map_err(|error| Problem::from(&error))?,
            context,
            options,
        )
    }

    /// The API server of a pod.
    ///
    /// # Errors
    /// If its service account cannot be used.
    pub fn in_pod(pod: &Pod, options: &Options) -> Result<Self, Problem> {
        Self::new(pod.config()?, None, options)
    }

    fn new(
        mut config: Config,
        context: Option<String>,
        options: &Options,
    ) -> Result<Self, Problem> {
        if !is_address(&config.cluster_url) {
            return Err(Problem::from(&KubeconfigError::MissingClusterUrl));
        }
        if options.user.is_some() {
            config.auth_info.impersonate.clone_from(&options.user);
            config.auth_info.impersonate_groups = Some(options.groups.clone());
        }
        config.connect_timeout = Some(options.timeout);
        Ok(Self {
            config,
            timeout: options.timeout,
            context,
        })
    }

    /// The API server in words: its context, and its address, fit to print.
    #[must_use]
    pub fn target(&self) -> String {
        let server = self.server();
        match &self.context {
            Some(context) => format!("context `{}` ({server})", printable(context)),
            None => format!("the cluster of this pod ({server})"),
        }
    }

    /// What its objects are said to come from, fit to print.
    #[must_use]
    pub fn source(&self) -> String {
        match &self.context {
            Some(context) => printable(context),
            None => "in-cluster".to_owned(),
        }
    }

    /// The id of the downstream cluster that the address names, where it is a proxy of
    /// Rancher's to one.
    #[must_use]
    pub fn downstream_id(&self) -> Option<&str> {
        proxied_cluster(self.config.cluster_url.path()).filter(|id| *id != "local")
    }

    /// How to reach Rancher itself, if this is one of its addresses: without the path of its
    /// proxy to `local`.
    pub(super) fn at_rancher(&self) -> Result<Config, String> {
        let address = self.config.cluster_url.to_string();
        let address = address.trim_end_matches('/');
        let address = address
            .strip_suffix("/k8s/clusters/local")
            .unwrap_or(address);
        let mut config = self.config.clone();
        config.cluster_url = address
            .parse()
            .map_err(|_| format!("{}: this is not the address of a Rancher", self.target()))?;
        Ok(config)
    }

    pub(super) fn client(&self) -> Result<Client, Problem> {
        problem::client(self.config.clone())
    }

    /// Its address, without a password before the host and without a query: nobody prints these.
    fn server(&self) -> String {
        let url = &self.config.cluster_url;
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit('@').next().unwrap_or_default();
        let path = url.path().trim_end_matches('/');
        printable(&format!(
            "{}://{host}{path}",
            url.scheme_str().unwrap_or_default()
        ))
    }
}

/// Whether requests can be sent there.
pub(super) fn is_address(url: &Uri) -> bool {
    matches!(url.scheme_str(), Some("http" | "https"))
        && url.host().is_some_and(|host| !host.is_empty())
}

/// The kubeconfig, if there is one: what the user names, else the files of `KUBECONFIG`
/// that exist, else that of the home directory.
fn kubeconfig(options: &Options) -> Result<Option<Kubeconfig>, Problem> {
    let problem = |error: KubeconfigError| Problem::from(&error);
    if let Some(path) = &options.kubeconfig {
        return Kubeconfig::read_from(path).map(Some).map_err(problem);
    }
    let named = env::var_os("KUBECONFIG").unwrap_or_default();
    let is_named = |path: &PathBuf| !path.as_os_str().is_empty();
    let mut paths: Vec<PathBuf> = env::split_paths(&named).filter(is_named).collect();
    if paths.is_empty() {
        paths.extend(env::home_dir().map(|home| home.join(".kube/config")));
    }
    let files = paths.iter().filter(|path| path.exists());
    let merged = files
        .map(Kubeconfig::read_from)
        .reduce(|first, next| first?.merge(next?))
        .transpose()
        .map_err(problem)?;
    if merged.is_none() && options.context.is_some() {
        return Err(no_kubeconfig());
    }
    Ok(merged)
}

fn no_kubeconfig() -> Problem {
    Problem::Kubeconfig(
        "there is none: KUBECONFIG and ~/.kube/config name no file, and this is not a pod; name \
         one with --kubeconfig, or read a file: rancher-agents check FILE"
            .to_owned(),
    )
}

/// The id of the cluster that a path of Rancher's proxy leads to.
fn proxied_cluster(path: &str) -> Option<&str> {
    let rest = path
        .strip_prefix("/k8s/clusters/")
        .or_else(|| path.strip_prefix("/k8s/proxy/"))?;
    rest.split('/').next().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_proxy_names_a_cluster() {
        for (path, id) in [
            ("/", None),
            ("", None),
            ("/k8s/clusters/local", Some("local")),
            ("/k8s/clusters/c-m-abcd/", Some("c-m-abcd")),
            ("/k8s/proxy/c-m-abcd", Some("c-m-abcd")),
            ("/k8s/clusters/", None),
            ("/other/c-m-abcd", None),
        ] {
            assert_eq!(proxied_cluster(path), id, "{path}");
        }
    }
}
