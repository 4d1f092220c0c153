//! The report for people: columns without lines, one row for each cluster.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::{Level, Question, Report, Row, summary_line};
use crate::text::{image, printable, short};
use crate::unreachable::Unreachable;

/// Columns are this far apart.
const GAP: u16 = 2;

/// `sha256:` and as many digits as tell two digests apart.
const DIGEST_LETTERS: usize = 19;

/// Stands where there is nothing.
const NOTHING: &str = "-";

/// What matters most: of an audit what is deployed, of an upgrade what pins.
pub(crate) fn table(report: &Report, is_coloured: bool) -> String {
    let fourth = match report.question {
        Question::Audit => "DEPLOYED",
        Question::Upgrade => "PINNED BY",
    };
    let header = [
        "NAME",
        "DISPLAY NAME",
        "DESIRED",
        fourth,
        "VERDICT",
        "REASON",
    ];
    render(report, &header, |row| {
        vec![
            or_nothing(first(&row.name)),
            or_nothing(short(&row.display_name)),
            or_nothing(last_part(&row.desired)),
            match report.question {
                Question::Audit => or_nothing(last_part(deployed(row))),
                Question::Upgrade => row.pinned_by.map_or(NOTHING, DesiredField::path).to_owned(),
            },
            verdict(report, row, is_coloured),
            row.reason.unwrap_or(NOTHING).to_owned(),
        ]
    })
}

/// All there is, of images as much as a long one has. No message is wrapped: the command in it is to be copied.
pub(crate) fn wide(report: &Report, is_coloured: bool) -> String {
    let header = [
        "NAME",
        "DISPLAY NAME",
        "DESIRED",
        "DEPLOYED",
        "SERVER",
        "VERDICT",
        "REASON",
        "PINNED BY",
        "UNREACHABLE",
        "MESSAGE",
    ];
    render(report, &header, |row| {
        vec![
            or_nothing(first(&row.name)),
            or_nothing(short(&row.display_name)),
            or_nothing(image(&row.desired)),
            or_nothing(image(deployed(row))),
            short(&report.server_version),
            verdict(report, row, is_coloured),
            row.reason.unwrap_or(NOTHING).to_owned(),
            row.pinned_by.map_or(NOTHING, DesiredField::path).to_owned(),
            row.unreachable
                .map_or(NOTHING, Unreachable::word)
                .to_owned(),
            printable(row.message.as_deref().unwrap_or_default()),
        ]
    })
}

fn render(report: &Report, header: &[&str], cells: impl Fn(&Row) -> Vec<String>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for row in &report.rows {
        table.add_row(cells(row));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    format!("{}\n\n{}\n", table.trim_fmt(), summary_line(report))
}

fn verdict(report: &Report, row: &Row, is_coloured: bool) -> String {
    if !is_coloured {
        return row.verdict().to_owned();
    }
    let colour = match report.level(row) {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
        Level::None => AnsiColor::Green,
    };
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{}{style:#}", row.verdict())
}

fn deployed(row: &Row) -> &str {
    row.deployed.as_deref().unwrap_or_default()
}

/// The first cell begins a line, which must not be a workflow command of GitHub Actions.
fn first(name: &str) -> String {
    let name = short(name);
    match name.strip_prefix("::") {
        Some(rest) => format!("\\u{{3a}}:{rest}"),
        None => name,
    }
}

fn or_nothing(text: String) -> String {
    if text.is_empty() {
        NOTHING.to_owned()
    } else {
        text
    }
}

/// An image without its registry and path, and with the start of its digest only:
/// both would fill the line.
fn last_part(image: &str) -> String {
    let image = image.rsplit('/').next().unwrap_or_default();
    match image.split_once('@') {
        Some((name, digest)) if digest.chars().nth(DIGEST_LETTERS).is_some() => {
            let digest: String = digest.chars().take(DIGEST_LETTERS).collect();
            short(&format!("{name}@{digest}..."))
        }
        _ => short(image),
    }
}
