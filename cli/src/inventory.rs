//! The objects of an input: clusters, Settings, and what is neither.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::fleet::Cluster;
use crate::host::Settings;
use crate::input::{Entry, Event, InputError, Setting};
use crate::text::short;

/// What an input holds, whatever its order. Of each object the newest state
/// counts.
#[derive(Debug, Default, PartialEq)]
pub struct Inventory {
    /// The clusters, by [`Cluster::key`].
    pub clusters: BTreeMap<(String, String), Cluster>,
    /// Rancher's Settings.
    pub settings: Settings,
    /// How many objects of which other kind there are.
    pub others: BTreeMap<String, usize>,
    /// How many clusters were there already, in a list and not by a watch.
    pub repeated: usize,
    /// The Settings that are there twice with different values, by their names.
    pub contradictions: BTreeSet<String>,
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
            Entry::Setting(event, setting) => self.add_setting(event, &setting),
            Entry::Other(kind) => {
                let count = self.others.entry(kind).or_default();
                *count = count.saturating_add(1);
            }
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

    fn add_cluster(&mut self, event: Event, cluster: Cluster) {
        if event != Event::Listed {
            for key in self.keys_of(&cluster.name) {
                self.clusters.remove(&key);
            }
        }
        if event == Event::Deleted {
            return;
        }
        let mut key = cluster.key();
        // What is not created yet has no name, and is never the same.
        while cluster.name.is_empty() && self.clusters.contains_key(&key) {
            key.1.push('+');
        }
        if self.clusters.insert(key, cluster).is_some() {
            self.repeated = self.repeated.saturating_add(1);
        }
    }

    /// The keys of all clusters of a name. On one server there is one at a time: what
    /// a watch says of a name is about the newest.
    pub(crate) fn keys_of(&self, name: &str) -> Vec<(String, String)> {
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

    fn add_setting(&mut self, event: Event, setting: &Setting) {
        if event == Event::Deleted {
            // Rancher makes it anew when it starts; until then the last value counts.
            return;
        }
        let object = json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Setting",
            "metadata": {"name": setting.name},
            "value": setting.value,
            "default": setting.default,
        });
        let effective = |settings: &Settings| {
            let value = settings.effective_value(&setting.name);
            value.map(str::to_owned)
        };
        let earlier = effective(&self.settings);
        let is_repeated = self.settings.insert(&setting.name, object).is_some();
        if is_repeated && event == Event::Listed && earlier != effective(&self.settings) {
            self.contradictions.insert(short(&setting.name));
        }
    }
}
