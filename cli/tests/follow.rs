//! A roll-out, step by step, judged by the policy itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod guests;

use guests::guest;
use rancher_agent_audit::follow::{Follower, Progress};
use rancher_agent_audit::{
    Cluster, DesiredFields, Entry, Event, Field, POLICY, Policy, Setting, Unreachable,
};
use serde_json::json;

fn cluster(name: &str, desired: &str, deployed: &str) -> Cluster {
    Cluster {
        name: name.to_owned(),
        display_name: format!("name of {name}"),
        uid: format!("uid of {name}"),
        resource_version: "1".to_owned(),
        deletion_timestamp: None,
        administrated: None,
        spec: DesiredFields {
            is_odd: false,
            desired_agent_image: Field::Text(desired.to_owned()),
            agent_image_override: Field::Absent,
        },
        agent_image: deployed.to_owned(),
        unreachable: None,
        source: "-".into(),
    }
}

fn changed(cluster: Cluster) -> Entry {
    Entry::Cluster(Event::Changed, Box::new(cluster))
}

fn deleted(cluster: Cluster) -> Entry {
    Entry::Cluster(Event::Deleted, Box::new(cluster))
}

fn server_version(version: &str) -> Entry {
    Entry::Setting(
        Event::Changed,
        Setting {
            name: "server-version".to_owned(),
            value: Field::Text(version.to_owned()),
            default: Field::Absent,
        },
    )
}

const OLD: &str = "rancher/rancher-agent:v2.11.3";
const NEW: &str = "rancher/rancher-agent:v2.12.3";

/// What is said about each step, and the progress after it in words.
fn steps(follower: &mut Follower<'_>, entries: Vec<Entry>) -> Vec<(Option<String>, String)> {
    entries
        .into_iter()
        .map(|entry| {
            let said = follower.receive(entry);
            (said, follower.progress().to_string())
        })
        .collect()
}

fn expected(steps: &[(&str, &str)]) -> Vec<(Option<String>, String)> {
    steps
        .iter()
        .map(|(said, progress)| {
            let said = (!said.is_empty()).then(|| (*said).to_owned());
            (said, (*progress).to_owned())
        })
        .collect()
}

#[test]
fn each_cluster_is_what_its_newest_state_says() {
    let policy = Policy::load(POLICY, &json!({"serverVersion": "v2.12.3"})).unwrap();
    let mut follower = Follower::new(&policy, true);
    let away = |cluster: Cluster| Cluster {
        unreachable: Some(Unreachable::Disconnected),
        ..cluster
    };
    let provisioned = |cluster: Cluster| Cluster {
        administrated: Some("true".to_owned()),
        ..cluster
    };
    let found = steps(
        &mut follower,
        vec![
            changed(cluster("local", "", "")),
            changed(cluster("c-1", "", NEW)),
            changed(cluster("c-2", "", OLD)),
            changed(cluster("c-2", "", OLD)),
            changed(away(cluster("c-2", "", OLD))),
            changed(cluster("c-3", OLD, OLD)),
            changed(provisioned(cluster("c-4", OLD, OLD))),
            changed(cluster("c-5", "a:edge", "a:edge")),
            changed(cluster("c-3", "", OLD)),
            changed(cluster("c-3", "", NEW)),
            changed(cluster("c-2", "", NEW)),
            deleted(cluster("c-5", "a:edge", "a:edge")),
            deleted(cluster("c-6", "", "")),
            changed(provisioned(cluster("c-4", NEW, NEW))),
            changed(cluster("c-1", "", OLD)),
        ],
    );
    assert_eq!(
        found,
        expected(&[
            ("", "0 of 0 current"),
            ("", "1 of 1 current"),
            ("", "1 of 2 current, last: name of c-2 (c-2), 1 rolling out"),
            ("", "1 of 2 current, last: name of c-2 (c-2), 1 rolling out"),
            (
                "name of c-2 (c-2) was rolling out, is not reachable",
                "1 of 2 current, last: name of c-2 (c-2), 1 not reachable"
            ),
            (
                "",
                "1 of 3 current, last: name of c-2 (c-2), 1 not reachable, 1 pinned"
            ),
            (
                "",
                "1 of 4 current, last: name of c-2 (c-2), 1 rolling out, 1 not reachable, 1 pinned"
            ),
            (
                "",
                "1 of 5 current, last: name of c-2 (c-2), 1 rolling out, 1 not reachable, 1 pinned, 1 unknown"
            ),
            (
                "name of c-3 (c-3) was pinned, is rolling out",
                "1 of 5 current, last: name of c-2 (c-2), 2 rolling out, 1 not reachable, 1 unknown"
            ),
            (
                "name of c-3 (c-3) was rolling out, is current",
                "2 of 5 current, last: name of c-2 (c-2), 1 rolling out, 1 not reachable, 1 unknown"
            ),
            (
                "name of c-2 (c-2) was not reachable, is current",
                "3 of 5 current, last: name of c-4 (c-4), 1 rolling out, 1 unknown"
            ),
            (
                "name of c-5 (c-5) is gone",
                "3 of 4 current, last: name of c-4 (c-4), 1 rolling out"
            ),
            ("", "3 of 4 current, last: name of c-4 (c-4), 1 rolling out"),
            (
                "name of c-4 (c-4) was rolling out, is current",
                "4 of 4 current"
            ),
            (
                "name of c-1 (c-1) was current, is rolling out",
                "3 of 4 current, last: name of c-1 (c-1), 1 rolling out"
            ),
        ])
    );
    assert_eq!(
        follower.progress(),
        Progress {
            current: 3,
            rolling_out: 1,
            unreachable: 0,
            pinned: 0,
            unknown: 0,
            last: Some("name of c-1 (c-1)".to_owned()),
        }
    );
}

#[test]
fn nothing_is_judged_before_the_version_is_known_and_all_is_when_it_changes() {
    let policy = Policy::load(POLICY, &json!({})).unwrap();
    let mut follower = Follower::new(&policy, false);
    let found = steps(
        &mut follower,
        vec![
            changed(cluster("c-1", "", OLD)),
            server_version("v2.12.3"),
            changed(cluster("c-2", "", NEW)),
            server_version("v2.11.3"),
        ],
    );
    assert_eq!(
        found,
        expected(&[
            ("", "0 of 0 current"),
            ("", "0 of 1 current, last: name of c-1 (c-1), 1 rolling out"),
            ("", "1 of 2 current, last: name of c-1 (c-1), 1 rolling out"),
            ("", "2 of 2 current"),
        ])
    );
}

/// A cluster of which the policy says nothing is neither current nor done.
#[test]
fn it_is_not_done_while_a_cluster_cannot_be_judged() {
    let policy = Policy::load(&guest(&[], "unreachable"), &json!({})).unwrap();
    let mut follower = Follower::new(&policy, true);
    let said = follower.receive(changed(cluster("c-1", "", NEW)));
    let errors: Vec<String> = follower.errors().map(ToString::to_string).collect();
    assert_eq!(
        (said, follower.is_done(), follower.progress(), errors),
        (
            None,
            false,
            Progress::default(),
            vec![
                "cluster `c-1`: the policy stopped: wasm trap: wasm `unreachable` instruction executed"
                    .to_owned()
            ],
        )
    );
    follower.receive(deleted(cluster("c-1", "", NEW)));
    assert_eq!((follower.is_done(), follower.errors().count()), (true, 0));
}

#[test]
fn it_is_done_when_no_cluster_lags() {
    let policy = Policy::load(POLICY, &json!({"serverVersion": "v2.12.3"})).unwrap();
    let mut follower = Follower::new(&policy, true);
    let done: Vec<bool> = [
        changed(cluster("local", "", "")),
        changed(cluster("c-1", "", OLD)),
        changed(cluster("c-1", "", NEW)),
        changed(cluster("c-2", "a:edge", "a:edge")),
        changed(cluster("c-3", OLD, NEW)),
    ]
    .into_iter()
    .map(|entry| {
        follower.receive(entry);
        follower.is_done()
    })
    .collect();
    assert_eq!(done, [true, false, true, true, false]);
}
