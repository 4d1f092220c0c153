//! A shell script that hands clusters back to Rancher. It is only printed: whoever
//! runs it has read it.

use std::fmt::Write as _;

use serde_json::{Map, json};

use crate::fleet::Cluster;
use crate::report::{Concern, Question, Report, Row};
use crate::text::{printable, short};

/// The script. It patches the clusters that pin an image which lags; for those of
/// which nobody can tell, or that are current and will not stay so, the command is
/// a comment. `cluster` finds the cluster of a row.
pub fn script<'a>(report: &Report, cluster: impl Fn(&Row) -> Option<&'a Cluster>) -> String {
    let server = printable(&report.server_version);
    let when = match report.question {
        Question::Audit => "",
        Question::Upgrade => {
            "# Run it after the upgrade: until then, Rancher would roll out the agent of its\n\
             # present version, which may be older than what is pinned.\n"
        }
    };
    let mut script = format!(
        "#!/bin/sh\n\
         # Hands clusters that pin an agent image back to Rancher {server}, which then\n\
         # rolls its own agent out. Read it before you run it. Arguments are passed on to\n\
         # kubectl, for example: --dry-run=server\n\
         {when}\
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
        let name = match short(&row.name) {
            name if name.is_empty() => name,
            name => format!(" ({name})"),
        };
        let command = command(cluster);
        let why = match (&command, advice) {
            (None, Advice::Clear | Advice::Decide | Advice::Prevent) => {
                "no command can be given: see its message in the report".to_owned()
            }
            _ => advice.why(row, &server),
        };
        let _ = write!(
            script,
            "\n# {}{name}: {}\n# {}\n",
            short(&row.cluster),
            row.verdict,
            printable(&why)
        );
        match (advice, command) {
            (Advice::Clear, Some(command)) => {
                patched = patched.saturating_add(1);
                if let Some(unreachable) = row.unreachable {
                    let _ = writeln!(
                        script,
                        "# Rancher cannot deploy its agent yet: {unreachable}"
                    );
                }
                let _ = writeln!(script, "{command} \"$@\" || failed=1");
            }
            (Advice::Decide | Advice::Prevent, Some(command)) => {
                let _ = writeln!(script, "# {command} \"$@\" || failed=1");
            }
            _ => {}
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
            Concern::Lags | Concern::Unknown => Some(Self::Decide),
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
            // What lags is the image that was deployed before.
            Self::Decide if row.concern == Concern::Lags => format!(
                "{field} pins {image}, which Rancher deploys next: remove the # to let it follow"
            ),
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
/// where there is no such field, or who reads the script would not see the name.
fn command(cluster: &Cluster) -> Option<String> {
    if cluster.name.is_empty() || printable(&cluster.name) != cluster.name {
        return None;
    }
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
