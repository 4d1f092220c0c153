//! The metrics: those of `-o prometheus`, and what is known of the exporter itself.

use prometheus::proto::MetricType;

use super::state::State;
use crate::report::prometheus::{encode, family, gauges, report_families};

/// The names of all metrics.
pub const METRICS: [&str; 8] = [
    "rancher_agent_verdict",
    "rancher_agent_clusters",
    "rancher_agent_server_info",
    "rancher_agent_image_setting_deviates",
    "rancher_agent_last_success_timestamp_seconds",
    "rancher_agent_watch_errors_total",
    "rancher_agent_running_errors_total",
    "rancher_agent_exporter_build_info",
];

/// What is known at a time, in the text format. As long as not everything was judged, there is
/// nothing about clusters.
pub(super) fn metrics(state: &State, now: u64) -> Result<String, String> {
    let mut families = Vec::new();
    if let Some(report) = state.report() {
        families.extend(report_families(&report));
        families.push(gauges(
            "rancher_agent_server_info",
            "The version of the Rancher server that agents are compared with.",
            [(vec![("version", report.server_version)], 1)],
        ));
        families.push(gauges(
            "rancher_agent_image_setting_deviates",
            "Whether Rancher's Setting agent-image names another version than the server has.",
            [(Vec::new(), state.image_setting_deviates().into())],
        ));
    }
    // There is none before all clusters have come.
    families.push(gauges(
        "rancher_agent_last_success_timestamp_seconds",
        "The last time at which the watch of the clusters was known to be whole.",
        state.last_success(now).map(|time| (Vec::new(), time)),
    ));
    families.push(family(
        MetricType::COUNTER,
        "rancher_agent_watch_errors_total",
        "How often the watch of the clusters failed or could not begin.",
        [(Vec::new(), state.errors)],
    ));
    let running_errors = state.running_errors.iter();
    families.push(family(
        MetricType::COUNTER,
        "rancher_agent_running_errors_total",
        "How often a cluster could not be asked which agent runs there.",
        running_errors.map(|(reason, count)| (vec![("reason", (*reason).to_owned())], *count)),
    ));
    families.push(gauges(
        "rancher_agent_exporter_build_info",
        "The version of the exporter.",
        [(vec![("version", env!("CARGO_PKG_VERSION").to_owned())], 1)],
    ));
    encode(families)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rancher_agent_version_policy::setting::{Fact, SettingName};
    use rancher_agent_version_policy::settings::Settings;

    use super::*;
    use crate::input::{Entry, Event, Setting};
    use crate::live::Signal;

    fn setting(name: SettingName, value: &str) -> Signal {
        let value = Fact::Value(value.to_owned());
        Signal::Entry(Entry::Setting(Event::Changed, Setting { name, value }))
    }

    /// The values of metrics without those of each verdict.
    fn values(state: &State, now: u64) -> Vec<String> {
        let text = metrics(state, now).unwrap();
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.contains("verdict="))
            .map(str::to_owned)
            .collect()
    }

    const BUILD: &str = concat!(
        "rancher_agent_exporter_build_info{version=\"",
        env!("CARGO_PKG_VERSION"),
        "\"} 1"
    );

    #[test]
    fn a_lost_server_is_an_error_and_a_stale_time() {
        let mut state = State::new(Settings::default(), false);
        let none = ["rancher_agent_watch_errors_total 0", BUILD];
        assert_eq!(values(&state, 100), none);
        let never = Signal::End("refused".to_owned());
        assert_eq!(
            state.receive(never, 100).as_deref(),
            Some("refused; it is tried again")
        );
        let failed = ["rancher_agent_watch_errors_total 1", BUILD];
        assert_eq!(values(&state, 100), failed);
        state.receive(setting(SettingName::ServerVersion, "v2.12.3"), 101);
        assert_eq!(values(&state, 101), failed);
        let said = state.receive(Signal::Listed, 102);
        assert_eq!(said.as_deref(), Some("watching 0 clusters"));
        let at = |time: u64, errors: u64| {
            [
                "rancher_agent_server_info{version=\"v2.12.3\"} 1".to_owned(),
                "rancher_agent_image_setting_deviates 0".to_owned(),
                format!("rancher_agent_last_success_timestamp_seconds {time}"),
                format!("rancher_agent_watch_errors_total {errors}"),
                BUILD.to_owned(),
            ]
        };
        assert_eq!(values(&state, 110), at(110, 1));
        let lost = || Signal::Lost("no answer".to_owned());
        assert_eq!(
            state.receive(lost(), 120).as_deref(),
            Some("no answer; what is shown stands still, it is tried again")
        );
        assert_eq!(state.receive(lost(), 150), None);
        assert_eq!(values(&state, 160), at(120, 3));
        let back = state.receive(Signal::Listed, 170);
        assert_eq!(back.as_deref(), Some("the connection is back"));
        assert_eq!(values(&state, 180), at(180, 3));
    }

    #[test]
    fn the_names_are_those_that_are_written() {
        let mut state = State::new(Settings::default(), true);
        state.receive(setting(SettingName::ServerVersion, "v2.12.3"), 1);
        let cluster = serde_json::from_str::<crate::input::Object>(
            r#"{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{"name":"c-1"}}"#,
        );
        let cluster = cluster.unwrap().into_listed(Arc::default());
        let entry = Entry::Cluster(Event::Changed, Box::new(cluster));
        state.receive(Signal::Entry(entry), 1);
        state.receive(Signal::Listed, 1);
        let text = metrics(&state, 1).unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
            .collect();
        assert_eq!(names, METRICS);
    }
}
