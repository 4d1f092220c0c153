//! A test report: a test case for each cluster, for what shows the tests of a CI
//! run.
//!
//! It keeps to the schema of Jenkins, the narrowest in use. That has no properties
//! on a test case and no attributes on `skipped`: the facts stand in `system-out`,
//! one on each line. It asks for no time and no host, so there is none.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::report::facts::{facts, sentence};
use crate::report::{Level, Report, Row, Weight};
use crate::text::printable;

const SUITE: &str = "rancher-agents";

/// Shown as a package and a class, the cluster as a test of it.
const CLASS: &str = "management.cattle.io.Cluster";

/// One suite with a test case for each row.
pub(crate) fn junit(report: &Report) -> Result<String, String> {
    let mut suite = TestSuite::new(SUITE);
    suite.add_test_cases(report.rows.iter().map(|row| case(report, row)));
    let mut document = Document::new(SUITE);
    document.add_test_suite(suite);
    let text = document.to_string().map_err(|error| error.to_string())?;
    // The library writes this attribute on the root, too, where the schema has
    // none. The first one is the root's: no text of a cluster comes before it.
    Ok(text.replacen(&format!(" skipped=\"{}\"", document.skipped), "", 1))
}

fn case(report: &Report, row: &Row) -> TestCase {
    let mut case = TestCase::new(visible(&row.name), status(report, row));
    case.set_classname(CLASS);
    let facts: Vec<String> = facts(report, row)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {}", visible(value)))
        .collect();
    case.set_system_out(facts.join("\n"));
    case
}

fn status(report: &Report, row: &Row) -> TestCaseStatus {
    let kind = match report.level(row) {
        _ if row.status.weight == Weight::Failed => NonSuccessKind::Error,
        _ if row.status.weight == Weight::Skipped => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_description(visible(&sentence(row)));
            return skipped;
        }
        Level::Error => NonSuccessKind::Failure,
        Level::Warning | Level::Note | Level::None => return TestCaseStatus::success(),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(row.reason.unwrap_or(row.verdict()));
    status.set_message(visible(&sentence(row)));
    status
}

/// One line, of characters that XML can hold. The library would drop the others,
/// and two names that differ would look the same.
fn visible(text: &str) -> String {
    printable(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_test_case_for_each_cluster() {
        assert_eq!(
            junit(&sample::report()).unwrap(),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="rancher-agents" tests="4" failures="1" errors="1">
    <testsuite name="rancher-agents" tests="4" skipped="1" errors="1" failures="1">
        <testcase name="c-1" classname="management.cattle.io.Cluster">
            <failure message="pins `v2.10.3`, &quot;two&quot; minor versions behind" type="desired-lagging"/>
            <system-out>name: c-1
display_name: name of c-1
desired: rancher/rancher-agent:v2.10.3
deployed: rancher/rancher-agent:v2.12.3
server_version: v2.12.3
verdict: lagging
reason: desired-lagging
pinned_by: spec.desiredAgentImage
message: pins `v2.10.3`, &quot;two&quot; minor versions behind</system-out>
        </testcase>
        <testcase name="c-2" classname="management.cattle.io.Cluster">
            <error message="no server version" type="unknown"/>
            <system-out>name: c-2
display_name: name of c-2
desired: follows
server_version: v2.12.3
verdict: unknown
unreachable: disconnected
message: no server version</system-out>
        </testcase>
        <testcase name="c-3" classname="management.cattle.io.Cluster">
            <system-out>name: c-3
display_name: name of c-3
desired: follows
deployed: rancher/rancher-agent:v2.12.3
server_version: v2.12.3
verdict: current</system-out>
        </testcase>
        <testcase name="local" classname="management.cattle.io.Cluster">
            <skipped>cluster local: out-of-scope</skipped>
            <system-out>name: local
display_name: name of local
desired: follows
deployed: rancher/rancher-agent:v2.12.3
server_version: v2.12.3
verdict: out-of-scope</system-out>
        </testcase>
    </testsuite>
</testsuites>
"#
        );
    }

    #[test]
    fn keeps_what_xml_cannot_hold_visible() {
        assert_eq!(visible("a\u{0}\n\u{ffff}"), "a\\u{0}\\n\\u{ffff}");
    }
}
