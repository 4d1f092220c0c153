//! Watches a roll-out until no cluster lags.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rancher_agents::follow::{Follower, Patience};
use rancher_agents::live::{
    NotAsked, Rancher, Running, Signal, rancher_version, watch as watch_live,
};
use rancher_agents::report::{FailOn, Question};
use rancher_agents::{Entry, Key, Listed, Source, stream};

use crate::command::arguments::Watch;
use crate::command::audit::{finish, server_version};
use crate::command::input::{Chosen, NOT_A_CLUSTER, Names, stdin_is_pipe};
use crate::command::live::{Live, runtime};
use crate::command::name::{name, watch_command};
use crate::command::output::{print_report, warn};
use crate::command::progress::Display;
use crate::command::settings::settings;
use crate::command::wait::{Ending, Wait};
use crate::command::{Status, start_threads};

/// So many messages may wait to be looked at.
const QUEUE: usize = 1024;

/// Room for a document that is nested as deep as one may be.
const STACK: usize = 16 << 20;

/// Where nothing comes for this long, what has come is looked at as a whole.
const QUIET: Duration = Duration::from_secs(1);

/// How long a cluster whose agent is not done is left alone before it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// What there is to look at.
enum Message {
    Signal(Signal),
    /// What was found to run.
    Running(BTreeMap<Key, Result<Running, NotAsked>>),
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// The input is over.
    End(Result<(), String>),
}

pub(crate) fn watch(arguments: &Watch) -> Result<Status, String> {
    start_threads();
    let policy = &arguments.policy;
    let version = policy.server_version.as_deref();
    let settings = settings(policy.settings.as_deref(), Question::Audit, version)?;
    let given = settings.server_version.clone();
    let chosen = Chosen::of(&arguments.input)?;
    let (sender, messages) = mpsc::sync_channel(QUEUE);
    let mut asker = None;
    let source = if let Some(sources) = chosen.sources {
        if let Some((place, problem)) = sources.errors.first() {
            return Err(format!("{place}: {problem}"));
        }
        let [source] = sources.sources.as_slice() else {
            return Err(format!("watch reads one stream; try: {}", watch_command()));
        };
        if arguments.running.running {
            return Err(NOT_A_CLUSTER.to_owned());
        }
        let longest = arguments.input.max_input.unwrap_or(u64::MAX);
        read(source.clone(), longest, sender.clone())?;
        Some(source.name())
    } else {
        let live = Live::connect(&arguments.input.kube)?;
        if arguments.running.running {
            let is_rancher = live.block_on(rancher_version(&live.connection)).is_some();
            let rancher = live.rancher(is_rancher, &arguments.running)?;
            asker = Some(Asker::start(rancher, sender.clone())?);
        }
        let selector = arguments.input.kube.selector.clone();
        read_live(live, selector, given.is_none(), sender.clone())?;
        None
    };
    listen_to_interrupts(sender)?;
    let mut roll_out = RollOut {
        arguments,
        patience: Patience {
            ignores_unreachable: arguments.ignore_unreachable,
            ignores_pinned: arguments.ignore_pinned,
            waits_for_unknown: arguments.print.fail_on == FailOn::Unknown,
        },
        names: chosen.names,
        follower: Follower::new(settings, asker.is_some()),
        asker,
        display: Display::new(),
        // A stream does not tell where its list ends.
        is_listed: source.is_some(),
        is_lost: false,
        source,
        problems: Vec::new(),
        is_warned: false,
        stalled: None,
    };
    let ending = roll_out.watch(&messages);
    roll_out.display.end();
    roll_out.report(given, ending)
}

struct RollOut<'a> {
    arguments: &'a Watch,
    patience: Patience,
    names: Names,
    follower: Follower,
    asker: Option<Asker>,
    display: Display,
    /// Whether all clusters that there are have come.
    is_listed: bool,
    /// Whether the watch is interrupted.
    is_lost: bool,
    /// The stream that is read, unless a cluster is.
    source: Option<String>,
    /// What is wrong with the input, fit to print.
    problems: Vec<String>,
    /// Whether it was said that there is no version yet.
    is_warned: bool,
    /// What was said last of what keeps the watch from its end.
    stalled: Option<String>,
}

impl RollOut<'_> {
    /// Reads until no cluster lags, the time is over, or the input ends.
    fn watch(&mut self, messages: &Receiver<Message>) -> Ending {
        let settle = self.arguments.settle.into();
        let timeout = self.arguments.timeout.map(Duration::from);
        let mut wait = Wait::new(Instant::now(), settle, timeout);
        loop {
            let left = wait.left(Instant::now());
            let left = left.map_or(QUIET, |left| left.min(QUIET));
            match messages.recv_timeout(left) {
                Ok(message) => {
                    if let Some(ending) = self.receive(message) {
                        return ending;
                    }
                    wait.note(Instant::now(), self.is_done(), self.follower.arrivals());
                }
                Err(RecvTimeoutError::Disconnected) => return Ending::EndOfInput,
                // Only now, when there is nothing left to look at, can it be over.
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(ending) = wait.ending(Instant::now()) {
                        return ending;
                    }
                    self.look();
                }
            }
            if let Some(asker) = &mut self.asker
                && !self.is_lost
            {
                asker.ask(|| self.follower.to_ask());
            }
            if wait.is_over(Instant::now()) {
                return Ending::TimedOut;
            }
        }
    }

    fn receive(&mut self, message: Message) -> Option<Ending> {
        let change = match message {
            Message::Signal(Signal::Entry(Entry::Cluster(_, cluster)))
                if !self.names.have(&cluster) =>
            {
                return None;
            }
            Message::Signal(Signal::Entry(entry)) => {
                let source = self.source.as_deref().unwrap_or_default();
                self.follower.receive(source, entry)
            }
            Message::Signal(Signal::Gone(name)) => self.follower.receive_gone(&name),
            Message::Signal(Signal::Listed) => {
                self.is_listed = true;
                if std::mem::take(&mut self.is_lost) {
                    self.display.say("the connection is back");
                }
                self.show(None);
                self.look();
                return None;
            }
            Message::Signal(Signal::Note(note)) => {
                self.display.say(&note);
                return None;
            }
            Message::Signal(Signal::Lost(reason)) => {
                if !std::mem::replace(&mut self.is_lost, true) {
                    self.display.say(&format!(
                        "{reason}; what is shown stands still, it is tried again"
                    ));
                }
                return None;
            }
            Message::Running(found) => {
                if let Some(asker) = &mut self.asker {
                    asker.is_asking = false;
                }
                for change in self.follower.receive_running(found) {
                    self.show(Some(&change));
                }
                None
            }
            Message::Interrupted => return Some(Ending::Interrupted),
            Message::Signal(Signal::End(reason)) | Message::End(Err(reason)) => {
                self.problems.push(reason);
                return Some(Ending::EndOfInput);
            }
            Message::End(Ok(())) => return Some(Ending::EndOfInput),
        };
        if self.follower.has_clusters()
            && !self.follower.knows_server()
            && !self.is_warned
            && self.source.is_some()
        {
            self.is_warned = true;
            warn(&format!(
                "there is no version to compare with yet; give --server-version: {}",
                watch_command()
            ));
        }
        self.show(change.as_deref());
        None
    }

    /// Shows the progress, but not while a list is read.
    fn show(&mut self, change: Option<&str>) {
        let progress = self.follower.progress();
        if self.is_listed && progress.clusters() > 0 {
            self.display.show(change, &progress);
        }
    }

    /// Looks at what has come as a whole.
    fn look(&mut self) {
        let progress = self.follower.progress();
        if !self.is_listed || progress.clusters() == 0 {
            return;
        }
        self.display.begin(&progress);
        let stalled = self.follower.stalled(self.patience);
        if stalled != self.stalled {
            stalled.iter().for_each(|stalled| self.display.say(stalled));
            self.stalled = stalled;
        }
    }

    fn is_done(&self) -> bool {
        self.is_listed && !self.is_lost && self.follower.is_done(self.patience)
    }

    /// Prints what was reached, and says how the command ends.
    fn report(&self, given: Option<String>, ending: Ending) -> Result<Status, String> {
        let inventory = self.follower.inventory();
        inventory.notes().for_each(|note| warn(&note));
        inventory.rest.problems.lines().for_each(|line| warn(&line));
        for problem in &self.problems {
            match &self.source {
                Some(source) => warn(&format!("{source}: {problem}")),
                None => warn(problem),
            }
        }
        if !self.follower.has_clusters() && ending != Ending::TimedOut {
            if !self.problems.is_empty() || ending == Ending::Interrupted {
                return Ok(Status::Failure);
            }
            return Err(format!(
                "there is no Cluster of management.cattle.io in the input; try: {}",
                watch_command()
            ));
        }
        let server_version = server_version(given, inventory, &watch_command())?;
        let print = &self.arguments.print;
        let report = self.follower.report(server_version, print.fail_on);
        let report = report.sorted(print.sort);
        print_report(&report, print, self.names.are_given())?;
        let concerns = self.follower.concerns(self.patience);
        let is_whole = inventory.rest.problems.is_empty() && self.problems.is_empty();
        let status = finish(&report, is_whole, concerns);
        let progress = self.follower.progress();
        match ending {
            Ending::TimedOut if !self.is_done() => {
                let timeout = self.arguments.timeout.unwrap_or(Duration::ZERO.into());
                warn(&format!("gave up after {timeout}: {progress}"));
                return Ok(match status {
                    Status::Failure => status,
                    _ => Status::Lagging,
                });
            }
            Ending::EndOfInput if !self.is_done() && is_whole => warn(&format!(
                "the stream ended before the roll-out did: {progress}"
            )),
            Ending::Interrupted => warn(&format!("interrupted: {progress}")),
            // A shell waits for it, and nobody but itself can make it succeed.
            Ending::Settled if self.source.as_deref() == Some("-") && stdin_is_pipe() => {
                warn(&format!(
                    "the command before the pipe ends at its next event, and then fails; in a \
                     script with pipefail: {} watch ... <(kubectl ...)",
                    name()
                ));
            }
            _ => {}
        }
        Ok(status)
    }
}

/// Asks clusters what runs there, beside all else.
struct Asker {
    clusters: SyncSender<Vec<Listed>>,
    is_asking: bool,
    asked: Option<Instant>,
}

impl Asker {
    fn start(rancher: Rancher, answers: SyncSender<Message>) -> Result<Self, String> {
        let (clusters, asked) = mpsc::sync_channel::<Vec<Listed>>(1);
        let runtime = runtime()?;
        spawn(move || {
            for clusters in asked {
                let found = runtime.block_on(rancher.ask(&clusters, |_| ()));
                if answers.send(Message::Running(found)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            clusters,
            is_asking: false,
            asked: None,
        })
    }

    /// Asks, unless it is asking or has just asked.
    fn ask(&mut self, clusters: impl FnOnce() -> Vec<Listed>) {
        let has_just_asked = self.asked.is_some_and(|asked| asked.elapsed() < ASK_AGAIN);
        if self.is_asking || has_just_asked {
            return;
        }
        let clusters = clusters();
        if !clusters.is_empty() {
            self.is_asking = self.clusters.try_send(clusters).is_ok();
            self.asked = Some(Instant::now());
        }
    }
}

/// Reads a stream in a thread of its own, because reading cannot be interrupted.
fn read(source: Source, longest: u64, sender: SyncSender<Message>) -> Result<(), String> {
    spawn(move || {
        let send = |entry| sender.send(Message::Signal(Signal::Entry(entry))).is_ok();
        let result = stream(&source, longest, send).map(|_| ());
        let _nobody_listens = sender.send(Message::End(result));
    })
}

/// Watches a cluster in a thread of its own.
fn read_live(
    live: Live,
    selector: Option<String>,
    needs_version: bool,
    sender: SyncSender<Message>,
) -> Result<(), String> {
    spawn(move || {
        let send = |signal| sender.send(Message::Signal(signal)).is_ok();
        live.block_on(watch_live(
            &live.connection,
            selector.as_deref(),
            needs_version,
            send,
        ));
    })
}

/// Turns Ctrl-C into a message, so that the report is printed.
fn listen_to_interrupts(sender: SyncSender<Message>) -> Result<(), String> {
    let runtime = runtime()?;
    spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            let _nobody_listens = sender.send(Message::Interrupted);
        }
    })
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let thread = thread::Builder::new().stack_size(STACK).spawn(work);
    thread
        .map(|_| ())
        .map_err(|error| format!("there may be no more threads: {error}"))
}
