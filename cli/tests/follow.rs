//! A roll-out, step by step, judged by the policy itself.

use rancher_agent_version_policy::cluster::Cluster;
use rancher_agent_version_policy::setting::{Fact, SettingName};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::follow::{Follower, Patience};
use rancher_agents::{Entry, Event, Listed, Setting, Unreachable};
use serde_json::json;

fn listed(name: &str, desired: &str, deployed: &str, administrated: bool) -> Listed {
    let object = json!({
        "metadata": {
            "name": name,
            "resourceVersion": "1",
            "annotations": {"provisioning.cattle.io/administrated": administrated.to_string()},
        },
        "spec": {"displayName": format!("name of {name}"), "desiredAgentImage": desired},
        "status": {"agentImage": deployed},
    });
    let object = object.to_string();
    let cluster: Cluster<'_> = serde_json::from_str(&object).unwrap();
    Listed {
        cluster: cluster.into_owned(),
        uid: Some(format!("uid of {name}")),
        unreachable: None,
        is_hosted: false,
        source: "-".into(),
    }
}

fn cluster(name: &str, desired: &str, deployed: &str) -> Listed {
    listed(name, desired, deployed, false)
}

fn provisioned(name: &str, desired: &str, deployed: &str) -> Listed {
    listed(name, desired, deployed, true)
}

/// A follower that compares with this version.
fn under(version: &str) -> Follower {
    Follower::new(
        Settings {
            server_version: Some(version.to_owned()),
            ..Settings::default()
        },
        false,
    )
}

fn changed(cluster: Listed) -> Entry {
    Entry::Cluster(Event::Changed, Box::new(cluster))
}

fn deleted(cluster: Listed) -> Entry {
    Entry::Cluster(Event::Deleted, Box::new(cluster))
}

fn server_version(version: &str) -> Entry {
    Entry::Setting(
        Event::Changed,
        Setting {
            name: SettingName::ServerVersion,
            value: Fact::Value(version.to_owned()),
        },
    )
}

const OLD: &str = "rancher/rancher-agent:v2.11.3";
const NEW: &str = "rancher/rancher-agent:v2.12.3";

/// What is said about each step, and the progress after it in words.
fn steps(follower: &mut Follower, entries: Vec<Entry>) -> Vec<(Option<String>, String)> {
    entries
        .into_iter()
        .map(|entry| {
            let said = follower.receive("-", entry);
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
    let mut follower = under("v2.12.3");
    let away = |listed: Listed| Listed {
        unreachable: Some(Unreachable::Disconnected),
        ..listed
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
            changed(provisioned("c-4", OLD, OLD)),
            changed(cluster("c-5", "a:edge", "a:edge")),
            changed(cluster("c-3", "", OLD)),
            changed(cluster("c-3", "", NEW)),
            changed(cluster("c-2", "", NEW)),
            deleted(cluster("c-5", "a:edge", "a:edge")),
            deleted(cluster("c-6", "", "")),
            changed(provisioned("c-4", NEW, NEW)),
            changed(cluster("c-1", "", OLD)),
        ],
    );
    assert_eq!(
        found,
        expected(&[
            ("", "0 of 0 current"),
            ("", "1 of 1 current"),
            (
                "",
                "1 of 2 current, 1 rolling out, worst: name of c-2 (c-2)"
            ),
            (
                "",
                "1 of 2 current, 1 rolling out, worst: name of c-2 (c-2)"
            ),
            (
                "name of c-2 (c-2) was rolling out, is not reachable",
                "1 of 2 current, 1 not reachable, worst: name of c-2 (c-2)"
            ),
            (
                "",
                "1 of 3 current, 1 not reachable, 1 pinned, worst: name of c-2 (c-2)"
            ),
            (
                "",
                "1 of 4 current, 1 rolling out, 1 not reachable, 1 pinned, worst: name of c-2 (c-2)"
            ),
            (
                "",
                "1 of 5 current, 1 rolling out, 1 not reachable, 1 pinned, 1 unknown, worst: name of c-2 (c-2)"
            ),
            (
                "name of c-3 (c-3) was pinned, is rolling out",
                "1 of 5 current, 2 rolling out, 1 not reachable, 1 unknown, worst: name of c-2 (c-2)"
            ),
            (
                "name of c-3 (c-3) was rolling out, is current",
                "2 of 5 current, 1 rolling out, 1 not reachable, 1 unknown, worst: name of c-2 (c-2)"
            ),
            (
                "name of c-2 (c-2) was not reachable, is current",
                "3 of 5 current, 1 rolling out, 1 unknown, worst: name of c-4 (c-4)"
            ),
            (
                "name of c-5 (c-5) is gone",
                "3 of 4 current, 1 rolling out, worst: name of c-4 (c-4)"
            ),
            (
                "",
                "3 of 4 current, 1 rolling out, worst: name of c-4 (c-4)"
            ),
            (
                "name of c-4 (c-4) was rolling out, is current",
                "4 of 4 current"
            ),
            (
                "name of c-1 (c-1) was current, is rolling out",
                "3 of 4 current, 1 rolling out, worst: name of c-1 (c-1)"
            ),
        ])
    );
}

#[test]
fn nothing_is_judged_before_the_version_is_known_and_all_is_when_it_changes() {
    let mut follower = Follower::new(Settings::default(), false);
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
            (
                "",
                "0 of 1 current, 1 rolling out, worst: name of c-1 (c-1)"
            ),
            (
                "",
                "1 of 2 current, 1 rolling out, worst: name of c-1 (c-1)"
            ),
            ("Rancher was v2.12.3, is v2.11.3", "2 of 2 current"),
        ])
    );
}

#[test]
fn it_is_done_when_no_cluster_lags() {
    let mut follower = under("v2.12.3");
    let done: Vec<bool> = [
        changed(cluster("local", "", "")),
        changed(cluster("c-1", "", OLD)),
        changed(cluster("c-1", "", NEW)),
        changed(cluster("c-2", "a:edge", "a:edge")),
        changed(cluster("c-3", OLD, NEW)),
    ]
    .into_iter()
    .map(|entry| {
        follower.receive("-", entry);
        follower.is_done(Patience::default())
    })
    .collect();
    assert_eq!(done, [true, false, true, true, false]);
}
