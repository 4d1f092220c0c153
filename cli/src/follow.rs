//! The state of the clusters while their agents are rolled out.

use std::collections::{BTreeMap, BTreeSet};

use rancher_agent_version_policy::settings::Settings;

use crate::input::{Entry, Event};
use crate::inventory::Inventory;
use crate::judge::judge;
use crate::listed::{Key, Listed};
use crate::report::{Concern, Question, Row, Verdict};
use crate::text::short;

/// Keeps the newest state of each cluster and judges what has changed. What an event
/// costs does not depend on how many clusters there are.
pub struct Follower {
    settings: Settings,
    has_clusters: bool,
    /// How many clusters came that were not known before.
    arrivals: usize,
    inventory: Inventory,
    judged: BTreeMap<Key, Judged>,
    /// Those that are not current, the worst first.
    left: BTreeSet<Place>,
    progress: Progress,
}

struct Judged {
    state: State,
    row: Row,
}

/// Where a cluster stands among those that are left: verdict, display name, name, uid.
type Place = (Verdict, String, String, Option<String>);

impl Judged {
    fn place(&self) -> Place {
        let row = &self.row;
        (
            row.status.verdict,
            row.display_name.clone(),
            row.name.clone(),
            row.uid.clone(),
        )
    }
}

/// How far the roll-out is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many of the clusters that have an agent do not lag, and are known.
    pub current: usize,
    /// How many lag, and Rancher can reach them.
    pub rolling_out: usize,
    /// How many lag, and Rancher cannot reach them.
    pub unreachable: usize,
    /// How many pin an image that lags, so that nobody rolls out.
    pub pinned: usize,
    /// Of how many nobody can tell.
    pub unknown: usize,
    /// The worst of those that are left, fit to print.
    pub last: Option<String>,
}

impl Progress {
    /// How many clusters there are that have an agent.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.current + self.unknown + self.lagging()
    }

    /// How many of them lag.
    #[must_use]
    pub fn lagging(&self) -> usize {
        self.rolling_out + self.unreachable + self.pinned
    }

    /// What is left, in words.
    #[must_use]
    pub fn rest(&self) -> String {
        let counts = [
            (self.rolling_out, "rolling out"),
            (self.unreachable, "not reachable"),
            (self.pinned, "pinned"),
            (self.unknown, "unknown"),
        ];
        let last = self.last.iter().map(|last| format!("last: {last}"));
        let counts = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"));
        last.chain(counts).collect::<Vec<_>>().join(", ")
    }

    fn count(&mut self, state: State) -> Option<&mut usize> {
        match state {
            State::RollingOut => Some(&mut self.rolling_out),
            State::Unreachable => Some(&mut self.unreachable),
            State::Pinned => Some(&mut self.pinned),
            State::Unknown => Some(&mut self.unknown),
            State::Current => Some(&mut self.current),
            State::OutOfScope => None,
        }
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {} current", self.current, self.clusters())?;
        match self.rest().as_str() {
            "" => Ok(()),
            rest => write!(formatter, ", {rest}"),
        }
    }
}

impl Follower {
    /// Begins without clusters. Where these settings have no version, it comes with the
    /// Settings of the input.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            has_clusters: false,
            arrivals: 0,
            inventory: Inventory::default(),
            judged: BTreeMap::new(),
            left: BTreeSet::new(),
            progress: Progress::default(),
        }
    }

    /// Takes in what an input of this name says next. Where a known cluster gets on, or is gone,
    /// the answer is a line about it, fit to print.
    pub fn receive(&mut self, source: &str, entry: Entry) -> Option<String> {
        match entry {
            Entry::Cluster(event, cluster) => {
                self.has_clusters = true;
                let key = cluster.key();
                let name = cluster.cluster.name();
                let title = title(name, cluster.cluster.display_name());
                let mut before = self.forget(&key);
                if event != Event::Listed {
                    for other in self.inventory.keys_of(name) {
                        before = self.forget(&other).or(before);
                    }
                }
                self.inventory.add(source, Entry::Cluster(event, cluster));
                if before.is_none() {
                    self.arrivals += 1;
                }
                if event == Event::Deleted {
                    return before.map(|_| format!("{title} is gone"));
                }
                self.judge(&key);
                let now = self.judged.get(&key).map(|judged| judged.state);
                match (before, now) {
                    (Some(before), Some(now)) if before != now => Some(format!(
                        "{title} was {}, is {}",
                        before.words(),
                        now.words()
                    )),
                    _ => None,
                }
            }
            Entry::Setting(event, setting) => {
                let before = self.inventory.settings.clone();
                self.inventory.add(source, Entry::Setting(event, setting));
                if self.inventory.settings != before {
                    let keys: Vec<Key> = self.inventory.clusters.keys().cloned().collect();
                    for key in keys {
                        self.forget(&key);
                        self.judge(&key);
                    }
                }
                None
            }
            entry => {
                self.inventory.add(source, entry);
                None
            }
        }
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

    /// Whether all that is known of was judged, and no cluster lags.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.has_clusters && self.knows_server() && self.progress.lagging() == 0
    }

    /// A row for each cluster that was judged.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let judged = self.judged.values();
        judged.map(|judged| judged.row.clone()).collect()
    }

    /// How far the roll-out is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let worst = self.left.first();
        Progress {
            last: worst.map(|(_, display_name, name, _)| title(name, display_name)),
            ..self.progress.clone()
        }
    }

    /// Takes back what was found about a cluster, and returns how far it was.
    fn forget(&mut self, key: &Key) -> Option<State> {
        let judged = self.judged.remove(key)?;
        if let Some(count) = self.progress.count(judged.state) {
            *count -= 1;
        }
        self.left.remove(&judged.place());
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
        let row = judge(Question::Audit, cluster, &self.settings, &rancher);
        let state = State::of(&row, cluster);
        let judged = Judged { state, row };
        if let Some(count) = self.progress.count(state) {
            *count += 1;
        }
        if !matches!(state, State::Current | State::OutOfScope) {
            self.left.insert(judged.place());
        }
        self.judged.insert(key.clone(), judged);
    }
}

/// How far one cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It lags, and Rancher can reach it.
    RollingOut,
    /// It lags, and Rancher cannot reach it.
    Unreachable,
    /// It pins an image that lags, and stays behind until somebody changes that.
    Pinned,
    /// Nobody can tell.
    Unknown,
    /// It does not lag.
    Current,
    /// It is not the policy's business.
    OutOfScope,
}

impl State {
    fn of(row: &Row, cluster: &Listed) -> Self {
        let is_pinned = row.reason == Some("desired-lagging") && !row.is_pinned_by_rancher;
        match row.status.concern() {
            _ if row.status.verdict == Verdict::OutOfScope => Self::OutOfScope,
            Concern::None => Self::Current,
            Concern::Unknown => Self::Unknown,
            Concern::Lags if matches!(cluster.pin(), Some((_, None))) => Self::Unknown,
            Concern::Lags if is_pinned => Self::Pinned,
            Concern::Lags if row.unreachable.is_some() => Self::Unreachable,
            Concern::Lags => Self::RollingOut,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::RollingOut => "rolling out",
            Self::Unreachable => "not reachable",
            Self::Pinned => "pinned",
            Self::Unknown => "unknown",
            Self::Current => "current",
            Self::OutOfScope => "out of scope",
        }
    }
}

fn title(name: &str, display_name: &str) -> String {
    match display_name {
        "" => short(name),
        display_name => format!("{} ({})", short(display_name), short(name)),
    }
}
