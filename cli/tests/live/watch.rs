//! A roll-out under watch, with all that can happen to a connection.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::fleet::{
    CLUSTERS, Count, NEW, OLD, SETTINGS, Watched, cluster, disconnected, page, setting, settings,
    still,
};
use crate::server::{Answer, Asked, READING, SECRET, Server, Then, command, kubeconfig, ran, run};

fn event(kind: &str, mut object: Value, version: u32) -> Value {
    object["metadata"]["resourceVersion"] = json!(version.to_string());
    json!({"type": kind, "object": object})
}

fn gone() -> Value {
    json!({"type": "ERROR", "object": {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("too old resource version {SECRET}"), "reason": "Expired", "code": 410,
    }})
}

/// A server whose clusters are listed and watched as these say, by how often before.
fn serve(
    list: impl Fn(usize) -> Vec<Value> + Send + Sync + 'static,
    events: impl Fn(usize) -> Answer + Send + Sync + 'static,
) -> Server {
    let (lists, watches) = (Arc::new(Count::default()), Arc::new(Count::default()));
    Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS if asked.is_watch() => events(watches.next()),
        CLUSTERS => Answer::Json(page(asked, &list(lists.next()), usize::MAX)),
        _ => still(asked),
    })
}

const WATCH: [&str; 3] = ["watch", "--settle", "0s"];

const ALL_CURRENT: &str = "\
NAME     DISPLAY NAME  DESIRED  DEPLOYED               VERDICT  REASON
c-aaaaa  alpha         follows  rancher-agent:v2.12.3  current  -
c-bbbbb  beta          follows  rancher-agent:v2.12.3  current  -

2 clusters: 0 lagging, 2 current (Rancher v2.12.3)
";

fn two(alpha: &str, beta: &str) -> Vec<Value> {
    vec![
        cluster("c-aaaaa", "alpha", "", alpha),
        cluster("c-bbbbb", "beta", "", beta),
    ]
}

#[track_caller]
fn says(server: &Server, status: i32, stdout: &str, said: &[&str]) {
    let lines: String = said
        .iter()
        .map(|line| format!("rancher-agents: {line}\n"))
        .collect();
    let found = run(server, &WATCH);
    assert_eq!(
        found,
        (status, stdout.to_owned(), format!("{READING}{lines}"))
    );
}

#[test]
fn it_says_where_it_stands_then_what_changes_and_ends_when_all_are_current() {
    let server = serve(
        |_| two(OLD, OLD),
        |_| {
            let events = vec![
                event("MODIFIED", cluster("c-aaaaa", "alpha", "", NEW), 101),
                json!({"type": "BOOKMARK", "object": {
                    "kind": "Cluster", "apiVersion": "management.cattle.io/v3",
                    "metadata": {"resourceVersion": "102"},
                }}),
                event("MODIFIED", cluster("c-bbbbb", "beta", "", NEW), 103),
            ];
            Answer::Events(events, Then::Hang)
        },
    );
    says(
        &server,
        0,
        ALL_CURRENT,
        &[
            "0 of 2 current, 2 rolling out, worst: alpha (c-aaaaa)",
            "alpha (c-aaaaa) was rolling out, is current: 1 of 2 current, 1 rolling out, worst: beta (c-bbbbb)",
            "beta (c-bbbbb) was rolling out, is current: 2 of 2 current",
        ],
    );
}

#[test]
fn a_watch_that_ends_or_is_cut_is_taken_up_where_it_was() {
    for then in [Then::End, Then::Cut] {
        let server = serve(
            |_| two(OLD, OLD),
            move |watch| match watch {
                1 => Answer::Events(
                    vec![event("MODIFIED", cluster("c-aaaaa", "alpha", "", NEW), 101)],
                    then,
                ),
                _ => Answer::Events(
                    vec![event("MODIFIED", cluster("c-bbbbb", "beta", "", NEW), 102)],
                    Then::Hang,
                ),
            },
        );
        says(
            &server,
            0,
            ALL_CURRENT,
            &[
                "0 of 2 current, 2 rolling out, worst: alpha (c-aaaaa)",
                "alpha (c-aaaaa) was rolling out, is current: 1 of 2 current, 1 rolling out, worst: beta (c-bbbbb)",
                "beta (c-bbbbb) was rolling out, is current: 2 of 2 current",
            ],
        );
        let log = server.log();
        let watches: Vec<&Asked> = log
            .iter()
            .filter(|asked| asked.path == CLUSTERS && asked.is_watch())
            .collect();
        let versions: Vec<bool> = watches
            .iter()
            .zip(["100", "101"])
            .map(|(asked, version)| asked.has(&format!("resourceVersion={version}")))
            .collect();
        assert_eq!(versions, [true, true], "{then:?}");
    }
}

#[test]
fn what_the_server_has_forgotten_is_listed_anew() {
    let server = serve(
        |list| match list {
            1 => two(OLD, OLD),
            // Beta went meanwhile, and gamma came.
            _ => vec![
                cluster("c-aaaaa", "alpha", "", NEW),
                cluster("c-ggggg", "gamma", "", NEW),
            ],
        },
        |watch| match watch {
            1 => Answer::Events(vec![gone()], Then::End),
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
    );
    says(
        &server,
        0,
        "\
NAME     DISPLAY NAME  DESIRED  DEPLOYED               VERDICT  REASON
c-aaaaa  alpha         follows  rancher-agent:v2.12.3  current  -
c-ggggg  gamma         follows  rancher-agent:v2.12.3  current  -

2 clusters: 0 lagging, 2 current (Rancher v2.12.3)
",
        &[
            "0 of 2 current, 2 rolling out, worst: alpha (c-aaaaa)",
            "alpha (c-aaaaa) was rolling out, is current: 1 of 2 current, 1 rolling out, worst: beta (c-bbbbb)",
            "beta (c-bbbbb) is gone: 2 of 2 current",
        ],
    );
}

/// It does not press for what it cannot get.
#[test]
fn a_server_that_forgets_at_once_is_left_alone_for_a_while() {
    let server = serve(
        |_| two(OLD, NEW),
        |_| Answer::Events(vec![gone()], Then::End),
    );
    let (status, _, stderr) = run(&server, &["watch", "--timeout", "5s"]);
    let said = format!(
        "{READING}rancher-agents: 1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)\n\
         rancher-agents: gave up after 5s: 1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)\n"
    );
    assert_eq!((status, stderr), (2, said));
    let lists = server.log().into_iter();
    let lists = lists.filter(|asked| asked.path == CLUSTERS && !asked.is_watch());
    assert!((1..=4).contains(&lists.count()), "{:?}", server.asked());
}

/// An object of another kind is no cluster that lost its fields.
#[test]
fn an_event_about_another_kind_is_not_taken_for_a_cluster() {
    let mut pod = cluster("c-aaaaa", "alpha", "", NEW);
    pod["kind"] = json!("Pod");
    let server = serve(
        |_| two(OLD, NEW),
        move |watch| match watch {
            1 => Answer::Events(vec![event("MODIFIED", pod.clone(), 101)], Then::Hang),
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
    );
    let (status, _, stderr) = run(&server, &["watch", "--timeout", "5s"]);
    let said = format!(
        "{READING}rancher-agents: 1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)\n\
         rancher-agents: context `prod` (http://SERVER) does not answer as Kubernetes does: does a \
         proxy or a login page stand in between? kubectl get --raw /version shows it; what is shown \
         stands still, it is tried again\n\
         rancher-agents: the connection is back\n\
         rancher-agents: gave up after 5s: 1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)\n"
    );
    assert_eq!((status, stderr), (2, said));
}

/// No clock tells that time.
#[test]
fn a_request_may_take_for_ever() {
    let server = serve(
        |_| two(NEW, NEW),
        |_| Answer::Events(Vec::new(), Then::Hang),
    );
    let (status, stdout, _) = run(
        &server,
        &[
            "watch",
            "--settle",
            "0s",
            "--request-timeout",
            "500000000000y",
        ],
    );
    assert_eq!((status, stdout.as_str()), (0, ALL_CURRENT));
}

#[test]
fn a_lost_connection_is_told_and_so_is_its_return() {
    let (lists, watches) = (Count::default(), Count::default());
    let server = Server::start(move |asked| match asked.path.as_str() {
        CLUSTERS if asked.is_watch() => match watches.next() {
            1 => Answer::status(500, "InternalError", "starting"),
            _ => Answer::Events(Vec::new(), Then::Hang),
        },
        CLUSTERS => match lists.next() {
            1 => Answer::Json(page(asked, &two(OLD, NEW), 9)),
            2 => Answer::Text(502, "text/html", format!("<html>{SECRET}</html>")),
            _ => Answer::Json(page(asked, &two(NEW, NEW), 9)),
        },
        _ => still(asked),
    });
    says(
        &server,
        0,
        ALL_CURRENT,
        &[
            "1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)",
            "context `prod` (http://SERVER) could not watch clusters.management.cattle.io (500): that \
             is an error of the server; try again later; what is shown stands still, it is tried again",
            "alpha (c-aaaaa) was rolling out, is current: 2 of 2 current",
            "the connection is back",
        ],
    );
}

/// A server that becomes another version in the middle changes the judgement.
#[test]
fn the_version_of_the_server_is_watched() {
    let watched = Watched::default();
    let server = Server::start(move |asked| match asked.path.as_str() {
        SETTINGS if asked.query.contains("server-version") && asked.is_watch() => watched.answer(
            1,
            event("MODIFIED", setting("server-version", "v2.11.3"), 101),
        ),
        CLUSTERS if asked.is_watch() => {
            watched.note(asked);
            Answer::Events(Vec::new(), Then::Hang)
        }
        CLUSTERS => Answer::Json(page(asked, &[cluster("c-aaaaa", "alpha", "", OLD)], 9)),
        _ => still(asked),
    });
    let (status, stdout, stderr) = run(&server, &WATCH);
    assert_eq!(
        (status, stdout.lines().last()),
        (0, Some("1 cluster: 0 lagging, 1 current (Rancher v2.11.3)")),
        "{stderr}"
    );
    let line = "rancher-agents: Rancher was v2.12.3, is v2.11.3: 1 of 1 current";
    assert_eq!(
        stderr.lines().filter(|it| *it == line).count(),
        1,
        "{stderr}"
    );
}

/// A Setting that cannot be listed at first, as where the API server starts again, is listed
/// later.
#[test]
fn a_setting_is_watched_again_after_a_cut() {
    let lists = Count::default();
    let server = Server::start(move |asked| match asked.path.as_str() {
        SETTINGS if asked.query.contains("server-version") && !asked.is_watch() => {
            match lists.next() {
                1 => Answer::Cut("{".to_owned()),
                _ => Answer::Json(settings(&setting("server-version", "v2.11.3"))),
            }
        }
        CLUSTERS if asked.is_watch() => Answer::Events(Vec::new(), Then::Hang),
        CLUSTERS => Answer::Json(page(asked, &[cluster("c-aaaaa", "alpha", "", OLD)], 9)),
        _ => still(asked),
    });
    let report = "\
NAME     DISPLAY NAME  DESIRED  DEPLOYED               VERDICT  REASON
c-aaaaa  alpha         follows  rancher-agent:v2.11.3  current  agent-image-setting-ahead

1 cluster: 0 lagging, 1 current (Rancher v2.11.3)
";
    // Where the Setting is not read again, it would wait for ever.
    let found = run(&server, &[&WATCH[..], &["--timeout", "20s"]].concat());
    let said = "rancher-agents: 0 of 1 current, 1 rolling out, worst: alpha (c-aaaaa)\n\
                rancher-agents: Rancher was v2.12.3, is v2.11.3: 1 of 1 current\n";
    assert_eq!(found, (0, report.to_owned(), format!("{READING}{said}")));
}

/// What keeps it from its end is said, and can be left out.
#[test]
fn clusters_that_nobody_rolls_out_are_named() {
    let serve = || {
        serve(
            |_| {
                vec![
                    cluster("c-aaaaa", "alpha", "", NEW),
                    cluster("c-bbbbb", "beta", OLD, OLD),
                    disconnected(cluster("c-ccccc", "gamma", "", OLD), "imported"),
                ]
            },
            |_| Answer::Events(Vec::new(), Then::Hang),
        )
    };
    let said = |arguments: &[&str]| {
        let (status, _, stderr) = run(&serve(), &[&WATCH, arguments].concat());
        (status, stderr.strip_prefix(READING).unwrap().to_owned())
    };
    let stands =
        "rancher-agents: 1 of 3 current, 1 not reachable, 1 pinned, worst: beta (c-bbbbb)\n";
    let gamma = "not reachable gamma (c-ccccc): connect it again, or end without it: \
                 --ignore-unreachable";
    let beta = "pinned beta (c-bbbbb): clear its pin (the verb fix writes the commands), or end \
                without it: --ignore-pinned";
    let stalled = "rancher-agents: nothing is rolled out now; this goes on for";
    let gave_up = "rancher-agents: gave up after 5s: 1 of 3 current, 1 not reachable, 1 \
                   pinned, worst: beta (c-bbbbb)\n";
    assert_eq!(
        said(&["--timeout", "5s"]),
        (2, format!("{stands}{stalled} {gamma}; {beta}\n{gave_up}"))
    );
    assert_eq!(
        said(&["--timeout", "5s", "--ignore-unreachable"]),
        (2, format!("{stands}{stalled} {beta}\n{gave_up}"))
    );
    assert_eq!(
        said(&["--ignore-unreachable", "--ignore-pinned"]),
        (0, stands.to_owned())
    );
}

#[test]
fn clusters_under_watch_are_chosen_by_name() {
    let server = serve(
        |_| two(OLD, NEW),
        |_| Answer::Events(Vec::new(), Then::Hang),
    );
    let found = run(&server, &[&WATCH[..], &["beta"]].concat());
    assert_eq!(
        (found.0, found.2),
        (0, format!("{READING}rancher-agents: 1 of 1 current\n"))
    );
}

/// Ctrl-C ends the watch with a report of where it stands.
#[cfg(unix)]
#[test]
fn an_interrupt_prints_the_report() {
    use std::io::{BufRead, BufReader, Read};

    let server = serve(
        |_| two(OLD, NEW),
        |_| Answer::Events(Vec::new(), Then::Hang),
    );
    let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let mut child = command(&config).args(WATCH).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut lines = String::new();
    // The second line says that the list has come.
    stderr.read_line(&mut lines).unwrap();
    stderr.read_line(&mut lines).unwrap();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    stderr.read_to_string(&mut lines).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = lines.into_bytes();
    let stands = "1 of 2 current, 1 rolling out, worst: alpha (c-aaaaa)";
    let (status, stdout, stderr) = ran(&output, &server);
    assert_eq!(
        (status, stdout.lines().last(), stderr),
        (
            2,
            Some("2 clusters: 1 lagging, 1 current (Rancher v2.12.3)"),
            format!("{READING}rancher-agents: {stands}\nrancher-agents: interrupted: {stands}\n")
        )
    );
}

/// A list that hangs in the beginning ends the watch; later it is a lost connection.
#[test]
fn a_server_that_hangs_is_not_waited_for() {
    let server = Server::start(|asked| match asked.path.as_str() {
        CLUSTERS => Answer::Hang,
        _ => still(asked),
    });
    let found = run(&server, &["watch", "--request-timeout", "500ms"]);
    let said = format!(
        "{READING}rancher-agents: context `prod` (http://SERVER) did not answer within 500ms; give \
         it more time: --request-timeout\n"
    );
    assert_eq!(found, (1, String::new(), said));
}
