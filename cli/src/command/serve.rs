//! The exporter: where it listens, and what ends it.

use rancher_agents::report::Question;
use rancher_agents::serve::{Options, serve as serve_metrics};
use tokio::net::TcpListener;

use crate::command::Status;
use crate::command::arguments::Serve;
use crate::command::live::{Live, rancher_options};
use crate::command::output::{now, warn};
use crate::command::settings::settings;

pub(crate) fn serve(arguments: &Serve) -> Result<Status, String> {
    let policy = &arguments.policy;
    let version = policy.server_version.as_deref();
    let running = &arguments.running;
    let rancher = running
        .running
        .then(|| rancher_options(running))
        .transpose()?;
    let interval = arguments.running_interval.into();
    let what = Options {
        labels: arguments.kube.selector.clone(),
        settings: settings(policy.settings.as_deref(), Question::Audit, version)?,
        running: rancher.map(|rancher| (rancher, interval)),
    };
    let live = Live::connect(&arguments.kube)?;
    live.block_on(async {
        let stop = stop().map_err(|error| format!("signals cannot be received: {error}"))?;
        let address = arguments.listen;
        let failed = |error| format!("--listen {address}: {error}");
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        warn(&format!("serving http://{bound}/metrics"));
        serve_metrics(&live.connection, listener, &what, now, warn, stop)
            .await
            .map_err(failed)
    })?;
    warn("stopped");
    Ok(Status::Success)
}

/// What comes when somebody presses Ctrl-C, or Kubernetes ends the pod.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
