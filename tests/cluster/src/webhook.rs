//! The webhook in the API server: whether it is called, and what comes of that.

use serde_json::{Value, json};

use crate::client::Request;
use crate::kubernetes::Kubernetes;
use crate::policy::UNIQUE_NAME;
use crate::process::until;
use crate::user::User;

/// How often the API server has called the webhook, and how often in vain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    all: u64,
    failed: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It stayed in the API server.
    No,
    /// policy-server has answered.
    Yes,
    /// policy-server was called and has not answered, or not in time.
    InVain,
}

impl Calls {
    /// By the API server's own metrics.
    ///
    /// # Panics
    ///
    /// If it gives none.
    #[must_use]
    pub fn so_far(kubernetes: &Kubernetes) -> Self {
        let metrics = kubernetes.get("/metrics").expect("metrics");
        Self::read(metrics.as_str().expect("text"))
    }

    fn read(metrics: &str) -> Self {
        let mut calls = Self::default();
        for line in metrics.lines().filter(|line| line.contains(UNIQUE_NAME)) {
            let Some((series, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let value = value.parse::<u64>().unwrap_or_default();
            let name = series.split('{').next().unwrap_or_default();
            match name {
                "apiserver_admission_webhook_request_total" => calls.all += value,
                "apiserver_admission_webhook_fail_open_count" => calls.failed += value,
                "apiserver_admission_webhook_rejection_count"
                    if series.contains(r#"error_type="calling_webhook_error""#) =>
                {
                    calls.failed += value;
                }
                _ => {}
            }
        }
        calls
    }

    /// What has happened since.
    #[must_use]
    pub fn since(self, before: Self) -> Asked {
        if self.failed > before.failed {
            Asked::InVain
        } else if self.all > before.all {
            Asked::Yes
        } else {
            Asked::No
        }
    }
}

/// Makes a write that every policy has to see, and that stores nothing.
fn probed(kubernetes: &Kubernetes, expected: Asked) -> Result<(), String> {
    let before = Calls::so_far(kubernetes);
    let path = "/apis/management.cattle.io/v3/clusters?dryRun=All";
    let object = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {"name": "probe"},
        "spec": {},
    });
    let reply = kubernetes
        .client
        .send(User::User, &Request::post(path, object));
    let asked = Calls::so_far(kubernetes).since(before);
    if asked == expected {
        Ok(())
    } else {
        Err(format!("{asked:?}, {reply:?}"))
    }
}

/// Puts a webhook configuration in force, and waits until calls end as expected.
///
/// # Panics
///
/// If they do not within a minute.
pub fn put_in_force(kubernetes: &Kubernetes, configuration: Value, expected: Asked) {
    kubernetes.apply(configuration);
    until("the webhook is in force", || probed(kubernetes, expected));
}

/// Waits until no webhook is called any more.
///
/// # Panics
///
/// If one is after a minute.
pub fn wait_until_gone(kubernetes: &Kubernetes) {
    until("the webhook is gone", || probed(kubernetes, Asked::No));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_metrics() {
        let name = format!("{UNIQUE_NAME}.kubewarden.admission");
        let metrics = format!(
            r#"# HELP apiserver_admission_webhook_request_total
apiserver_admission_webhook_request_total{{code="200",name="{name}",operation="CREATE",rejected="false",type="validating"}} 3
apiserver_admission_webhook_request_total{{code="200",name="{name}",operation="UPDATE",rejected="false",type="validating"}} 4
apiserver_admission_webhook_request_total{{code="200",name="other",operation="UPDATE",rejected="false",type="validating"}} 9
apiserver_admission_webhook_fail_open_count{{name="{name}",type="validating"}} 2
apiserver_admission_webhook_rejection_count{{error_type="calling_webhook_error",name="{name}",operation="CREATE",rejection_code="0",type="validating"}} 1
apiserver_admission_webhook_rejection_count{{error_type="no_error",name="{name}",operation="CREATE",rejection_code="400",type="validating"}} 5
"#
        );
        let calls = Calls::read(&metrics);
        assert_eq!(calls, Calls { all: 7, failed: 3 });
        assert_eq!(calls.since(calls), Asked::No);
        assert_eq!(calls.since(Calls { all: 6, failed: 3 }), Asked::Yes);
        assert_eq!(calls.since(Calls { all: 6, failed: 2 }), Asked::InVain);
    }
}
