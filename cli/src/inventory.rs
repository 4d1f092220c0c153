//! The objects of an input: clusters, Settings, and what is neither.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use rancher_agent_version_policy::setting::{Fact, Fault, Rancher};

use crate::input::{Entry, Event, Problems, Setting, Source, Sources, stream};
use crate::listed::{Key, Listed};
use crate::text::count;

/// How many kinds of ignored objects are named.
const MOST_KINDS: usize = 20;

/// What an input holds, whatever its order. Of each object the newest state
/// counts.
#[derive(Debug, Default, PartialEq)]
pub struct Inventory {
    /// The clusters, by [`Listed::key`].
    pub clusters: BTreeMap<Key, Listed>,
    /// What the input says of Rancher's Settings; `None` where it has them not.
    pub settings: Rancher,
    /// What it holds beside them.
    pub rest: Rest,
    /// How many clusters were there already, in a list and not by a watch.
    pub repeated: usize,
    /// The Settings that are there twice with different values, by their names.
    pub contradictions: BTreeSet<&'static str>,
    /// How many files of folders hold neither a Cluster nor a Setting that is read, or are
    /// not read because of their names.
    pub foreign: usize,
    /// Whether any source was read to its end.
    pub is_read: bool,
    /// How many clusters came without a name.
    unnamed: usize,
}

/// What an input holds beside clusters and Settings of Rancher.
#[derive(Debug, Default, PartialEq)]
pub struct Rest {
    /// How many objects of which other kind there are.
    kinds: BTreeMap<String, usize>,
    /// How many there are of kinds that are not named.
    of_more_kinds: usize,
    /// How many lines are messages by kubectl.
    messages: usize,
    /// What could not be read.
    pub problems: Problems,
}

impl Inventory {
    /// Reads sources to their ends, of each no more than `longest` bytes. A file of a folder
    /// that says nothing of Rancher is somebody else's, and may hold anything.
    #[must_use]
    pub fn read(sources: &Sources, longest: u64) -> Self {
        let mut inventory = Self {
            foreign: sources.left_out,
            ..Self::default()
        };
        for (place, error) in &sources.errors {
            inventory.rest.problems.add(place, error);
        }
        for source in &sources.sources {
            inventory.read_source(source, longest);
        }
        inventory
    }

    fn read_source(&mut self, source: &Source, longest: u64) {
        let name = source.name();
        let before = mem::take(&mut self.rest);
        let mut is_of_rancher = !matches!(source, Source::InFolder(_));
        let mut is_broken = false;
        let end = stream(source, longest, |entry| {
            match &entry {
                Entry::Cluster(..) | Entry::Setting(..) => is_of_rancher = true,
                Entry::Broken(error) => {
                    is_of_rancher |= error.problem.is_of_an_api();
                    is_broken = true;
                }
                Entry::Other(_) | Entry::Message => {}
            }
            self.add(&name, entry);
            true
        });
        let rest = mem::replace(&mut self.rest, before);
        self.is_read |= end.is_ok();
        match end {
            Ok(end) if !(is_of_rancher || is_broken && end.names_rancher) => self.foreign += 1,
            Ok(end) if end.has_documents => self.rest.append(rest),
            Ok(_) => self.rest.problems.add(&name, "the input is empty"),
            Err(error) => {
                self.rest.append(rest);
                self.rest.problems.add(&name, error);
            }
        }
    }

    /// Adds one thing that an input of this name says.
    pub fn add(&mut self, source: &str, entry: Entry) {
        match entry {
            Entry::Cluster(event, cluster) => self.add_cluster(event, *cluster),
            Entry::Setting(event, setting) => self.add_setting(event, setting),
            Entry::Other(kind) => self.rest.add_kind(kind, 1),
            Entry::Message => self.rest.messages += 1,
            Entry::Broken(error) => {
                let place = format!("{source}: line {}, column {}", error.line, error.column);
                self.rest.problems.add(place, error.problem);
            }
        }
    }

    /// Lines about what was ignored.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let any = |number, what| (number > 0).then(|| count(number, what));
        let notes = [
            self.rest.note_on_kinds(),
            any(self.rest.messages, "line")
                .map(|lines| format!("ignored {lines} of messages by kubectl")),
            any(self.foreign, "file").map(|files| {
                format!(
                    "ignored {files} of folders: not named as JSON or YAML, or without a Rancher \
                     Cluster or Setting"
                )
            }),
            any(self.repeated, "cluster").map(|clusters| {
                format!("{clusters} repeated in the input; the last state of each counts")
            }),
        ];
        notes.into_iter().flatten()
    }

    /// What is known of Rancher, now that nothing more is looked up.
    #[must_use]
    pub fn rancher(&self) -> Rancher {
        let not_found = || Some(Fact::Fault(Fault::NotFound));
        let known = self.settings.clone();
        Rancher {
            server_version: known.server_version.or_else(not_found),
            agent_image: known.agent_image.or_else(not_found),
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
        if name.is_empty() {
            self.unnamed += 1;
            key.1 = format!("{}+{}", key.1, self.unnamed);
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
            self.contradictions.insert(name.into());
        }
        self.settings.learn(name, value);
    }
}

impl Rest {
    fn append(&mut self, other: Self) {
        for (kind, count) in other.kinds {
            self.add_kind(kind, count);
        }
        self.of_more_kinds += other.of_more_kinds;
        self.messages += other.messages;
        self.problems.append(other.problems);
    }

    /// Kinds are bounded, whatever the input: those that come first in the alphabet.
    fn add_kind(&mut self, kind: String, count: usize) {
        *self.kinds.entry(kind).or_default() += count;
        if self.kinds.len() > MOST_KINDS
            && let Some((_, count)) = self.kinds.pop_last()
        {
            self.of_more_kinds += count;
        }
    }

    fn note_on_kinds(&self) -> Option<String> {
        let kinds = self
            .kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"));
        let more =
            (self.of_more_kinds > 0).then(|| format!("{} of more kinds", self.of_more_kinds));
        let kinds: Vec<String> = kinds.chain(more).collect();
        (!kinds.is_empty()).then(|| format!("ignored objects: {}", kinds.join(", ")))
    }
}
