//! Errors of a lookup, in the words of policy-server.

use serde::Deserialize;

/// Why a host gives no Setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostError {
    /// The policy's `contextAwareResources` do not name Settings.
    NotGranted,
    /// The policy-server may not make this host call.
    CapabilityNotGranted,
    /// RBAC does not let policy-server read the Setting.
    Forbidden,
    /// There is no such Setting.
    NotFound,
    /// policy-server has no connection to a cluster.
    NoClient,
}

impl HostError {
    /// The text of the error. Some of them repeat what the API server answered.
    #[must_use]
    pub fn text(self, setting: &str) -> String {
        match self {
            Self::NotGranted => {
                "Policy has not been granted access to Kubernetes management.cattle.io/v3/Setting resources. The violation has been reported.".to_owned()
            }
            Self::CapabilityNotGranted => {
                "Policy has not been granted access to the 'kubernetes/get_resource' host capability. The violation has been reported.".to_owned()
            }
            Self::Forbidden => format!(
                r#"Callback evaluation failure: ApiError: settings.management.cattle.io "{setting}" is forbidden: User "system:serviceaccount:kubewarden:policy-server" cannot get resource "settings" in API group "management.cattle.io" at the cluster scope: Forbidden (Status {{ status: Some(Failure), message: "SECRET-DUMP settings.management.cattle.io \"{setting}\" is forbidden", metadata: Some(ListMeta {{ remaining_item_count: None }}), reason: "Forbidden", details: None, code: 403 }})"#
            ),
            Self::NotFound => format!(
                "Callback evaluation failure: Cannot find management.cattle.io/v3/Setting named '{setting}' inside of namespace 'None'"
            ),
            Self::NoClient => "kube::Client was not initialized properly".to_owned(),
        }
    }
}
