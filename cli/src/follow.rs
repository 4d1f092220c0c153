//! The state of the clusters while their agents are rolled out.

use std::collections::{BTreeMap, BTreeSet};

use rancher_agent_version_policy::setting::Fact;
use rancher_agent_version_policy::settings::Settings;
use strum::Display;
use unicode_width::UnicodeWidthStr;

use crate::input::{Entry, Event};
use crate::inventory::Inventory;
use crate::judge::judge;
use crate::listed::{Key, Listed};
use crate::live::{NotAsked, RollOut, Running};
use crate::report::{Concern, FailOn, Place, Question, Report, Row, Verdict, cut};
use crate::text::short;

/// Keeps the newest state of each cluster and judges what has changed. What an event
/// costs does not depend on how many clusters there are.
#[derive(Default)]
pub struct Follower {
    settings: Settings,
    /// Whether it counts what runs, and not only what Rancher has applied.
    asks_what_runs: bool,
    has_clusters: bool,
    /// How many clusters came that were not known before.
    arrivals: usize,
    inventory: Inventory,
    /// What was found to run.
    running: BTreeMap<Key, Result<Running, NotAsked>>,
    judged: BTreeMap<Key, Judged>,
    /// Those that are not current, the worst first.
    left: BTreeSet<Place>,
    progress: Progress,
}

struct Judged {
    state: State,
    row: Row,
}

/// How far one cluster is, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display)]
#[strum(serialize_all = "lowercase")]
enum State {
    /// It lags, and Rancher can reach it.
    #[strum(to_string = "rolling out")]
    RollingOut,
    /// Its roll-out does not get on.
    Stuck,
    /// It lags, and Rancher cannot reach it.
    #[strum(to_string = "not reachable")]
    Unreachable,
    /// It pins an image that lags, and stays behind until the pin is cleared or changed.
    Pinned,
    /// Its standing is unknown.
    Unknown,
    /// It does not lag.
    Current,
    /// It is not the policy's business.
    #[strum(to_string = "out of scope")]
    OutOfScope,
}

/// How far the roll-out is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many clusters are in each state.
    counts: BTreeMap<State, usize>,
    /// The worst of those that are left, fit to print.
    worst: Option<String>,
}

/// The clusters that the watch does not wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Patience {
    /// Those that lag and cannot be reached are not waited for.
    pub ignores_unreachable: bool,
    /// Those that pin an image that lags are not waited for.
    pub ignores_pinned: bool,
    /// Those that are unknown are waited for.
    pub waits_for_unknown: bool,
}

impl Patience {
    fn ignores(self, state: State) -> bool {
        match state {
            State::Unreachable => self.ignores_unreachable,
            State::Pinned => self.ignores_pinned,
            _ => false,
        }
    }

    fn waits_for(self, state: State) -> bool {
        match state {
            State::Current | State::OutOfScope => false,
            State::Unknown => self.waits_for_unknown,
            _ => !self.ignores(state),
        }
    }
}

impl Progress {
    /// How many clusters are in such a state.
    fn count(&self, is_such: impl Fn(State) -> bool) -> usize {
        let counts = self.counts.iter().filter(|(state, _)| is_such(**state));
        counts.map(|(_, count)| count).sum()
    }

    /// How many clusters there are that have an agent.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.count(|state| state != State::OutOfScope)
    }

    fn current(&self) -> usize {
        self.count(|state| state == State::Current)
    }

    /// How many are current and how many are not, in words.
    fn counts(&self) -> String {
        let mut counts = format!("{} of {} current", self.current(), self.clusters());
        for (state, count) in self.counts.range(..State::Current) {
            if *count > 0 {
                counts += &format!(", {count} {state}");
            }
        }
        counts
    }

    /// One line of a terminal that is this wide: a bar where there is room for it, and what
    /// matters, the counts first and whole.
    #[must_use]
    pub fn line(&self, width: usize) -> (String, String) {
        let counts = self.counts();
        let worst = self.worst.as_ref().map(|worst| format!("; worst: {worst}"));
        let room = width.saturating_sub(counts.width());
        // The start of a name is enough, and less says nothing.
        let worst = worst.filter(|_| room > 14).unwrap_or_default();
        let bar_width = match room.saturating_sub(worst.width()) {
            0..11 => 0,
            11..21 => 10,
            _ => 20,
        };
        let done = self.current() * bar_width / self.clusters().max(1);
        let mut bar = "█".repeat(done) + &"░".repeat(bar_width - done);
        if bar_width > 0 {
            bar.push(' ');
        }
        let text = cut(&(counts + &worst), width.saturating_sub(bar.width()));
        (bar, text)
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.counts())?;
        match &self.worst {
            Some(worst) => write!(formatter, ", worst: {worst}"),
            None => Ok(()),
        }
    }
}

impl Follower {
    /// Begins without clusters. Where these settings have no version, it comes with the
    /// Settings of the input.
    #[must_use]
    pub fn new(settings: Settings, asks_what_runs: bool) -> Self {
        Self {
            settings,
            asks_what_runs,
            ..Self::default()
        }
    }

    /// Takes in what an input of this name says next. Where a known cluster gets on, or is gone, or the
    /// server becomes another, the answer is a line about it, fit to print.
    pub fn receive(&mut self, source: &str, entry: Entry) -> Option<String> {
        match entry {
            Entry::Cluster(event, cluster) => self.receive_cluster(event, *cluster),
            entry => {
                let before = self.inventory.settings.clone();
                self.inventory.add(source, entry);
                let after = &self.inventory.settings;
                if *after == before {
                    return None;
                }
                let line = match (&before.server_version, &after.server_version) {
                    (Some(Fact::Value(before)), Some(Fact::Value(after))) if before != after => {
                        let (before, after) = (short(before), short(after));
                        Some(format!("Rancher was {before}, is {after}"))
                    }
                    _ => None,
                };
                let keys: Vec<Key> = self.inventory.clusters.keys().cloned().collect();
                for key in keys {
                    self.forget(&key);
                    self.judge(&key);
                }
                line.filter(|_| self.settings.server_version.is_none())
            }
        }
    }

    /// Removes a cluster that was deleted while the watch was interrupted.
    pub fn receive_gone(&mut self, name: &str) -> Option<String> {
        let key = self.inventory.keys_of(name).pop()?;
        let cluster = self.inventory.clusters.get(&key)?.clone();
        self.receive_cluster(Event::Deleted, cluster)
    }

    /// Takes in what was found to run, in place of what was found before.
    pub fn receive_running(
        &mut self,
        found: BTreeMap<Key, Result<Running, NotAsked>>,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for (key, answer) in found {
            if !self.inventory.clusters.contains_key(&key) {
                continue;
            }
            let before = self.forget(&key);
            self.running.insert(key.clone(), answer);
            self.judge(&key);
            lines.extend(self.change(&key, before));
        }
        lines
    }

    /// The clusters that Rancher is done with, and of which it is not known yet that they
    /// are done.
    #[must_use]
    pub fn to_ask(&self) -> Vec<Listed> {
        if !self.asks_what_runs {
            return Vec::new();
        }
        let is_open = |key: &Key| match self.running.get(key) {
            Some(Ok(running)) => running.roll_out != RollOut::Done,
            Some(Err(_)) | None => true,
        };
        let is_to_ask = |key: &Key, judged: &Judged| {
            let is_done = judged.row.status.concern() == Concern::None;
            is_done && judged.state != State::OutOfScope && is_open(key)
        };
        let judged = self.judged.iter();
        judged
            .filter(|(key, judged)| is_to_ask(key, judged))
            .filter_map(|(key, _)| self.inventory.clusters.get(key).cloned())
            .collect()
    }

    fn receive_cluster(&mut self, event: Event, cluster: Listed) -> Option<String> {
        self.has_clusters = true;
        let key = cluster.key();
        let name = cluster.cluster.name().to_owned();
        let title = title(&name, cluster.cluster.display_name());
        let known = self.inventory.clusters.get(&key);
        let was_applied = known.and_then(|known| known.cluster.deployed_image());
        if was_applied != cluster.cluster.deployed_image() {
            // What ran before Rancher applied another image does not count.
            self.running.remove(&key);
        }
        let mut before = self.forget(&key);
        if event != Event::Listed {
            for other in self.inventory.keys_of(&name) {
                before = self.forget(&other).or(before);
            }
        }
        self.inventory
            .add("", Entry::Cluster(event, Box::new(cluster)));
        if event == Event::Deleted {
            self.running.remove(&key);
            return before.map(|_| format!("{title} is gone"));
        }
        if before.is_none() {
            self.arrivals += 1;
        }
        self.judge(&key);
        self.change(&key, before)
    }

    /// A line about how a cluster got on.
    fn change(&self, key: &Key, before: Option<State>) -> Option<String> {
        let judged = self.judged.get(key)?;
        let (before, now) = (before?, judged.state);
        (before != now).then(|| {
            let title = title(&judged.row.name, &judged.row.display_name);
            format!("{title} was {before}, is {now}")
        })
    }

    /// Everything that was taken in.
    #[must_use]
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Whether there was a cluster, though it may be gone.
    #[must_use]
    pub fn has_clusters(&self) -> bool {
        self.has_clusters
    }

    /// How many clusters came that were not known before. While there are more, a
    /// list is still being read.
    #[must_use]
    pub fn arrivals(&self) -> usize {
        self.arrivals
    }

    /// Whether the version to compare with is known.
    #[must_use]
    pub fn knows_server(&self) -> bool {
        self.settings.server_version.is_some() || self.inventory.settings.server_version.is_some()
    }

    /// Whether all that is known of was judged, and no cluster is waited for.
    #[must_use]
    pub fn is_done(&self, patience: Patience) -> bool {
        self.has_clusters
            && self.knows_server()
            && self.progress.count(|state| patience.waits_for(state)) == 0
    }

    /// What keeps the watch from its end, where nothing is rolled out any more, and what to
    /// do about it. Fit to print.
    #[must_use]
    pub fn stalled(&self, patience: Patience) -> Option<String> {
        if self.progress.count(|state| state == State::RollingOut) > 0 || self.is_done(patience) {
            return None;
        }
        let reasons = [
            (
                State::Unreachable,
                "connect it again, or end without it: --ignore-unreachable",
            ),
            (
                State::Pinned,
                "clear its pin (the verb fix writes the commands), or end without it: --ignore-pinned",
            ),
            (
                State::Stuck,
                "look at its Deployment cattle-system/cattle-cluster-agent",
            ),
        ];
        let reasons: Vec<String> = reasons
            .into_iter()
            .filter(|(state, _)| !patience.ignores(*state))
            .filter_map(|(state, advice)| {
                let names = self.names(state)?;
                Some(format!("{state} {names}: {advice}"))
            })
            .collect();
        (!reasons.is_empty()).then(|| {
            format!(
                "nothing is rolled out now; this goes on for {}",
                reasons.join("; ")
            )
        })
    }

    /// Some of the clusters in this state, by name.
    fn names(&self, state: State) -> Option<String> {
        const MOST: usize = 3;
        let judged = self.judged.values().filter(|judged| judged.state == state);
        let mut names: Vec<String> = judged
            .map(|judged| title(&judged.row.name, &judged.row.display_name))
            .collect();
        let more = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        let names = names.join(", ");
        match more {
            0 => (!names.is_empty()).then_some(names),
            more => Some(format!("{names} and {more} more")),
        }
    }

    /// A report with a row for each cluster that was judged, in no order.
    #[must_use]
    pub fn report(&self, server_version: String, fail_on: FailOn) -> Report {
        let judged = self.judged.values();
        Report {
            server_version,
            question: Question::Audit,
            fail_on,
            rows: judged.map(|judged| judged.row.clone()).collect(),
        }
    }

    /// What there is to be concerned about, of the clusters that are not ignored.
    pub fn concerns(&self, patience: Patience) -> impl Iterator<Item = Concern> {
        let judged = self.judged.values();
        judged
            .filter(move |judged| !patience.ignores(judged.state))
            .map(|judged| judged.row.concern())
    }

    /// How far the roll-out is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let worst = self.left.first();
        Progress {
            worst: worst.map(|(_, display_name, name, _)| title(name, display_name)),
            ..self.progress.clone()
        }
    }

    /// Takes back what was found about a cluster, and returns how far it was.
    fn forget(&mut self, key: &Key) -> Option<State> {
        let judged = self.judged.remove(key)?;
        if let Some(count) = self.progress.counts.get_mut(&judged.state) {
            *count -= 1;
        }
        self.left.remove(&judged.row.place());
        Some(judged.state)
    }

    /// Judges a cluster of which nothing is known.
    fn judge(&mut self, key: &Key) {
        if !self.knows_server() {
            return;
        }
        let Some(cluster) = self.inventory.clusters.get(key) else {
            return;
        };
        let rancher = self.inventory.rancher();
        let running = self.running.get(key);
        let row = judge(Question::Audit, cluster, &self.settings, &rancher, running);
        let state = State::of(&row, cluster, self.asks_what_runs);
        let judged = Judged { state, row };
        *self.progress.counts.entry(state).or_default() += 1;
        if !matches!(state, State::Current | State::OutOfScope) {
            self.left.insert(judged.row.place());
        }
        self.judged.insert(key.clone(), judged);
    }
}

impl State {
    fn of(row: &Row, cluster: &Listed, asks_what_runs: bool) -> Self {
        let is_pinned = row.reason == Some("desired-lagging") && !row.is_pinned_by_rancher;
        match row.status.concern() {
            _ if row.status.verdict == Verdict::OutOfScope => Self::OutOfScope,
            // Rancher rolls its agent out when it can.
            _ if row.status.verdict == Verdict::Pending => match row.unreachable {
                Some(_) => Self::Unreachable,
                None => Self::RollingOut,
            },
            Concern::Unknown => Self::Unknown,
            Concern::Lags if matches!(cluster.pin(), Some((_, None))) => Self::Unknown,
            Concern::Lags if is_pinned => Self::Pinned,
            Concern::Lags if row.unreachable.is_some() => Self::Unreachable,
            Concern::Lags => Self::RollingOut,
            Concern::None => match &row.running {
                None if asks_what_runs => Self::RollingOut,
                None => Self::Current,
                Some(Err(_)) => Self::Unknown,
                Some(Ok(running)) => match running.roll_out {
                    RollOut::Done => Self::Current,
                    RollOut::Rolling => Self::RollingOut,
                    RollOut::Stuck => Self::Stuck,
                    RollOut::ScaledToZero => Self::Unknown,
                },
            },
        }
    }
}

fn title(name: &str, display_name: &str) -> String {
    match display_name {
        "" => short(name),
        display_name => format!("{} ({})", short(display_name), short(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_and_has_the_counts_whole() {
        let progress = |current, rolling_out, unreachable, pinned, worst: &str| Progress {
            counts: BTreeMap::from([
                (State::Current, current),
                (State::RollingOut, rolling_out),
                (State::Unreachable, unreachable),
                (State::Pinned, pinned),
                (State::Unknown, 3),
            ]),
            worst: (!worst.is_empty()).then(|| worst.to_owned()),
        };
        let few = progress(5, 3, 1, 0, "payments-us (c-m-t6z8jw4c)");
        let none = progress(5, 3, 1, 0, "");
        let many = progress(12_345, 9_876, 123, 45, "payments-us (c-m-t6z8jw4c)");
        for (progress, width, bar, text) in [
            (
                &few,
                120,
                "████████░░░░░░░░░░░░ ",
                "5 of 12 current, 3 rolling out, 1 not reachable, 3 unknown; worst: payments-us (c-m-t6z8jw4c)",
            ),
            (
                &few,
                80,
                "",
                "5 of 12 current, 3 rolling out, 1 not reachable, 3 unknown; worst: payments-us …",
            ),
            (
                &none,
                80,
                "████████░░░░░░░░░░░░ ",
                "5 of 12 current, 3 rolling out, 1 not reachable, 3 unknown",
            ),
            (
                &few,
                60,
                "",
                "5 of 12 current, 3 rolling out, 1 not reachable, 3 unknown",
            ),
            (
                &many,
                80,
                "",
                "12345 of 22392 current, 9876 rolling out, 123 not reachable, 45 pinned, 3 unkno…",
            ),
        ] {
            let line = progress.line(width);
            assert_eq!(line, (bar.to_owned(), text.to_owned()), "{width}");
            assert!(line.0.width() + line.1.width() <= width, "{width}");
        }
        assert_eq!(
            progress(0, 0, 0, 0, "").line(40).1,
            "0 of 3 current, 3 unknown"
        );
    }
}
