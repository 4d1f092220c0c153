//! Workflow commands: GitHub Actions shows each cluster as an annotation of the
//! run.
//!
//! A command is one line. It is escaped as GitHub's own toolkit does, so that no
//! text of a cluster can end it and start another.

use crate::report::facts::{facts, sentence};
use crate::report::{Level, Report, Row};
use crate::text::printable;

/// A command for each row.
pub(crate) fn github(report: &Report) -> String {
    report.rows.iter().map(|row| command(report, row)).collect()
}

fn command(report: &Report, row: &Row) -> String {
    let title = property(&format!(
        "cluster {}: {}",
        printable(&row.name),
        row.verdict()
    ));
    let command = match report.level(row) {
        Level::Error => format!("error title={title}"),
        Level::Warning => format!("warning title={title}"),
        Level::Note => format!("notice title={title}"),
        // It is for the log alone and takes no title.
        Level::None => "debug".to_owned(),
    };
    let mut lines = vec![printable(&sentence(row))];
    lines.extend(
        facts(report, row)
            .filter(|(name, value)| *name != "message" && !value.is_empty())
            .map(|(name, value)| format!("{name}: {}", printable(value))),
    );
    format!("::{command}::{}\n", data(&lines.join("\n")))
}

/// The percent sign first: it is what the others become.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_a_command_for_each_cluster() {
        assert_eq!(
            github(&sample::report()),
            r#"::error title=cluster c-1%3A lagging::pins `v2.10.3`, "two" minor versions behind%0Aname: c-1%0Adisplay_name: name of c-1%0Adesired: rancher/rancher-agent:v2.10.3%0Adeployed: rancher/rancher-agent:v2.12.3%0Aserver_version: v2.12.3%0Averdict: lagging%0Areason: desired-lagging%0Apinned_by: spec.desiredAgentImage
::error title=cluster c-2%3A unknown::no server version%0Aname: c-2%0Adisplay_name: name of c-2%0Adesired: follows%0Aserver_version: v2.12.3%0Averdict: unknown%0Aunreachable: disconnected
::debug::cluster c-3: current%0Aname: c-3%0Adisplay_name: name of c-3%0Adesired: follows%0Adeployed: rancher/rancher-agent:v2.12.3%0Aserver_version: v2.12.3%0Averdict: current
::debug::cluster local: out-of-scope%0Aname: local%0Adisplay_name: name of local%0Adesired: follows%0Adeployed: rancher/rancher-agent:v2.12.3%0Aserver_version: v2.12.3%0Averdict: out-of-scope
"#
        );
    }

    #[test]
    fn escapes_as_the_toolkit_does() {
        assert_eq!(data("100%\r\n::a,b"), "100%25%0D%0A::a,b");
        assert_eq!(property("100%\r\n::a,b"), "100%25%0D%0A%3A%3Aa%2Cb");
    }
}
