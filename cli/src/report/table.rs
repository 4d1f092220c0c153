//! The report for people: columns without lines, one row for each cluster. On a terminal the
//! worst clusters come first, those with nothing to say are counted, and it fits.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use rancher_agent_version_policy::cluster::DesiredField;

use crate::report::fit::{Shrink, fit};
use crate::report::{Concern, Context, Level, Question, Report, Row, summary_line};
use crate::text::{image, short};

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

/// Its title, whether it may be made narrower, and what it says of a row.
struct Column(&'static str, Shrink, fn(&Report, &Row) -> String);

const NAME: Column = Column("NAME", Shrink::Never, |_, row| first(&row.name));
const DISPLAY_NAME: Column = Column("DISPLAY NAME", Shrink::First, |_, row| {
    short(&row.display_name)
});
const RUNNING: Column = Column("RUNNING", Shrink::First, |_, row| running(row));
const VERDICT: Column = Column("VERDICT", Shrink::Never, |_, row| row.verdict().to_owned());
const REASON: Column = Column("REASON", Shrink::Last, |_, row| {
    row.reason.unwrap_or_default().to_owned()
});
const PINNED_BY: Column = Column("PINNED BY", Shrink::First, |_, row| {
    row.pinned_by.map_or("", DesiredField::path).to_owned()
});

/// What matters most: of an audit what is deployed, of an upgrade what pins.
pub(crate) fn table(report: &Report, context: &Context) -> String {
    let mut columns = vec![
        NAME,
        DISPLAY_NAME,
        Column("DESIRED", Shrink::First, |_, row| last_part(&row.desired)),
        match report.question {
            Question::Audit => Column("DEPLOYED", Shrink::First, |_, row| last_part(deployed(row))),
            Question::Upgrade => PINNED_BY,
        },
        VERDICT,
        REASON,
    ];
    if report.tells_what_runs() {
        columns.insert(4, RUNNING);
    }
    render(report, context, &columns, context.width)
}

/// All columns, each as wide as it has to be. The message is for formats with room for it.
pub(crate) fn wide(report: &Report, context: &Context) -> String {
    let mut columns = vec![
        NAME,
        DISPLAY_NAME,
        Column("DESIRED", Shrink::Never, |_, row| image(&row.desired)),
        Column("DEPLOYED", Shrink::Never, |_, row| image(deployed(row))),
        Column("SERVER", Shrink::Never, |report, _| {
            short(&report.server_version)
        }),
        VERDICT,
        REASON,
        PINNED_BY,
        Column("UNREACHABLE", Shrink::Never, |_, row| {
            row.unreachable.map_or("", Into::into).to_owned()
        }),
    ];
    if report.tells_what_runs() {
        columns.insert(4, RUNNING);
    }
    render(report, context, &columns, None)
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

/// The columns, and below them what is said also of the rows that are not shown.
fn render(report: &Report, context: &Context, columns: &[Column], width: Option<usize>) -> String {
    let rows = shown(report, context);
    let line = summary_line(report);
    let summary = match report.rows.len() - rows.len() {
        0 => format!("{line}\n"),
        count => format!("{line}\n{count} not shown; --all shows them\n"),
    };
    if rows.is_empty() && !context.shows_all {
        return summary;
    }
    let cell = |row, Column(_, _, text): &Column| match text(report, row) {
        text if text.is_empty() => NOTHING.to_owned(),
        text => text,
    };
    let cells = rows
        .iter()
        .map(|row| columns.iter().map(|column| cell(row, column)).collect());
    let mut cells: Vec<Vec<String>> = cells.collect();
    if let Some(width) = width {
        let columns: Vec<_> = columns.iter().map(|column| (column.0, column.1)).collect();
        fit(&columns, &mut cells, width, usize::from(GAP), REPOSITORY);
    }
    let titles: Vec<&str> = columns.iter().map(|column| column.0).collect();
    let verdict = titles.iter().position(|title| *title == VERDICT.0);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(titles);
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
    format!("{}\n\n{summary}", table.trim_fmt())
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
        (None, None) => String::new(),
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
