//! What came of a replay under each policy, as a text that people read and that is
//! compared with the one in the folder records.

use std::fmt::Write as _;
use std::{env, fs};

use crate::play::Outcome;
use crate::policy::root;
use crate::replay::{Replay, Step, Write};
use crate::webhook::Asked;

/// The outcomes under one policy.
pub type Column = (String, Vec<Outcome>);

/// The text. The first column is that without a policy.
#[must_use]
pub fn text(title: &str, replay: &Replay, columns: &[Column]) -> String {
    let mut text = format!("{title}\n\n{}\n\n", replay.about.trim());
    text +=
        "HTTP status without a policy, and under each. `+`: policy-server was asked; `-`: it was
called and did not answer; neither: the write stayed in the API server.\n\n";
    let width = |name: &str| name.len().max(4) + 2;
    let _ = write!(text, "{:54}", "");
    for (name, _) in columns {
        let _ = write!(text, "{name:<0$}", width(name));
    }
    let text = &mut text.trim_end().to_owned();
    text.push('\n');
    let mut number = 0;
    for step in &replay.steps {
        let write = match step {
            Step::Write(write) => write,
            Step::Event(event) => {
                let event = serde_json::json!(event);
                let _ = writeln!(
                    text,
                    "\n     *** {} ***",
                    event.as_str().unwrap_or_default()
                );
                continue;
            }
        };
        let head = format!(
            "\n{:3}  {:8} {:7} {:32} ",
            number + 1,
            write.by.word(),
            write.verb.word(),
            write.what
        );
        let mut line = head;
        for (name, outcomes) in columns {
            let outcome = &outcomes[number];
            let cell = format!("{}{}", outcome.status, mark(outcome.asked));
            let _ = write!(line, "{cell:<0$}", width(name));
        }
        let _ = writeln!(text, "{}", line.trim_end());
        let _ = writeln!(text, "     {}", write.note);
        if !write.because.is_empty() {
            let _ = writeln!(text, "     differs: {}", write.because);
        }
        said(text, columns, number);
        number += 1;
    }
    text.push('\n');
    for (name, outcomes) in columns.iter().skip(1) {
        let asked = outcomes
            .iter()
            .filter(|outcome| outcome.asked != Asked::No)
            .count();
        let _ = writeln!(
            text,
            "{name}: the webhook was called for {asked} of {} writes",
            outcomes.len()
        );
    }
    std::mem::take(text)
}

fn mark(asked: Asked) -> &'static str {
    match asked {
        Asked::No => "",
        Asked::Yes => "+",
        Asked::InVain => "-",
    }
}

/// Each text that was said, once, with the policies under which it was.
fn said(text: &mut String, columns: &[Column], number: usize) {
    let said = columns
        .iter()
        .map(|(name, outcomes)| (name.as_str(), outcomes[number].said.as_slice()));
    *text += &merged(&said.collect::<Vec<_>>());
}

/// Each line that one of the columns has, once, behind the names of those that have it.
#[must_use]
pub fn merged(columns: &[(&str, &[String])]) -> String {
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, said) in columns {
        for line in *said {
            match lines.iter_mut().find(|(known, _)| known == line) {
                Some((_, names)) => names.push(name),
                None => lines.push((line, vec![name])),
            }
        }
    }
    let mut text = String::new();
    for (line, names) in lines {
        let who = if names.len() == columns.len() {
            "all".to_owned()
        } else {
            names.join(", ")
        };
        let _ = writeln!(text, "     {who}: {line}");
    }
    text
}

/// Each write whose status is not the one that the replay says.
#[must_use]
pub fn unexpected(replay: &Replay, status_subresource: bool, columns: &[Column]) -> Vec<String> {
    let writes: Vec<&Write> = replay
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Write(write) => Some(write.as_ref()),
            Step::Event(_) => None,
        })
        .collect();
    let mut lines = Vec::new();
    for (name, outcomes) in columns {
        for (number, (write, outcome)) in writes.iter().zip(outcomes).enumerate() {
            let expected = write.expected_under(name, status_subresource);
            if outcome.status != expected {
                lines.push(format!(
                    "{name}: write {} ({}): status {}, expected {expected}; {}",
                    number + 1,
                    write.note,
                    outcome.status,
                    outcome.said.join("; "),
                ));
            }
        }
    }
    lines
}

/// Compares a text with the one in the folder records; `BLESS=1` writes it there.
///
/// # Errors
///
/// The lines that only one of the two has.
pub fn compare(name: &str, found: &str) -> Result<(), String> {
    let path = format!("tests/cluster/records/{name}.txt");
    let file = root().join(&path);
    let known = fs::read_to_string(&file).unwrap_or_default();
    if known == found {
        return Ok(());
    }
    if env::var_os("BLESS").is_some() {
        fs::write(&file, found).map_err(|error| format!("{path}: {error}"))?;
    }
    let only = |these: &str, others: &str, sign: &str| {
        let others: Vec<&str> = others.lines().collect();
        let lines = these.lines().filter(|line| !others.contains(line));
        lines
            .map(|line| format!("{sign}{line}\n"))
            .collect::<String>()
    };
    Err(format!(
        "{path} differs:\n{}{}",
        only(&known, found, "-"),
        only(found, &known, "+")
    ))
}
