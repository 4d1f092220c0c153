//! What goes wrong, each in its own sentence.

use std::fs;

use serde_json::{Value, json};

use crate::fleet::{CLUSTERS, Count, NEW, OLD, answer, cluster, local, some, still};
use crate::server::{
    Answer, READING, SECRET, Server, Then, command, folder, kubeconfig, ran, run, run_at,
};

/// What is said where the clusters are answered in this way, and one request may take so long.
fn problem(answer_clusters: impl Fn() -> Answer + Send + Sync + 'static, timeout: &str) -> String {
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS => answer_clusters(),
        _ => answer(asked, &[]),
    });
    let (status, stdout, stderr) = run(&server, &["check", "--request-timeout", timeout]);
    assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
    let said = stderr.strip_prefix(READING).expect("where it reads");
    let said = said.strip_prefix("rancher-agents: context `prod` (http://SERVER)");
    said.expect("who answers").trim_end().to_owned()
}

#[test]
fn each_answer_has_its_sentence() {
    let dead = format!(
        r#"{{"Code":{{"Code":"Forbidden","Status":403}},"Message":"clusters.management.cattle.io is forbidden: User \"system:unauthenticated\" {SECRET}"}}"#
    );
    let page = |text: &str| format!("<html>{text} {SECRET}</html>");
    let start = format!(r#"{{"apiVersion":"management.cattle.io/v3","items":[{{"spec":"{SECRET}"#);
    type Make = Box<dyn Fn() -> Answer + Send + Sync>;
    let cases: Vec<(Make, &str)> = vec![
        (
            Box::new(|| Answer::status(401, "Unauthorized", "Unauthorized")),
            " does not accept these credentials (401): they may have expired; log in again, or \
             download the kubeconfig anew",
        ),
        (
            Box::new(|| Answer::status(403, "Forbidden", "clusters is forbidden: User \"u-x\"")),
            ": this user may not list clusters.management.cattle.io (403): bind the ClusterRole of \
             deploy/command.yaml to it, or ask with --as or --context as one who may",
        ),
        (
            Box::new(|| Answer::Text(403, "text/plain", String::new())),
            ": Rancher refuses to list clusters.management.cattle.io and says no more (403): it does \
             so where a user may not see the cluster `local`; ask for that right, or use a \
             kubeconfig of the cluster in which Rancher runs",
        ),
        (
            Box::new(move || Answer::Text(403, "text/plain", dead.clone())),
            ": Rancher does not know this token (403): it has expired, was deleted, or is for another \
             cluster; log in to Rancher and download the kubeconfig of `local` anew",
        ),
        (
            Box::new(Answer::not_found),
            " has no clusters.management.cattle.io (404): Rancher does not run in this cluster; \
             choose the one in which it does: --context NAME",
        ),
        (
            Box::new(|| Answer::status(410, "Expired", "too old")),
            ": the clusters changed faster than they could be read (410); run it again",
        ),
        (
            Box::new(|| Answer::status(500, "InternalError", "etcd")),
            " could not list clusters.management.cattle.io (500): that is an error of the server; \
             try again later",
        ),
        (
            Box::new(move || Answer::Text(200, "text/html", page("please log in"))),
            NOT_KUBERNETES,
        ),
        (
            Box::new(|| Answer::status(400, "BadRequest", "unable to parse requirement")),
            " does not take the request to list clusters.management.cattle.io (400): are the labels \
             of -l right?",
        ),
        // Lists of something else, and lists without an end.
        (
            Box::new(|| {
                Answer::Json(list(
                    "PodList",
                    &json!({}),
                    &json!([{"metadata": {"name": "p"}}]),
                ))
            }),
            NOT_KUBERNETES,
        ),
        (
            Box::new(|| Answer::Json(list("ClusterList", &json!({}), &json!([{"kind": "Pod"}])))),
            NOT_KUBERNETES,
        ),
        (
            Box::new(|| {
                Answer::Json(list(
                    "ClusterList",
                    &json!({"continue": "a"}),
                    &json!(some()),
                ))
            }),
            NOT_KUBERNETES,
        ),
        (
            Box::new(|| Answer::Json(list("ClusterList", &json!({"continue": "a"}), &json!(null)))),
            NOT_KUBERNETES,
        ),
        (
            Box::new(move || Answer::Cut(start.clone())),
            ": the connection ended before the answer did; run it again",
        ),
    ];
    for (answer, expected) in cases {
        assert_eq!(problem(answer, "60s"), expected);
    }
    assert_eq!(
        problem(|| Answer::Hang, "500ms"),
        " did not answer within 500ms; give it more time: --request-timeout"
    );
}

const NOT_KUBERNETES: &str = " does not answer as Kubernetes does: does a proxy or a login page \
                              stand in between? kubectl get --raw /version shows it";

/// A list of clusters, or of something else.
fn list(kind: &str, metadata: &Value, items: &Value) -> Value {
    json!({
        "apiVersion": "management.cattle.io/v3", "kind": kind, "metadata": metadata, "items": items,
    })
}

/// It is given up before memory is.
#[test]
fn an_answer_without_an_end_is_not_kept() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS => Answer::Endless,
        _ => answer(asked, &[]),
    });
    let said = "rancher-agents: context `prod` (http://SERVER): the answer goes on for longer than \
                any list of clusters; does kubectl get --raw /version work?";
    let found = run(&server, &["check"]);
    assert_eq!(found, (1, String::new(), format!("{READING}{said}\n")));
    let (lists, watches) = (Count::default(), Count::default());
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS if asked.is_watch() => match watches.next() {
            1 => Answer::Endless,
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
        CLUSTERS => {
            let image = if lists.next() == 1 { OLD } else { NEW };
            answer(asked, &[cluster("c-aaaaa", "alpha", "", image)])
        }
        _ => still(asked),
    });
    let (status, _, stderr) = run(&server, &["watch", "--settle", "0s"]);
    let expected = format!(
        "{READING}rancher-agents: 0 of 1 current, 1 rolling out, worst: alpha (c-aaaaa)\n\
         {said}; what is shown stands still, it is tried again\n\
         rancher-agents: alpha (c-aaaaa) was rolling out, is current: 1 of 1 current\n\
         rancher-agents: the connection is back\n"
    );
    assert_eq!((status, stderr), (0, expected));
}

#[test]
fn where_there_is_no_cluster_it_is_said() {
    let server = Server::start(|asked| answer(asked, &[]));
    let said = "there is no cluster yet: Rancher makes the first, `local`, when it starts\n";
    let found = run(&server, &["check"]);
    let expected = format!("{READING}rancher-agents: {said}");
    assert_eq!(found, (1, String::new(), expected));
    let found = run(&server, &["check", "-l", "env=prod"]);
    let expected = format!("{READING}rancher-agents: no cluster has the labels env=prod\n");
    assert_eq!(found, (1, String::new(), expected));
}

/// An address may hold a password, and so may that of a proxy.
#[test]
fn no_address_is_printed_whole() {
    let server = Server::start(|asked| answer(asked, &some()));
    let host = server.address;
    let address = format!("http://admin:{SECRET}@{host}/?token={SECRET}");
    let (status, _, stderr) = run_at(&server, &address, &["check"]);
    assert_eq!((status, stderr), (2, READING.to_owned()));
    let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let text = fs::read_to_string(&config).unwrap();
    let proxy = format!(r#"{{"proxy-url":"gopher://admin:{SECRET}@127.0.0.1","server""#);
    fs::write(&config, text.replace(r#"{"server""#, &proxy)).unwrap();
    let found = ran(&command(&config).output().unwrap(), &server);
    let said = format!(
        "{READING}rancher-agents: the kubeconfig cannot be used: its proxy, or that of the \
         environment, speaks neither HTTP nor SOCKS5\n"
    );
    assert_eq!(found, (1, String::new(), said));
}

#[test]
fn a_server_that_is_not_there_cannot_be_reached() {
    let server = Server::start(|asked| answer(asked, &[]));
    let (status, stdout, stderr) = run_at(&server, "http://127.0.0.1:1", &[]);
    assert_eq!(
        (status, stdout.as_str(), stderr.as_str()),
        (
            1,
            "",
            "rancher-agents: reading the clusters of context `prod` (http://127.0.0.1:1)\n\
             rancher-agents: context `prod` (http://127.0.0.1:1) cannot be reached: Connection \
             refused (os error 111); does kubectl get --raw /version work?\n"
        )
    );
}

#[test]
fn a_setting_that_cannot_be_read_is_named() {
    let without = |answer_settings: fn() -> Answer| {
        let server = Server::start(move |asked| match asked.path.as_str() {
            CLUSTERS => answer(asked, &some()),
            _ => answer_settings(),
        });
        let (status, stdout, stderr) = run(&server, &[]);
        assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
        stderr.strip_prefix(READING).unwrap().to_owned()
    };
    assert_eq!(
        without(|| Answer::status(404, "NotFound", "not found")),
        "rancher-agents: context `prod` (http://SERVER) has no Setting `server-version`; give the \
         version that the server has: --server-version\n"
    );
    assert_eq!(
        without(|| Answer::status(403, "Forbidden", "forbidden")),
        "rancher-agents: context `prod` (http://SERVER): this user may not read \
         settings.management.cattle.io server-version (403): bind the ClusterRole of \
         deploy/command.yaml to it, or ask with --as or --context as one who may\n"
    );
}

const DOWNSTREAM: &str = "is a downstream cluster: it has an agent, and a cluster `local` of its \
                          own, but no Rancher; choose the cluster in which Rancher runs: --context \
                          NAME\n";

#[test]
fn a_downstream_cluster_is_told_by_what_it_has() {
    let agent = "/apis/apps/v1/namespaces/cattle-system/deployments/cattle-cluster-agent";
    let server = Server::start(move |asked| match asked.path.as_str() {
        path if path == agent => Answer::Json(json!({"kind": "Deployment", "spec": SECRET})),
        _ => answer(asked, &[local()]),
    });
    let found = run(&server, &[]);
    let said = format!("{READING}rancher-agents: context `prod` (http://SERVER) {DOWNSTREAM}");
    assert_eq!(found, (1, String::new(), said));

    // Rancher's own cluster may have no other.
    let server = Server::start(|asked| answer(asked, &[local()]));
    let found = run(&server, &[]);
    assert_eq!((found.0, found.2.as_str()), (0, READING));
}

#[test]
fn a_downstream_cluster_is_told_by_its_address() {
    let server = Server::start(|asked| answer(asked, &some()));
    for verb in ["check", "watch"] {
        let address = format!("{}/k8s/clusters/c-m-abcdefgh", server.url());
        let (status, stdout, stderr) = run_at(&server, &address, &[verb]);
        let target = "context `prod` (http://SERVER/k8s/clusters/c-m-abcdefgh)";
        let said = format!(
            "rancher-agents: reading the clusters of {target}\nrancher-agents: {target} {DOWNSTREAM}"
        );
        assert_eq!((status, stdout.as_str(), stderr), (1, "", said));
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}

/// What is said where this is the kubeconfig.
fn with_kubeconfig(text: &str, arguments: &[&str]) -> String {
    let server = Server::start(|asked| answer(asked, &[]));
    let path = folder().join("kubeconfig");
    fs::write(&path, text).unwrap();
    let output = command(&path).args(arguments).output().unwrap();
    let (status, stdout, stderr) = ran(&output, &server);
    assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
    stderr.replace(path.to_str().unwrap(), "KUBECONFIG")
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_told_without_its_text() {
    let broken = format!("users:\n- name: a\n  user: {{token: {SECRET}\nclusters: [");
    let unfit = "rancher-agents: the kubeconfig cannot be used: ";
    let valid = fs::read_to_string(kubeconfig("http://127.0.0.1:1", &json!({}))).unwrap();
    let without_scheme = valid.replace("http://", "");
    for (text, arguments, said) in [
        (
            broken.as_str(),
            &[][..],
            "it is not valid YAML, or not a kubeconfig\n",
        ),
        (
            "kind: Config",
            &[],
            "it has no current context; choose one: --context NAME\n",
        ),
        (
            valid.as_str(),
            &["--context", "staging"],
            "it has no context `staging`; kubectl config get-contexts lists them\n",
        ),
        (
            valid.as_str(),
            &["--kubeconfig", "no/such"],
            "no/such: No such file or directory (os error 2)\n",
        ),
        (
            without_scheme.as_str(),
            &[],
            "the server of its cluster is not a URL\n",
        ),
    ] {
        assert_eq!(with_kubeconfig(text, arguments), format!("{unfit}{said}"));
    }
    let output = command("none".as_ref())
        .current_dir(folder())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), said),
        (
            Some(1),
            format!(
                "{unfit}there is none: KUBECONFIG and ~/.kube/config name no file, and this is not \
                 a pod; name one with --kubeconfig, or read a file: rancher-agents check FILE\n"
            )
        )
    );
}

/// As a file has it, whose line ends are part of it.
#[test]
fn a_token_that_cannot_be_sent_is_told_and_not_quoted() {
    let server = Server::start(|asked| answer(asked, &some()));
    let said = "holds a character that no token has, such as the end of a line\n";
    let config = kubeconfig(&server.url(), &json!({"token": format!("{SECRET}\n")}));
    let found = ran(&command(&config).output().unwrap(), &server);
    let expected =
        format!("{READING}rancher-agents: context `prod` (http://SERVER): its token {said}");
    assert_eq!(found, (1, String::new(), expected));
    let config = kubeconfig(&server.url(), &json!({}));
    let output = command(&config)
        .args(["check", "--running", "--rancher", &server.url()])
        .env("RANCHER_TOKEN", format!("{SECRET}\r\n"))
        .output()
        .unwrap();
    let expected = format!("{READING}rancher-agents: RANCHER_TOKEN {said}");
    assert_eq!(ran(&output, &server), (1, String::new(), expected));
    assert!(server.log().iter().all(|asked| asked.token.is_empty()));
}

/// What an exec plugin prints may be a token.
#[cfg(unix)]
#[test]
fn an_exec_plugin_that_fails_is_named_and_not_quoted() {
    let server = Server::start(|asked| answer(asked, &[]));
    let said = |plugin: &serde_json::Value| {
        let config = kubeconfig(&server.url(), &json!({"exec": plugin}));
        let output = command(&config)
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        let (status, stdout, stderr) = ran(&output, &server);
        assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
        stderr.strip_prefix(READING).unwrap().to_owned()
    };
    let version = "client.authentication.k8s.io/v1";
    assert_eq!(
        said(&json!({
            "apiVersion": version, "command": "sh", "interactiveMode": "Never",
            "args": ["-c", format!("echo {SECRET}; exit 3")],
        })),
        "rancher-agents: context `prod` (http://SERVER): its exec plugin failed (exit status: 3); log in again\n"
    );
    assert_eq!(
        said(
            &json!({"apiVersion": version, "command": "no-such-plugin", "interactiveMode": "Never"})
        ),
        "rancher-agents: context `prod` (http://SERVER): its exec plugin cannot be started: No such \
         file or directory (os error 2)\n"
    );
}

#[test]
fn a_token_of_an_exec_plugin_is_used() {
    let server = Server::start(|asked| answer(asked, &some()));
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": SECRET},
    });
    let config = kubeconfig(
        &server.url(),
        &json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "echo",
            "args": [credential.to_string()], "interactiveMode": "Never",
        }}),
    );
    let output = command(&config)
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert_eq!(ran(&output, &server).0, 2);
    let log = server.log();
    let asked = log.iter().find(|asked| asked.path == CLUSTERS).unwrap();
    assert_eq!(asked.token, SECRET);
}

/// The same sentences before a watch has begun.
#[test]
fn a_watch_that_cannot_begin_ends() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS => Answer::status(403, "Forbidden", "forbidden"),
        _ => answer(asked, &[]),
    });
    let (status, stdout, stderr) = run(&server, &["watch"]);
    let said = format!(
        "{READING}rancher-agents: context `prod` (http://SERVER): this user may not watch \
         clusters.management.cattle.io (403): bind the ClusterRole of deploy/command.yaml to it, or \
         ask with --as or --context as one who may\n"
    );
    assert_eq!((status, stdout.as_str(), stderr), (1, "", said));

    let server = Server::start(|_| Answer::status(404, "NotFound", "not found"));
    let (status, stdout, stderr) = run(&server, &["watch"]);
    let said = format!(
        "{READING}rancher-agents: context `prod` (http://SERVER) has no Setting `server-version`; \
         give the version that the server has: --server-version\n"
    );
    assert_eq!((status, stdout.as_str(), stderr), (1, "", said));
}
