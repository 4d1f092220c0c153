//! Follows a roll-out until no cluster lags.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use rancher_agents::follow::Follower;
use rancher_agents::report::{Question, Report};
use rancher_agents::{Entry, Source, stream};

use rancher_agents::report::FailOn;

use crate::command::arguments::Watch;
use crate::command::audit::{finish, server_version};
use crate::command::name::watch_command;
use crate::command::output::{print_report, warn};
use crate::command::progress::Display;
use crate::command::settings::{Given, settings};
use crate::command::wait::{Ending, Wait};
use crate::command::{Status, sources};

/// So many messages may wait to be looked at.
const QUEUE: usize = 1024;

/// What the reader of the input has to say.
enum Message {
    Entry(Entry),
    End(Result<(), String>),
}

pub(crate) fn watch(arguments: &Watch) -> Result<Status, String> {
    let sources = sources(&arguments.input.files)?;
    if let Some((place, problem)) = sources.errors.first() {
        return Err(format!("{place}: {problem}"));
    }
    let [source] = sources.sources.as_slice() else {
        return Err(format!("watch reads one stream; try: {}", watch_command()));
    };
    let settings = settings(
        &arguments.policy,
        Given::server_version(arguments.server.server_version.as_ref()),
    )?;
    let given = settings.server_version.clone();
    let mut roll_out = RollOut {
        arguments,
        follower: Follower::new(settings),
        display: Display::new(),
        source: source.name(),
        error: None,
        is_warned: false,
    };
    let ending = roll_out.watch(source)?;
    roll_out.display.end();
    roll_out.report(given, ending)
}

struct RollOut<'a> {
    arguments: &'a Watch,
    follower: Follower,
    display: Display,
    /// What the input is called.
    source: String,
    /// Why it could not be read to its end.
    error: Option<String>,
    /// Whether it was said that there is no version yet.
    is_warned: bool,
}

impl RollOut<'_> {
    /// Reads until no cluster lags, the time is over, or the input ends.
    fn watch(&mut self, source: &Source) -> Result<Ending, String> {
        let longest = self.arguments.input.longest().unwrap_or(u64::MAX);
        let messages = read(source.clone(), longest)?;
        let mut wait = Wait::new(
            Instant::now(),
            self.arguments.settle,
            self.arguments.timeout,
        );
        loop {
            let message = match wait.left(Instant::now()) {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(left) => messages.recv_timeout(left),
            };
            match message {
                Ok(Message::Entry(entry)) => {
                    self.receive(entry);
                    wait.note(Instant::now(), self.is_done(), self.follower.arrivals());
                }
                Ok(Message::End(result)) => {
                    self.error = result.err();
                    return Ok(Ending::EndOfInput);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Ending::EndOfInput),
                // Only now, when there is nothing left to look at, can it be over.
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(ending) = wait.ending(Instant::now()) {
                        return Ok(ending);
                    }
                }
            }
            if wait.is_over(Instant::now()) {
                return Ok(Ending::TimedOut);
            }
        }
    }

    fn receive(&mut self, entry: Entry) {
        let change = self.follower.receive(&self.source, entry);
        if self.follower.has_clusters() && !self.follower.knows_server() && !self.is_warned {
            self.is_warned = true;
            warn(&format!(
                "there is no version to compare with yet; give --server-version: {}",
                watch_command()
            ));
        }
        self.display
            .show(change.as_deref(), &self.follower.progress());
    }

    fn is_done(&self) -> bool {
        let waits_for_unknown = self.arguments.end.fail_on == FailOn::Unknown;
        self.follower.is_done() && !(waits_for_unknown && self.follower.progress().unknown > 0)
    }

    /// Prints what was reached, and says how the command ends.
    fn report(&self, given: Option<String>, ending: Ending) -> Result<Status, String> {
        let inventory = self.follower.inventory();
        inventory.notes().for_each(|note| warn(&note));
        inventory.rest.problems.lines().for_each(|line| warn(&line));
        if let Some(error) = &self.error {
            warn(&format!("{}: {error}", self.source));
        }
        if !self.follower.has_clusters() && ending == Ending::EndOfInput {
            return Err(format!(
                "there is no Cluster of management.cattle.io in the input; try: {}",
                watch_command()
            ));
        }
        let server_version = match given {
            Some(version) => version,
            None => server_version(inventory, &watch_command())?,
        };
        let rows = self.follower.rows();
        let sort = self.arguments.print.sort;
        let report = Report::new(
            Question::Audit,
            server_version,
            rows,
            sort,
            self.arguments.end.fail_on,
        );
        print_report(&report, &self.arguments.print)?;
        let is_whole = inventory.rest.problems.is_empty() && self.error.is_none();
        let status = finish(&report, is_whole);
        if ending == Ending::TimedOut && !self.is_done() {
            let timeout = self.arguments.timeout.unwrap_or_default();
            warn(&format!(
                "gave up after {}: {}",
                humantime::format_duration(timeout),
                self.follower.progress()
            ));
            return Ok(if status == Status::Failure {
                status
            } else {
                Status::Lagging
            });
        }
        Ok(status)
    }
}

/// Reads in a thread of its own, because reading cannot be interrupted.
fn read(source: Source, longest: u64) -> Result<Receiver<Message>, String> {
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    thread::Builder::new()
        .spawn(move || {
            let receive = |entry| sender.send(Message::Entry(entry)).is_ok();
            let result = stream(&source, longest, receive).map(|_| ());
            let _nobody_listens = sender.send(Message::End(result));
        })
        .map_err(|error| format!("the input cannot be read beside the judging: {error}"))?;
    Ok(receiver)
}
