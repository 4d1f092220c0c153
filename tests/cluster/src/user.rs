//! Who writes.

use serde::Deserialize;

/// A user of the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum User {
    /// The administrator of the cluster that Rancher runs in. Rancher itself is this one
    /// where it was installed with Docker.
    Admin,
    /// Every pod of Rancher.
    Rancher,
    /// A user of Rancher, whom Rancher impersonates.
    User,
    /// A tool that applies manifests, here Argo CD.
    Gitops,
    /// rancher-backup.
    Backup,
    /// Kubewarden's policy-server.
    PolicyServer,
    /// Kubewarden's audit scanner.
    AuditScanner,
    /// The user of `rancher-agents`.
    RancherAgents,
    /// `rancher-agents serve` in its pod.
    Exporter,
}

impl User {
    const ALL: [Self; 9] = [
        Self::Admin,
        Self::Rancher,
        Self::User,
        Self::Gitops,
        Self::Backup,
        Self::PolicyServer,
        Self::AuditScanner,
        Self::RancherAgents,
        Self::Exporter,
    ];

    /// The word that a replay has for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Rancher => "rancher",
            Self::User => "user",
            Self::Gitops => "gitops",
            Self::Backup => "backup",
            Self::PolicyServer => "policy-server",
            Self::AuditScanner => "audit-scanner",
            Self::RancherAgents => "rancher-agents",
            Self::Exporter => "exporter",
        }
    }

    /// The name that RBAC and the policy know.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "system:admin",
            Self::Rancher => "system:serviceaccount:cattle-system:rancher",
            Self::User => "user-55gsl",
            Self::Gitops => "system:serviceaccount:argocd:argocd-application-controller",
            Self::Backup => "system:serviceaccount:cattle-resources-system:rancher-backup",
            Self::PolicyServer => "system:serviceaccount:kubewarden:policy-server",
            Self::AuditScanner => "system:serviceaccount:kubewarden:audit-scanner",
            Self::RancherAgents => "john",
            Self::Exporter => "system:serviceaccount:rancher-agents:rancher-agents-exporter",
        }
    }

    fn groups(self) -> Vec<String> {
        let account = self.name().strip_prefix("system:serviceaccount:");
        match (self, account.and_then(|account| account.split_once(':'))) {
            (_, Some((namespace, _))) => vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
            ],
            (Self::Admin, None) => vec!["system:masters".to_owned()],
            (Self::RancherAgents, None) => vec!["rancher-administrators".to_owned()],
            _ => vec!["system:cattle:authenticated".to_owned()],
        }
    }

    /// The token that sends the requests of this user: Rancher's for its users.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::User => Self::Rancher.word(),
            other => other.word(),
        }
    }

    /// The headers by which Rancher sends what a user of its own wants.
    #[must_use]
    pub fn impersonation(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::User => &[
                ("Impersonate-User", "user-55gsl"),
                ("Impersonate-Group", "system:authenticated"),
                ("Impersonate-Group", "system:cattle:authenticated"),
                ("Impersonate-Extra-principalid", "local://user-55gsl"),
                ("Impersonate-Extra-username", "jane"),
            ],
            _ => &[],
        }
    }
}

/// The file that tells the API server which token is whose.
#[must_use]
pub fn tokens() -> String {
    let lines = User::ALL.map(|user| {
        let groups = user.groups().join(",");
        format!(
            "{},{},{},\"{groups}\"\n",
            user.word(),
            user.name(),
            user.word()
        )
    });
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_its_user() {
        assert_eq!(
            tokens(),
            r#"admin,system:admin,admin,"system:masters"
rancher,system:serviceaccount:cattle-system:rancher,rancher,"system:serviceaccounts,system:serviceaccounts:cattle-system"
user,user-55gsl,user,"system:cattle:authenticated"
gitops,system:serviceaccount:argocd:argocd-application-controller,gitops,"system:serviceaccounts,system:serviceaccounts:argocd"
backup,system:serviceaccount:cattle-resources-system:rancher-backup,backup,"system:serviceaccounts,system:serviceaccounts:cattle-resources-system"
policy-server,system:serviceaccount:kubewarden:policy-server,policy-server,"system:serviceaccounts,system:serviceaccounts:kubewarden"
audit-scanner,system:serviceaccount:kubewarden:audit-scanner,audit-scanner,"system:serviceaccounts,system:serviceaccounts:kubewarden"
rancher-agents,john,rancher-agents,"rancher-administrators"
exporter,system:serviceaccount:rancher-agents:rancher-agents-exporter,exporter,"system:serviceaccounts,system:serviceaccounts:rancher-agents"
"#
        );
    }
}
