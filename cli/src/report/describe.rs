//! Each cluster in full, one fact a line, to look into a few of them.

use std::fmt::Write as _;

use crate::report::facts::{facts, title};
use crate::report::{Report, summary_line};
use crate::text::printable;

/// A block of lines for each row, then the summary.
pub(crate) fn describe(report: &Report) -> String {
    let mut text = String::new();
    for row in &report.rows {
        for (name, value) in facts(report, row).filter(|(_, value)| !value.is_empty()) {
            let name = format!("{}:", title(name));
            let _ = writeln!(text, "{name:<16}{}", printable(value));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", summary_line(report));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_block_for_each_cluster() {
        let mut report = sample::report();
        report.rows.truncate(2);
        assert_eq!(
            describe(&report),
            "\
Name:           c-1
Display name:   name of c-1
Desired:        rancher/rancher-agent:v2.10.3
Deployed:       rancher/rancher-agent:v2.12.3
Server version: v2.12.3
Verdict:        lagging
Reason:         desired-lagging
Pinned by:      spec.desiredAgentImage
Message:        pins `v2.10.3`, \"two\" minor versions behind

Name:           c-2
Display name:   name of c-2
Desired:        follows
Server version: v2.12.3
Verdict:        unknown
Unreachable:    disconnected
Message:        no server version

2 clusters: 1 lagging, 1 unknown (Rancher v2.12.3)
"
        );
    }
}
