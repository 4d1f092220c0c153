//! One page that needs nothing else: to look at, to print, and to attach to a ticket.
//!
//! A Content-Security-Policy allows its own style and script, by their hashes, and nothing
//! beside them. The library escapes each text.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::report::facts::{facts, names, title};
use crate::report::{Level, Report, Row, Verdict, summary_line};
use crate::text::{image, printable};

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// The columns, where there is such a fact; what is the same for all stands in the summary.
const COLUMNS: [&str; 11] = [
    "name",
    "display_name",
    "verdict",
    "reason",
    "message",
    "desired",
    "deployed",
    "running",
    "roll_out",
    "pinned_by",
    "unreachable",
];

/// The page.
pub(crate) fn html(report: &Report, now: Option<u64>) -> String {
    let summary = summary_line(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(security_policy());
                meta name="viewport" content="width=device-width";
                title { "Rancher agents: " (summary) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Agents of Rancher's clusters" }
                    p { (summary) }
                    @if let Some(time) = now.and_then(time) {
                        p.quiet { time datetime=(time) { (time) } }
                    }
                    (bar(report))
                    (filter(report))
                    (table(report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn security_policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The time as RFC 3339 writes it.
fn time(seconds: u64) -> Option<String> {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    // What it prints has four digits for the year.
    (seconds < 253_402_300_800).then(|| humantime::format_rfc3339_seconds(time).to_string())
}

/// Clusters with the same verdict that are as urgent.
struct Part {
    verdict: &'static str,
    /// The class that has the colour.
    level: &'static str,
    /// How many come before.
    start: usize,
    count: usize,
}

/// The whole in parts, the most urgent verdict first.
fn parts(report: &Report) -> Vec<Part> {
    let mut counts: BTreeMap<(Verdict, Level), usize> = BTreeMap::new();
    for row in &report.rows {
        let part = (row.status.verdict, report.level(row));
        *counts.entry(part).or_default() += 1;
    }
    let mut end = 0;
    let parts = counts.into_iter().map(|((verdict, level), count)| {
        let start = end;
        end += count;
        Part {
            verdict: verdict.into(),
            level: level.into(),
            start,
            count,
        }
    });
    parts.collect()
}

/// How the clusters stand, as a bar and in words.
fn bar(report: &Report) -> Markup {
    let parts = parts(report);
    let is_mixed = |part: &Part| parts.iter().filter(|it| it.verdict == part.verdict).count() > 1;
    html! {
        svg viewBox={ "0 0 " (report.rows.len().max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" {
            @for part in &parts {
                rect class=(part.level) x=(part.start) width=(part.count) height="1" {}
            }
        }
        ul {
            @for part in &parts {
                li class=(part.level) {
                    (part.count) " " (part.verdict)
                    @if is_mixed(part) && part.level != "none" { " (" (part.level) ")" }
                }
            }
        }
    }
}

/// What the script needs, which shows it.
fn filter(report: &Report) -> Markup {
    html! {
        div.filter role="search" hidden {
            label { "Text " input #text type="search"; }
            label {
                "Verdict "
                select #verdict {
                    option value="" { "all" }
                    @for (verdict, _) in report.summary().filter(|(_, count)| *count > 0) {
                        option { (verdict) }
                    }
                }
            }
            output #count .quiet {}
        }
    }
}

fn table(report: &Report) -> Markup {
    let names: Vec<&str> = names(report).collect();
    let columns = COLUMNS.into_iter().filter(|column| names.contains(column));
    let columns: Vec<&str> = columns.collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Clusters" {
            table {
                thead {
                    tr {
                        @for column in &columns {
                            th scope="col" data-fact=(column) { (title(column)) }
                        }
                    }
                }
                tbody {
                    @for row in &report.rows {
                        tr class=(<&str>::from(report.level(row)))
                            data-verdict=(row.verdict())
                            data-urgency=(urgency(report, row)) {
                            @for column in &columns { (cell(report, row, column)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell(report: &Report, row: &Row, column: &str) -> Markup {
    let mut facts = facts(report, row);
    let text = facts.find_map(|(name, text)| (name == column).then_some(text));
    let text = text.unwrap_or_default();
    match column {
        "name" => html! { th scope="row" { (image(text)) } },
        "verdict" => html! { td.verdict { (text) } },
        "message" => html! { td.message { (printable(text)) } },
        _ => html! { td { (image(text)) } },
    }
}

/// The place of a verdict among all.
fn urgency(report: &Report, row: &Row) -> usize {
    let verdicts = report.question.verdicts().iter();
    let before = verdicts.take_while(|verdict| **verdict != row.status.verdict);
    before.count()
}
