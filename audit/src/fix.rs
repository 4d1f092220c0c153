//! A shell script that hands clusters back to Rancher. It is only printed: whoever
//! runs it has read it.

use std::fmt::Write as _;

use serde_json::{Map, json};

use crate::fleet::Cluster;
use crate::report::{Concern, Question, Report, Row};
use crate::text::printable;

/// The script. It patches the clusters that pin an image which lags; for those of
/// which nobody can tell, or that are current and will not stay so, the command is
/// a comment. `cluster` finds the cluster of
/// a row.
pub fn script<'a>(report: &Report, cluster: impl Fn(&Row) -> Option<&'a Cluster>) -> String {
    let server = printable(&report.server_version);
    let mut script = format!(
        "#!/bin/sh\n\
         # Hands clusters that pin an agent image back to Rancher {server}, which then\n\
         # rolls its own agent out. Read it before you run it. Arguments are passed on to\n\
         # kubectl, for example: --dry-run=server\n\
         failed=0\n"
    );
    let mut patched = 0_usize;
    for row in &report.rows {
        let Some(cluster) = cluster(row) else {
            continue;
        };
        let Some(advice) = Advice::about(row, cluster, report.question) else {
            continue;
        };
        let name = printable(&row.name);
        let title = format!("\n# {} ({name}): {}", printable(&row.cluster), row.verdict);
        script.push_str(title.trim_end());
        let _ = write!(script, "\n# {}\n", printable(&advice.why(row, &server)));
        match (advice, command(cluster)) {
            (Advice::Clear, Some(command)) => {
                patched = patched.saturating_add(1);
                let _ = writeln!(script, "{command} \"$@\" || failed=1");
            }
            (Advice::Clear | Advice::Decide | Advice::Prevent, None) => {
                script.push_str("# no command can mend it\n");
            }
            (Advice::Decide | Advice::Prevent, Some(command)) => {
                // A comment ends with its line.
                let _ = writeln!(script, "# {} \"$@\" || failed=1", printable(&command));
            }
            (Advice::Wait | Advice::AskRancher, _) => {}
        }
    }
    if patched == 0 {
        script.push_str("\n# Nothing is to be patched.\n");
    }
    script.push_str("\nexit $failed\n");
    script
}

/// The policy's reason codes for a pin that is current today.
const WILL_NOT_FOLLOW: [&str; 2] = ["pinned-will-not-follow", "fixed-will-not-follow"];

/// What to do about a cluster.
#[derive(Clone, Copy)]
enum Advice {
    /// Clear the fields.
    Clear,
    /// Look, then clear the fields or not.
    Decide,
    /// Clear the fields before the next upgrade, or not.
    Prevent,
    /// Nothing: Rancher deploys its agent when it can.
    Wait,
    /// Rancher itself writes the image.
    AskRancher,
}

impl Advice {
    fn about(row: &Row, cluster: &Cluster, question: Question) -> Option<Self> {
        let pins_what_lags = match question {
            Question::Audit => row.reason == "desired-lagging",
            Question::Upgrade => true,
        };
        match row.concern {
            Concern::None if WILL_NOT_FOLLOW.contains(&row.reason.as_str()) => Some(Self::Prevent),
            Concern::None => None,
            _ if row.pinned_by.is_none() => Some(Self::Wait),
            _ if cluster.is_pinned_by_rancher() => Some(Self::AskRancher),
            Concern::Lags if pins_what_lags => Some(Self::Clear),
            Concern::Lags => Some(Self::Wait),
            Concern::Unknown => Some(Self::Decide),
        }
    }

    fn why(self, row: &Row, server: &str) -> String {
        let field = row.pinned_by.unwrap_or_default();
        let image = &row.desired;
        match self {
            Self::Clear => format!("{field} pins {image}, older than Rancher {server}"),
            Self::Decide if row.verdict == "rejected" => {
                format!("{field} holds something that is no image: remove the # to empty it")
            }
            Self::Decide => format!(
                "{field} pins {image}, which cannot be compared with Rancher {server}: remove the # if it is old"
            ),
            Self::Prevent => {
                "current, but it will not follow the next upgrade: remove the # to let it follow"
                    .to_owned()
            }
            Self::Wait => match row.unreachable {
                Some(unreachable) => {
                    format!("nothing to patch, but Rancher cannot deploy: {unreachable}")
                }
                None => "nothing to patch: Rancher deploys its agent by itself".to_owned(),
            },
            Self::AskRancher => {
                "nothing to patch: Rancher writes this image itself, from its Setting agent-image"
                    .to_owned()
            }
        }
    }
}

/// The command that empties the fields which keep a cluster from following; none
/// where there is no such field, or a shell has no words for the name.
fn command(cluster: &Cluster) -> Option<String> {
    let fields: Map<_, _> = cluster
        .fields_to_clear()
        .into_iter()
        .map(|field| (field.to_owned(), json!("")))
        .collect();
    if fields.is_empty() {
        return None;
    }
    // Kind and name are one word, so that no name is taken for an option.
    let object = format!("clusters.management.cattle.io/{}", cluster.name);
    let patch = json!({"spec": fields}).to_string();
    let (object, patch) = (
        shlex::try_quote(&object).ok()?,
        shlex::try_quote(&patch).ok()?,
    );
    Some(format!("kubectl patch {object} --type=merge -p {patch}"))
}
