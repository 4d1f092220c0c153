//! Clusters under a Rancher, as an API server has them.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::server::{Answer, Asked, SECRET, Then};

pub(crate) const CLUSTERS: &str = "/apis/management.cattle.io/v3/clusters";
pub(crate) const SETTINGS: &str = "/apis/management.cattle.io/v3/settings";

pub(crate) const OLD: &str = "rancher/rancher-agent:v2.11.3";
pub(crate) const NEW: &str = "rancher/rancher-agent:v2.12.3";

/// A Cluster, with secrets in it.
pub(crate) fn cluster(name: &str, display_name: &str, desired: &str, deployed: &str) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {
            "name": name, "uid": format!("uid-{name}"), "resourceVersion": "7",
            "labels": {"env": "prod"},
            "annotations": {"objectset.rio.cattle.io/applied": SECRET},
            "managedFields": [{"manager": "rancher", "fieldsV1": {"f:spec": {}}}],
        },
        "spec": {
            "displayName": display_name, "desiredAgentImage": desired, "agentImageOverride": "",
            "importedConfig": {"kubeConfig": SECRET},
        },
        "status": {
            "agentImage": deployed, "driver": "imported", "serviceAccountToken": SECRET,
            "nodeCount": 3,
            "conditions": [
                {"type": "Provisioned", "status": "True"},
                {"type": "Connected", "status": "True", "message": SECRET},
            ],
        },
    })
}

/// The same without a connection, hosted by this driver.
pub(crate) fn disconnected(mut cluster: Value, driver: &str) -> Value {
    cluster["status"]["driver"] = json!(driver);
    cluster["status"]["conditions"][1]["status"] = json!("False");
    cluster
}

pub(crate) fn local() -> Value {
    cluster("local", "local", "", "")
}

/// Four clusters: one of each kind that matters.
pub(crate) fn some() -> Vec<Value> {
    vec![
        local(),
        cluster("c-aaaaa", "alpha", "", NEW),
        cluster("c-bbbbb", "beta", OLD, OLD),
        disconnected(cluster("c-ccccc", "gamma", "", OLD), "imported"),
    ]
}

/// The page of a list that a request asks for. No page has more than `most` clusters.
pub(crate) fn page(asked: &Asked, clusters: &[Value], most: usize) -> Value {
    let parameter = |name: &str| {
        let mut parameters = asked.query.split('&');
        parameters.find_map(|it| it.strip_prefix(name).map(str::to_owned))
    };
    let start: usize = parameter("continue=").map_or(0, |start| start.parse().unwrap());
    let limit: usize = parameter("limit=").map_or(usize::MAX, |limit| limit.parse().unwrap());
    let end = clusters.len().min(start + most.min(limit));
    let left = clusters.len() - end;
    let mut metadata = json!({"resourceVersion": "100"});
    if left > 0 {
        metadata["continue"] = json!(end.to_string());
        metadata["remainingItemCount"] = json!(left);
    }
    json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "ClusterList",
        "metadata": metadata,
        "items": clusters[start..end],
    })
}

pub(crate) fn setting(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3", "kind": "Setting",
        "metadata": {"name": name, "uid": format!("uid-{name}"), "resourceVersion": "5"},
        "value": value, "default": "", "source": "env",
    })
}

/// A list of one Setting, as a watch begins with.
pub(crate) fn settings(setting: &Value) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3", "kind": "SettingList",
        "metadata": {"resourceVersion": "100"}, "items": [setting],
    })
}

/// Answers as an API server with these clusters under Rancher v2.12.3 does.
pub(crate) fn answer(asked: &Asked, clusters: &[Value]) -> Answer {
    match asked.path.as_str() {
        CLUSTERS => Answer::Json(page(asked, clusters, usize::MAX)),
        path => setting_answer(path).unwrap_or_else(Answer::not_found),
    }
}

pub(crate) fn setting_answer(path: &str) -> Option<Answer> {
    let value = match path.strip_prefix(SETTINGS)?.trim_start_matches('/') {
        "server-version" => setting("server-version", "v2.12.3"),
        "agent-image" => setting("agent-image", NEW),
        _ => return None,
    };
    Some(Answer::Json(value))
}

/// Counts, so that a server answers otherwise the second time.
#[derive(Default)]
pub(crate) struct Count(Mutex<usize>);

impl Count {
    pub(crate) fn next(&self) -> usize {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        *count
    }
}

/// What is under watch, so that something can happen when all of it is.
#[derive(Default)]
pub(crate) struct Watched(Mutex<BTreeSet<String>>);

impl Watched {
    pub(crate) fn note(&self, asked: &Asked) {
        let name = asked
            .query
            .split('&')
            .find(|it| it.starts_with("fieldSelector"));
        let watch = format!("{} {}", asked.path, name.unwrap_or_default());
        self.0.lock().unwrap().insert(watch);
    }

    /// An event when so many others are under watch; before that the watch ends, and is taken
    /// up again.
    pub(crate) fn answer(&self, others: usize, event: Value) -> Answer {
        match self.0.lock().unwrap().len() < others {
            true => Answer::Events(Vec::new(), Then::End),
            false => Answer::Events(vec![event], Then::Hang),
        }
    }
}

/// Answers for Settings, which stay as they are, and for a watch in which nothing happens.
pub(crate) fn still(asked: &Asked) -> Answer {
    if asked.is_watch() {
        return Answer::Events(Vec::new(), Then::Hang);
    }
    match asked.path.as_str() {
        SETTINGS if asked.query.contains("server-version") => {
            Answer::Json(settings(&setting("server-version", "v2.12.3")))
        }
        SETTINGS => Answer::Json(settings(&setting("agent-image", NEW))),
        path => setting_answer(path).unwrap_or_else(Answer::not_found),
    }
}
