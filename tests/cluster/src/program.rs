//! The programs that the tests start, and where they come from.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where each program is.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The store of the API server.
    pub etcd: PathBuf,
    /// The API server of Kubernetes.
    pub kube_apiserver: PathBuf,
    /// Kubewarden's policy-server.
    pub policy_server: PathBuf,
    /// Prometheus.
    pub prometheus: PathBuf,
    /// Its tool that checks metrics.
    pub promtool: PathBuf,
    /// Of util-linux: ties a process to the one that starts it.
    pub setpriv: PathBuf,
}

/// What is not there, one line each.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing(Vec<&'static str>);

const ETCD: &str = "etcd           setup-envtest, or package etcd-server of the distribution";
const KUBE_APISERVER: &str =
    "kube-apiserver setup-envtest, or https://dl.k8s.io/release/VERSION/bin/linux/amd64/";
const POLICY_SERVER: &str =
    "policy-server  /policy-server in the image ghcr.io/kubewarden/adm-controller/policy-server";
const PROMETHEUS: &str = "prometheus     package prometheus of the distribution";
const PROMTOOL: &str = "promtool       package prometheus of the distribution";
const SETPRIV: &str = "setpriv        package util-linux of the distribution";

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "The tests on a cluster need programs that are neither in KUBEBUILDER_ASSETS nor in the PATH:"
        )?;
        for program in &self.0 {
            writeln!(f, "  {program}")?;
        }
        write!(
            f,
            "setup-envtest: go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest, then\n  \
             export KUBEBUILDER_ASSETS=$(setup-envtest use -p path)"
        )
    }
}

impl Programs {
    /// Looks for all of them, as controller-runtime's envtest does: in the folder that
    /// `KUBEBUILDER_ASSETS` names, else in the PATH.
    ///
    /// # Errors
    ///
    /// All that are missing.
    pub fn find() -> Result<Self, Missing> {
        let folders = folders(env::var_os("KUBEBUILDER_ASSETS"), env::var_os("PATH"));
        let mut missing = Vec::new();
        let mut find = |name: &str, source: &'static str| {
            let found = folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|path| path.is_file());
            found.unwrap_or_else(|| {
                missing.push(source);
                PathBuf::new()
            })
        };
        let programs = Self {
            etcd: find("etcd", ETCD),
            kube_apiserver: find("kube-apiserver", KUBE_APISERVER),
            policy_server: find("policy-server", POLICY_SERVER),
            prometheus: find("prometheus", PROMETHEUS),
            promtool: find("promtool", PROMTOOL),
            setpriv: find("setpriv", SETPRIV),
        };
        if missing.is_empty() {
            Ok(programs)
        } else {
            Err(Missing(missing))
        }
    }

    /// What each server says about its version, one line each.
    #[must_use]
    pub fn versions(&self) -> String {
        let version = |program: &Path| {
            let output = Command::new(program).arg("--version").output();
            let text = output.map_or_else(
                |error| error.to_string(),
                |output| String::from_utf8_lossy(&output.stdout).into_owned(),
            );
            text.lines()
                .find(|line| !line.is_empty())
                .unwrap_or_default()
                .to_owned()
        };
        [
            &self.kube_apiserver,
            &self.etcd,
            &self.policy_server,
            &self.prometheus,
        ]
        .map(|program| format!("{}: {}\n", program.display(), version(program)))
        .concat()
    }
}

fn folders(assets: Option<impl AsRef<OsStr>>, path: Option<impl AsRef<OsStr>>) -> Vec<PathBuf> {
    let assets = assets.map(|folder| PathBuf::from(folder.as_ref()));
    let path = path.map(|path| env::split_paths(path.as_ref()).collect::<Vec<_>>());
    assets
        .into_iter()
        .chain(path.into_iter().flatten())
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_come_before_the_path() {
        assert_eq!(
            folders(Some("/envtest"), Some("/usr/bin::/bin")),
            ["/envtest", "/usr/bin", "/bin"].map(PathBuf::from)
        );
        assert_eq!(folders(Some(""), Some("/bin")), ["/bin"].map(PathBuf::from));
        assert_eq!(folders(None::<&str>, None::<&str>), Vec::<PathBuf>::new());
    }

    #[test]
    fn says_what_is_missing_and_where_it_comes_from() {
        assert_eq!(
            Missing(vec![KUBE_APISERVER, POLICY_SERVER]).to_string(),
            "The tests on a cluster need programs that are neither in KUBEBUILDER_ASSETS nor in the PATH:
  kube-apiserver setup-envtest, or https://dl.k8s.io/release/VERSION/bin/linux/amd64/
  policy-server  /policy-server in the image ghcr.io/kubewarden/adm-controller/policy-server
setup-envtest: go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest, then
  export KUBEBUILDER_ASSETS=$(setup-envtest use -p path)"
        );
    }
}
