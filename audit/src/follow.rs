//! The state of a fleet while its agents are rolled out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fleet::{Cluster, Inventory};
use crate::host::{Kubernetes, Policy};
use crate::input::{Entry, Event};
use crate::report::{Concern, Row};
use crate::text::short;
use crate::verdict::{ReviewError, Verdict, ask, audit};

/// Name and uid of a cluster.
type Key = (String, String);

/// Keeps the newest state of each cluster and judges what has changed.
pub struct Follower<'a> {
    policy: &'a Policy,
    /// Whether the policy has the server's version in its settings.
    knows_server: bool,
    inventory: Inventory,
    rows: BTreeMap<Key, (Verdict, Row)>,
    errors: BTreeMap<Key, ReviewError>,
}

/// How far the roll-out is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many clusters there are that have an agent.
    pub clusters: usize,
    /// How many of them do not lag, and are known.
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
    /// Whether no cluster lags.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.clusters > 0 && self.left() == 0
    }

    fn left(&self) -> usize {
        [self.rolling_out, self.unreachable, self.pinned]
            .into_iter()
            .fold(0, usize::saturating_add)
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
        let mut words: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if let Some(last) = &self.last {
            words.push(format!("last: {last}"));
        }
        words.join(", ")
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {} current", self.current, self.clusters)?;
        match self.rest().as_str() {
            "" => Ok(()),
            rest => write!(formatter, ", {rest}"),
        }
    }
}

impl<'a> Follower<'a> {
    /// Begins without clusters. `knows_server` says that the policy's settings have
    /// the version of the server; else it comes with the Settings of the input.
    #[must_use]
    pub fn new(policy: &'a Policy, knows_server: bool) -> Self {
        Self {
            policy,
            knows_server,
            inventory: Inventory::default(),
            rows: BTreeMap::new(),
            errors: BTreeMap::new(),
        }
    }

    /// Takes in what the input says next. Where a known cluster gets on, or is gone,
    /// the answer is a line about it, fit to print.
    pub fn receive(&mut self, entry: Entry) -> Option<String> {
        match entry {
            Entry::Cluster(event, cluster) => {
                let key = (cluster.name.clone(), cluster.uid.clone());
                let title = title(&cluster.name, &cluster.display_name);
                self.inventory.add(Entry::Cluster(event, cluster));
                if event == Event::Deleted {
                    self.errors.remove(&key);
                    return self.rows.remove(&key).map(|_| format!("{title} is gone"));
                }
                let before = self.state(&key);
                self.judge(&key);
                match (before, self.state(&key)) {
                    (Some(before), Some(now)) if before != now => Some(format!(
                        "{title} was {}, is {}",
                        before.words(),
                        now.words()
                    )),
                    _ => None,
                }
            }
            Entry::Setting(..) => {
                self.inventory.add(entry);
                let keys: Vec<Key> = self.inventory.clusters.keys().cloned().collect();
                for key in keys {
                    self.judge(&key);
                }
                None
            }
            entry => {
                self.inventory.add(entry);
                None
            }
        }
    }

    /// Everything that was taken in.
    #[must_use]
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Whether the version to compare with is known.
    #[must_use]
    pub fn knows_server(&self) -> bool {
        self.knows_server || self.inventory.settings.contains("server-version")
    }

    /// The clusters that could not be judged.
    pub fn errors(&self) -> impl Iterator<Item = &ReviewError> {
        self.errors.values()
    }

    /// A row for each cluster that was judged.
    #[must_use]
    pub fn rows(&self) -> Vec<(u8, Row)> {
        self.rows
            .values()
            .map(|(verdict, row)| (verdict.rank(), row.clone()))
            .collect()
    }

    /// How far the roll-out is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let mut progress = Progress {
            clusters: 0,
            current: 0,
            rolling_out: 0,
            unreachable: 0,
            pinned: 0,
            unknown: 0,
            last: None,
        };
        let mut worst: Option<(u8, &Row)> = None;
        for (key, (verdict, row)) in &self.rows {
            let count = match self.state(key) {
                None | Some(State::OutOfScope) => continue,
                Some(State::Current) => &mut progress.current,
                Some(State::RollingOut) => &mut progress.rolling_out,
                Some(State::Unreachable) => &mut progress.unreachable,
                Some(State::Pinned) => &mut progress.pinned,
                Some(State::Unknown) => &mut progress.unknown,
            };
            *count = count.saturating_add(1);
            progress.clusters = progress.clusters.saturating_add(1);
            let is_worse = |(rank, other): (u8, &Row)| {
                (verdict.rank(), &row.name, &row.cluster) < (rank, &other.name, &other.cluster)
            };
            if row.concern != Concern::None && worst.is_none_or(is_worse) {
                worst = Some((verdict.rank(), row));
            }
        }
        progress.last = worst.map(|(_, row)| title(&row.cluster, &row.name));
        progress
    }

    fn state(&self, key: &Key) -> Option<State> {
        let (verdict, row) = self.rows.get(key)?;
        let cluster = self.inventory.clusters.get(key)?;
        Some(State::of(*verdict, row, cluster))
    }

    fn judge(&mut self, key: &Key) {
        if !self.knows_server() {
            return;
        }
        let Some(cluster) = self.inventory.clusters.get(key) else {
            return;
        };
        let kubernetes: Arc<dyn Kubernetes> = Arc::new(self.inventory.settings.clone());
        let judged =
            ask(self.policy, cluster, kubernetes).and_then(|answer| audit(cluster, &answer));
        match judged {
            Ok(row) => {
                self.errors.remove(key);
                self.rows.insert(key.clone(), row);
            }
            Err(error) => {
                self.rows.remove(key);
                self.errors.insert(key.clone(), error);
            }
        }
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
    fn of(verdict: Verdict, row: &Row, cluster: &Cluster) -> Self {
        let is_pinned = row.reason == "desired-lagging" && !cluster.is_pinned_by_rancher();
        match row.concern {
            _ if verdict == Verdict::OutOfScope => Self::OutOfScope,
            Concern::None => Self::Current,
            Concern::Unknown => Self::Unknown,
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

fn title(cluster: &str, name: &str) -> String {
    match name {
        "" => short(cluster),
        name => format!("{} ({})", short(name), short(cluster)),
    }
}
