//! The clusters and the two Settings as they change. A watch that ends is taken up where it
//! was; where that fails, everything is listed anew.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kube::api::Api;
use kube::runtime::watcher::{self, Config, watcher};
use kube::{Client, Resource};
use rancher_agent_version_policy::setting::{Fact, SettingName};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::input::{Entry, Event, Setting};
use crate::live::connect::Connection;
use crate::live::items::{ClusterItem, SettingItem};
use crate::live::problem::{Asked, Problem};
use crate::live::read::get_setting;

/// A connection that says nothing for longer than the server lets a watch last is dead.
const SILENCE: Duration = Duration::from_secs(330);

/// How long to wait before the first new try, and between later ones at most.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// What there is to know of the watch.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// An object came, changed or went.
    Entry(Entry),
    /// A cluster of this name was deleted while the watch was interrupted.
    Gone(String),
    /// All clusters that there are have come.
    Listed,
    /// Something to know, which stops nothing.
    Note(String),
    /// It cannot go on for now, for this reason.
    Lost(String),
    /// It cannot go on, for this reason.
    End(String),
}

/// Watches the clusters that have these labels, and the Settings where they tell the version.
/// `send` says whether somebody still listens.
pub async fn watch(
    connection: &Connection,
    labels: Option<&str>,
    needs_version: bool,
    send: impl Fn(Signal) -> bool,
) {
    let mut connection = connection.clone();
    connection.config.read_timeout = Some(SILENCE);
    let target = connection.target();
    let client = match connection.client() {
        Ok(client) if connection.downstream_id().is_none() => client,
        result => {
            let problem = result.err().unwrap_or(Problem::Downstream);
            send(Signal::End(problem.sentence(Asked::WatchClusters, &target)));
            return;
        }
    };
    if needs_version {
        for name in [SettingName::ServerVersion, SettingName::AgentImage] {
            let signal = match get_setting(&client, connection.timeout, name.into()).await {
                Ok(value) => Signal::Entry(setting_entry(name, value)),
                Err(problem) if name == SettingName::ServerVersion => {
                    Signal::End(problem.sentence(Asked::Setting(name.into()), &target))
                }
                Err(_) => continue,
            };
            let is_end = matches!(signal, Signal::End(_));
            if !send(signal) || is_end {
                return;
            }
        }
    }
    let source: Arc<str> = connection.source().into();
    let watch = |asked| Watch {
        target: &target,
        asked,
        timeout: connection.timeout,
        send: &send,
    };
    let config = Config {
        label_selector: labels.map(str::to_owned),
        ..Config::default()
    };
    let mut names = Names::default();
    let clusters = watch(Asked::WatchClusters);
    let clusters = clusters.run(&client, config, |event| names.receive(event, &source));
    let setting = async |name: SettingName| {
        let config = Config::default().fields(&format!("metadata.name={name}"));
        let setting = watch(Asked::Setting(name.into()));
        let receive = |event| setting_signals(name, event);
        setting.run(&client, config, receive).await;
    };
    tokio::select! {
        () = clusters => {}
        () = async {
            if needs_version {
                tokio::join!(setting(SettingName::ServerVersion), setting(SettingName::AgentImage));
            }
            // Without Settings, the clusters go on.
            std::future::pending().await
        } => {}
    }
}

/// What there is to know of a Setting. Rancher makes it anew when it starts; until then the
/// last value counts.
fn setting_signals(name: SettingName, event: watcher::Event<SettingItem>) -> Vec<Signal> {
    match event {
        watcher::Event::InitApply(item) | watcher::Event::Apply(item) => {
            vec![Signal::Entry(setting_entry(name, item.value))]
        }
        _ => Vec::new(),
    }
}

fn setting_entry(name: SettingName, value: Fact) -> Entry {
    Entry::Setting(Event::Changed, Setting { name, value })
}

/// The names of the clusters, to tell which were deleted while the watch was interrupted.
#[derive(Default)]
struct Names {
    known: BTreeSet<String>,
    listed: BTreeSet<String>,
}

impl Names {
    fn receive(&mut self, event: watcher::Event<ClusterItem>, source: &Arc<str>) -> Vec<Signal> {
        let signal = |event, item: ClusterItem| {
            Signal::Entry(Entry::Cluster(event, Box::new(item.listed(source))))
        };
        match event {
            watcher::Event::Init => {
                self.listed.clear();
                Vec::new()
            }
            watcher::Event::InitApply(item) => {
                self.listed.insert(item.name().to_owned());
                vec![signal(Event::Changed, item)]
            }
            watcher::Event::InitDone => {
                let listed = std::mem::take(&mut self.listed);
                let known = std::mem::replace(&mut self.known, listed);
                let gone = known.difference(&self.known).cloned().map(Signal::Gone);
                gone.chain([Signal::Listed]).collect()
            }
            watcher::Event::Apply(item) => {
                self.known.insert(item.name().to_owned());
                vec![signal(Event::Changed, item)]
            }
            watcher::Event::Delete(item) => {
                self.known.remove(item.name());
                vec![signal(Event::Deleted, item)]
            }
        }
    }
}

/// One kind under watch.
struct Watch<'a, S> {
    target: &'a str,
    asked: Asked,
    timeout: Duration,
    send: &'a S,
}

impl<S: Fn(Signal) -> bool> Watch<'_, S> {
    /// Watches until the receiver is gone, or fails if it cannot begin.
    async fn run<K>(
        &self,
        client: &Client,
        config: Config,
        mut receive: impl FnMut(watcher::Event<K>) -> Vec<Signal>,
    ) where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        let mut has_begun = false;
        let mut delay = FIRST_DELAY;
        loop {
            let start = Instant::now();
            let mut has_listed = false;
            let api: Api<K> = Api::all(client.clone());
            let problem = self
                .attempt(api, config.clone(), &mut has_listed, |event| {
                    let signals = receive(event);
                    signals.into_iter().all(|signal| (self.send)(signal))
                })
                .await;
            let Err(problem) = problem else { return };
            has_begun |= has_listed;
            // What was read has changed too much: a new list is all that it takes.
            let starts_anew = problem == Problem::Gone && has_listed;
            if starts_anew && start.elapsed() > FIRST_DELAY {
                delay = FIRST_DELAY;
                continue;
            }
            if !starts_anew && !self.say(&problem, has_begun) {
                return;
            }
            if start.elapsed() > LONGEST_DELAY {
                delay = FIRST_DELAY;
            }
            tokio::time::sleep(delay).await;
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }

    /// Watches once, until that fails.
    async fn attempt<K>(
        &self,
        api: Api<K>,
        config: Config,
        has_listed: &mut bool,
        mut receive: impl FnMut(watcher::Event<K>) -> bool,
    ) -> Result<(), Problem>
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        let mut events = Box::pin(watcher(api, config));
        let mut is_listing = true;
        loop {
            let event = match is_listing {
                true => tokio::time::timeout(self.timeout, events.next())
                    .await
                    .map_err(|_| Problem::Timeout(self.timeout))?,
                false => events.next().await,
            };
            let event = match event {
                Some(Ok(event)) => event,
                Some(Err(error)) => match Problem::from(&error) {
                    // It is taken up where it was.
                    Problem::Cut if !is_listing => {
                        tokio::time::sleep(FIRST_DELAY).await;
                        continue;
                    }
                    problem => return Err(problem),
                },
                None => return Err(Problem::Cut),
            };
            let is_start = matches!(event, watcher::Event::Init);
            let is_end = matches!(event, watcher::Event::InitDone);
            if !receive(event) {
                return Ok(());
            }
            is_listing = (is_listing || is_start) && !is_end;
            *has_listed |= is_end;
        }
    }

    /// Says what is wrong; whether it is worth another try.
    fn say(&self, problem: &Problem, has_begun: bool) -> bool {
        let sentence = problem.sentence(self.asked, self.target);
        match self.asked {
            // What is wrong with a connection is told by the clusters.
            Asked::Setting(_) if has_begun || problem.may_pass() => true,
            Asked::Setting(_) if *problem == Problem::NotFound => false,
            Asked::Setting(name) => {
                (self.send)(Signal::Note(format!(
                    "{sentence}; a new value of {name} will not be seen"
                )));
                false
            }
            _ if has_begun => (self.send)(Signal::Lost(sentence)),
            _ => {
                (self.send)(Signal::End(sentence));
                false
            }
        }
    }
}

impl From<&watcher::Error> for Problem {
    fn from(error: &watcher::Error) -> Self {
        match error {
            watcher::Error::InitialListFailed(error)
            | watcher::Error::WatchStartFailed(error)
            | watcher::Error::WatchFailed(error) => error.into(),
            watcher::Error::WatchError(status) => (&kube::Error::Api(status.clone())).into(),
            watcher::Error::NoResourceVersion => Self::NotKubernetes,
        }
    }
}
