//! Comma-separated values, as RFC 4180 has them: lines end with CR and LF, and a
//! field with a comma, a quote or a line break stands in quotes.
//!
//! A spreadsheet takes what begins with `=` and the like for a formula (OWASP, "CSV
//! Injection"): an apostrophe before it makes it a text. Where a comma is the sign of a
//! fraction, a field begins behind a semicolon, too. A raw field is exactly what the cluster
//! says, so that it can be read back.

use csv::{Terminator, WriterBuilder};

use crate::report::Report;
use crate::report::facts::{facts, names};
use crate::text::printable;

/// A header, and a record for each row.
pub(crate) fn csv(report: &Report, is_raw: bool) -> Result<String, String> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(names(report))
        .map_err(|e| e.to_string())?;
    for row in &report.rows {
        let fields = facts(report, row).map(|(_, text)| match is_raw {
            true => text.to_owned(),
            false => inert(text),
        });
        writer.write_record(fields).map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

/// Nothing that a terminal, a spreadsheet or a workflow of GitHub acts on.
fn inert(text: &str) -> String {
    let mark = if text.starts_with("::") { "'" } else { "" };
    let parts = text.split_inclusive(';').map(|part| {
        let is_formula =
            part.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let mark = if is_formula { "'" } else { "" };
        format!("{mark}{}", printable(part))
    });
    format!("{mark}{}", parts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_record_for_each_cluster() {
        let lines = [
            "name,display_name,desired,deployed,server_version,verdict,reason,pinned_by,unreachable,message",
            "c-1,name of c-1,rancher/rancher-agent:v2.10.3,rancher/rancher-agent:v2.12.3,v2.12.3,lagging,desired-lagging,spec.desiredAgentImage,,\"pins `v2.10.3`, \"\"two\"\" minor versions behind\"",
            "c-2,name of c-2,follows,,v2.12.3,unknown,,,disconnected,no server version",
            "c-3,name of c-3,follows,rancher/rancher-agent:v2.12.3,v2.12.3,current,,,,",
            "local,name of local,follows,rancher/rancher-agent:v2.12.3,v2.12.3,out-of-scope,,,,",
        ];
        assert_eq!(
            csv(&sample::report(), false).unwrap(),
            lines.map(|line| format!("{line}\r\n")).concat()
        );
    }

    #[test]
    fn no_field_is_a_formula_unless_it_is_raw() {
        let mut report = sample::report();
        report.rows.truncate(1);
        let field = |report: &Report, is_raw| {
            let text = csv(report, is_raw).unwrap();
            let line = text.split_once("\r\n").unwrap().1;
            line.split_once(",name of").unwrap().0.to_owned()
        };
        for (name, inert) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("＝1", "'＝1"),
            ("::error::a", "'::error::a"),
            ("a=1", "a=1"),
            ("a;=1;b; -1", "a;'=1;b; -1"),
            ("a\u{9b}b", "a\\u{9b}b"),
        ] {
            report.rows[0].name = name.to_owned();
            assert_eq!(field(&report, false), inert);
            assert_eq!(field(&report, true).trim_matches('"'), name);
        }
    }
}
