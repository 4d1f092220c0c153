//! The objects of an input: clusters, Settings, and what is neither.

use std::collections::{BTreeMap, BTreeSet};

use rancher_agent_version_policy::setting::{Fact, Fault, Rancher, SettingName};

use crate::input::{Entry, Event, InputError, Setting};
use crate::listed::{Key, Listed};

/// What an input holds, whatever its order. Of each object the newest state
/// counts.
#[derive(Debug, Default, PartialEq)]
pub struct Inventory {
    /// The clusters, by [`Listed::key`].
    pub clusters: BTreeMap<Key, Listed>,
    /// What the input says of Rancher's Settings; `None` where it has them not.
    pub settings: Rancher,
    /// How many objects of which other kind there are.
    pub others: BTreeMap<String, usize>,
    /// How many clusters were there already, in a list and not by a watch.
    pub repeated: usize,
    /// The Settings that are there twice with different values, by their names.
    pub contradictions: BTreeSet<&'static str>,
    /// What could not be read.
    pub broken: Vec<InputError>,
    /// Whether a watch has failed.
    pub watch_failed: bool,
}

impl Inventory {
    /// Adds one thing that an input says.
    pub fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Cluster(event, cluster) => self.add_cluster(event, *cluster),
            Entry::Setting(event, setting) => self.add_setting(event, setting),
            Entry::Other(kind) => *self.others.entry(kind).or_default() += 1,
            Entry::WatchFailed => self.watch_failed = true,
            Entry::Broken(error) => self.broken.push(error),
        }
    }

    /// A line about the objects that are neither clusters nor Settings of Rancher,
    /// if there are any.
    #[must_use]
    pub fn note_on_others(&self) -> Option<String> {
        let kinds: Vec<String> = self
            .others
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        (!kinds.is_empty()).then(|| format!("not looked at: {}", kinds.join(", ")))
    }

    /// What is known of Rancher, now that nothing more is looked up.
    #[must_use]
    pub fn rancher(&self) -> Rancher {
        let fact = |name| match self.settings.know(name) {
            Ok(fact) => Some(fact.clone()),
            Err(_) => Some(Fact::Fault(Fault::NotFound)),
        };
        Rancher {
            server_version: fact(SettingName::ServerVersion),
            agent_image: fact(SettingName::AgentImage),
        }
    }

    fn add_cluster(&mut self, event: Event, cluster: Listed) {
        let name = cluster.cluster.name();
        if event != Event::Listed {
            for key in self.keys_of(name) {
                self.clusters.remove(&key);
            }
        }
        if event == Event::Deleted {
            return;
        }
        let mut key = cluster.key();
        // What is not created yet has no name, and is never the same.
        while name.is_empty() && self.clusters.contains_key(&key) {
            key.1.push('+');
        }
        if self.clusters.insert(key, cluster).is_some() {
            self.repeated += 1;
        }
    }

    /// The keys of all clusters of a name. On one server there is one at a time: what
    /// a watch says of a name is about the newest.
    pub(crate) fn keys_of(&self, name: &str) -> Vec<Key> {
        if name.is_empty() {
            return Vec::new();
        }
        let first = (name.to_owned(), String::new());
        self.clusters
            .range(first..)
            .map(|(key, _)| key)
            .take_while(|(of, _)| of == name)
            .cloned()
            .collect()
    }

    fn add_setting(&mut self, event: Event, Setting { name, value }: Setting) {
        if event == Event::Deleted {
            // Rancher makes it anew when it starts; until then the last value counts.
            return;
        }
        let is_another = self.settings.know(name).is_ok_and(|known| *known != value);
        if is_another && event == Event::Listed {
            self.contradictions.insert(name.as_str());
        }
        self.settings.learn(name, value);
    }
}
