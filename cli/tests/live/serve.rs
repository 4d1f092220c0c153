//! The exporter: whole answers, and what it asks for.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use k8s_openapi::api::rbac::v1::ClusterRole;
use serde_json::{Value, json};

use crate::fleet::{CLUSTERS, Count, NEW, OLD, cluster, page, some, still};
use crate::running::{asked_cluster, deployment, done, rolling};
use crate::server::{Answer, READING, SECRET, Server, Then, command, kubeconfig, ran};

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// The exporter. It is killed where this is dropped.
struct Exporter {
    child: Child,
    /// The lines that it writes to standard error.
    lines: Receiver<String>,
    said: String,
    address: String,
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Lines as they come.
fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if send.send(line + "\n").is_err() {
                break;
            }
        }
    });
    receive
}

impl Exporter {
    fn start(server: &Server, arguments: &[&str]) -> Self {
        Self::start_with(server, arguments, |command| command)
    }

    /// With the time of the clock in place of one that stands still.
    fn start_with_clock(server: &Server, arguments: &[&str]) -> Self {
        Self::start_with(server, arguments, |command| {
            command.env_remove("SOURCE_DATE_EPOCH")
        })
    }

    fn start_with(
        server: &Server,
        arguments: &[&str],
        adjust: impl Fn(&mut Command) -> &mut Command,
    ) -> Self {
        let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
        let mut child = adjust(&mut command(&config))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .spawn()
            .unwrap();
        let lines = lines(child.stderr.take().unwrap());
        let mut exporter = Self {
            child,
            lines,
            said: String::new(),
            address: String::new(),
        };
        exporter.line();
        let line = exporter.line();
        let address = line
            .strip_prefix("rancher-agents: serving http://")
            .unwrap();
        exporter.address = address.strip_suffix("/metrics\n").unwrap().to_owned();
        exporter
    }

    /// Waits for the next line.
    fn line(&mut self) -> String {
        let line = self.lines.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("{error}: {}", self.said));
        self.said.push_str(&line);
        line
    }

    /// The status and the body at a path.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(!answer.contains(SECRET), "a secret came out: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.lines().next().unwrap();
        (status.to_owned(), body.to_owned())
    }

    /// The series of these metrics, as they stand.
    fn series(&self, names: &[&str]) -> Vec<String> {
        let (_, text) = self.get("/metrics");
        let is_one = |line: &&str| names.iter().any(|name| line.starts_with(name));
        text.lines().filter(is_one).map(str::to_owned).collect()
    }

    /// The series of these metrics, once one of them is `line`.
    fn series_with(&self, names: &[&str], line: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let series = self.series(names);
            if series.iter().any(|it| it == line) {
                return series;
            }
            assert!(Instant::now() < deadline, "no {line} in {series:#?}");
        }
    }

    /// Ends it as Kubernetes does; all that was said.
    fn stop(mut self, server: &Server) -> (i32, String, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.said.extend(self.lines.iter());
        let mut stdout = Vec::new();
        let output = self.child.stdout.as_mut().unwrap();
        output.read_to_end(&mut stdout).unwrap();
        let output = Output {
            status: self.child.wait().unwrap(),
            stdout,
            stderr: self.said.replace(&self.address, "EXPORTER").into_bytes(),
        };
        ran(&output, server)
    }
}

const OK: &str = "HTTP/1.1 200 OK";
const SERVING: &str = "rancher-agents: serving http://EXPORTER/metrics\n";

fn ok(body: &str) -> (String, String) {
    (OK.to_owned(), body.to_owned())
}

fn not_ready() -> (String, String) {
    (
        "HTTP/1.1 503 Service Unavailable".to_owned(),
        "not ready: the clusters have not been read yet; the log says why\n".to_owned(),
    )
}

/// Everything but the series of clusters and their count by verdict.
fn rest(errors: u32) -> String {
    format!(
        r#"# HELP rancher_agent_server_info The version of the Rancher server that agents are compared with.
# TYPE rancher_agent_server_info gauge
rancher_agent_server_info{{version="v2.12.3"}} 1
# HELP rancher_agent_image_setting_deviates Whether Rancher's Setting agent-image names another version than the server has.
# TYPE rancher_agent_image_setting_deviates gauge
rancher_agent_image_setting_deviates 0
# HELP rancher_agent_last_success_timestamp_seconds The last time at which the watch of the clusters was known to be whole.
# TYPE rancher_agent_last_success_timestamp_seconds gauge
rancher_agent_last_success_timestamp_seconds 1766000000
{}"#,
        of_itself(errors)
    )
}

fn of_itself(errors: u32) -> String {
    format!(
        r#"# HELP rancher_agent_watch_errors_total How often the watch of the clusters failed or could not begin.
# TYPE rancher_agent_watch_errors_total counter
rancher_agent_watch_errors_total {errors}
# HELP rancher_agent_exporter_build_info The version of the exporter.
# TYPE rancher_agent_exporter_build_info gauge
rancher_agent_exporter_build_info{{version="{}"}} 1
"#,
        env!("CARGO_PKG_VERSION")
    )
}

#[test]
fn it_shows_what_check_prints_and_ends_clean() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS if !asked.is_watch() => Answer::Json(page(asked, &some(), usize::MAX)),
        _ => still(asked),
    });
    let mut exporter = Exporter::start(&server, &[]);
    exporter.line();
    let checked = crate::server::run(&server, &["check", "-o", "prometheus"]).1;
    assert_eq!(exporter.get("/metrics"), ok(&(checked + &rest(0))));
    assert_eq!(exporter.get("/healthz"), ok("ok\n"));
    assert_eq!(exporter.get("/readyz"), ok("ok\n"));
    let page = crate::server::run(&server, &["check", "-o", "html"]).1;
    assert_eq!(exporter.get("/"), ok(&page));
    let said =
        format!("{READING}{SERVING}rancher-agents: watching 4 clusters\nrancher-agents: stopped\n");
    assert_eq!(exporter.stop(&server), (0, String::new(), said));
}

/// Who connects and says nothing, or half of it, keeps it from nothing.
#[test]
fn slow_clients_do_not_keep_it() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS if !asked.is_watch() => Answer::Json(page(asked, &some(), usize::MAX)),
        _ => still(asked),
    });
    let mut exporter = Exporter::start(&server, &[]);
    exporter.line();
    let slow: Vec<TcpStream> = ["", "GET /metrics HTTP/1.1\r\nHost: x\r\nX: "]
        .iter()
        .cycle()
        .take(100)
        .map(|start| {
            let mut stream = TcpStream::connect(&exporter.address).unwrap();
            stream.write_all(start.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(exporter.get("/healthz"), ok("ok\n"));
    let said =
        format!("{READING}{SERVING}rancher-agents: watching 4 clusters\nrancher-agents: stopped\n");
    assert_eq!(exporter.stop(&server), (0, String::new(), said));
    drop(slow);
}

/// It asks the API server for all that the manifest grants, and for nothing else.
#[test]
fn it_asks_for_what_its_rights_are() {
    let watches = Arc::new((Mutex::new(BTreeSet::new()), Condvar::new()));
    let seen = Arc::clone(&watches);
    let server = Server::start(move |asked| {
        if asked.is_watch() {
            let key = format!("{} {}", asked.path, asked.query.contains("agent-image"));
            seen.0.lock().unwrap().insert(key);
            seen.1.notify_all();
        }
        match asked.path.as_str() {
            CLUSTERS if !asked.is_watch() => Answer::Json(page(asked, &some(), usize::MAX)),
            _ => still(asked),
        }
    });
    let exporter = Exporter::start(&server, &[]);
    let all = |seen: &mut BTreeSet<String>| seen.len() < 3;
    let seen = watches.0.lock().unwrap();
    let (seen, wait) = watches.1.wait_timeout_while(seen, PATIENCE, all).unwrap();
    assert!(!wait.timed_out(), "{seen:?}");
    drop(seen);
    let found: BTreeSet<(String, String, String)> = server
        .log()
        .iter()
        .map(|asked| {
            let path = asked.path.strip_prefix("/apis/management.cattle.io/v3/");
            let mut parts = path.unwrap().split('/');
            let resource = parts.next().unwrap().to_owned();
            let (verb, name) = match (parts.next(), asked.is_watch()) {
                (Some(name), _) => ("get", name.to_owned()),
                (None, true) => ("watch", selected(&asked.query)),
                (None, false) => ("list", selected(&asked.query)),
            };
            (resource, name, verb.to_owned())
        })
        .collect();
    assert_eq!(found, granted());
    exporter.stop(&server);
}

/// What the manifest lets the exporter do: resource, name or none for all, verb.
fn granted() -> BTreeSet<(String, String, String)> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deploy/monitoring/exporter.yaml"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let roles = documents
        .into_iter()
        .filter(|it| it["kind"] == "ClusterRole");
    let [role] = roles.collect::<Vec<_>>().try_into().unwrap();
    let role: ClusterRole = serde_json::from_value(role).unwrap();
    let mut granted = BTreeSet::new();
    for rule in role.rules.unwrap() {
        assert_eq!(
            rule.api_groups.unwrap_or_default(),
            ["management.cattle.io"]
        );
        let names = rule.resource_names.unwrap_or_else(|| vec![String::new()]);
        for resource in rule.resources.unwrap() {
            for name in &names {
                let verbs = rule.verbs.iter().cloned();
                granted.extend(verbs.map(|verb| (resource.clone(), name.clone(), verb)));
            }
        }
    }
    granted
}

/// The name that a field selector asks for.
fn selected(query: &str) -> String {
    let name = query
        .split('&')
        .find_map(|it| it.strip_prefix("fieldSelector=metadata.name%3D"));
    name.unwrap_or_default().to_owned()
}

/// A cluster that is gone leaves no series; one that lags no more changes its own.
#[test]
fn it_follows_what_changes() {
    let watches = Count::default();
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS if asked.is_watch() => match watches.next() {
            1 => {
                let event = |kind: &str, mut object: Value| {
                    object["metadata"]["resourceVersion"] = json!("101");
                    json!({"type": kind, "object": object})
                };
                let alpha = cluster("c-aaaaa", "alpha", "", NEW);
                let beta = cluster("c-bbbbb", "beta", "", OLD);
                let events = vec![event("DELETED", beta), event("MODIFIED", alpha)];
                Answer::Events(events, Then::Hang)
            }
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
        CLUSTERS => {
            let clusters = [
                cluster("c-aaaaa", "alpha", "", OLD),
                cluster("c-bbbbb", "beta", "", OLD),
            ];
            Answer::Json(page(asked, &clusters, usize::MAX))
        }
        _ => still(asked),
    });
    let mut exporter = Exporter::start(&server, &[]);
    let lines = [exporter.line(), exporter.line(), exporter.line()];
    assert_eq!(
        lines.concat(),
        "rancher-agents: watching 2 clusters\n\
         rancher-agents: beta (c-bbbbb) is gone\n\
         rancher-agents: alpha (c-aaaaa) was rolling out, is current\n"
    );
    let (status, text) = exporter.get("/metrics");
    let series: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("rancher_agent_verdict{"))
        .collect();
    let alpha = r#"rancher_agent_verdict{name="c-aaaaa",display_name="alpha",desired="follows",deployed="rancher/rancher-agent:v2.12.3",server_version="v2.12.3",verdict="current",reason="",pinned_by="",unreachable="",uid="uid-c-aaaaa"} 1"#;
    assert_eq!((status.as_str(), series), (OK, vec![alpha]));
    exporter.stop(&server);
}

/// Without rights there is no cluster, an error, and a reason in the log; it goes on.
#[test]
fn a_watch_that_cannot_begin_is_an_error_and_not_an_empty_fleet() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS => Answer::status(403, "Forbidden", "no"),
        _ => still(asked),
    });
    let mut exporter = Exporter::start(&server, &[]);
    let said = exporter.line();
    assert!(said.ends_with("; it is tried again\n"), "{said}");
    assert_eq!(exporter.get("/metrics"), ok(&of_itself(1)));
    assert_eq!(exporter.get("/readyz"), not_ready());
    assert_eq!(exporter.get("/"), not_ready());
    assert_eq!(exporter.get("/healthz"), ok("ok\n"));
    assert_eq!(exporter.stop(&server).0, 0);
}

fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// While the API server is gone, the clusters stay, the time stands still, and there is an
/// error. Afterwards what was missed is made up for.
#[test]
fn a_lost_connection_is_an_error_and_a_stale_time_and_not_an_empty_fleet() {
    let (lists, watches) = (Count::default(), Count::default());
    let (again, wait) = channel();
    let wait: Mutex<Receiver<()>> = Mutex::new(wait);
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS if asked.is_watch() => match watches.next() {
            1 => Answer::status(500, "InternalError", "shutting down"),
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
        CLUSTERS => {
            let alpha = cluster("c-aaaaa", "alpha", "", NEW);
            let beta = cluster("c-bbbbb", "beta", "", OLD);
            let clusters = match lists.next() {
                1 => vec![alpha, beta],
                _ => {
                    // Answered when the test has seen enough, or is over.
                    let _over = wait.lock().unwrap().recv();
                    vec![alpha]
                }
            };
            Answer::Json(page(asked, &clusters, usize::MAX))
        }
        _ => still(asked),
    });
    let mut exporter = Exporter::start_with_clock(&server, &[]);
    let lines = [exporter.line(), exporter.line()].concat();
    assert_eq!(
        lines.replace(&server.address.to_string(), "SERVER"),
        "rancher-agents: watching 2 clusters\n\
         rancher-agents: context `prod` (http://SERVER) could not watch \
         clusters.management.cattle.io (500): that is an error of the server; try again later; \
         what is shown stands still, it is tried again\n"
    );
    let (status, lost) = exporter.get("/metrics");
    let lost_at = seconds();
    // The clock goes on, and nothing of what is shown does.
    while seconds() <= lost_at {
        assert_eq!(exporter.get("/healthz"), ok("ok\n"));
    }
    assert_eq!(exporter.get("/metrics"), (status, lost.clone()));
    assert_eq!(exporter.get("/readyz"), ok("ok\n"));
    let names = [
        "rancher_agent_verdict{",
        "rancher_agent_watch_errors_total ",
    ];
    let alpha = r#"rancher_agent_verdict{name="c-aaaaa",display_name="alpha",desired="follows",deployed="rancher/rancher-agent:v2.12.3",server_version="v2.12.3",verdict="current",reason="",pinned_by="",unreachable="",uid="uid-c-aaaaa"} 1"#;
    let beta = r#"rancher_agent_verdict{name="c-bbbbb",display_name="beta",desired="follows",deployed="rancher/rancher-agent:v2.11.3",server_version="v2.12.3",verdict="lagging",reason="deployed-lagging",pinned_by="",unreachable="",uid="uid-c-bbbbb"} 1"#;
    let errors = "rancher_agent_watch_errors_total 1";
    assert_eq!(exporter.series(&names), [beta, alpha, errors]);
    let last_success = |text: &str| -> u64 {
        let mut values = text
            .lines()
            .filter_map(|line| line.strip_prefix("rancher_agent_last_success_timestamp_seconds "));
        values.next().unwrap().parse().unwrap()
    };
    assert!(last_success(&lost) <= lost_at, "{lost}");

    again.send(()).unwrap();
    let lines = [exporter.line(), exporter.line()].concat();
    assert_eq!(
        lines,
        "rancher-agents: beta (c-bbbbb) is gone\nrancher-agents: the connection is back\n"
    );
    assert_eq!(exporter.series(&names), [alpha, errors]);
    assert!(last_success(&exporter.get("/metrics").1) > lost_at);
    exporter.stop(&server);
}

/// A round of questions each time the interval is over. A cluster that does not say what runs
/// is counted by its reason, and of the others the newest answer is shown.
#[test]
fn it_asks_what_runs_again_and_again_and_counts_who_does_not_say() {
    const CLUSTERS_ASKED: usize = 2;
    let asks = Count::default();
    let (next_round, wait) = channel();
    let wait: Mutex<Receiver<()>> = Mutex::new(wait);
    let server = Server::start(move |asked| match asked_cluster(&asked.path) {
        Some(id) => {
            let ask = asks.next();
            let round = ask.div_ceil(CLUSTERS_ASKED);
            if round > 1 && ask % CLUSTERS_ASKED == 1 {
                // Answered when the test has seen enough of the round before, or is over.
                let _over = wait.lock().unwrap().recv();
            }
            match (id, round) {
                ("c-bbbbb", _) => Answer::status(403, "Forbidden", "no"),
                (_, 1) => deployment(NEW, &rolling()),
                _ => deployment(NEW, &done()),
            }
        }
        None => match asked.path.as_str() {
            "/rancherversion" => Answer::Json(json!({"Version": "v2.12.3"})),
            CLUSTERS if !asked.is_watch() => {
                let clusters = [
                    cluster("c-aaaaa", "alpha", "", NEW),
                    cluster("c-bbbbb", "beta", "", NEW),
                ];
                Answer::Json(page(asked, &clusters, usize::MAX))
            }
            _ => still(asked),
        },
    });
    let exporter = Exporter::start(&server, &["--running", "--running-interval", "1ms"]);
    let names = [
        "rancher_agent_verdict{",
        "rancher_agent_running_errors_total{",
    ];
    let expected = |alpha: &str, errors: u32| {
        let mut lines = vec![
            format!(
                r#"rancher_agent_verdict{{name="c-aaaaa",display_name="alpha",desired="follows",deployed="rancher/rancher-agent:v2.12.3",running="rancher/rancher-agent:v2.12.3",roll_out="{alpha}",server_version="v2.12.3",verdict="current",reason="",pinned_by="",unreachable="",uid="uid-c-aaaaa"}} 1"#
            ),
            r#"rancher_agent_verdict{name="c-bbbbb",display_name="beta",desired="follows",deployed="rancher/rancher-agent:v2.12.3",running="",roll_out="no-right",server_version="v2.12.3",verdict="current",reason="",pinned_by="",unreachable="",uid="uid-c-bbbbb"} 1"#.to_owned(),
        ];
        for reason in [
            "no-connection",
            "no-deployment",
            "no-rancher",
            "no-right",
            "not-visible",
            "server-error",
            "timeout",
            "token-refused",
            "unexpected-answer",
        ] {
            let count = if reason == "no-right" { errors } else { 0 };
            lines.push(format!(
                r#"rancher_agent_running_errors_total{{reason="{reason}"}} {count}"#
            ));
        }
        lines
    };
    for (round, alpha) in [(1, "rolling"), (2, ""), (3, "")] {
        let last = format!(r#"rancher_agent_running_errors_total{{reason="no-right"}} {round}"#);
        let found = exporter.series_with(&names, &last);
        assert_eq!(found, expected(alpha, round));
        next_round.send(()).unwrap();
    }
    drop(next_round);
    assert_eq!(exporter.stop(&server).0, 0);
}

/// Where Rancher is not reached, the log says why, and the reason is counted; the watch goes on.
#[test]
fn who_cannot_ask_what_runs_says_so() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS if !asked.is_watch() => Answer::Json(page(asked, &some(), usize::MAX)),
        _ => still(asked),
    });
    let mut exporter = Exporter::start(&server, &["--running"]);
    let lines = [exporter.line(), exporter.line()].concat();
    assert_eq!(
        lines.replace(&server.address.to_string(), "SERVER"),
        "rancher-agents: watching 4 clusters\n\
         rancher-agents: --running asks through Rancher, and context `prod` (http://SERVER) is not \
         Rancher: give its address and a token: RANCHER_TOKEN=... --rancher https://RANCHER\n"
    );
    let errors = r#"rancher_agent_running_errors_total{reason="no-rancher"}"#;
    assert_eq!(exporter.series(&[errors]), [format!("{errors} 1")]);
    assert_eq!(exporter.get("/readyz"), ok("ok\n"));
    exporter.stop(&server);
}
