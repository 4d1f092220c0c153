//! Follows a roll-out until no cluster lags.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rancher_agent_audit::follow::Follower;
use rancher_agent_audit::report::{Question, Report};
use rancher_agent_audit::{Entry, ReviewError, Source, Sources, Verdict, stream};
use serde_json::{Value, json};

use crate::command::arguments::{Arguments, FailOn, WATCH_COMMAND};
use crate::command::audit::{SERVER_VERSION, WATCH_FAILED, finish, server_version};
use crate::command::output::{print_report, warn};
use crate::command::progress::Display;
use crate::command::{Status, policy};

/// What the reader of the input has to say.
enum Message {
    Entry(Entry),
    End(Result<(), String>),
}

/// Why nothing more is read.
enum Ending {
    Done,
    TimedOut(Duration),
    EndOfInput,
}

pub(crate) fn follow(arguments: &Arguments, sources: &Sources) -> Result<Status, String> {
    let [source] = sources.sources.as_slice() else {
        return Err(format!("--follow reads one stream; try: {WATCH_COMMAND}"));
    };
    let mut settings = policy::settings(arguments)?;
    if let Some(version) = &arguments.server_version {
        settings.insert(SERVER_VERSION.to_owned(), json!(version));
    }
    let given = settings
        .get(SERVER_VERSION)
        .and_then(Value::as_str)
        .map(str::to_owned);
    let policy = policy::load(arguments, settings)?;

    let mut follower = Follower::new(&policy, given.is_some());
    let display = Display::new();
    let mut problems = Vec::new();
    let ending = watch(arguments, source, &mut follower, &display, &mut problems);
    display.end();

    let inventory = follower.inventory();
    if let Some(note) = inventory.note_on_others() {
        warn(&note);
    }
    for problem in &problems {
        warn(&format!("{}: {problem}", source.name()));
    }
    if inventory.clusters.is_empty() && !problems.is_empty() {
        return Ok(Status::Failure);
    }
    if inventory.clusters.is_empty() && !matches!(ending, Ending::TimedOut(_)) {
        return Err(format!(
            "there is no Cluster of management.cattle.io in the input; try: {WATCH_COMMAND}"
        ));
    }
    let server_version = match given {
        Some(version) => version,
        None => server_version(inventory)?,
    };
    let words = Verdict::ALL.map(Verdict::word);
    let rows = follower.rows();
    let report = Report::new(
        Question::Audit,
        server_version,
        &words,
        rows,
        arguments.sort,
    );
    print_report(&report, &policy, arguments.output)?;
    let errors: Vec<ReviewError> = follower.errors().cloned().collect();
    let status = finish(&report, &errors, problems.is_empty(), arguments);
    if let Ending::TimedOut(timeout) = ending {
        warn(&format!(
            "gave up after {}: {}",
            humantime::format_duration(timeout),
            follower.progress()
        ));
        return Ok(if status == Status::Failure {
            status
        } else {
            Status::Lagging
        });
    }
    Ok(status)
}

/// Reads until no cluster lags, the time is over, or the input ends.
fn watch(
    arguments: &Arguments,
    source: &Source,
    follower: &mut Follower<'_>,
    display: &Display,
    problems: &mut Vec<String>,
) -> Ending {
    let messages = read(source.clone());
    let timeout = arguments.timeout.map(|timeout| (timeout, Instant::now()));
    let mut done_since: Option<Instant> = None;
    loop {
        let settled = done_since.map(|since| arguments.settle.saturating_sub(since.elapsed()));
        let left = timeout.map(|(timeout, start)| timeout.saturating_sub(start.elapsed()));
        let message = match [settled, left].into_iter().flatten().min() {
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => messages.recv_timeout(wait),
        };
        match message {
            Ok(Message::Entry(Entry::Broken(error))) => problems.push(error.to_string()),
            Ok(Message::Entry(Entry::WatchFailed)) => problems.push(WATCH_FAILED.to_owned()),
            Ok(Message::Entry(entry)) => {
                let change = follower.receive(entry);
                let progress = follower.progress();
                display.show(change.as_deref(), &progress);
                let waits_for_unknown =
                    arguments.fail_on == FailOn::Unknown && progress.unknown > 0;
                done_since = match done_since {
                    _ if !progress.is_done() || waits_for_unknown => None,
                    None => Some(Instant::now()),
                    since => since,
                };
            }
            Ok(Message::End(result)) => {
                problems.extend(result.err());
                return Ending::EndOfInput;
            }
            Err(RecvTimeoutError::Disconnected) => return Ending::EndOfInput,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if done_since.is_some_and(|since| since.elapsed() >= arguments.settle) {
            return Ending::Done;
        }
        if let Some((timeout, start)) = timeout
            && start.elapsed() >= timeout
        {
            return Ending::TimedOut(timeout);
        }
    }
}

/// Reads in a thread of its own, because reading cannot be interrupted.
fn read(source: Source) -> Receiver<Message> {
    let (sender, receiver) = mpsc::sync_channel(1024);
    thread::spawn(move || {
        let result = stream(&source, |entry| sender.send(Message::Entry(entry)).is_ok());
        let _nobody_listens = sender.send(Message::End(result));
    });
    receiver
}
