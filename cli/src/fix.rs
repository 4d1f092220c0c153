//! A shell script that hands clusters back to Rancher. It is only printed: whoever
//! runs it has read it.

use std::fmt::Write as _;

use rancher_agent_version_policy::cluster::DesiredField;
use serde_json::{Map, json};

use crate::report::{Concern, Question, Report, Row, Verdict};
use crate::text::{printable, short};

/// The script. It patches the clusters that pin an image which lags; for those of
/// which nobody can tell, or that are current and will not stay so, the command is
/// a comment.
#[must_use]
pub fn script(report: &Report) -> String {
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
        let Some(advice) = Advice::about(row, report.question) else {
            continue;
        };
        let display_name = match short(&row.display_name) {
            name if name.is_empty() => name,
            name => format!(" ({name})"),
        };
        let command = command(row);
        let why = match (&command, advice) {
            (None, Advice::Clear | Advice::Decide | Advice::Prevent) => {
                "no command can be given: see its message in the report".to_owned()
            }
            _ => advice.why(row, &server),
        };
        let _ = write!(
            script,
            "\n# {}{display_name}: {}\n# {}\n",
            short(&row.name),
            row.verdict(),
            printable(&why)
        );
        match (advice, command) {
            (Advice::Clear, Some(command)) => {
                patched += 1;
                if let Some(unreachable) = row.unreachable {
                    let _ = writeln!(
                        script,
                        "# Rancher cannot deploy its agent yet: {}",
                        unreachable.word()
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
    fn about(row: &Row, question: Question) -> Option<Self> {
        let pins_what_lags = match question {
            Question::Audit => row.reason == Some("desired-lagging"),
            Question::Upgrade => true,
        };
        match row.status.concern() {
            Concern::None
                if row
                    .reason
                    .is_some_and(|reason| WILL_NOT_FOLLOW.contains(&reason)) =>
            {
                Some(Self::Prevent)
            }
            Concern::None => None,
            _ if row.pinned_by.is_none() => Some(Self::Wait),
            _ if row.is_pinned_by_rancher => Some(Self::AskRancher),
            Concern::Lags if pins_what_lags => Some(Self::Clear),
            Concern::Lags | Concern::Unknown => Some(Self::Decide),
        }
    }

    fn why(self, row: &Row, server: &str) -> String {
        let field = row.pinned_by.map_or("", DesiredField::path);
        let image = &row.desired;
        match self {
            Self::Clear => format!("{field} pins {image}, older than Rancher {server}"),
            Self::Decide if row.status.verdict == Verdict::Rejected => {
                format!("{field} holds something that is no image: remove the # to empty it")
            }
            // What lags is the image that was deployed before.
            Self::Decide if row.status.concern() == Concern::Lags => format!(
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
                    let word = unreachable.word();
                    format!("nothing to patch, but Rancher cannot deploy: {word}")
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
fn command(row: &Row) -> Option<String> {
    if row.name.is_empty() || printable(&row.name) != row.name {
        return None;
    }
    let fields: Map<_, _> = row
        .fields_to_clear
        .iter()
        .map(|field| (field.key().to_owned(), json!("")))
        .collect();
    if fields.is_empty() {
        return None;
    }
    // Kind and name are one word, so that no name is taken for an option.
    let object = format!("clusters.management.cattle.io/{}", row.name);
    let patch = json!({"spec": fields}).to_string();
    let (object, patch) = (
        shlex::try_quote(&object).ok()?,
        shlex::try_quote(&patch).ok()?,
    );
    Some(format!("kubectl patch {object} --type=merge -p {patch}"))
}
