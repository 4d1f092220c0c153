//! As which command it was called: kubectl calls its plugins by their file names.

use std::path::PathBuf;

/// The command as the user types it.
pub(crate) fn name() -> &'static str {
    let called = std::env::args_os().next().map(PathBuf::from);
    let called = called.unwrap_or_default();
    match called.file_stem().and_then(|stem| stem.to_str()) {
        Some("kubectl-rancher_agents") => "kubectl rancher-agents",
        _ => "rancher-agents",
    }
}

/// The documented way to get an input. It asks for two Settings by name, because
/// others hold secrets.
pub(crate) fn input_command() -> String {
    format!(
        "(kubectl get settings.management.cattle.io server-version agent-image -o json; \
         kubectl get clusters.management.cattle.io -o json) | {} -",
        name()
    )
}

/// The documented way to follow a roll-out.
pub(crate) fn watch_command() -> String {
    format!(
        "kubectl get clusters.management.cattle.io -w --output-watch-events -o json | \
         {} watch --server-version V -",
        name()
    )
}
