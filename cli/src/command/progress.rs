//! How a roll-out goes on: a bar on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};
use std::time::Duration;

use console::{Term, style};
use indicatif::{ProgressBar, ProgressStyle};
use rancher_agents::follow::Progress;

use crate::command::output::warn;

/// How often the bar is drawn, whether something happens or not: what it shows is never older.
const TICK: Duration = Duration::from_millis(100);

/// So many columns a terminal has that does not tell.
const USUAL_WIDTH: usize = 80;

/// Shows progress on standard error.
pub(crate) enum Display {
    Bar(ProgressBar),
    /// Whether the first line was written.
    Lines(bool),
}

impl Display {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        // Not every terminal can move its cursor.
        if !io::stderr().is_terminal() || bar.is_hidden() {
            return Self::Lines(false);
        }
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self::Bar(bar)
    }

    /// Shows where it stands, and what has changed.
    pub(crate) fn show(&mut self, change: Option<&str>, progress: &Progress) {
        if let Self::Bar(bar) = self {
            if let Some(change) = change {
                bar.println(change);
            }
            let width = Term::stderr().size_checked();
            let width = width.map_or(USUAL_WIDTH, |(_, columns)| columns.into());
            // The last column stays free: some terminals go to the next line behind it.
            let (prefix, text) = progress.line(width - 1);
            let prefix = style(prefix).green().for_stderr();
            // In one: a new bar before an old text would be wider than the terminal.
            bar.set_message(format!("{prefix}{text}"));
        } else if let Some(change) = change {
            // The change is the first thing to say; where it stands follows in the same line.
            *self = Self::Lines(true);
            warn(&format!("{change}: {progress}"));
        }
    }

    /// Says where it stands in a first line, now that the list has come.
    pub(crate) fn begin(&mut self, progress: &Progress) {
        if let Self::Lines(has_begun) = self
            && !*has_begun
        {
            *has_begun = true;
            warn(&progress.to_string());
        }
    }

    /// Says something else.
    pub(crate) fn say(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.println(text),
            Self::Lines(_) => warn(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
