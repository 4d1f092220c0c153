//! The verbs that read once.

use std::fs;

use serde_json::{Value, json};

use crate::fleet::{
    CLUSTERS, NEW, OLD, SETTINGS, Watched, answer, cluster, page, setting, settings, some,
};
use crate::server::{
    Answer, Asked, READING, SECRET, Server, Then, command, kubeconfig, ran, run, run_at,
};

const REPORT: &str = "\
NAME     DISPLAY NAME  DESIRED                DEPLOYED               VERDICT       REASON
c-bbbbb  beta          rancher-agent:v2.11.3  rancher-agent:v2.11.3  lagging       desired-lagging
c-ccccc  gamma         follows                rancher-agent:v2.11.3  lagging       deployed-lagging
c-aaaaa  alpha         follows                rancher-agent:v2.12.3  current       -
local    local         follows                -                      out-of-scope  -

4 clusters: 2 lagging, 1 current, 1 out-of-scope (Rancher v2.12.3)
";

#[test]
fn without_a_file_the_cluster_of_the_kubeconfig_is_asked() {
    let server = Server::start(|asked| answer(asked, &some()));
    for arguments in [&[][..], &["check"][..]] {
        let found = run(&server, arguments);
        assert_eq!(found, (2, REPORT.to_owned(), READING.to_owned()));
    }
}

#[test]
fn long_lists_come_in_pages_and_settings_by_name() {
    let clusters: Vec<Value> = (0..5)
        .map(|number| cluster(&format!("c-{number}"), "", "", NEW))
        .collect();
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS => Answer::Json(page(asked, &clusters, 2)),
        _ => answer(asked, &[]),
    });
    let found = run(&server, &["check", "-o", "csv"]);
    assert_eq!(
        (found.0, found.1.lines().count(), found.2),
        (0, 6, READING.to_owned())
    );
    assert_eq!(
        server.asked(),
        [
            format!("{CLUSTERS}?&limit=500"),
            format!("{CLUSTERS}?&limit=500&continue=2"),
            format!("{CLUSTERS}?&limit=500&continue=4"),
            format!("{SETTINGS}/agent-image"),
            format!("{SETTINGS}/server-version"),
            "/rancherversion".to_owned(),
        ]
    );
}

/// Rancher tells its version without a login: nobody hands it a token for that.
#[test]
fn the_token_goes_to_the_api_server_alone() {
    let server = Server::start(|asked| answer(asked, &some()));
    run(&server, &[]);
    let mut tokens: Vec<(String, String)> = server
        .log()
        .into_iter()
        .map(|asked| (asked.path, asked.token))
        .collect();
    tokens.sort();
    let with_token = |path: &str| (path.to_owned(), SECRET.to_owned());
    assert_eq!(
        tokens,
        [
            with_token(CLUSTERS),
            with_token(&format!("{SETTINGS}/agent-image")),
            with_token(&format!("{SETTINGS}/server-version")),
            ("/rancherversion".to_owned(), String::new()),
        ]
    );
}

#[test]
fn ten_thousand_clusters_come_in_twenty_pages() {
    let clusters: Vec<Value> = (0..10_000)
        .map(|number| {
            cluster(
                &format!("c-{number:05}"),
                "",
                "",
                if number < 10 { OLD } else { NEW },
            )
        })
        .collect();
    let server = Server::start(move |asked| answer(asked, &clusters));
    let (status, stdout, stderr) = run(&server, &["check"]);
    assert_eq!(
        (status, stdout.lines().last(), stderr.as_str()),
        (
            2,
            Some("10000 clusters: 10 lagging, 9990 current (Rancher v2.12.3)"),
            READING
        )
    );
    let pages = server
        .log()
        .into_iter()
        .filter(|asked| asked.path == CLUSTERS);
    assert_eq!(pages.count(), 20);
}

#[test]
fn plan_and_fix_ask_the_cluster_too() {
    let server = Server::start(|asked| answer(asked, &some()));
    let (status, stdout, stderr) = run(&server, &["plan", "--to", "v2.13.0"]);
    assert_eq!(
        (status, stdout.lines().last(), stderr.as_str()),
        (
            2,
            Some(
                "4 clusters: 1 stays-behind, 1 not-reachable, 1 follows, 1 no-agent (upgrade to Rancher v2.13.0)"
            ),
            READING
        )
    );
    let (status, stdout, stderr) = run(&server, &["fix"]);
    let patches: Vec<&str> = stdout
        .lines()
        .filter(|line| line.starts_with("kubectl"))
        .collect();
    assert_eq!(
        (status, patches, stderr.as_str()),
        (
            2,
            vec![
                r#"kubectl patch clusters.management.cattle.io/c-bbbbb --type=merge -p '{"spec":{"desiredAgentImage":""}}' "$@" || failed=1"#
            ],
            READING
        )
    );
}

#[test]
fn clusters_are_chosen_by_name_label_and_verdict() {
    let server = Server::start(|asked| {
        let clusters = some();
        let is_labelled = asked.query.contains("labelSelector=env%3Dprod%2Ctier");
        answer(
            asked,
            if is_labelled {
                &clusters[1..2]
            } else {
                &clusters
            },
        )
    });
    let names = |arguments: &[&str]| {
        let (status, stdout, stderr) = run(&server, &[arguments, &["-o", "csv"]].concat());
        let names: Vec<String> = stdout
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().to_owned())
            .collect();
        (status, names.join(" "), stderr.replace(READING, ""))
    };
    let of = |status, names: &str, rest: &str| (status, names.to_owned(), rest.to_owned());
    assert_eq!(names(&["c-aaaaa"]), of(0, "c-aaaaa", ""));
    assert_eq!(names(&["alpha", "c-ccccc"]), of(2, "c-ccccc c-aaaaa", ""));
    assert_eq!(names(&["-l", "env=prod,tier"]), of(0, "c-aaaaa", ""));
    // The exit status is that of all.
    assert_eq!(names(&["--verdict", "current"]), of(2, "c-aaaaa", ""));
    assert_eq!(
        names(&["--verdict", "lagging,out-of-scope"]),
        of(2, "c-bbbbb c-ccccc local", "")
    );
    assert_eq!(
        names(&["alpha", "nobody"]),
        of(
            1,
            "c-aaaaa",
            "rancher-agents: nobody: there is no such cluster, and no such file\n"
        )
    );
    let missing = run(&server, &["nobody"]);
    let problem =
        format!("{READING}rancher-agents: nobody: there is no such cluster, and no such file\n");
    assert_eq!(missing, (1, String::new(), problem));
}

#[test]
fn a_version_that_is_given_needs_no_setting() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS => answer(asked, &some()),
        _ => Answer::status(403, "Forbidden", "settings is forbidden"),
    });
    let (status, stdout, stderr) = run(&server, &["--server-version", "v2.11.3"]);
    assert_eq!(
        (status, stdout.lines().last(), stderr.as_str()),
        (
            0,
            Some("4 clusters: 0 lagging, 1 ahead, 2 current, 1 out-of-scope (Rancher v2.11.3)"),
            READING
        )
    );
}

#[test]
fn the_version_of_the_rancher_that_answers_is_compared_with_the_setting() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/rancherversion" => Answer::Json(json!({"Version": "v2.13.0", "GitCommit": "x"})),
        _ => answer(asked, &some()),
    });
    let warning = "rancher-agents: the Setting `server-version` says v2.12.3, but the Rancher that \
                   answers is v2.13.0: an upgrade is under way, or the Setting is stale; agents \
                   are compared with the Setting\n";
    let address = format!("{}/k8s/clusters/local", server.url());
    let found = run_at(&server, &address, &[]);
    let reading = READING.replace("SERVER", "SERVER/k8s/clusters/local");
    assert_eq!(found, (2, REPORT.to_owned(), reading + warning));
}

#[test]
fn a_user_and_groups_are_impersonated() {
    let server = Server::start(|asked| answer(asked, &some()));
    run(&server, &["--as", "jane", "--as-group", "admins"]);
    let mut users: Vec<(String, String)> = server
        .log()
        .into_iter()
        .map(|asked| (asked.path, asked.user))
        .collect();
    users.sort();
    users.dedup_by(|one, other| one.1 == other.1);
    let of = |path: &str, user: &str| (path.to_owned(), user.to_owned());
    assert_eq!(users, [of(CLUSTERS, "jane"), of("/rancherversion", "")]);
}

#[test]
fn an_api_server_with_tls_has_to_be_trusted() {
    let server = Server::start_tls(|asked| answer(asked, &some()));
    let (status, stdout, stderr) = run(&server, &[]);
    let problem = "rancher-agents: reading the clusters of context `prod` (https://SERVER)\n\
                   rancher-agents: context `prod` (https://SERVER) cannot be reached: invalid \
                   peer certificate: UnknownIssuer; does kubectl get --raw /version work?\n";
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (1, "", problem));

    let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let authority = config.with_file_name("ca.crt");
    fs::write(&authority, server.certificate.as_ref().unwrap()).unwrap();
    let text = fs::read_to_string(&config).unwrap();
    let trusting = format!(
        r#"{{"certificate-authority":"{}","server""#,
        authority.display()
    );
    fs::write(&config, text.replace(r#"{"server""#, &trusting)).unwrap();
    let output = command(&config).output().unwrap();
    let (status, stdout, _) = ran(&output, &server);
    assert_eq!((status, stdout.as_str()), (2, REPORT));
}

/// The files of KUBECONFIG are merged; those that are not there do not matter.
#[test]
fn a_context_of_several_kubeconfigs_is_chosen() {
    let server = Server::start(|asked| answer(asked, &some()));
    let other = kubeconfig("http://127.0.0.1:1", &json!({}));
    let text = fs::read_to_string(&other).unwrap();
    let text = text.replace("prod", "other").replace("\"c\"", "\"oc\"");
    fs::write(&other, text.replace("\"u\"", "\"ou\"")).unwrap();
    let mine = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let paths = [other.as_path(), "none".as_ref(), mine.as_path()];
    let paths = std::env::join_paths(paths).unwrap();
    let output = command(&mine)
        .env("KUBECONFIG", paths)
        .args(["--context", "prod"])
        .output()
        .unwrap();
    assert_eq!(
        ran(&output, &server),
        (2, REPORT.to_owned(), READING.to_owned())
    );
    let output = command(&mine)
        .env_remove("KUBECONFIG")
        .arg("--kubeconfig")
        .arg(&mine)
        .output()
        .unwrap();
    assert_eq!(
        ran(&output, &server),
        (2, REPORT.to_owned(), READING.to_owned())
    );
}

/// What the program asks for is what the ClusterRole grants, no less and no more.
#[test]
fn the_cluster_role_grants_what_is_asked_for() {
    // The version changes when all else is under watch, and with it ends the watch.
    let watched = Watched::default();
    let server = Server::start(move |asked| match asked.path.as_str() {
        SETTINGS if asked.is_watch() && asked.query.contains("server-version") => {
            let event = json!({"type": "MODIFIED", "object": setting("server-version", "v2.11.3")});
            watched.answer(2, event)
        }
        _ if asked.is_watch() => {
            watched.note(asked);
            Answer::Events(Vec::new(), Then::Hang)
        }
        SETTINGS => {
            let name = asked.query.split("metadata.name%3D").nth(1).unwrap();
            let name = name.split('&').next().unwrap();
            let value = if name == "agent-image" {
                NEW
            } else {
                "v2.12.3"
            };
            Answer::Json(settings(&setting(name, value)))
        }
        _ => answer(asked, &[cluster("c-1", "", "", OLD)]),
    });
    run(&server, &["check"]);
    run(&server, &["watch", "--settle", "0s"]);
    let mut asked: Vec<String> = server.log().iter().filter_map(right).collect();
    asked.sort();
    asked.dedup();
    let mut granted = granted("command.yaml");
    // Certificates of Rancher are asked for with --running, where --rancher names it.
    granted.retain(|right| right != "get settings cacerts");
    assert_eq!(asked, granted);
}

/// Verb, resource and name of each right in the first document of a file in deploy/.
pub(crate) fn granted(file: &str) -> Vec<String> {
    let role = format!("{}/../deploy/{file}", env!("CARGO_MANIFEST_DIR"));
    let role = fs::read_to_string(role).unwrap();
    let role = role.split("---").next().unwrap();
    let role: Value = serde_saphyr::from_str(role).unwrap();
    let mut granted = Vec::new();
    for rule in role["rules"].as_array().unwrap() {
        let all = |key: &str| {
            let values = rule[key].as_array();
            values.map_or(vec![String::new()], |values| {
                values
                    .iter()
                    .map(|value| format!(" {}", value.as_str().unwrap()))
                    .collect()
            })
        };
        for verb in all("verbs") {
            for resource in all("resources") {
                for name in all("resourceNames") {
                    granted.push(format!("{verb}{resource}{name}").trim().to_owned());
                }
            }
        }
    }
    granted.sort();
    granted
}

/// Verb, resource and name of a request to Kubernetes.
fn right(asked: &Asked) -> Option<String> {
    let rest = asked.path.strip_prefix("/apis/management.cattle.io/v3/")?;
    let (resource, name) = match rest.split_once('/') {
        Some((resource, name)) => (resource, Some(name.to_owned())),
        None => {
            let name = asked.query.split("metadata.name%3D").nth(1);
            (
                rest,
                name.map(|name| name.split('&').next().unwrap().to_owned()),
            )
        }
    };
    let verb = match (asked.is_watch(), rest.contains('/')) {
        (true, _) => "watch",
        (false, true) => "get",
        (false, false) => "list",
    };
    let name = name.map(|name| format!(" {name}")).unwrap_or_default();
    Some(format!("{verb} {resource}{name}"))
}

#[cfg(unix)]
#[test]
fn what_is_piped_and_not_named_gets_a_hint() {
    use std::process::Stdio;

    let server = Server::start(|asked| answer(asked, &some()));
    let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(writer);
    let output = command(&config)
        .stdin(Stdio::from(reader))
        .output()
        .unwrap();
    let hint = "rancher-agents: standard input is not read; to read it, name it: \
                rancher-agents check -\n";
    assert_eq!(
        ran(&output, &server),
        (2, REPORT.to_owned(), format!("{hint}{READING}"))
    );
}
