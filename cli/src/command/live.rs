//! The cluster that is asked: one connection, and what is shown while it answers.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use rancher_agents::live::{
    Asked, Connection, NotAsked, Options, Rancher, RancherOptions, Running, Seen, read,
};
use rancher_agents::{Inventory, Key};
use tokio::runtime::{Builder, Runtime};

use crate::command::arguments::{Kube, WhatRuns};
use crate::command::input::read_text;
use crate::command::output::warn;

/// A connection, and what it takes to use it.
pub(crate) struct Live {
    runtime: Runtime,
    pub(crate) connection: Connection,
}

/// What runs in each cluster.
pub(crate) type RunningByKey = BTreeMap<Key, Result<Running, NotAsked>>;

impl Live {
    /// Finds the cluster, and says which it is.
    pub(crate) fn connect(kube: &Kube) -> Result<Self, String> {
        let runtime = runtime()?;
        let options = Options {
            kubeconfig: kube.kubeconfig.clone(),
            context: kube.context.clone(),
            user: kube.user.clone(),
            groups: kube.groups.clone(),
            timeout: kube.request_timeout.into(),
        };
        let connection = runtime.block_on(Connection::find(&options));
        let connection = connection
            .map_err(|problem| problem.sentence(Asked::ListClusters, "the API server"))?;
        warn(&format!("reading the clusters of {}", connection.target()));
        Ok(Self {
            runtime,
            connection,
        })
    }

    /// Reads clusters and Settings.
    pub(crate) fn read(&self, selector: Option<&str>, needs_version: bool) -> Result<Seen, String> {
        let bar = bar("clusters read");
        let seen = read(&self.connection, selector, needs_version, |progress| {
            bar.set_length(progress.total.unwrap_or(progress.read) as u64);
            bar.set_position(progress.read as u64);
        });
        let seen = self.runtime.block_on(seen);
        bar.finish_and_clear();
        let seen = seen?;
        seen.warnings.iter().for_each(|warning| warn(warning));
        Ok(seen)
    }

    /// Asks each cluster what runs there, and says what kept some from answering.
    pub(crate) fn running(
        &self,
        is_rancher: bool,
        what: &WhatRuns,
        inventory: &Inventory,
    ) -> Result<RunningByKey, String> {
        let rancher = self.rancher(is_rancher, what)?;
        let bar = bar("clusters asked");
        bar.set_length(inventory.clusters.len() as u64);
        let clusters = inventory.clusters.values();
        let asked = rancher.ask(clusters, |done| bar.set_position(done as u64));
        let asked = self.runtime.block_on(asked);
        bar.finish_and_clear();
        let mut reasons: BTreeMap<NotAsked, usize> = BTreeMap::new();
        for reason in asked.values().filter_map(|answer| answer.as_ref().err()) {
            *reasons.entry(*reason).or_default() += 1;
        }
        for (reason, count) in reasons {
            let clusters = if count == 1 { "cluster" } else { "clusters" };
            let advice = reason.advice();
            warn(&format!(
                "what runs is not known of {count} {clusters} ({reason}): {advice}"
            ));
        }
        Ok(asked)
    }

    pub(crate) fn block_on<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// Rancher, to ask about its clusters.
    pub(crate) fn rancher(&self, is_rancher: bool, what: &WhatRuns) -> Result<Rancher, String> {
        let options = rancher_options(what)?;
        let rancher = Rancher::find(&self.connection, is_rancher, &options);
        self.runtime.block_on(rancher)
    }
}

/// How Rancher is found, by the arguments and the environment.
pub(crate) fn rancher_options(what: &WhatRuns) -> Result<RancherOptions, String> {
    Ok(RancherOptions {
        url: what.rancher.clone().or_else(|| variable("RANCHER_URL")),
        token: variable("RANCHER_TOKEN"),
        ca_certs: ca_certs()?,
        parallel: what.parallel,
        timeout: what.running_timeout.into(),
    })
}

/// What it takes to wait for answers: one thread.
pub(crate) fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("nothing can be asked: {error}"))
}

/// The certificates of Rancher, where the environment has them or names their file.
fn ca_certs() -> Result<Option<String>, String> {
    let Some(value) = variable("RANCHER_CA_CERTS") else {
        return Ok(None);
    };
    if value.contains("-----BEGIN") {
        return Ok(Some(value));
    }
    let pem = read_text(value.as_ref());
    pem.map(Some)
        .map_err(|error| format!("RANCHER_CA_CERTS names a file that cannot be read: {error}"))
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A bar on a terminal, nothing elsewhere.
fn bar(what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{bar:20.green} {pos} of {len} {msg}") {
        bar.set_style(style);
    }
    bar
}
