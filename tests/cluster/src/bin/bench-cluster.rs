//! Measures what a write of a Cluster costs its sender, on a real API server, and how
//! many requests policy-server answers; prints tables in Markdown. See `make bench-cluster`.
//!
//!     bench-cluster POLICY.wasm READS-NOTHING.wasm SDK-TYPE.wasm
//!
//! Every contender has a cluster of its own, which its selector picks by a label. So all of
//! them are in force at once and take turns, and a slow moment of the machine affects all.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cluster_tests::client::{Client, Request};
use cluster_tests::kubernetes::{Kubernetes, path};
use cluster_tests::policy::{Policy, root};
use cluster_tests::policy_server::PolicyServer;
use cluster_tests::process::until;
use cluster_tests::program::Programs;
use cluster_tests::rancher;
use cluster_tests::user::User;
use serde_json::{Value, json};

/// Writes of each contender that count.
const WRITES: usize = 450;
/// Writes before that.
const WARM_UP: usize = 50;
/// Rounds of requests to policy-server alone, and requests of a round, by so many clients.
const ROUNDS: usize = 5;
const REQUESTS: usize = 2_000;
const CLIENTS: usize = 8;

/// What is in force for a cluster.
const CONTENDERS: [&str; 6] = [
    "no policy",
    "ValidatingAdmissionPolicy",
    "policy",
    "policy without matchConditions",
    "reads-nothing",
    "sdk-type",
];
/// The modules that policy-server has, in the order of the arguments.
const MODULES: [&str; 3] = ["policy", "reads-nothing", "sdk-type"];
/// A review has both objects, and is some twice as large.
const SIZES: [(&str, usize); 3] = [("5 KB", 2_500), ("20 KB", 10_000), ("77 KB", 38_500)];
/// What the policy answers to a cluster that then wants this image.
const ANSWERS: [(&str, &str); 2] = [("accept", ""), ("reject", "rancher/rancher-agent:v2.11.3")];
const USERS: [(User, &str); 2] = [(User::User, "a user"), (User::Rancher, "Rancher")];

fn main() -> ExitCode {
    let modules: Vec<PathBuf> = env::args_os()
        .skip(1)
        .filter_map(|module| fs::canonicalize(module).ok())
        .collect();
    let Ok(modules) = <[PathBuf; 3]>::try_from(modules) else {
        eprintln!("bench-cluster POLICY.wasm READS-NOTHING.wasm SDK-TYPE.wasm");
        return ExitCode::FAILURE;
    };
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(missing) => {
            eprintln!("{missing}");
            return ExitCode::FAILURE;
        }
    };
    let kubernetes = Kubernetes::start(programs);
    rancher::reset(&kubernetes, false);
    for (name, value) in [
        ("server-version", "v2.12.3"),
        ("agent-image", "rancher/rancher-agent:v2.12.3"),
    ] {
        kubernetes.apply(json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Setting",
            "metadata": {"name": name},
            "value": value,
        }));
    }
    let policy = Policy::shipped("protect");
    let mut list = json!({});
    for (name, module) in MODULES.iter().zip(&modules) {
        let mut entries = policy.list(module);
        let entry = entries
            .as_object_mut()
            .and_then(|entries| entries.values_mut().next());
        list[name] = entry.expect("an entry").take();
    }
    let server = PolicyServer::with_list(&kubernetes, policy.clone(), &list);
    put_in_force(&kubernetes, &server, &policy);
    writes(&kubernetes);
    throughput(&server.client(), MODULES);
    ExitCode::SUCCESS
}

fn label(contender: usize) -> Value {
    json!({"matchLabels": {"contender": contender.to_string()}})
}

fn put_in_force(kubernetes: &Kubernetes, server: &PolicyServer, policy: &Policy) {
    let [mut alternative, mut binding] = alternative();
    alternative["spec"]["matchConstraints"]["objectSelector"] = label(1);
    binding["spec"]["matchResources"]["objectSelector"] = label(1);
    kubernetes.apply(alternative);
    kubernetes.apply(binding);
    for (contender, module, conditions) in [
        (2, "policy", true),
        (3, "policy", false),
        (4, "reads-nothing", false),
        (5, "sdk-type", false),
    ] {
        let mut configuration = server.webhook(&kubernetes.authority.pem());
        let name = format!("contender-{contender}.example.com");
        configuration["metadata"]["name"] = name.clone().into();
        let webhook = &mut configuration["webhooks"][0];
        webhook["name"] = name.into();
        webhook["objectSelector"] = label(contender);
        webhook["clientConfig"]["url"] =
            format!("https://{}/validate/{module}", server.host()).into();
        if !conditions {
            webhook
                .as_object_mut()
                .expect("a webhook")
                .remove("matchConditions");
        }
        assert_eq!(policy.resource(), "validatingwebhookconfigurations");
        kubernetes.apply(configuration);
    }
    // Each of them has seen a write.
    let mut clusters: Vec<Value> = (0..CONTENDERS.len())
        .map(|n| cluster(kubernetes, n, 100))
        .collect();
    until("all contenders are in force", || {
        for (number, object) in clusters.iter_mut().enumerate() {
            write(kubernetes, User::User, object, number);
        }
        let metrics = kubernetes.get("/metrics").expect("metrics");
        let metrics = metrics.as_str().unwrap_or_default();
        let seen = |series: &str, name: &str| {
            metrics
                .lines()
                .any(|line| line.starts_with(series) && line.contains(name))
        };
        let webhooks = (2..6).all(|contender| {
            let name = format!("contender-{contender}.example.com");
            seen("apiserver_admission_webhook_request_total{", &name)
        });
        let pinned = json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": "probe", "labels": {"contender": "1"}},
            "spec": {"desiredAgentImage": "rancher/rancher-agent:v2.0.0"},
        });
        let probe = Request::post("/apis/management.cattle.io/v3/clusters?dryRun=All", pinned);
        let reply = kubernetes.client.send(User::User, &probe);
        let alternative = reply.status == 422;
        if webhooks && alternative {
            Ok(())
        } else {
            Err(format!("webhooks {webhooks}, {reply:?}"))
        }
    });
}

/// The ValidatingAdmissionPolicy of docs/alternatives.md, and its binding.
fn alternative() -> [Value; 2] {
    let document = fs::read_to_string(root().join("docs/alternatives.md")).expect("the document");
    let block = document
        .split("```yaml\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .find(|block| block.contains("kind: ValidatingAdmissionPolicy\n"));
    let objects: Vec<Value> =
        serde_saphyr::from_multiple(block.expect("the policy")).expect("YAML");
    objects.try_into().expect("a policy and its binding")
}

/// A new cluster of about so many bytes, for one contender.
fn cluster(kubernetes: &Kubernetes, contender: usize, size: usize) -> Value {
    let condition = json!({
        "type": "SystemAccountCreated",
        "status": "True",
        "reason": "",
        "message": "no message",
        "lastUpdateTime": "2026-01-01T00:00:00Z",
    });
    let conditions = size / condition.to_string().len();
    let object = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {
            "name": format!("c-{contender}-{size}"),
            "labels": {"contender": contender.to_string()},
        },
        "spec": {"displayName": "prod-eu", "desiredAgentImage": "", "agentImageOverride": ""},
        "status": {
            "agentImage": "rancher/rancher-agent:v2.12.3",
            "conditions": vec![condition; conditions],
        },
    });
    kubernetes.apply(object.clone());
    kubernetes.get(&path(&object)).expect("the cluster")
}

/// PUTs the whole object with another status, as Rancher does; how long it takes.
fn write(kubernetes: &Kubernetes, user: User, object: &mut Value, number: usize) -> Duration {
    object["status"]["nodeCount"] = json!(number);
    let request = Request::put(&path(object), object.clone());
    let start = Instant::now();
    let reply = kubernetes.client.send(user, &request);
    let time = start.elapsed();
    assert_eq!(reply.status, 200, "{}", reply.body);
    *object = reply.body;
    time
}

fn writes(kubernetes: &Kubernetes) {
    println!("| review | by | in force | median | p99 | over no policy |");
    println!("| --- | --- | --- | ---: | ---: | ---: |");
    for (size_name, size) in SIZES {
        for (user, user_name) in USERS {
            let mut clusters: Vec<Value> = (0..CONTENDERS.len())
                .map(|contender| cluster(kubernetes, contender, size))
                .collect();
            let mut times = vec![Vec::new(); CONTENDERS.len()];
            for round in 0..WARM_UP + WRITES {
                for turn in 0..CONTENDERS.len() {
                    // What ran before leaves its mark: another order in each round.
                    let contender = (turn + round) % CONTENDERS.len();
                    let time = write(kubernetes, user, &mut clusters[contender], round);
                    if round >= WARM_UP {
                        times[contender].push(time);
                    }
                }
            }
            let base = quantile(&mut times[0], 50);
            for (name, times) in CONTENDERS.iter().zip(&mut times) {
                let (median, p99) = (quantile(times, 50), quantile(times, 99));
                println!(
                    "| {size_name} | {user_name} | {name} | {:.1} ms | {:.1} ms | {:+.1} ms |",
                    ms(median),
                    ms(p99),
                    ms(median) - ms(base),
                );
            }
        }
    }
    println!();
}

fn quantile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Requests a second to policy-server alone, which all modules have to look at.
fn throughput(client: &Client, modules: [&str; 3]) {
    println!("| review | answer | module | requests a second | to reads-nothing |");
    println!("| --- | --- | --- | ---: | ---: |");
    let reviews = SIZES.map(|size| ANSWERS.map(|answer| (size, answer)));
    for ((size_name, size), (answer, image)) in reviews.into_iter().flatten() {
        let review = review(size, image).to_string();
        let mut rates = [const { Vec::new() }; 3];
        for round in 0..=ROUNDS {
            for turn in 0..modules.len() {
                let module = (turn + round) % modules.len();
                let rate = rate(client, modules[module], &review);
                // The first round warms up.
                if round > 0 {
                    rates[module].push(rate);
                }
            }
        }
        let medians = rates.map(|mut rates| {
            rates.sort_unstable_by(f64::total_cmp);
            rates[rates.len() / 2]
        });
        for (name, median) in modules.iter().zip(medians) {
            println!(
                "| {size_name} | {answer} | {name} | {median:.0} | {:.2} |",
                median / medians[1]
            );
        }
    }
}

/// An UPDATE by a user of a cluster that followed and then wants this image.
fn review(size: usize, image: &str) -> Value {
    let object = |image: &str| {
        json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": "c-m-nsjw2zdq"},
            "spec": {"displayName": "prod-eu", "desiredAgentImage": image},
            "status": {
                "agentImage": "rancher/rancher-agent:v2.12.3",
                "conditions": vec![json!({"type": "Ready", "status": "True"}); size / 32],
            },
        })
    };
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "c7f3c0e8-0000-4000-8000-000000000000",
            "kind": kind,
            "resource": {"group": "management.cattle.io", "version": "v3", "resource": "clusters"},
            "requestKind": kind,
            "name": "c-m-nsjw2zdq",
            "operation": "UPDATE",
            "userInfo": {"username": "user-55gsl"},
            "object": object(image),
            "oldObject": object(""),
        },
    })
}

fn rate(client: &Client, module: &str, review: &str) -> f64 {
    let path = format!("/validate/{module}");
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..REQUESTS / CLIENTS {
                    assert_eq!(client.post(&path, review), 200);
                }
            });
        }
    });
    REQUESTS as f64 / start.elapsed().as_secs_f64()
}
