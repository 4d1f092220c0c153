//! The live watch as an exporter for Prometheus.
//!
//! `state` takes in what the watch says, and `metrics` writes what is known: both are pure.
//! `http` answers what comes through `listen`, and this module runs the watch beside it, again
//! and again.

mod http;
mod listen;
mod metrics;
mod state;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rancher_agent_version_policy::settings::Settings;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::live::{Connection, Rancher, RancherOptions, rancher_version, watch};
use state::{NO_RANCHER, State};

pub use metrics::METRICS;

/// A watch that could not begin is tried again after this time.
const TRY_AGAIN: Duration = Duration::from_secs(15);

/// What is watched, and how it is judged.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only clusters with these labels.
    pub labels: Option<String>,
    /// The settings of the policy.
    pub settings: Settings,
    /// How to ask what runs, and how often.
    pub running: Option<(RancherOptions, Duration)>,
}

/// What the watch writes and requests read.
struct Shared {
    state: Mutex<State>,
    /// Says that all clusters have come.
    listed: Notify,
    /// The time in seconds since 1970.
    now: fn() -> Option<u64>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        (self.now)().unwrap_or_default()
    }
}

/// Answers requests until `stop` is over; what happens to the watch is said meanwhile.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    connection: &Connection,
    listener: TcpListener,
    options: &Options,
    now: fn() -> Option<u64>,
    say: fn(&str),
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let state = State::new(options.settings.clone(), options.running.is_some());
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        listed: Notify::new(),
        now,
    });
    let router = http::router(Arc::clone(&shared));
    tokio::select! {
        result = listen::listen(listener, router, stop) => result,
        () = keep_watching(connection, options, &shared, say) => Ok(()),
        () = keep_asking(connection, options, &shared, say) => Ok(()),
    }
}

/// Watches, and begins anew where a watch could not begin.
async fn keep_watching(connection: &Connection, options: &Options, shared: &Shared, say: fn(&str)) {
    let needs_version = options.settings.server_version.is_none();
    let labels = options.labels.as_deref();
    let receive = |signal| {
        let mut state = shared.state();
        if let Some(line) = state.receive(signal, shared.now()) {
            say(&line);
        }
        if state.is_ready() {
            shared.listed.notify_one();
        }
        true
    };
    loop {
        watch(connection, labels, needs_version, receive).await;
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

/// Asks every cluster what runs there, from time to time.
async fn keep_asking(connection: &Connection, options: &Options, shared: &Shared, say: fn(&str)) {
    let Some((rancher, interval)) = &options.running else {
        return std::future::pending().await;
    };
    let mut found = None;
    shared.listed.notified().await;
    loop {
        if found.is_none() {
            let is_rancher = rancher_version(connection).await.is_some();
            match Rancher::find(connection, is_rancher, rancher).await {
                Ok(rancher) => found = Some(rancher),
                Err(problem) => {
                    shared.state().count_running_error(NO_RANCHER);
                    say(&problem);
                }
            }
        }
        if let Some(rancher) = &found {
            let clusters = shared.state().clusters();
            let answers = rancher.ask(&clusters, |_| ()).await;
            shared.state().receive_running(answers);
        }
        tokio::time::sleep(*interval).await;
    }
}
