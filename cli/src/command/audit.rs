//! The audit: everything is read, then judged, then printed.

use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{Outcome, Question, Report};
use rancher_agents::{Inventory, Sources, fix, judge, read};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::command::Status;
use crate::command::arguments::Arguments;
use crate::command::name::input_command;
use crate::command::output::{print, print_report, warn};
use crate::command::settings::settings;

pub(crate) fn audit(arguments: &Arguments, sources: &Sources) -> Result<Status, String> {
    let settings = settings(arguments)?;
    let input = Input::read(sources);
    input.note();
    let given = settings.server_version.clone();
    if given.is_some()
        && arguments.upgrade_to.is_none()
        && input.inventory.settings != Rancher::default()
    {
        warn("the Settings in the input are not looked at, because a version is given");
    }
    let inventory = &input.inventory;
    if inventory.clusters.is_empty() && !input.is_whole() {
        input.report_problems();
        return Ok(Status::Failure);
    }
    if inventory.clusters.is_empty() {
        return Err(format!(
            "there is no Cluster of management.cattle.io in the input; try: {}",
            input_command()
        ));
    }
    let server_version = match given {
        Some(version) => version,
        None => server_version(inventory, &input_command())?,
    };
    let report = report(arguments, &settings, inventory, server_version);
    if arguments.fix {
        print(fix::script(&report).as_bytes())?;
    } else {
        print_report(&report, arguments.output)?;
    }

    input.report_problems();
    Ok(finish(&report, input.is_whole(), arguments))
}

/// Reports what could not be judged, and says how the command ends.
pub(crate) fn finish(report: &Report, is_whole: bool, arguments: &Arguments) -> Status {
    let count = report
        .rows
        .iter()
        .filter(|row| row.status.outcome() == Outcome::Error)
        .count();
    if count > 0 {
        warn(&format!(
            "{count} of {} clusters could not be judged, see their messages (-o wide)",
            report.rows.len()
        ));
    }
    if is_whole && count == 0 {
        Status::of(report, arguments.fail_on)
    } else {
        Status::Failure
    }
}

/// The version to compare with, from the Settings of the input.
pub(crate) fn server_version(inventory: &Inventory, try_this: &str) -> Result<String, String> {
    if let Some(name) = inventory.contradictions.first() {
        return Err(format!(
            "there are two different Settings `{name}`: does the input come from two Rancher servers?"
        ));
    }
    let Some(version) = &inventory.settings.server_version else {
        return Err(format!(
            "there is no Setting `server-version` in the input; give --server-version, or try: {try_this}"
        ));
    };
    let Some(version) = text(version) else {
        return Err(
            "the Setting `server-version` holds no text; in YAML, put it into quotes".to_owned(),
        );
    };
    if inventory.settings.agent_image.is_none() {
        warn(
            "there is no Setting `agent-image` in the input: an image that this Rancher itself \
             deploys may be called lagging",
        );
    }
    Ok(version.to_owned())
}

/// The value of a Setting, if it is one that is not empty.
fn text(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Value(value) if !value.is_empty() => Some(value),
        _ => None,
    }
}

/// Judges every cluster, on all cores.
fn report(
    arguments: &Arguments,
    settings: &Settings,
    inventory: &Inventory,
    server_version: String,
) -> Report {
    let question = match arguments.upgrade_to {
        Some(_) => Question::Upgrade,
        None => Question::Audit,
    };
    let rancher = inventory.rancher();
    let clusters: Vec<_> = inventory.clusters.values().collect();
    let rows = clusters
        .into_par_iter()
        .map(|cluster| judge(question, cluster, settings, &rancher))
        .collect();
    Report::new(question, server_version, rows, arguments.sort)
}

/// So many broken documents of a source are named; one of them is enough to see
/// what is wrong.
const MOST_PROBLEMS: usize = 20;

/// Everything that was read.
struct Input {
    inventory: Inventory,
    /// What is wrong with it, fit to print.
    problems: Vec<String>,
    left_out: usize,
}

impl Input {
    fn read(sources: &Sources) -> Self {
        let mut inventory = Inventory::default();
        let mut problems = sources.errors.clone();
        for (source, contents) in sources.sources.iter().zip(read(&sources.sources)) {
            let name = source.name();
            for entry in contents.entries {
                inventory.add(entry);
            }
            let broken = std::mem::take(&mut inventory.broken);
            let shown = broken.iter().take(MOST_PROBLEMS);
            problems.extend(shown.map(|error| format!("{name}: {error}")));
            let rest = broken.len().saturating_sub(MOST_PROBLEMS);
            if rest > 0 {
                problems.push(format!(
                    "{name}: {} cannot be read either",
                    count(rest, "document")
                ));
            }
            if std::mem::take(&mut inventory.watch_failed) {
                problems.push(format!("{name}: {WATCH_FAILED}"));
            }
            if contents.is_empty {
                problems.push(format!(
                    "{name}: the input is empty; try: {}",
                    input_command()
                ));
            }
            problems.extend(contents.error.map(|error| format!("{name}: {error}")));
        }
        Self {
            inventory,
            problems,
            left_out: sources.left_out,
        }
    }

    fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn note(&self) {
        if let Some(note) = self.inventory.note_on_others() {
            warn(&note);
        }
        if self.left_out > 0 {
            warn(&format!(
                "not read: {} of folders, neither JSON nor YAML by name",
                count(self.left_out, "file")
            ));
        }
        if self.inventory.repeated > 0 {
            warn(&format!(
                "{} repeated in the input: the last state of each counts",
                count(self.inventory.repeated, "cluster")
            ));
        }
    }

    fn report_problems(&self) {
        for problem in &self.problems {
            warn(problem);
        }
    }
}

fn count(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

pub(crate) const WATCH_FAILED: &str = "the watch has failed, start it again";
