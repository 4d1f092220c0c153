//! What really runs, through Rancher's proxy: each answer that there can be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::check::granted;
use crate::fleet::{CLUSTERS, NEW, OLD, SETTINGS, answer, cluster, disconnected, local, setting};
use crate::server::{Answer, READING, SECRET, Server, command, kubeconfig, ran, run, run_at};

/// The Deployment of an agent with this image and this status.
pub(crate) fn deployment(image: &str, status: &Value) -> Answer {
    Answer::Json(json!({
        "kind": "Deployment", "apiVersion": "apps/v1",
        "metadata": {"name": "cattle-cluster-agent", "generation": 2, "annotations": {"a": SECRET}},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [
            {"name": "cluster-register", "image": image, "env": [{"name": "T", "value": SECRET}]},
        ]}}},
        "status": status,
    }))
}

pub(crate) fn done() -> Value {
    json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2})
}

pub(crate) fn rolling() -> Value {
    json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 1, "availableReplicas": 2})
}

fn stuck() -> Value {
    let mut status = rolling();
    status["conditions"] = json!([{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]);
    status
}

/// The id of the cluster whose Deployment is asked for.
pub(crate) fn asked_cluster(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/k8s/clusters/")?;
    rest.strip_suffix("/apis/apps/v1/namespaces/cattle-system/deployments/cattle-cluster-agent")
}

/// A Rancher with these clusters; each answers what this says.
fn rancher(clusters: Vec<Value>, proxy: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |asked| match asked_cluster(&asked.path) {
        Some(id) => proxy(id),
        None if asked.path == "/rancherversion" => {
            Answer::Json(json!({"Version": "v2.12.3", "GitCommit": SECRET}))
        }
        None => answer(asked, &clusters),
    })
}

/// Runs `check --running` through Rancher.
fn check(server: &Server, arguments: &[&str]) -> crate::server::Ran {
    let address = format!("{}/k8s/clusters/local", server.url());
    let arguments = [&["check", "--running"], arguments].concat();
    let (status, stdout, stderr) = run_at(server, &address, &arguments);
    let reading = READING.replace("SERVER", "SERVER/k8s/clusters/local");
    let said = stderr
        .strip_prefix(&reading)
        .expect("where it reads")
        .to_owned();
    (status, stdout, said)
}

#[test]
fn what_runs_has_a_column_and_is_judged_as_what_was_applied() {
    let all = ["done", "rolls", "stuck", "edited", "behind"];
    let clusters = all
        .iter()
        .map(|name| cluster(&format!("c-{name}"), name, "", NEW));
    let clusters: Vec<Value> = [local()].into_iter().chain(clusters).collect();
    let server = rancher(clusters, |id| match id {
        "c-rolls" => deployment(NEW, &rolling()),
        "c-stuck" => deployment(NEW, &stuck()),
        "c-edited" => deployment("mirror/rancher-agent:v2.12.3", &done()),
        "c-behind" => deployment(OLD, &done()),
        _ => deployment(NEW, &done()),
    });
    let (status, stdout, said) = check(&server, &[]);
    assert_eq!(
        (status, stdout.as_str(), said.as_str()),
        (
            2,
            "\
NAME      DISPLAY NAME  DESIRED  DEPLOYED               RUNNING                          VERDICT       REASON
c-behind  behind        follows  rancher-agent:v2.12.3  rancher-agent:v2.11.3 (edited)   lagging       deployed-lagging
c-done    done          follows  rancher-agent:v2.12.3  rancher-agent:v2.12.3            current       -
c-edited  edited        follows  rancher-agent:v2.12.3  rancher-agent:v2.12.3 (edited)   current       -
c-rolls   rolls         follows  rancher-agent:v2.12.3  rancher-agent:v2.12.3 (rolling)  current       -
c-stuck   stuck         follows  rancher-agent:v2.12.3  rancher-agent:v2.12.3 (stuck)    current       -
local     local         follows  -                      -                                out-of-scope  -

6 clusters: 1 lagging, 4 current, 1 out-of-scope (Rancher v2.12.3)
",
            ""
        )
    );
    let (_, json, _) = check(&server, &["-o", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let running: Vec<&Value> = report["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| &cluster["running"])
        .collect();
    assert_eq!(
        running,
        [
            &json!({"image": OLD, "rollOut": "edited"}),
            &json!({"image": NEW, "rollOut": null}),
            &json!({"image": "mirror/rancher-agent:v2.12.3", "rollOut": "edited"}),
            &json!({"image": NEW, "rollOut": "rolling"}),
            &json!({"image": NEW, "rollOut": "stuck"}),
            &Value::Null,
        ]
    );
}

/// While a roll-out is not done, the exit status is that of an agent that lags.
/// Of a cluster it asks for what the RoleTemplate grants, and for nothing else.
#[test]
fn the_role_template_grants_what_is_asked_for() {
    let server = rancher(vec![cluster("c-1", "", "", NEW)], |_| {
        deployment(NEW, &done())
    });
    check(&server, &[]);
    let mut asked = server.log();
    assert!(asked.iter().all(|asked| asked.method == "GET"));
    asked.retain(|asked| asked.path.starts_with("/k8s/"));
    let asked: Vec<Option<&str>> = asked.iter().map(|it| asked_cluster(&it.path)).collect();
    assert_eq!(asked, [Some("c-1")]);
    assert_eq!(
        granted("running.yaml"),
        ["get deployments cattle-cluster-agent"]
    );
}

#[test]
fn a_roll_out_that_is_not_done_is_no_success() {
    for (status, expected) in [(done(), 0), (rolling(), 2), (stuck(), 2)] {
        let server = rancher(vec![cluster("c-1", "one", "", NEW)], move |_| {
            deployment(NEW, &status)
        });
        assert_eq!(check(&server, &[]).0, expected);
    }
    // Of what nobody could ask, nobody can tell.
    let server = rancher(vec![cluster("c-1", "one", "", NEW)], |_| {
        Answer::not_found()
    });
    assert_eq!(check(&server, &[]).0, 0);
    assert_eq!(check(&server, &["--fail-on", "unknown"]).0, 3);
}

/// What the proxy answers, and the word for it.
#[test]
fn each_answer_of_the_proxy_has_its_word() {
    let rancher_says = |code: u16, name: &str, message: &str| {
        let body = json!({
            "Code": {"Code": name, "Status": code}, "Message": format!("{message} {SECRET}"),
            "Cause": null, "FieldName": "",
        });
        Answer::Text(code, "text/plain", body.to_string())
    };
    let page = |code| Answer::Text(code, "text/html", format!("<html>{SECRET}</html>"));
    type Make = Box<dyn Fn() -> Answer + Send + Sync>;
    let answers: Vec<(&str, &str, Make)> = vec![
        (
            "c-right",
            "no-right",
            Box::new(|| Answer::status(403, "Forbidden", "deployments.apps is forbidden")),
        ),
        (
            "c-none",
            "no-deployment",
            Box::new(|| Answer::status(404, "NotFound", "not found")),
        ),
        (
            "c-seen",
            "not-visible",
            Box::new(move || rancher_says(403, "Forbidden", "User \"u-x\"")),
        ),
        (
            "c-token",
            "token-refused",
            Box::new(move || rancher_says(403, "Forbidden", "User \"system:unauthenticated\"")),
        ),
        (
            "c-id",
            "not-visible",
            Box::new(move || rancher_says(404, "NotFound", "not found")),
        ),
        (
            "c-new",
            "not-provisioned",
            Box::new(move || rancher_says(503, "ClusterUnavailable", "cluster not provisioned")),
        ),
        (
            "c-early",
            "not-provisioned",
            Box::new(|| {
                Answer::Text(500, "text/plain", "unable to create impersonator account: ClusterUnavailable 503: cluster not found".to_owned())
            }),
        ),
        (
            "c-gone",
            "disconnected",
            Box::new(|| Answer::Text(500, "text/plain", "cluster agent disconnected".to_owned())),
        ),
        ("c-bad", "server-error", Box::new(move || page(502))),
        ("c-login", "unexpected-answer", Box::new(move || page(200))),
        (
            "c-large",
            "unexpected-answer",
            Box::new(|| Answer::Text(200, "application/json", "x".repeat(50_000_000))),
        ),
        ("c-hang", "timeout", Box::new(|| Answer::Hang)),
        (
            "c-cut",
            "no-connection",
            Box::new(|| Answer::Cut(format!("{{\"kind\":\"{SECRET}"))),
        ),
    ];
    let clusters = answers.iter().map(|(name, ..)| cluster(name, "", "", NEW));
    let clusters: Vec<Value> = clusters.collect();
    let expected: BTreeMap<String, String> = answers
        .iter()
        .map(|(name, word, _)| ((*name).to_owned(), (*word).to_owned()))
        .collect();
    let server = rancher(clusters, move |id| {
        let (.., answer) = answers.iter().find(|(name, ..)| *name == id).unwrap();
        answer()
    });
    let (status, stdout, said) = check(&server, &["-o", "json", "--running-timeout", "15s"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let found: BTreeMap<String, String> = report["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| {
            let word = cluster["running"]["rollOut"].as_str().unwrap();
            (
                cluster["name"].as_str().unwrap().to_owned(),
                word.to_owned(),
            )
        })
        .collect();
    assert_eq!((status, found), (0, expected));
    assert_eq!(
        said,
        "\
rancher-agents: what runs is not known of 1 cluster (disconnected): the agent has no connection to Rancher
rancher-agents: what runs is not known of 2 clusters (not-provisioned): Rancher has not provisioned the cluster yet
rancher-agents: what runs is not known of 1 cluster (no-right): the user may not get the Deployment there; deploy/running.yaml has the least right
rancher-agents: what runs is not known of 2 clusters (not-visible): Rancher does not let this user see the cluster; deploy/running.yaml has the least right
rancher-agents: what runs is not known of 1 cluster (token-refused): Rancher refuses the token: it has expired, was deleted, or is scoped to another cluster
rancher-agents: what runs is not known of 1 cluster (no-deployment): there is no Deployment cattle-system/cattle-cluster-agent
rancher-agents: what runs is not known of 1 cluster (timeout): no answer in time; give it more: --running-timeout
rancher-agents: what runs is not known of 1 cluster (no-connection): Rancher cannot be reached
rancher-agents: what runs is not known of 1 cluster (server-error): Rancher answered with an error of its own
rancher-agents: what runs is not known of 2 clusters (unexpected-answer): the answer is not the Deployment of an agent
"
    );
    // Nothing is asked twice.
    let log = server.log();
    let asked: Vec<&str> = log
        .iter()
        .filter_map(|asked| asked_cluster(&asked.path))
        .collect();
    assert_eq!(asked.len(), 13);
}

/// A token goes to no other path than that of a cluster.
#[test]
fn an_odd_name_leads_nowhere_else() {
    let names = [
        "../../v3", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\r\nb", "ü", "-",
    ];
    let clusters = names.map(|name| cluster(name, "", "", NEW)).to_vec();
    let server = rancher(clusters, |_| deployment(NEW, &done()));
    let (status, stdout, _) = check(&server, &["-o", "csv"]);
    let answers: Vec<&str> = stdout
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(5))
        .collect();
    assert_eq!(
        (status, answers),
        (0, vec!["unexpected-answer"; names.len()])
    );
    let asked: BTreeSet<String> = server.log().into_iter().map(|asked| asked.path).collect();
    let expected = [
        CLUSTERS,
        &format!("{SETTINGS}/agent-image"),
        &format!("{SETTINGS}/server-version"),
        "/rancherversion",
    ];
    assert_eq!(asked, expected.map(str::to_owned).into());
}

/// A cluster that cannot answer is not asked; one that a cloud hosts can.
#[test]
fn disconnected_clusters_are_not_asked_unless_they_are_hosted() {
    let clusters = vec![
        disconnected(cluster("c-hosted", "hosted", "", OLD), "EKS"),
        disconnected(cluster("c-own", "own", "", OLD), "rke2"),
        local(),
    ];
    let server = rancher(clusters, |_| deployment(OLD, &done()));
    let (status, stdout, said) = check(&server, &["-o", "csv"]);
    let cells: Vec<String> = stdout
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(6).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        (status, cells, said.as_str()),
        (
            2,
            vec![
                format!("c-hosted,hosted,follows,{OLD},{OLD},"),
                format!("c-own,own,follows,{OLD},,disconnected"),
                "local,local,follows,,,".to_owned(),
            ],
            "rancher-agents: what runs is not known of 1 cluster (disconnected): the agent has no \
             connection to Rancher\n"
        )
    );
    let log = server.log();
    let asked: Vec<&str> = log
        .iter()
        .filter_map(|asked| asked_cluster(&asked.path))
        .collect();
    assert_eq!(asked, ["c-hosted"]);
}

/// No more clusters are asked at once than it says.
#[test]
fn few_clusters_are_asked_at_once() {
    let clusters: Vec<Value> = (0..40)
        .map(|number| cluster(&format!("c-{number:02}"), "", "", NEW))
        .collect();
    for (arguments, most) in [(&[][..], 8), (&["--parallel", "3"][..], 3)] {
        let (now, highest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&highest);
        let server = rancher(clusters.clone(), move |_| {
            // An answer is made when its request has come, and the next request of the same
            // slot comes only behind it.
            let count = now.fetch_add(1, Ordering::SeqCst) + 1;
            seen.fetch_max(count, Ordering::SeqCst);
            now.fetch_sub(1, Ordering::SeqCst);
            deployment(NEW, &done())
        });
        assert_eq!(check(&server, arguments).0, 0);
        assert!(highest.load(Ordering::SeqCst) <= most);
    }
}

/// Where the kubeconfig is not Rancher's, address and token are given.
#[test]
fn rancher_is_asked_by_address_and_token() {
    let rancher = Server::start_tls(|asked| match asked_cluster(&asked.path) {
        Some(_) => deployment(NEW, &done()),
        None => Answer::not_found(),
    });
    let certificate = rancher.certificate.clone().unwrap();
    let cacerts = setting("cacerts", &certificate);
    let path = format!("{SETTINGS}/cacerts");
    let direct = Server::start(move |asked| {
        if asked.path == path {
            return Answer::Json(cacerts.clone());
        }
        answer(asked, &[cluster("c-1", "one", "", NEW)])
    });

    let (status, stdout, stderr) = run(&direct, &["check", "--running"]);
    let said = format!(
        "{READING}rancher-agents: --running asks through Rancher, and context `prod` \
         (http://SERVER) is not Rancher: give its address and a token: RANCHER_TOKEN=... --rancher \
         https://RANCHER\n"
    );
    assert_eq!((status, stdout.as_str(), stderr), (1, "", said));
    let (status, stdout, stderr) = run(
        &direct,
        &["check", "--running", "--rancher", &rancher.url()],
    );
    let said =
        format!("{READING}rancher-agents: --rancher needs a token of Rancher in RANCHER_TOKEN\n");
    assert_eq!((status, stdout.as_str(), stderr), (1, "", said));

    // What is not the address of a Rancher, and what are no certificates, are not passed over.
    for (address, ca_certs, said) in [
        (
            "rancher.example.com",
            "",
            "--rancher is not a URL, such as https://rancher.example.com",
        ),
        (
            rancher.url().as_str(),
            "-----BEGIN CERTIFICATE-----",
            "RANCHER_CA_CERTS holds no certificates in PEM",
        ),
    ] {
        let config = kubeconfig(&direct.url(), &json!({"token": SECRET}));
        let output = command(&config)
            .args(["check", "--running"])
            .env("RANCHER_URL", address)
            .env("RANCHER_TOKEN", SECRET)
            .env("RANCHER_CA_CERTS", ca_certs)
            .output()
            .unwrap();
        let said = format!("{READING}rancher-agents: {said}\n");
        assert_eq!(ran(&output, &direct), (1, String::new(), said));
        // Where nobody asks what runs, it does not matter.
        let output = command(&config)
            .env("RANCHER_URL", address)
            .output()
            .unwrap();
        assert_eq!(ran(&output, &direct).2, READING);
    }

    // The Setting has the certificate authority; the environment may have another.
    let config = kubeconfig(&direct.url(), &json!({"token": SECRET}));
    let file = config.with_file_name("ca.pem");
    fs::write(&file, &certificate).unwrap();
    for ca_certs in [None, Some(certificate.as_str()), file.to_str()] {
        let mut command = command(&config);
        if let Some(ca_certs) = ca_certs {
            command.env("RANCHER_CA_CERTS", ca_certs);
        }
        let output = command
            .args([
                "check",
                "--running",
                "-o",
                "csv",
                "--rancher",
                &rancher.url(),
            ])
            .env("RANCHER_TOKEN", format!("token-of-{SECRET}"))
            .output()
            .unwrap();
        let (status, stdout, _) = ran(&output, &direct);
        let running = stdout.lines().last().unwrap().split(',').nth(4).unwrap();
        assert_eq!((status, running), (0, NEW));
    }
    let tokens: Vec<String> = rancher.log().into_iter().map(|asked| asked.token).collect();
    assert_eq!(tokens, vec![format!("token-of-{SECRET}"); 3]);
}

/// In a watch, a cluster is current when its roll-out is done.
#[test]
fn a_watch_waits_for_what_runs() {
    use crate::fleet::{CLUSTERS, Count, page, setting_answer, settings};
    use crate::server::Then;

    let asks = Count::default();
    let server = Server::start(move |asked| match asked.path.as_str() {
        path if asked_cluster(path).is_some() => match asks.next() {
            1 => deployment(NEW, &rolling()),
            _ => deployment(NEW, &done()),
        },
        "/rancherversion" => Answer::Json(json!({"Version": "v2.12.3"})),
        _ if asked.is_watch() => Answer::Events(Vec::new(), Then::Hang),
        CLUSTERS => Answer::Json(page(asked, &[cluster("c-1", "one", "", NEW)], 9)),
        SETTINGS if asked.query.contains("server-version") => {
            Answer::Json(settings(&setting("server-version", "v2.12.3")))
        }
        SETTINGS => Answer::Json(settings(&setting("agent-image", NEW))),
        path => setting_answer(path).unwrap_or_else(Answer::not_found),
    });
    let found = run(&server, &["watch", "--running", "--settle", "0s"]);
    let said = format!(
        "{READING}rancher-agents: 0 of 1 current, 1 rolling out, worst: one (c-1)\n\
         rancher-agents: one (c-1) was rolling out, is current: 1 of 1 current\n"
    );
    assert_eq!(
        found,
        (
            0,
            "\
NAME  DISPLAY NAME  DESIRED  DEPLOYED               RUNNING                VERDICT  REASON
c-1   one           follows  rancher-agent:v2.12.3  rancher-agent:v2.12.3  current  -

1 cluster: 0 lagging, 1 current (Rancher v2.12.3)
"
            .to_owned(),
            said
        )
    );
}
