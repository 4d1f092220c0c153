//! The audit: stored clusters put to policy-server, as Kubewarden's audit scanner does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Request;
use crate::kubernetes::{Kubernetes, path};
use crate::policy::{Policy, root};
use crate::policy_server::PolicyServer;
use crate::process::until;
use crate::user::User;
use crate::{audit, rancher, record};

/// The policies that are audited, which say the same.
const POLICIES: [&str; 4] = ["monitor", "protect", "repair", "strict"];

/// Scans the sample clusters of the command, and some that are odd, under each policy; the
/// text says what is reported.
///
/// # Panics
///
/// If something cannot be stored or listed.
#[must_use]
pub fn scan(kubernetes: &Kubernetes, module: &Path) -> String {
    rancher::reset(kubernetes, false);
    store_samples(kubernetes);
    store_odd_ones(kubernetes);
    let columns = POLICIES.map(|name| {
        let server = PolicyServer::start(kubernetes, Policy::shipped(name), module);
        server.wait_for_settings(kubernetes);
        (name, results(kubernetes, &server))
    });
    let mut text = String::from(
        "What the audit scanner reports of the sample clusters, and of some that are odd.\n",
    );
    table(&mut text, &columns);

    let mut server = PolicyServer::start(kubernetes, Policy::shipped("protect"), module);
    kubernetes.delete_all(&rancher::rights());
    // The scanner has lost its rights with that, too.
    let clusters = list(kubernetes, User::Admin);
    rancher::wait_for_rights(kubernetes, 403);
    server.wait_for_settings(kubernetes);
    text += "\nWithout the rights of deploy/rbac.yaml.\n";
    let forbidden = asked(&server, &clusters);
    table(&mut text, &[("protect", forbidden)]);

    server.kill();
    text += "\nWhile policy-server is down: ";
    let mut words: Vec<&str> = asked(&server, &clusters)
        .iter()
        .map(|result| result.1)
        .collect();
    words.dedup();
    let _ = writeln!(text, "{}", words.join(", "));
    text
}

/// Name, result and message of each cluster.
type Results = Vec<(String, &'static str, String)>;

fn table(text: &mut String, columns: &[(&str, Results)]) {
    let _ = write!(text, "\n{:24}", "");
    for (name, _) in columns {
        let _ = write!(text, "{name:9}");
    }
    text.truncate(text.trim_end().len());
    for (number, (cluster, ..)) in columns[0].1.iter().enumerate() {
        let _ = write!(text, "\n\n{cluster:24}");
        for (_, results) in columns {
            let _ = write!(text, "{:9}", results[number].1);
        }
        text.truncate(text.trim_end().len());
        let messages = columns.iter().map(|(name, results)| {
            let message = &results[number].2;
            let messages = if message.is_empty() {
                Vec::new()
            } else {
                vec![message.clone()]
            };
            (*name, messages)
        });
        let messages: Vec<(&str, Vec<String>)> = messages.collect();
        let messages: Vec<(&str, &[String])> = messages
            .iter()
            .map(|(name, said)| (*name, said.as_slice()))
            .collect();
        let _ = write!(text, "\n{}", record::merged(&messages).trim_end());
        text.truncate(text.trim_end().len());
    }
    text.push('\n');
}

fn results(kubernetes: &Kubernetes, server: &PolicyServer) -> Results {
    asked(server, &list(kubernetes, User::AuditScanner))
}

fn asked(server: &PolicyServer, clusters: &[Value]) -> Results {
    let ask = |cluster: &Value| {
        let name = cluster["metadata"]["name"].as_str().unwrap_or_default();
        let answer = server.audit(cluster, Duration::from_secs(10));
        let (word, mut message) = audit::result(&answer);
        // The rest is a path as long as the object is deep.
        if message.contains("recursion limit exceeded") {
            message = "status 400: recursion limit exceeded".to_owned();
        }
        (name.to_owned(), word, message)
    };
    clusters.iter().map(ask).collect()
}

/// The stored clusters, with the rights of a user.
fn list(kubernetes: &Kubernetes, user: User) -> Vec<Value> {
    let request = Request::get("/apis/management.cattle.io/v3/clusters");
    until("the scanner may list clusters", || {
        let mut reply = kubernetes.client.send(user, &request);
        let Value::Array(mut items) = reply.body["items"].take() else {
            return Err(format!("{reply:?}"));
        };
        // Items of a list bear no kind of their own; the scanner puts it back.
        for item in &mut items {
            item["apiVersion"] = reply.body["apiVersion"].clone();
            item["kind"] = "Cluster".into();
        }
        Ok(items)
    })
}

/// Stores the sample clusters of the command, and Rancher's Settings.
///
/// # Panics
///
/// If one of them cannot be stored.
pub fn store_samples(kubernetes: &Kubernetes) {
    for file in ["settings", "clusters"] {
        let file = root().join(format!("cli/sample/{file}.json"));
        let text = fs::read_to_string(file).expect("the sample of the command");
        let mut list: Value = serde_json::from_str(&text).expect("JSON");
        for object in list["items"].as_array_mut().expect("a List") {
            create(kubernetes, object.take());
        }
    }
}

fn store_odd_ones(kubernetes: &Kubernetes) {
    let cluster = |name: &str, spec: Value| {
        json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": name},
            "spec": spec,
        })
    };
    let pin = "rancher/rancher-agent:v2.11.3";
    let nested = (0..130).fold(json!(1), |inner, _| json!([inner]));
    create(kubernetes, cluster("odd-empty", Value::Null));
    create(
        kubernetes,
        cluster("odd-list", json!({"desiredAgentImage": [pin]})),
    );
    create(
        kubernetes,
        cluster(
            "odd-nested",
            json!({"desiredAgentImage": pin, "nested": nested}),
        ),
    );
    create(
        kubernetes,
        cluster(
            "odd-tag",
            json!({"desiredAgentImage": "rancher/rancher-agent:latest"}),
        ),
    );
}

/// Creates an object as administrator.
///
/// # Panics
///
/// If it cannot be stored.
pub fn create(kubernetes: &Kubernetes, mut object: Value) {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
        metadata.remove("uid");
    }
    let collection = path(&object);
    let (collection, _) = collection.rsplit_once('/').expect("a path");
    let reply = kubernetes
        .client
        .send(User::Admin, &Request::post(collection, object));
    assert_eq!(reply.status, 201, "{}", reply.body);
}
