//! The audit: everything is read, then judged, then printed.

use std::sync::Arc;

use rancher_agent_audit::report::{Outcome, Question, Report, Row};
use rancher_agent_audit::{
    Cluster, Inventory, Kubernetes, Outlook, Policy, ReviewError, Settings, Sources, Verdict, ask,
    audit as audit_row, fix, read, upgrade,
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::{Map, Value, json};

use crate::command::arguments::Arguments;
use crate::command::name::input_command;
use crate::command::output::{print, print_report, warn};
use crate::command::{Status, policy};

pub(crate) fn audit(arguments: &Arguments, sources: &Sources) -> Result<Status, String> {
    let settings = policy_settings(arguments)?;
    let given = policy::given_version(&settings);

    // The policy is compiled while the input is read.
    let (policy, input) = rayon::join(
        || policy::load(arguments, settings),
        || Input::read(sources),
    );
    let policy = policy?;

    input.note();
    if given.is_some()
        && arguments.upgrade_to.is_none()
        && input.inventory.settings != Settings::default()
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
    let server_version = match &given {
        Some(version) => version.clone(),
        None => server_version(inventory, &input_command())?,
    };
    let (report, errors) = judge(arguments, &policy, inventory, server_version);
    if arguments.fix {
        let find = |row: &Row| inventory.clusters.get(&row.key());
        print(fix::script(&report, find).as_bytes())?;
    } else {
        print_report(&report, &policy, arguments.output)?;
    }

    input.report_problems();
    Ok(finish(&report, &errors, input.is_whole(), arguments))
}

/// The settings as given, with what the arguments say.
fn policy_settings(arguments: &Arguments) -> Result<Map<String, Value>, String> {
    let mut settings = policy::settings(arguments)?;
    if let Some(version) = arguments
        .server_version
        .as_ref()
        .or(arguments.upgrade_to.as_ref())
    {
        policy::give_version(&mut settings, version);
    }
    if arguments.upgrade_to.is_some() {
        // What is deployed now does not tell what will be.
        settings.insert("deployedImage".to_owned(), json!("ignore"));
    }
    Ok(settings)
}

/// Reports what could not be judged, and says how the command ends.
pub(crate) fn finish(
    report: &Report,
    errors: &[ReviewError],
    is_whole: bool,
    arguments: &Arguments,
) -> Status {
    for error in errors {
        warn(&error.to_string());
    }
    let count = report
        .rows
        .iter()
        .filter(|row| row.outcome == Outcome::Error)
        .count();
    if count > 0 {
        warn(&format!(
            "{count} of {} clusters could not be judged, see their messages (-o wide)",
            report.rows.len()
        ));
    }
    if is_whole && errors.is_empty() && count == 0 {
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
    if !inventory.settings.contains("server-version") {
        return Err(format!(
            "there is no Setting `server-version` in the input; give --server-version, or try: {try_this}"
        ));
    }
    let Some(version) = inventory.settings.effective_value("server-version") else {
        return Err(
            "the Setting `server-version` holds no text; in YAML, put it into quotes".to_owned(),
        );
    };
    if !inventory.settings.contains("agent-image") {
        warn(
            "there is no Setting `agent-image` in the input: an image that this Rancher itself \
             deploys may be called lagging",
        );
    }
    Ok(version.to_owned())
}

/// Puts every cluster to the policy, on all cores.
fn judge(
    arguments: &Arguments,
    policy: &Policy,
    inventory: &Inventory,
    server_version: String,
) -> (Report, Vec<ReviewError>) {
    let kubernetes: Arc<dyn Kubernetes> = Arc::new(inventory.settings.clone());
    let is_upgrade = arguments.upgrade_to.is_some();
    let clusters: Vec<&Cluster> = inventory.clusters.values().collect();
    let judged: Vec<Result<(u8, Row), ReviewError>> = clusters
        .into_par_iter()
        .map(|cluster| {
            let answer = ask(policy, cluster, Arc::clone(&kubernetes))?;
            if is_upgrade {
                let (outlook, row) = upgrade(cluster, &answer);
                Ok((outlook as u8, row))
            } else {
                audit_row(cluster, &answer).map(|(verdict, row)| (verdict.rank(), row))
            }
        })
        .collect();
    let mut rows = Vec::with_capacity(judged.len());
    let mut errors = Vec::new();
    for result in judged {
        match result {
            Ok(row) => rows.push(row),
            Err(error) => errors.push(error),
        }
    }
    let (question, words) = if is_upgrade {
        (Question::Upgrade, Outlook::ALL.map(Outlook::word))
    } else {
        (Question::Audit, Verdict::ALL.map(Verdict::word))
    };
    let report = Report::new(question, server_version, &words, rows, arguments.sort);
    (report, errors)
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
