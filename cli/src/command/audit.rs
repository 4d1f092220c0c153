//! The audit: everything is read, then judged, then printed.

use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{Outcome, Question, Report, SortKey};
use rancher_agents::{Inventory, Sources, fix, judge, read};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::command::arguments::{Check, End, FailOn, Fix, Input, Plan, Policy};
use crate::command::name::input_command;
use crate::command::output::{print, print_report, warn};
use crate::command::settings::{Given, settings};
use crate::command::{Status, sources};

pub(crate) fn check(check: &Check) -> Result<Status, String> {
    let audit = Audit {
        input: &check.input,
        policy: &check.policy,
        given: Given::server_version(check.server.server_version.as_ref()),
        question: Question::Audit,
        sort: check.print.sort,
        end: check.end,
    };
    audit.run(|report| print_report(report, check.print.output))
}

pub(crate) fn plan(plan: &Plan) -> Result<Status, String> {
    let audit = Audit {
        input: &plan.input,
        policy: &plan.policy,
        given: Given::Upgrade(&plan.to),
        question: Question::Upgrade,
        sort: plan.print.sort,
        end: plan.end,
    };
    audit.run(|report| print_report(report, plan.print.output))
}

pub(crate) fn fix(fix: &Fix) -> Result<Status, String> {
    let (given, question) = match &fix.to {
        Some(version) => (Given::Upgrade(version), Question::Upgrade),
        None => (
            Given::server_version(fix.server.server_version.as_ref()),
            Question::Audit,
        ),
    };
    let audit = Audit {
        input: &fix.input,
        policy: &fix.policy,
        given,
        question,
        sort: SortKey::Verdict,
        end: fix.end,
    };
    audit.run(|report| print(fix::script(report).as_bytes()))
}

/// One question about all clusters of an input.
struct Audit<'a> {
    input: &'a Input,
    policy: &'a Policy,
    given: Given<'a>,
    question: Question,
    sort: SortKey,
    end: End,
}

impl Audit<'_> {
    fn run(&self, show: impl FnOnce(&Report) -> Result<(), String>) -> Result<Status, String> {
        let sources = sources(&self.input.files)?;
        let settings = settings(self.policy, self.given)?;
        let input = Objects::read(&sources);
        input.note();
        let given = settings.server_version.clone();
        if given.is_some()
            && self.question == Question::Audit
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
        let report = self.report(&settings, inventory, server_version);
        show(&report)?;

        input.report_problems();
        Ok(finish(&report, input.is_whole(), self.end.fail_on))
    }

    /// Judges every cluster, on all cores.
    fn report(&self, settings: &Settings, inventory: &Inventory, server_version: String) -> Report {
        let rancher = inventory.rancher();
        let clusters: Vec<_> = inventory.clusters.values().collect();
        let rows = clusters
            .into_par_iter()
            .map(|cluster| judge(self.question, cluster, settings, &rancher))
            .collect();
        Report::new(self.question, server_version, rows, self.sort)
    }
}

/// Reports what could not be judged, and says how the command ends.
pub(crate) fn finish(report: &Report, is_whole: bool, fail_on: FailOn) -> Status {
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
        Status::of(report, fail_on)
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

/// So many broken documents of a source are named; one of them is enough to see
/// what is wrong.
const MOST_PROBLEMS: usize = 20;

/// Everything that was read.
struct Objects {
    inventory: Inventory,
    /// What is wrong with it, fit to print.
    problems: Vec<String>,
    left_out: usize,
}

impl Objects {
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
