//! The report for people: columns without lines, one row for each cluster. On a terminal the
//! worst clusters come first, those with nothing to say are counted, and it fits.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::fit::{Shrink, fit};
use crate::report::{Concern, Context, Level, Question, Report, Row, summary_line};
use crate::text::{image, short};
use crate::unreachable::Unreachable;

/// Columns are this far apart.
const GAP: u16 = 2;

/// `sha256:` and as many digits as tell two digests apart.
const DIGEST_LETTERS: usize = 19;

/// Stands where there is nothing.
const NOTHING: &str = "-";

/// The repository of the agent goes without saying where a line would get too long.
const REPOSITORY: &str = "rancher-agent:";

/// So many rows of clusters that need a look are as many as somebody reads on a terminal.
const MOST_ROWS: usize = 50;

/// What matters most: of an audit what is deployed, of an upgrade what pins.
pub(crate) fn table(report: &Report, context: &Context) -> String {
    let fourth = match report.question {
        Question::Audit => "DEPLOYED",
        Question::Upgrade => "PINNED BY",
    };
    let mut columns = vec![
        ("NAME", Shrink::Never),
        ("DISPLAY NAME", Shrink::First),
        ("DESIRED", Shrink::First),
        (fourth, Shrink::First),
        ("VERDICT", Shrink::Never),
        ("REASON", Shrink::Last),
    ];
    if report.tells_what_runs() {
        columns.insert(4, ("RUNNING", Shrink::First));
    }
    let cells = |row: &Row| {
        let mut cells = vec![
            or_nothing(first(&row.name)),
            or_nothing(short(&row.display_name)),
            or_nothing(last_part(&row.desired)),
            match report.question {
                Question::Audit => or_nothing(last_part(deployed(row))),
                Question::Upgrade => row.pinned_by.map_or(NOTHING, DesiredField::path).to_owned(),
            },
            row.verdict().to_owned(),
            row.reason.unwrap_or(NOTHING).to_owned(),
        ];
        if report.tells_what_runs() {
            cells.insert(4, running(row));
        }
        cells
    };
    let shown = shown(report, context);
    let mut cells: Vec<Vec<String>> = shown.iter().map(|row| cells(row)).collect();
    if let Some(width) = context.width {
        fit(&columns, &mut cells, width, usize::from(GAP), REPOSITORY);
    }
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let table = render(report, &header, &shown, cells, context);
    table + &summary(report, shown.len())
}

/// All columns, each as wide as it has to be. The message is for formats with room for it.
pub(crate) fn wide(report: &Report, context: &Context) -> String {
    let mut header = vec![
        "NAME",
        "DISPLAY NAME",
        "DESIRED",
        "DEPLOYED",
        "SERVER",
        "VERDICT",
        "REASON",
        "PINNED BY",
        "UNREACHABLE",
    ];
    if report.tells_what_runs() {
        header.insert(4, "RUNNING");
    }
    let cells = |row: &Row| {
        let mut cells = vec![
            or_nothing(first(&row.name)),
            or_nothing(short(&row.display_name)),
            or_nothing(image(&row.desired)),
            or_nothing(image(deployed(row))),
            short(&report.server_version),
            row.verdict().to_owned(),
            row.reason.unwrap_or(NOTHING).to_owned(),
            row.pinned_by.map_or(NOTHING, DesiredField::path).to_owned(),
            row.unreachable
                .map_or(NOTHING, Unreachable::word)
                .to_owned(),
        ];
        if report.tells_what_runs() {
            cells.insert(4, running(row));
        }
        cells
    };
    let shown = shown(report, context);
    let cells = shown.iter().map(|row| cells(row)).collect();
    let table = render(report, &header, &shown, cells, context);
    table + &summary(report, shown.len())
}

/// The rows that are shown: all, or of those that need a look as many as somebody reads.
fn shown<'a>(report: &'a Report, context: &Context) -> Vec<&'a Row> {
    let rows = report.rows.iter();
    if context.shows_all {
        return rows.collect();
    }
    rows.filter(|row| report.level(row) != Level::None || row.concern() != Concern::None)
        .take(MOST_ROWS)
        .collect()
}

/// What is said below the rows, also of those that are not shown.
fn summary(report: &Report, shown: usize) -> String {
    let line = summary_line(report);
    match report.rows.len() - shown {
        0 => format!("{line}\n"),
        count => format!("{line}\n{count} not shown; --all shows them\n"),
    }
}

fn render(
    report: &Report,
    header: &[&str],
    rows: &[&Row],
    cells: Vec<Vec<String>>,
    context: &Context,
) -> String {
    if rows.is_empty() && !context.shows_all {
        return String::new();
    }
    let verdict = header.iter().position(|name| *name == "VERDICT");
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(header.to_vec());
    for (row, mut cells) in rows.iter().zip(cells) {
        if let Some(cell) = verdict.and_then(|verdict| cells.get_mut(verdict))
            && context.is_coloured
        {
            *cell = coloured(report, row, cell);
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    format!("{}\n\n", table.trim_fmt())
}

fn coloured(report: &Report, row: &Row, text: &str) -> String {
    let colour = match report.level(row) {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
        Level::None => AnsiColor::Green,
    };
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

fn deployed(row: &Row) -> &str {
    row.deployed.as_deref().unwrap_or_default()
}

/// The image that runs and what is to be known of it, or why it is not known.
fn running(row: &Row) -> String {
    let image = row.running_image().map(last_part);
    match (image, row.roll_out()) {
        (Some(image), Some(word)) => format!("{image} ({word})"),
        (Some(image), None) => image,
        (None, Some(word)) => format!("? ({word})"),
        (None, None) => NOTHING.to_owned(),
    }
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
