//! The audit: everything is read, then judged, then printed.

use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{Outcome, Question, Report, SortKey};
use rancher_agents::{Inventory, fix, judge, slips};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::command::arguments::{Check, End, Fix, Input, Plan, Policy};
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
    audit.run(|report| print_report(report, &check.print))
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
    audit.run(|report| print_report(report, &plan.print))
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

/// So many bytes of an input are read, unless the user says otherwise: more than 200,000
/// clusters of the usual size.
const LONGEST: u64 = 4096 << 20;

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
        let inventory = &Inventory::read(&sources, self.input.longest().unwrap_or(LONGEST));
        inventory.notes().for_each(|note| warn(&note));
        let given = settings.server_version.clone();
        if given.is_some()
            && self.question == Question::Audit
            && inventory.settings != Rancher::default()
        {
            warn("the Settings in the input are not looked at, because a version is given");
        }
        let problems = &inventory.rest.problems;
        if inventory.clusters.is_empty() {
            problems.lines().for_each(|line| warn(&line));
            if !inventory.is_read {
                return Ok(Status::Failure);
            }
            return Err(format!(
                "there is no Cluster of management.cattle.io in the input; try: {}",
                input_command()
            ));
        }
        let server_version = match given {
            Some(version) => version,
            None => server_version(inventory, &input_command())?,
        };
        slips(self.question, &server_version, &inventory.settings).for_each(|slip| warn(&slip));
        let report = self.report(&settings, inventory, server_version);
        show(&report)?;

        problems.lines().for_each(|line| warn(&line));
        Ok(finish(&report, problems.is_empty()))
    }

    /// Judges every cluster, on all cores.
    fn report(&self, settings: &Settings, inventory: &Inventory, server_version: String) -> Report {
        let rancher = inventory.rancher();
        let clusters: Vec<_> = inventory.clusters.values().collect();
        let rows = clusters
            .into_par_iter()
            .map(|cluster| judge(self.question, cluster, settings, &rancher))
            .collect();
        let fail_on = self.end.fail_on;
        Report::new(self.question, server_version, rows, self.sort, fail_on)
    }
}

/// Reports what could not be judged, and says how the command ends.
pub(crate) fn finish(report: &Report, is_whole: bool) -> Status {
    let count = report
        .rows
        .iter()
        .filter(|row| report.outcome(row) == Outcome::Error)
        .count();
    if count > 0 {
        warn(&format!(
            "{count} of {} clusters could not be judged, see their messages (-o wide)",
            report.rows.len()
        ));
    }
    if is_whole && count == 0 {
        Status::of(report)
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
            "the Setting `server-version` does not hold a text; in YAML, put the version in quotes"
                .to_owned(),
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
