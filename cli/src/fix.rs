//! A shell script that hands clusters back to Rancher. It is only printed, so
//! that the user can read it before running it.

use std::fmt::Write as _;

use rancher_agent_version_policy::cluster::DesiredField;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::judge::Step;
use serde_json::{Map, json};

use crate::report::{Concern, Question, Report, Row, Verdict};
use crate::text::{printable, short};

/// The script. It patches the clusters that pin an image which lags; where nobody can
/// tell, where the pin is current and will not stay so, and where the patch would move an
/// agent back, the command is a comment.
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
         {when}"
    );
    let sections: Vec<Section> = report
        .rows
        .iter()
        .filter_map(|row| section(row, report.question, &server))
        .collect();
    if sections
        .iter()
        .any(|section| section.text.contains(DEPLOYS))
    {
        script.push_str(
            "# Rancher may put its default registry (Setting system-default-registry) before\n\
             # the images that it deploys.\n",
        );
    }
    script.push_str("failed=0\n");
    let all = sections.iter().filter(|it| it.patch.is_some()).count();
    let mut number = 0;
    for section in &sections {
        script.push_str(&section.text);
        if let Some(patch) = &section.patch {
            number += 1;
            // Thousands take minutes: whoever runs it sees how far it is.
            let _ = writeln!(script, "echo {number} of {all} >&2\n{patch}");
        }
    }
    if all == 0 {
        script.push_str("\n# Nothing is to be patched.\n");
    }
    script.push_str("\nexit $failed\n");
    script
}

/// Begins the line that names the image which takes the place of a pin.
const DEPLOYS: &str = "\n# Rancher would deploy ";

/// What there is of a cluster.
struct Section {
    /// What is said of it, with a command that is a comment.
    text: String,
    /// The command that patches it.
    patch: Option<String>,
}

/// What there is of a cluster, if anything.
fn section(row: &Row, question: Question, server: &str) -> Option<Section> {
    let (advice, why) = advice(row, question, server)?;
    let display_name = match short(&row.display_name) {
        name if name.is_empty() => name,
        name => format!(" ({name})"),
    };
    let command = command(row)
        .filter(|_| advice != Advice::Wait)
        .map(|command| format!("{command} \"$@\" || failed=1"));
    let why = match command {
        None if advice != Advice::Wait => {
            "no command can be given: see its message in the report".to_owned()
        }
        _ => why,
    };
    let mut text = format!(
        "\n# {}{display_name}: {}\n# {}",
        short(&row.name),
        row.verdict(),
        printable(&why)
    );
    if let (Some(replacement), Some(_)) = (&row.replacement, &command) {
        let other = match repository(&replacement.image) == repository(&row.desired) {
            true => "",
            false => ", from another registry or repository",
        };
        let _ = write!(text, "{DEPLOYS}{}{other}", printable(&replacement.image));
    }
    text.push('\n');
    let patch = match command {
        Some(command) if advice == Advice::Clear => {
            if let Some(unreachable) = row.unreachable {
                let _ = writeln!(text, "# Rancher cannot deploy its agent yet: {unreachable}");
            }
            Some(command)
        }
        Some(command) => {
            let _ = writeln!(text, "# {command}");
            None
        }
        None => None,
    };
    Some(Section { text, patch })
}

/// The image without its tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let tag = ImageRef::new(image).tag().unwrap_or_default();
    name.strip_suffix(tag)
        .and_then(|name| name.strip_suffix(':'))
        .unwrap_or(name)
}

/// What becomes of the command that empties the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Advice {
    /// It runs.
    Clear,
    /// It is a comment, until somebody has looked.
    Decide,
    /// There is none.
    Wait,
}

/// What to do about a cluster, and why; nothing where all is well.
fn advice(row: &Row, question: Question, server: &str) -> Option<(Advice, String)> {
    let concern = row.status.concern();
    let will_not_follow = matches!(
        row.reason,
        Some("pinned-will-not-follow" | "fixed-will-not-follow")
    );
    let is_held_back = row.status.verdict == Verdict::HeldBack;
    if concern == Concern::None && !will_not_follow && !is_held_back {
        return None;
    }
    if (concern != Concern::None || is_held_back)
        && let Some(why) = why_wait(row)
    {
        return Some((Advice::Wait, format!("nothing to patch{why}")));
    }
    let pins = format!(
        "{} pins {}",
        row.pinned_by.map_or("", DesiredField::path),
        row.desired
    );
    let step = match row.replacement.as_ref().map(|replacement| replacement.step) {
        Some(Step::Back) => Some("an older image".to_owned()),
        Some(Step::PastTheServer) => Some(format!("an image that is ahead of Rancher {server}")),
        Some(Step::Forward) | None => None,
    };
    if let Some(step) = step {
        let why = format!(
            "{pins}, and clearing it would move the agent to {step}: correct Rancher's Setting \
             agent-image, then remove the #"
        );
        return Some((Advice::Decide, why));
    }
    let pins_what_lags = match question {
        Question::Audit => row.reason == Some("desired-lagging"),
        Question::Upgrade => true,
    };
    if concern == Concern::Lags && pins_what_lags {
        return Some((
            Advice::Clear,
            format!("{pins}, older than Rancher {server}"),
        ));
    }
    let why = match concern {
        Concern::None => {
            "current, but it will not follow the next upgrade: remove the # to let it follow"
                .to_owned()
        }
        _ if row.status.verdict == Verdict::Rejected => {
            let field = row.pinned_by.map_or("", DesiredField::path);
            format!("{field} holds something that is not an image: remove the # to empty it")
        }
        // What lags is the image that was deployed before.
        Concern::Lags => {
            format!("{pins}, which Rancher deploys next: remove the # to let it follow")
        }
        Concern::Unknown if is_deployed_unknown(row) => format!(
            "{pins}, but what is deployed cannot be compared with Rancher {server}: remove the # \
             to let it follow"
        ),
        Concern::Unknown => format!(
            "{pins}, which cannot be compared with Rancher {server}: remove the # if it is old"
        ),
    };
    Some((Advice::Decide, why))
}

/// Why nothing can be patched, where the image is not pinned by a user.
fn why_wait(row: &Row) -> Option<String> {
    let is_pinned = row.pinned_by.is_some();
    let is_unknown = row.status.concern() == Concern::Unknown;
    Some(match row.unreachable {
        _ if row.status.verdict == Verdict::HeldBack => {
            ": correct Rancher's Setting agent-image, which was set by hand".to_owned()
        }
        _ if is_pinned && !row.is_pinned_by_rancher => return None,
        _ if is_deployed_unknown(row) && (is_unknown || !is_pinned) => {
            let image = row.deployed.as_deref().unwrap_or_default();
            format!(", but status.agentImage is {image}, not what Rancher deploys")
        }
        _ if is_pinned && row.agent_image_lags => {
            ": Rancher writes this image itself; correct its Setting agent-image, which lags"
                .to_owned()
        }
        _ if is_pinned => ": Rancher writes this image itself and will put its own back".to_owned(),
        Some(unreachable) => format!(", but Rancher cannot deploy: {unreachable}"),
        None => ": Rancher deploys its agent by itself".to_owned(),
    })
}

/// Whether the cluster is unknown because of its deployed image.
fn is_deployed_unknown(row: &Row) -> bool {
    row.reason == Some("deployed-unknown")
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
