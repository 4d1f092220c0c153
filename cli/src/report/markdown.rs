//! A table for a comment, an issue or the summary of a job on GitHub.
//!
//! The text of a cluster stays text: no mark-up, no HTML, no link to another site,
//! and nobody is notified.

use comfy_table::{Table, presets};

use crate::report::facts::{NAMES, values};
use crate::report::{Report, summary_line};
use crate::text::printable;

/// Shows nothing, and is no part of a user's name.
const ZERO_WIDTH_SPACE: &str = "&#8203;";

/// A line for each row, then the summary.
pub(crate) fn markdown(report: &Report) -> Result<String, String> {
    let mut table = Table::new();
    table
        .force_no_tty()
        .load_style(presets::ASCII_MARKDOWN)
        .set_header(NAMES.map(|name| name.replace('_', " ").to_uppercase()));
    for row in &report.rows {
        table.add_row(values(report, row).map(inert));
    }
    let table = table.trim_fmt();
    Ok(format!("{table}\n\n{}\n", inert(&summary_line(report))))
}

/// Character references rather than backslashes: a reference never starts
/// anything, and whatever stands before it does not change it.
fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut previous = ' ';
    for character in printable(text).chars() {
        match character {
            '&' => inert.push_str("&amp;"),
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '$' => {
                inert.push_str(&format!("&#{};", u32::from(character)));
            }
            // A name here gets a notification. A digest after an image does not.
            '@' if !previous.is_alphanumeric() => {
                inert.push('@');
                inert.push_str(ZERO_WIDTH_SPACE);
            }
            _ => inert.push(character),
        }
        previous = character;
    }
    // Else GitHub makes a link of an address.
    inert.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_line_for_each_cluster_and_a_summary() {
        assert_eq!(
            markdown(&sample::report()).unwrap(),
            r#"| NAME  | DISPLAY NAME  | DESIRED                       | DEPLOYED                      | SERVER VERSION | VERDICT      | REASON          | PINNED BY              | UNREACHABLE  | MESSAGE                                             |
|-------|---------------|-------------------------------|-------------------------------|----------------|--------------|-----------------|------------------------|--------------|-----------------------------------------------------|
| c-1   | name of c-1   | rancher/rancher-agent:v2.10.3 | rancher/rancher-agent:v2.12.3 | v2.12.3        | lagging      | desired-lagging | spec.desiredAgentImage |              | pins &#96;v2.10.3&#96;, "two" minor versions behind |
| c-2   | name of c-2   | follows                       |                               | v2.12.3        | unknown      |                 |                        | disconnected | no server version                                   |
| c-3   | name of c-3   | follows                       | rancher/rancher-agent:v2.12.3 | v2.12.3        | current      |                 |                        |              |                                                     |
| local | name of local | follows                       | rancher/rancher-agent:v2.12.3 | v2.12.3        | out-of-scope |                 |                        |              |                                                     |

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
    }

    #[test]
    fn a_report_without_rows_is_a_table_all_the_same() {
        let mut report = sample::report();
        report.rows.clear();
        assert_eq!(markdown(&report).unwrap().lines().count(), 4);
    }
}
