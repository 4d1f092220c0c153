//! A table for a comment, an issue or the summary of a job on GitHub.
//!
//! The text of a cluster stays text: no mark-up, no HTML, no link to another site,
//! and no user is notified.

use crate::report::facts::{facts, names};
use crate::report::{Report, summary_line};
use crate::text::{image, printable};

/// Shows nothing, and is no part of a name that GitHub makes a link of.
const ZERO_WIDTH_SPACE: &str = "&#8203;";

/// A line for each row, then the summary.
pub(crate) fn markdown(report: &Report) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let header = names(report).map(|name| name.replace('_', " ").to_uppercase());
    let rows = report.rows.iter().map(|row| {
        let cells = facts(report, row).map(|(name, text)| match name {
            "message" => inert(text),
            _ => inert(&image(text)),
        });
        line(cells.collect())
    });
    let rule = names(report).map(|_| "---".to_owned());
    let head = [header.collect(), rule.collect()].map(line);
    let table: String = head.into_iter().chain(rows).collect();
    format!("{table}\n{}\n", inert(&summary_line(report)))
}

/// Character references rather than backslashes: a reference never starts
/// anything, and whatever stands before it does not change it.
fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => inert.push_str("&amp;"),
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '$' => {
                inert.push_str(&format!("&#{};", u32::from(character)));
            }
            // A name behind it gets a notification or a letter, a number is an issue.
            '@' | '#' => {
                inert.push(character);
                inert.push_str(ZERO_WIDTH_SPACE);
            }
            _ => inert.push(character),
        }
    }
    // Else GitHub makes a link of an address, and of an issue. A digest is neither.
    [
        ("@&#8203;sha256:", "@sha256:"),
        ("://", "&#58;//"),
        ("www.", "www&#46;"),
        ("GH-", "GH-&#8203;"),
    ]
    .into_iter()
    .fold(inert, |text, (active, inert)| text.replace(active, inert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_line_for_each_cluster_and_a_summary() {
        assert_eq!(
            markdown(&sample::report()),
            r#"| NAME | DISPLAY NAME | DESIRED | DEPLOYED | SERVER VERSION | VERDICT | REASON | PINNED BY | UNREACHABLE | MESSAGE |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| c-1 | name of c-1 | rancher/rancher-agent:v2.10.3 | rancher/rancher-agent:v2.12.3 | v2.12.3 | lagging | desired-lagging | spec.desiredAgentImage |  | pins &#96;v2.10.3&#96;, "two" minor versions behind |
| c-2 | name of c-2 | follows |  | v2.12.3 | unknown |  |  | disconnected | no server version |
| c-3 | name of c-3 | follows | rancher/rancher-agent:v2.12.3 | v2.12.3 | current |  |  |  |  |
| local | name of local | follows | rancher/rancher-agent:v2.12.3 | v2.12.3 | out-of-scope |  |  |  |  |

4 clusters: 1 lagging, 1 unknown, 1 current, 1 out-of-scope (Rancher v2.12.3)
"#
        );
    }

    #[test]
    fn text_has_no_effect() {
        assert_eq!(
            inert("a\n|b| `c` \\| <script> & *d* [e](https://f) www.g @h i@sha256:1 $j$"),
            r#"a&#92;n&#124;b&#124; &#96;c&#96; &#92;&#124; &lt;script&gt; &amp; &#42;d&#42; &#91;e&#93;(https&#58;//f) www&#46;g @&#8203;h i@sha256:1 &#36;j&#36;"#
        );
        assert_eq!(
            inert("a@b.example org/repo#1 #1 GH-1 i:v1@sha256:2"),
            "a@&#8203;b.example org/repo#&#8203;1 #&#8203;1 GH-&#8203;1 i:v1@sha256:2"
        );
    }

    #[test]
    fn a_report_without_rows_is_a_table_all_the_same() {
        let mut report = sample::report();
        report.rows.clear();
        assert_eq!(markdown(&report).lines().count(), 4);
    }
}
