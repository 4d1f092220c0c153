//! How a roll-out goes on: a bar on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use rancher_agents::follow::Progress;

use crate::command::output::warn;

/// Shows progress on standard error.
pub(crate) enum Display {
    Bar(ProgressBar),
    Lines,
}

impl Display {
    pub(crate) fn new() -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new(0);
        if bar.is_hidden() {
            // Not every terminal can move its cursor.
            return Self::Lines;
        }
        if let Ok(style) =
            ProgressStyle::with_template("{bar:20.green} {pos} of {len} current {wide_msg}")
        {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    /// Shows the progress, and what has changed.
    pub(crate) fn show(&self, change: Option<&str>, progress: &Progress) {
        match (self, change) {
            (Self::Bar(bar), change) => {
                if let Some(change) = change {
                    bar.println(change);
                }
                if progress.clusters() == 0 {
                    return;
                }
                bar.set_length(progress.clusters().try_into().unwrap_or(u64::MAX));
                bar.set_position(progress.current.try_into().unwrap_or(u64::MAX));
                bar.set_message(progress.rest());
            }
            (Self::Lines, Some(change)) => warn(&format!("{change}: {progress}")),
            (Self::Lines, None) => {}
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
