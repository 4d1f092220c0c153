//! The audit: everything is read, then judged, then printed.

use std::path::Path;

use rancher_agent_version_policy::setting::{Fact, Rancher};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{Concern, FailOn, Question, Report, Row, SortKey, Weight};
use rancher_agents::{Inventory, fix, judge, printable, slips};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::command::arguments::{Check, Fix, Input, Plan, WhatRuns};
use crate::command::input::{Chosen, NOT_A_CLUSTER};
use crate::command::live::{Live, RunningByKey};
use crate::command::name::input_command;
use crate::command::output::{print, print_report, warn};
use crate::command::settings::settings;
use crate::command::{Status, start_threads};

pub(crate) fn check(check: &Check) -> Result<Status, String> {
    let audit = Audit {
        input: &check.input,
        settings: check.policy.settings.as_deref(),
        question: Question::Audit,
        version: check.policy.server_version.as_deref(),
        sort: check.print.sort,
        verdicts: &check.verdict,
        running: Some(&check.running).filter(|running| running.running),
        fail_on: check.print.fail_on,
    };
    audit.run(|report, shows_all| print_report(report, &check.print, shows_all))
}

pub(crate) fn plan(plan: &Plan) -> Result<Status, String> {
    let audit = Audit {
        input: &plan.input,
        settings: plan.settings.as_deref(),
        question: Question::Upgrade,
        version: Some(&plan.to),
        sort: plan.print.sort,
        verdicts: &plan.verdict,
        running: None,
        fail_on: plan.print.fail_on,
    };
    audit.run(|report, shows_all| print_report(report, &plan.print, shows_all))
}

pub(crate) fn fix(fix: &Fix) -> Result<Status, String> {
    let (question, version) = match &fix.to {
        Some(_) => (Question::Upgrade, &fix.to),
        None => (Question::Audit, &fix.policy.server_version),
    };
    let audit = Audit {
        input: &fix.input,
        settings: fix.policy.settings.as_deref(),
        question,
        version: version.as_deref(),
        sort: SortKey::Verdict,
        verdicts: &[],
        running: None,
        fail_on: fix.fail_on,
    };
    audit.run(|report, _| print(fix::script(report).as_bytes()))
}

/// So many bytes of an input are read, unless the user says otherwise: more than 200,000
/// clusters of the usual size.
const LONGEST: u64 = 4096 << 20;

/// One question about all clusters of an input.
struct Audit<'a> {
    input: &'a Input,
    /// The file of the policy's settings.
    settings: Option<&'a Path>,
    question: Question,
    /// The version to compare with, where it is given.
    version: Option<&'a str>,
    sort: SortKey,
    /// The verdicts that are reported; none stands for all.
    verdicts: &'a [String],
    /// How to ask what runs.
    running: Option<&'a WhatRuns>,
    fail_on: FailOn,
}

impl Audit<'_> {
    fn run(
        &self,
        show: impl FnOnce(&Report, bool) -> Result<(), String>,
    ) -> Result<Status, String> {
        start_threads();
        let settings = settings(self.settings, self.question, self.version)?;
        let given = settings.server_version.clone();
        let chosen = Chosen::of(self.input)?;
        let is_file = chosen.sources.is_some();
        let mut running = RunningByKey::new();
        let mut inventory;
        if let Some(sources) = &chosen.sources {
            if self.running.is_some() {
                return Err(NOT_A_CLUSTER.to_owned());
            }
            inventory = Inventory::read(sources, self.input.max_input.unwrap_or(LONGEST));
            chosen.names.keep(&mut inventory);
        } else {
            let live = Live::connect(&self.input.kube)?;
            let seen = live.read(self.input.kube.selector.as_deref(), given.is_none())?;
            inventory = seen.inventory;
            chosen.names.keep(&mut inventory);
            if let Some(what) = self.running {
                running = live.running(seen.is_rancher, what, &inventory)?;
            }
        }
        inventory.notes().for_each(|note| warn(&note));
        if given.is_some()
            && self.question == Question::Audit
            && is_file
            && inventory.settings != Rancher::default()
        {
            warn("the Settings in the input are not looked at, because a version is given");
        }
        let problems = &inventory.rest.problems;
        if inventory.clusters.is_empty() {
            problems.lines().for_each(|line| warn(&line));
            if !inventory.is_read || chosen.names.are_given() {
                return Ok(Status::Failure);
            }
            return Err(match (is_file, &self.input.kube.selector) {
                (true, _) => format!(
                    "there is no Cluster of management.cattle.io in the input; try: {}",
                    input_command()
                ),
                (false, Some(labels)) => {
                    format!("no cluster has the labels {}", printable(labels))
                }
                (false, None) => "there is no cluster yet: Rancher makes the first, `local`, when \
                                  it starts"
                    .to_owned(),
            });
        }
        let server_version = server_version(given, &inventory, &input_command())?;
        slips(self.question, &server_version, &inventory.settings).for_each(|slip| warn(&slip));
        let mut report = self.report(&settings, &inventory, &running, server_version);
        let status = finish(
            &report,
            problems.is_empty(),
            report.rows.iter().map(Row::concern),
        );
        if !self.verdicts.is_empty() {
            let is_wanted = |row: &Row| self.verdicts.iter().any(|it| it == row.verdict());
            report.rows.retain(is_wanted);
        }
        show(&report, chosen.names.are_given())?;
        problems.lines().for_each(|line| warn(&line));
        Ok(status)
    }

    /// Judges every cluster, on all cores.
    fn report(
        &self,
        settings: &Settings,
        inventory: &Inventory,
        running: &RunningByKey,
        server_version: String,
    ) -> Report {
        let rancher = inventory.rancher();
        let clusters: Vec<_> = inventory.clusters.iter().collect();
        let rows = clusters
            .into_par_iter()
            .map(|(key, cluster)| {
                let running = running.get(key);
                judge(self.question, cluster, settings, &rancher, running)
            })
            .collect();
        let report = Report {
            server_version,
            question: self.question,
            fail_on: self.fail_on,
            rows,
        };
        report.sorted(self.sort)
    }
}

/// Reports what could not be judged, and says how the command ends.
pub(crate) fn finish(
    report: &Report,
    is_whole: bool,
    concerns: impl IntoIterator<Item = Concern>,
) -> Status {
    let count = report
        .rows
        .iter()
        .filter(|row| row.status.weight == Weight::Failed)
        .count();
    if count > 0 {
        warn(&format!(
            "{count} of {} clusters could not be judged, see their messages (-o describe)",
            report.rows.len()
        ));
    }
    if is_whole && count == 0 {
        Status::of(concerns, report.fail_on)
    } else {
        Status::Failure
    }
}

/// The version to compare with: the one that is given, or the Setting of the input.
pub(crate) fn server_version(
    given: Option<String>,
    inventory: &Inventory,
    try_this: &str,
) -> Result<String, String> {
    if let Some(version) = given {
        return Ok(version);
    }
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
    let version = match version {
        Fact::Value(version) if !version.is_empty() => version,
        _ => {
            return Err(
                "the Setting `server-version` does not hold a text; in YAML, put the version in \
                 quotes"
                    .to_owned(),
            );
        }
    };
    if inventory.settings.agent_image.is_none() {
        warn(
            "there is no Setting `agent-image` in the input: an image that this Rancher itself \
             deploys may be called lagging",
        );
    }
    Ok(version.clone())
}
