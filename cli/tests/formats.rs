//! Every format holds the same facts, whatever a cluster is called, and is what its
//! own schema or a parser of somebody else says it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use rancher_agent_version_policy::cluster::DesiredField;
use rancher_agents::printable;
use rancher_agents::report::{
    Context, FailOn, Format, Level, Question, Report, Row, Status, Verdict, Weight, summary_line,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a display name can be, and what an image can, for the API server checks
/// neither.
const HOSTILE: [&str; 58] = [
    "",
    "plain",
    "\"'",
    "a|b",
    "|",
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "</testcase>",
    "two\nlines",
    "\r\n::error::forged",
    "\n::error::forged",
    "%0A::error title=x::forged",
    "::error title=a,file=b::c",
    "##[error]forged",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{0}\u{7}\u{8}\u{b}\u{c}\u{7f}",
    "\u{fffe}\u{ffff}\u{fffd}",
    "\u{85}\u{2028}\u{2029}\u{202e}\u{feff}",
    "a,b;c\td",
    "=1+1",
    "=HYPERLINK(\"https://example.com\",\"x\")",
    "\\",
    "\\|",
    "\\n",
    "a\\",
    "&amp;",
    "&",
    "{0} {{1}}",
    "[x](https://example.com)",
    "![x](y)",
    "`tick",
    "*a* _b_ ~c~ $d$",
    "@team and a@b",
    "www.example.com",
    "no",
    "on",
    "2.10",
    "1e3",
    "0x1F",
    "12:30:45",
    "2001-01-01",
    "null",
    "~",
    "- a",
    "a: b # c",
    "---",
    "...",
    "!tag",
    "*alias",
    "%YAML 1.2",
    " before and after ",
    "line\n  indented\n\n",
    "}",
    "x\"} 1\nrancher_agent_verdict{name=\"forged",
    "# HELP x",
    "😀 e\u{301} 漢字",
    "a long text that a library might wish to fold because it has more than eighty characters, and a  gap",
];

const FACTS: [&str; 10] = [
    "name",
    "display_name",
    "desired",
    "deployed",
    "server_version",
    "verdict",
    "reason",
    "pinned_by",
    "unreachable",
    "message",
];

/// The report in a format, at no time.
fn render(report: &Report, format: Format) -> Result<String, String> {
    render_at(report, format, None)
}

fn render_at(report: &Report, format: Format, now: Option<u64>) -> Result<String, String> {
    let context = Context {
        is_coloured: false,
        width: None,
        shows_all: true,
        is_raw: true,
        now,
    };
    rancher_agents::report::render(report, format, &context)
}

/// What a test report says of a row.
fn outcome(report: &Report, row: &Row) -> &'static str {
    match (row.status.weight, report.level(row)) {
        (Weight::Failed, _) => "error",
        (Weight::Skipped, _) => "skip",
        (_, Level::Error) => "fail",
        (_, Level::Warning) => "warn",
        (_, Level::Note | Level::None) => "pass",
    }
}

/// Each text in each place of a row, then two rows that differ by the uid alone,
/// and two that a hash without borders between the texts takes for one.
fn hostile() -> Report {
    let statuses = [
        (Verdict::Lagging, Weight::Refused),
        (Verdict::Unknown, Weight::Failed),
        (Verdict::Unknown, Weight::Refused),
        (Verdict::Ahead, Weight::Noted),
        (Verdict::Current, Weight::Silent),
        (Verdict::OutOfScope, Weight::Skipped),
    ]
    .map(|(verdict, weight)| Status { verdict, weight });
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let rows = HOSTILE.into_iter().zip(statuses.into_iter().cycle());
    let mut rows: Vec<Row> = rows
        .map(|(text, status)| Row {
            name: text.to_owned(),
            display_name: text.to_owned(),
            source: "my/ü %0A|<a>:b\n.json".to_owned(),
            uid: some(text),
            resource_version: some(text),
            desired: text.to_owned(),
            deployed: some(text),
            status,
            reason: (!text.is_empty()).then_some("desired-lagging"),
            pinned_by: Some(DesiredField::DesiredAgentImage),
            is_pinned_by_rancher: false,
            fields_to_clear: vec![DesiredField::DesiredAgentImage],
            running: None,
            replacement: None,
            agent_image_lags: false,
            unreachable: None,
            message: some(text),
        })
        .collect();
    let like = rows[1].clone();
    for (name, display_name, uid) in [
        ("local", "local", "1"),
        ("local", "local", "2"),
        ("ab", "c", ""),
        ("a", "bc", ""),
    ] {
        rows.push(Row {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            uid: some(uid),
            ..like.clone()
        });
    }
    Report {
        server_version: "v2.12.3\n\"|<b>, %0A".to_owned(),
        question: Question::Audit,
        fail_on: FailOn::Lagging,
        rows,
    }
}

fn facts(report: &Report, row: &Row) -> [String; 10] {
    [
        row.name.clone(),
        row.display_name.clone(),
        row.desired.clone(),
        row.deployed.clone().unwrap_or_default(),
        report.server_version.clone(),
        row.verdict().to_owned(),
        row.reason.unwrap_or_default().to_owned(),
        "spec.desiredAgentImage".to_owned(),
        String::new(),
        row.message.clone().unwrap_or_default(),
    ]
}

/// The lines of a format for people: a name, a colon and the text without what a
/// terminal acts on, where there is one.
fn fact_lines(report: &Report, row: &Row) -> Vec<String> {
    let facts = FACTS.into_iter().zip(facts(report, row));
    facts
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {}", visible(&value)))
        .collect()
}

/// As in the format for XML; the two characters more do no harm elsewhere.
fn visible(text: &str) -> String {
    printable(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}

fn sentence(row: &Row) -> String {
    match &row.message {
        Some(message) => message.clone(),
        None => format!("cluster {}: lagging", row.name),
    }
}

/// A file of a package that cargo has unpacked: the schema itself, not a copy of
/// it.
fn file_of(package: &str, path: &str) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        // What other platforms need is not there.
        .args(["--filter-platform", "host-tuple"])
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|one| one["name"] == package).unwrap();
    let mut file = PathBuf::from(package["manifest_path"].as_str().unwrap());
    file.set_file_name(path);
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn every_format_is_the_same_each_time_and_ends_with_one_newline() {
    let report = hostile();
    for format in Format::value_variants() {
        let format = *format;
        let text = render(&report, format).unwrap();
        assert_eq!(text, render(&report, format).unwrap(), "{format:?}");
        let body = text.strip_suffix('\n').unwrap();
        assert!(!body.ends_with('\n'), "{format:?}");
    }
}

#[test]
fn json_and_yaml_read_back() {
    let report = hostile();
    let clusters: Vec<Value> = report
        .rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "name": row.name,
                "displayName": row.display_name,
                "uid": row.uid.as_deref().unwrap_or_default(),
                "source": row.source,
                "desired": row.desired,
                "deployed": row.deployed.as_deref().unwrap_or_default(),
                "verdict": row.verdict(),
                "reason": row.reason.unwrap_or_default(),
                "pinnedBy": "spec.desiredAgentImage",
                "unreachable": null,
                "message": row.message.as_deref().unwrap_or_default(),
            })
        })
        .collect();
    let summary: BTreeMap<&str, usize> = report
        .summary()
        .chain([("clusters", report.rows.len())])
        .collect();
    let expected = serde_json::json!({
        "question": "audit",
        "serverVersion": report.server_version,
        "summary": summary,
        "clusters": clusters,
    });
    let json: Value = serde_json::from_str(&render(&report, Format::Json).unwrap()).unwrap();
    assert_eq!(json, expected);
    let yaml: Value = serde_saphyr::from_str(&render(&report, Format::Yaml).unwrap()).unwrap();
    assert_eq!(yaml, expected);
}

#[test]
fn csv_reads_back() {
    let report = hostile();
    let text = render(&report, Format::Csv).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), FACTS.as_slice());
    let records: Vec<Vec<String>> = reader.deserialize().map(Result::unwrap).collect();
    let expected: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|row| facts(&report, row).to_vec())
        .collect();
    assert_eq!(records, expected);
}

#[test]
fn markdown_has_the_same_columns_in_each_line() {
    let report = hostile();
    let text = render(&report, Format::Markdown).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), report.rows.len() + 4);
    let (table, rest) = lines.split_at(report.rows.len() + 2);
    for line in table {
        assert!(line.starts_with('|') && line.ends_with('|'), "{line}");
        assert_eq!(line.matches('|').count(), FACTS.len() + 1, "{line}");
    }
    assert_eq!(rest[0], "");
    assert_eq!(references(rest[1]), printable(&summary_line(&report)));
    for (line, row) in table[2..].iter().zip(&report.rows) {
        let cells = line.trim_matches('|').split('|');
        let cells: Vec<String> = cells
            .map(|cell| references(cell).trim().to_owned())
            .collect();
        let expected = facts(&report, row).map(|fact| printable(&fact).trim().to_owned());
        assert_eq!(cells, expected);
    }
    // Nothing is left that would be mark-up, HTML, a link or a notification.
    for character in ['<', '>', '`', '*', '_', '~', '[', ']', '\\', '$', '\u{1b}'] {
        assert!(!text.contains(character), "{character}");
    }
    for sequence in ["://", "www.", "@team"] {
        assert!(!text.contains(sequence), "{sequence}");
    }
}

/// The page has the facts as text, and of tags its own alone.
#[test]
fn html_reads_back() {
    let report = hostile();
    let text = render(&report, Format::Html).unwrap();
    let (_, body) = text.split_once("<tbody>").unwrap();
    let (body, rest) = body.split_once("</tbody>").unwrap();
    assert!(!rest.contains("forged"));
    let rows = body.split_inclusive("</tr>").map(|row| {
        let cells = row
            .replace("<th scope=\"row\">", "<td>")
            .replace("</th>", "</td>")
            .replace("<td class=\"verdict\">", "<td>")
            .replace("<td class=\"message\">", "<td>");
        let (start, cells) = cells.split_once('>').unwrap();
        assert!(start.starts_with("<tr class=\""), "{start}");
        let cells = cells.strip_suffix("</tr>").unwrap();
        let cells = cells.split_inclusive("</td>").map(|cell| {
            let cell = cell.strip_prefix("<td>").unwrap();
            let cell = cell.strip_suffix("</td>").unwrap();
            assert!(!cell.contains(['<', '>', '"']), "{cell}");
            shown(cell)
        });
        cells.collect::<Vec<String>>()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let expected = report.rows.iter().map(|row| {
        let [
            name,
            display_name,
            desired,
            deployed,
            _,
            verdict,
            reason,
            pinned_by,
            unreachable,
            message,
        ] = facts(&report, row).map(|fact| printable(&fact));
        vec![
            name,
            display_name,
            verdict,
            reason,
            message,
            desired,
            deployed,
            pinned_by,
            unreachable,
        ]
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
    // The version, too, is somebody's text.
    let title = text.split_once("<title>").unwrap().1;
    let (title, _) = title.split_once("</title>").unwrap();
    let expected = format!("Rancher agents: {}", summary_line(&report));
    assert!(!title.contains(['<', '>']));
    assert_eq!(shown(title), expected);
}

/// What a browser shows for the references that HTML needs.
fn shown(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Nothing is allowed but the style and the script that are there.
#[test]
fn html_allows_its_own_style_and_script_alone() {
    let text = render(&hostile(), Format::Html).unwrap();
    let between = |start: &str, end: &str| {
        assert_eq!(text.matches(start).count(), 1, "{start}");
        let (_, rest) = text.split_once(start).unwrap();
        rest.split_once(end).unwrap().0
    };
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    assert_eq!(
        between(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"",
            "\">"
        ),
        format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(between("<style>", "</style>")),
            hash(between("<script>", "</script>"))
        )
    );
    for attribute in [" style=", " src=", " href=", " onclick="] {
        assert!(!text.contains(attribute), "{attribute}");
    }
}

#[test]
fn html_has_the_time_and_what_runs_where_it_is_known() {
    let mut report = hostile();
    let text = render_at(&report, Format::Html, Some(1_766_000_000)).unwrap();
    let time = "<time datetime=\"2025-12-17T19:33:20Z\">2025-12-17T19:33:20Z</time>";
    assert_eq!(text.matches(time).count(), 1);
    let none = render(&report, Format::Html).unwrap();
    assert_eq!(none.matches("<time").count(), 0);
    assert_eq!(none.matches(">Roll out</th>").count(), 0);
    report.rows[0].running = Some(Err(rancher_agents::live::NotAsked::Disconnected));
    let asked = render(&report, Format::Html).unwrap();
    assert_eq!(asked.matches(">Roll out</th>").count(), 1);
    assert_eq!(asked.matches("<td>disconnected</td>").count(), 1);
}

/// What a browser shows for character references.
fn references(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (reference, after) = after.split_once(';').expect("a reference");
        shown.push_str(before);
        match reference {
            "amp" => shown.push('&'),
            "lt" => shown.push('<'),
            "gt" => shown.push('>'),
            "#8203" => {}
            _ => {
                let number = reference.strip_prefix('#').expect("a number");
                shown.push(char::from_u32(number.parse().unwrap()).unwrap());
            }
        }
        rest = after;
    }
    shown + rest
}

#[test]
fn junit_keeps_to_the_schema() {
    let report = hostile();
    let text = render(&report, Format::Junit).unwrap();
    let schema = file_of("junit-report", "tests/JUnit.xsd");
    let schema = uppsala::parse(&schema).unwrap();
    let validator = uppsala::XsdValidator::from_schema(&schema).unwrap();
    let document = uppsala::parse(&text).unwrap();
    let errors: Vec<String> = validator
        .validate(&document)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, Vec::<String>::new());

    let cases = document.get_elements_by_tag_name("testcase");
    assert_eq!(cases.len(), report.rows.len());
    for (case, row) in cases.iter().zip(&report.rows) {
        let name = document.get_attribute(*case, "name").unwrap();
        assert_eq!(name, visible(&row.name));
        let child = |tag: &str| {
            let children = document.children(*case).into_iter();
            let mut named = children.filter(|child| {
                let element = document.element(*child);
                element.is_some_and(|element| element.name.local_name == tag)
            });
            let child = named.next();
            assert!(named.next().is_none(), "two of {tag}");
            child
        };
        let facts = document.text_content_deep(child("system-out").unwrap());
        let lines: Vec<&str> = facts.split('\n').collect();
        assert_eq!(lines, fact_lines(&report, row));
        if let Some(skipped) = child("skipped") {
            assert_eq!(document.text_content_deep(skipped), visible(&sentence(row)));
            // The schema says so, but this validator lets them pass.
            assert!(document.element(skipped).unwrap().attributes.is_empty());
        }
        let found = ["failure", "error", "skipped"].map(|tag| child(tag).is_some());
        let expected = ["fail", "error", "skip"];
        assert_eq!(found, expected.map(|it| it == outcome(&report, row)));
        if let Some(failure) = child("failure").or(child("error")) {
            let message = document.get_attribute(failure, "message").unwrap();
            assert_eq!(message, visible(&sentence(row)));
            assert!(!document.get_attribute(failure, "type").unwrap().is_empty());
        }
    }

    let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let of = |expected| {
        report
            .rows
            .iter()
            .filter(|row| outcome(&report, row) == expected)
            .count()
    };
    let suite = &read.test_suites[0];
    assert_eq!(read.test_suites.len(), 1);
    assert_eq!(suite.test_cases.len(), report.rows.len());
    assert_eq!(
        [suite.tests, suite.failures, suite.errors, suite.skipped],
        [report.rows.len(), of("fail"), of("error"), of("skip")]
    );
}

#[test]
fn github_has_one_command_for_each_row() {
    let report = hostile();
    let text = render(&report, Format::Github).unwrap();
    // The runner ends a line at either.
    let lines: Vec<&str> = text.trim_end_matches('\n').split(['\n', '\r']).collect();
    assert_eq!(lines.len(), report.rows.len());
    for (line, row) in lines.iter().zip(&report.rows) {
        let (command, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let title = format!("cluster {}: {}", printable(&row.name), row.verdict());
        match (report.level(row), command.split_once(" title=")) {
            (Level::Error, Some(("error", found)))
            | (Level::Warning, Some(("warning", found)))
            | (Level::Note, Some(("notice", found))) => {
                // Any of these would start another property or the text.
                assert!(!found.contains([':', ',']), "{found}");
                assert_eq!(unescaped(found), title);
            }
            (Level::None, None) => assert_eq!(command, "debug"),
            _ => panic!("{line}"),
        }
        let data = unescaped(data);
        let lines: Vec<String> = data.split('\n').map(visible).collect();
        let mut expected = vec![visible(&sentence(row))];
        expected.extend(fact_lines(&report, row));
        expected.retain(|line| !line.starts_with("message: "));
        assert_eq!(lines, expected);
    }
}

/// As the runner does: the percent sign last.
fn unescaped(text: &str) -> String {
    [
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

type Series = (String, BTreeMap<String, String>);

#[test]
fn prometheus_has_one_series_for_each_row() {
    let report = hostile();
    let series = exposition(&render(&report, Format::Prometheus).unwrap());
    let distinct: BTreeSet<&Series> = series.iter().map(|(series, _)| series).collect();
    assert_eq!(distinct.len(), series.len(), "a series twice");
    assert_eq!(series.len(), report.rows.len() + 9);
    for (((name, labels), value), row) in series.iter().zip(&report.rows) {
        assert_eq!((name.as_str(), *value), ("rancher_agent_verdict", 1.0));
        assert_eq!(labels, &labels_of(&report, row));
    }
    let ((name, labels), value) = &series[report.rows.len()];
    assert_eq!(name, "rancher_agent_clusters");
    assert_eq!(labels["verdict"], "lagging");
    let lagging = report.rows.iter().filter(|row| row.verdict() == "lagging");
    assert_eq!(*value, lagging.count() as f64);
}

#[test]
fn another_parser_reads_the_same_metrics() {
    let mut report = hostile();
    // It splits at each of these and undoes no escape, so it gets the others.
    report.rows.retain(|row| {
        let special = [',', '=', '}', '"', '\\', '\n'];
        let message = row.message.as_deref().unwrap_or_default();
        !printable(&row.name).contains(special) && !printable(message).contains(special)
    });
    report.server_version = "v2.12.3".to_owned();
    assert!(report.rows.len() > 30);
    let text = render(&report, Format::Prometheus).unwrap();
    let lines = text.split('\n').map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    assert_eq!(
        scrape.docs["rancher_agent_verdict"],
        "The verdict on the agent of a Rancher cluster."
    );
    assert_eq!(scrape.samples.len(), report.rows.len() + 9);
    for (sample, row) in scrape.samples.iter().zip(&report.rows) {
        assert_eq!(sample.metric, "rancher_agent_verdict");
        assert_eq!(sample.value, prometheus_parse::Value::Gauge(1.0));
        let labels: BTreeMap<String, String> = sample
            .labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        assert_eq!(labels, labels_of(&report, row));
    }
}

fn labels_of(report: &Report, row: &Row) -> BTreeMap<String, String> {
    let mut labels: BTreeMap<String, String> = FACTS
        .map(str::to_owned)
        .into_iter()
        .zip(facts(report, row))
        .collect();
    labels.remove("message");
    labels.insert("uid".to_owned(), row.uid.clone().unwrap_or_default());
    labels
        .values_mut()
        .for_each(|value| *value = printable(value));
    labels
}

/// Reads the text format as its documentation describes it: in a label `\\`, `\"`
/// and `\n` are escapes, and everything but these and a line break stands for
/// itself.
fn exposition(text: &str) -> Vec<(Series, f64)> {
    let mut typed = BTreeSet::new();
    let mut series = Vec::new();
    for line in text.strip_suffix('\n').unwrap().split('\n') {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (word, name, rest) = (words.next(), words.next(), words.next().unwrap());
            match word {
                Some("HELP") => assert!(!rest.is_empty()),
                Some("TYPE") => {
                    assert_eq!(rest, "gauge");
                    assert!(typed.insert(name.unwrap()), "{line}");
                }
                _ => panic!("{line}"),
            }
            continue;
        }
        let (name, mut rest) = line.split_once('{').unwrap();
        assert!(typed.contains(name), "{line}");
        let mut labels = BTreeMap::new();
        loop {
            let (label, after) = rest.split_once("=\"").unwrap();
            let legal = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(!label.is_empty() && label.chars().all(legal), "{line}");
            let mut value = String::new();
            let mut characters = after.chars();
            loop {
                match characters.next().unwrap() {
                    '"' => break,
                    '\\' => value.push(match characters.next().unwrap() {
                        'n' => '\n',
                        escaped @ ('\\' | '"') => escaped,
                        other => panic!("\\{other}"),
                    }),
                    character => value.push(character),
                }
            }
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = characters.as_str();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let value = rest.strip_prefix("} ").unwrap().parse().unwrap();
        series.push(((name.to_owned(), labels), value));
    }
    series
}

/// The fields of a ClusterReport and of what it refers to, as the API of
/// OpenReports v0.2.1 and of Kubernetes have them: the path, the type, and whether
/// it is demanded, by the API server or because a report says nothing without it.
const FIELDS: [(&str, &str, bool); 34] = [
    ("apiVersion", "string", true),
    ("kind", "string", true),
    ("metadata", "object", true),
    ("metadata.name", "string", true),
    ("metadata.labels", "strings", false),
    ("metadata.ownerReferences", "array", false),
    ("metadata.ownerReferences[]", "object", false),
    ("metadata.ownerReferences[].apiVersion", "string", false),
    ("metadata.ownerReferences[].kind", "string", false),
    ("metadata.ownerReferences[].name", "string", false),
    ("metadata.ownerReferences[].uid", "string", false),
    ("scope", "object", true),
    ("scope.apiVersion", "string", true),
    ("scope.kind", "string", true),
    ("scope.name", "string", true),
    ("scope.uid", "string", false),
    ("scope.resourceVersion", "string", false),
    ("summary", "object", true),
    ("summary.pass", "integer", true),
    ("summary.fail", "integer", true),
    ("summary.warn", "integer", true),
    ("summary.error", "integer", true),
    ("summary.skip", "integer", true),
    ("results", "array", true),
    ("results[]", "object", true),
    ("results[].source", "string", true),
    ("results[].policy", "string", true),
    ("results[].category", "string", true),
    ("results[].severity", "string", true),
    ("results[].timestamp", "timestamp", false),
    ("results[].result", "string", true),
    ("results[].scored", "boolean", true),
    ("results[].message", "string", false),
    ("results[].properties", "strings", true),
];

#[test]
fn openreports_has_the_fields_of_the_api() {
    let report = hostile();
    for now in [None, Some(1_766_000_000)] {
        let text = render_at(&report, Format::Openreports, now).unwrap();
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        assert_eq!(documents.len(), report.rows.len());
        for (document, row) in documents.iter().zip(&report.rows) {
            let mut found = BTreeMap::new();
            fields(document, "", &mut found);
            for (path, kind) in &found {
                let field = FIELDS.iter().find(|(known, ..)| known == path);
                assert_eq!(field.map(|(_, kind, _)| *kind), Some(*kind), "{path}");
            }
            for (path, _, is_demanded) in FIELDS {
                assert!(!is_demanded || found.contains_key(path), "{path}");
            }
            assert_eq!(document["apiVersion"], "openreports.io/v1alpha1");
            assert_eq!(document["kind"], "ClusterReport");
            compare_with_row(document, &report, row, now);
        }
    }
}

fn compare_with_row(document: &Value, report: &Report, row: &Row, now: Option<u64>) {
    let metadata = &document["metadata"];
    let owner = &metadata["ownerReferences"][0];
    // The bare uid is the name under which the scanner keeps the results of all policies.
    let identity = row.uid.as_ref().unwrap_or(&row.name);
    assert_eq!(metadata["name"], format!("rancher-agents-{identity}"));
    if row.uid.is_none() {
        assert!(metadata.get("ownerReferences").is_none());
    } else {
        for field in ["apiVersion", "kind", "name", "uid"] {
            assert_eq!(owner[field], document["scope"][field]);
        }
    }
    // With these two the scanner deletes it after its next scan.
    let labels = metadata["labels"].as_object().unwrap();
    assert_ne!(labels["app.kubernetes.io/managed-by"], "kubewarden");
    assert!(!labels.contains_key("kubewarden.io/audit-scanner-run-uid"));

    let scope = &document["scope"];
    assert_eq!(scope["name"], row.name);
    let text = |field: &Value| field.as_str().map(str::to_owned);
    assert_eq!(text(&scope["uid"]), row.uid);
    assert_eq!(text(&scope["resourceVersion"]), row.resource_version);

    let result = &document["results"][0];
    assert_eq!(document["results"].as_array().unwrap().len(), 1);
    assert_eq!(result["source"], "rancher-agents");
    assert_eq!(result["policy"], "rancher-agent-version-policy");
    assert_eq!(result["category"], "Rancher");
    assert_eq!(result["severity"], "medium");
    // What is out of scope is accepted.
    let word = match outcome(report, row) {
        "skip" => "pass",
        word => word,
    };
    assert_eq!(result["result"], word);
    for (name, count) in document["summary"].as_object().unwrap() {
        assert_eq!(count.as_u64().unwrap(), u64::from(name == word), "{name}");
    }
    assert_eq!(result["timestamp"]["seconds"].as_u64(), now);
    assert_eq!(text(&result["message"]), row.message);
    let mut expected: BTreeMap<String, String> = FACTS
        .map(|name| name.replace('_', "-"))
        .into_iter()
        .zip(facts(report, row))
        .collect();
    expected.remove("message");
    expected.retain(|_, value| !value.is_empty());
    assert_eq!(
        result["properties"],
        serde_json::to_value(expected).unwrap()
    );
}

/// All paths of a document with their types.
fn fields(value: &Value, path: &str, found: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Array(items) => {
            for item in items {
                fields(item, &format!("{path}[]"), found);
            }
            "array"
        }
        // Maps of names that the API does not fix.
        Value::Object(map) if path.ends_with(".labels") || path.ends_with(".properties") => {
            assert!(map.values().all(Value::is_string), "{path}");
            "strings"
        }
        Value::Object(map) if path.ends_with(".timestamp") => {
            let names: Vec<&String> = map.keys().collect();
            assert_eq!(names, ["nanos", "seconds"]);
            assert!(map.values().all(Value::is_u64));
            "timestamp"
        }
        Value::Object(map) => {
            for (name, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                fields(value, &format!("{path}{dot}{name}"), found);
            }
            "object"
        }
        _ => "another type",
    };
    if !path.is_empty() {
        found.insert(path.to_owned(), kind);
    }
}

/// One name, one image: the others are not padded to their length.
#[test]
fn one_long_text_makes_no_long_table() {
    let mut report = hostile();
    let row = report.rows.remove(1);
    let long = "x".repeat(66_000);
    let of = |text: &str| Row {
        name: text.to_owned(),
        display_name: text.to_owned(),
        desired: text.to_owned(),
        deployed: Some(text.to_owned()),
        ..row.clone()
    };
    report.rows = vec![of("a"); 1000];
    report.rows.push(of(&long));
    for (format, longest) in [
        (Format::Table, 600),
        (Format::Wide, 1_100),
        (Format::Markdown, 200),
    ] {
        let text = render(&report, format).unwrap();
        let length = text.len() / report.rows.len();
        assert_eq!(
            length.max(longest),
            longest,
            "bytes for each row of {format:?}"
        );
    }
    let json = render(&report, Format::Json).unwrap();
    assert_eq!(json.matches(&long).count(), 4);
}
