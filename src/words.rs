//! All texts about an image that users read.
//!
//! A sentence has lower case and no full stop; text from users is in
//! backticks, bounded and escaped. The name of the cluster comes first, then
//! what was found, then what to do about it.

use std::borrow::Cow;

use crate::admission::{Remedy, Subject};
use crate::cluster::{Cluster, DesiredField, FIXED};
use crate::image::{ImageRef, UnknownImage};
use crate::judge::Step;
use crate::lag::{Deviation, Gap};
use crate::reason::{DeployedVerdict, DesiredVerdict, Finding};
use crate::setting::{Fault, SettingName, UnknownServer};
use crate::text::bounded;

/// The longest version, tag and display name in a message, in characters.
const WORD_LIMIT: usize = 128;

/// The longest image reference in a message, in characters.
const IMAGE_LIMIT: usize = 200;

/// The longest text of an audit annotation, in characters.
pub const ANNOTATION_LIMIT: usize = 256;

/// The longest warning, in characters: longer ones can be cut on their way
/// (Kubernetes `AdmissionResponse.warnings`).
pub const WARNING_LIMIT: usize = 120;

/// The longest message, in characters: no request gives more findings than
/// these limits leave room for.
pub const MESSAGE_LIMIT: usize = 2048;

/// One message: the cluster, the findings, what to do. What to do about a pin
/// comes last, because it can end in a command.
#[must_use]
pub fn message(subject: &Subject<'_>, findings: &[Finding<'_>]) -> String {
    let mut actions: Vec<String> = Vec::new();
    for is_on_pin in [false, true] {
        for finding in findings {
            if finding.pin().is_some() == is_on_pin
                && let Some(action) = action(subject, finding, findings)
                && !actions.contains(&action)
            {
                actions.push(action);
            }
        }
    }
    let sentences = findings
        .iter()
        .map(|finding| sentence(subject, finding, WORD_LIMIT, IMAGE_LIMIT));
    let text = sentences.chain(actions).collect::<Vec<_>>().join("; ");
    match subject.cluster {
        Some(_) => format!("{}: {text}", title(subject)),
        None => text,
    }
}

/// One warning: what was found.
#[must_use]
pub fn warning(subject: &Subject<'_>, finding: &Finding<'_>) -> String {
    fit(|limit| sentence(subject, finding, limit, limit))
}

/// The warning of a repair.
#[must_use]
pub fn repair_warning(subject: &Subject<'_>, image: ImageRef<'_>) -> String {
    let fields: Vec<String> = subject
        .fields_to_clear()
        .map(|field| format!("`{}`", field.key()))
        .collect();
    let fields = match fields.as_slice() {
        [first, second, third] => format!("{first}, {second} and {third}"),
        _ => fields.join(" and "),
    };
    fit(|limit| {
        let tag = tag(image, limit);
        format!("cleared {fields} (agent {tag}): it now follows Rancher")
    })
}

/// Renders with ever shorter words until the line fits a warning.
fn fit(render: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for limit in [48, 36, 28, 21, 16, 12, 9] {
        text = render(limit);
        if text.chars().count() <= WARNING_LIMIT {
            return text;
        }
    }
    text.chars().take(WARNING_LIMIT).collect()
}

/// `cluster` with its display name and name, as far as it has them.
fn title(subject: &Subject<'_>) -> String {
    let display_name = subject.cluster.map_or("", Cluster::display_name);
    let shown = bounded(display_name, WORD_LIMIT);
    let Some(name) = subject.name else {
        return match display_name {
            "" => "this cluster".to_owned(),
            _ => format!("cluster `{shown}`"),
        };
    };
    let quoted = match bounded(name, WORD_LIMIT) {
        bounded if is_dns_1123(name) => bounded.into_owned(),
        bounded => format!("`{bounded}`"),
    };
    if display_name.is_empty() || display_name == name {
        format!("cluster {quoted}")
    } else {
        format!("cluster `{shown}` ({quoted})")
    }
}

fn tag(image: ImageRef<'_>, limit: usize) -> Cow<'_, str> {
    bounded(image.tag().unwrap_or_default(), limit)
}

fn sentence(
    subject: &Subject<'_>,
    finding: &Finding<'_>,
    word: usize,
    image_limit: usize,
) -> String {
    let server = bounded(subject.server.unwrap_or_default(), word);
    match *finding {
        Finding::Desired { pin, verdict } => {
            let path = pin.field.path();
            let tag = tag(pin.image, word);
            let image = bounded(pin.image.text(), image_limit);
            match verdict {
                DesiredVerdict::Lagging(gap) => {
                    let gap = behind(gap);
                    format!("`{path}` pins agent {tag}, {gap} Rancher {server}")
                }
                DesiredVerdict::Tolerated(gap) => {
                    let gap = behind(gap);
                    format!("`{path}` pins agent {tag}, tolerated but {gap} Rancher {server}")
                }
                DesiredVerdict::Ahead => {
                    format!("`{path}` pins agent {tag}, ahead of Rancher {server}")
                }
                DesiredVerdict::Unknown(UnknownImage::NoTag) => {
                    format!("`{path}` pins image `{image}`, which has no tag to compare")
                }
                DesiredVerdict::Unknown(UnknownImage::DigestOnly) => {
                    format!(
                        "`{path}` pins image `{image}`, which has a digest but no tag to compare"
                    )
                }
                DesiredVerdict::Unknown(UnknownImage::NotAVersion) => {
                    format!("`{path}` pins image `{image}`, whose tag is not a version")
                }
                DesiredVerdict::Unknown(UnknownImage::NotComparable) => format!(
                    "`{path}` pins agent {tag}, which cannot be compared with Rancher {server}"
                ),
            }
        }
        Finding::Deployed { image, verdict } => {
            let tag = tag(image, word);
            let image = bounded(image.text(), image_limit);
            match verdict {
                DeployedVerdict::Lagging(gap) => {
                    let gap = behind(gap);
                    format!("deployed agent {tag} is {gap} Rancher {server}")
                }
                DeployedVerdict::Ahead => {
                    format!("deployed agent {tag} is ahead of Rancher {server}")
                }
                DeployedVerdict::Unknown(UnknownImage::NoTag) => {
                    format!("deployed image `{image}` has no tag to compare")
                }
                DeployedVerdict::Unknown(UnknownImage::DigestOnly) => {
                    format!("deployed image `{image}` has a digest but no tag to compare")
                }
                DeployedVerdict::Unknown(UnknownImage::NotAVersion) => {
                    format!("deployed image `{image}` has a tag that is not a version")
                }
                DeployedVerdict::Unknown(UnknownImage::NotComparable) => {
                    format!("deployed agent {tag} cannot be compared with Rancher {server}")
                }
            }
        }
        Finding::UnknownServer(why) => {
            let (name, fault) = match why {
                UnknownServer::NotAVersion if server.is_empty() => {
                    (SettingName::ServerVersion, "is empty".into())
                }
                UnknownServer::NotAVersion => (
                    SettingName::ServerVersion,
                    format!("is `{server}`, which is not a version"),
                ),
                UnknownServer::Setting(name, fault) => (name, in_words(fault).to_owned()),
            };
            format!("agent image not judged: Rancher's Setting `{name}` {fault}")
        }
        Finding::AgentImageSetting { image, deviation } => {
            let tag = tag(image, word);
            let deviation = match deviation {
                Deviation::Lagging(gap) => behind(gap),
                Deviation::Ahead => "ahead of".into(),
            };
            format!(
                "Rancher deploys agent {tag} by its Setting `agent-image`, {deviation} Rancher {server}"
            )
        }
        Finding::PinnedWillNotFollow(pin) => {
            let (path, tag) = (pin.field.path(), tag(pin.image, word));
            format!("`{path}` pins agent {tag}, which will not follow the next upgrade")
        }
        Finding::FixedWillNotFollow(field) => {
            let path = field.path();
            format!(
                "`{path}` is `{FIXED}`: it pins today's agent, which will not follow the next upgrade"
            )
        }
        Finding::MalformedField(DesiredField::Spec) => "`spec` is not an object".to_owned(),
        Finding::MalformedField(field) => format!("`{}` is not a string", field.path()),
        Finding::NotACluster => {
            "this policy evaluates management.cattle.io Clusters only: correct its rules".to_owned()
        }
    }
}

/// What is wrong with one of Rancher's Settings.
fn in_words(fault: Fault) -> &'static str {
    match fault {
        Fault::NotGranted => "is not granted to this policy",
        Fault::Forbidden => "is forbidden to the policy server",
        Fault::NotFound => "was not found",
        Fault::NoClient => "cannot be read without a connection to a cluster",
        Fault::Unreadable => "does not hold a string",
        Fault::Failed => "could not be looked up",
    }
}

/// What to do about a finding; `None` if another finding covers it or nothing can
/// be done.
fn action(subject: &Subject<'_>, finding: &Finding<'_>, all: &[Finding<'_>]) -> Option<String> {
    if let Some(field) = finding.pin() {
        let is_ahead = matches!(
            finding,
            Finding::Desired {
                verdict: DesiredVerdict::Ahead,
                ..
            }
        );
        return Some(action_on_pin(subject, field, all.len() == 1, is_ahead));
    }
    match finding {
        Finding::Deployed { .. } if all.iter().any(Finding::is_to_be_cleared) => None,
        Finding::Deployed { .. } if subject.remedy == Remedy::LeaveEmpty => {
            Some("leave `status.agentImage` out: Rancher writes it".to_owned())
        }
        Finding::Deployed { .. } => Some(
            "Rancher deploys the desired agent once the cluster is connected and has a node: see \
             the cluster's conditions"
                .to_owned(),
        ),
        Finding::UnknownServer(why) => Some(action_on_server(*why).to_owned()),
        Finding::AgentImageSetting { .. } => Some(
            "correct Rancher's Setting `agent-image` (CATTLE_AGENT_IMAGE of its server)".to_owned(),
        ),
        Finding::MalformedField(
            DesiredField::AgentImageOverride | DesiredField::DesiredAgentImage,
        ) => Some("give the image as a string, or leave the field empty".to_owned()),
        _ => None,
    }
}

/// What to do about a pin: clear it only where that moves the agent forward.
fn action_on_pin(
    subject: &Subject<'_>,
    field: DesiredField,
    is_alone: bool,
    is_ahead: bool,
) -> String {
    let is_agents = |field: &DesiredField| *field != DesiredField::DesiredAssetsImage;
    let both: Vec<String> = subject
        .fields_to_clear()
        .filter(is_agents)
        .map(|field| format!("`{}`", field.path()))
        .collect();
    let path = match both.as_slice() {
        [_, _] => both.join(" and "),
        _ => format!("`{}`", field.path()),
    };
    let (the_field, it, it_was) = match (is_alone, both.len()) {
        (true, 2) => (path.as_str(), "them", "they were"),
        (true, _) => ("the field", "it", "it was"),
        (false, 2) => (path.as_str(), path.as_str(), "they were"),
        (false, _) => (path.as_str(), path.as_str(), "it was"),
    };
    if subject.administrated && field == DesiredField::DesiredAgentImage {
        return match subject.remedy {
            _ if subject.agent_image_deviates => {
                "Rancher writes this field itself: correct its Setting `agent-image`".to_owned()
            }
            Remedy::LeaveEmpty => format!("leave {the_field} empty: Rancher writes it itself"),
            Remedy::LeaveAsItWas => format!(
                "leave {the_field} as {it_was}: Rancher writes it itself and puts its own image back"
            ),
            Remedy::Clear | Remedy::ClearStored => {
                "Rancher writes this field itself and puts its own image back".to_owned()
            }
        };
    }
    if is_ahead {
        return format!("clear {it} once Rancher has caught up");
    }
    let first = match subject.remedy {
        Remedy::LeaveEmpty => format!("before you leave {the_field} empty"),
        Remedy::LeaveAsItWas | Remedy::Clear | Remedy::ClearStored => {
            format!("before you clear {it}")
        }
    };
    if let Some(replacement) = subject.replacement
        && replacement.step != Step::Forward
    {
        let image = match replacement.image.tag() {
            Some(tag) => format!("agent {}", bounded(tag, WORD_LIMIT)),
            None => format!("image `{}`", bounded(replacement.image.text(), IMAGE_LIMIT)),
        };
        return format!("Rancher would deploy {image}: correct its Setting `agent-image` {first}");
    }
    if subject.lacks_agent_image {
        return format!("look at Rancher's Setting `agent-image` {first}");
    }
    let purpose = "so that Rancher rolls out its own agent";
    match subject.remedy {
        Remedy::LeaveEmpty => {
            format!("leave {the_field} empty so that Rancher deploys its own agent")
        }
        Remedy::LeaveAsItWas => format!("leave {the_field} as {it_was}, or clear {it} {purpose}"),
        Remedy::Clear => format!("clear {it} {purpose}"),
        Remedy::ClearStored => format!("clear {it} {purpose}{}", clearing_command(subject)),
    }
}

/// `: kubectl patch ...`, or nothing for a name that is not safe in a command.
fn clearing_command(subject: &Subject<'_>) -> String {
    let Some(name) = subject.name.filter(|name| is_dns_1123(name)) else {
        return String::new();
    };
    let fields: Vec<String> = subject
        .fields_to_clear()
        .map(|field| format!(r#""{}":"""#, field.key()))
        .collect();
    format!(
        r#": kubectl patch clusters.management.cattle.io {name} --type=merge -p '{{"spec":{{{}}}}}'"#,
        fields.join(",")
    )
}

fn action_on_server(why: UnknownServer) -> &'static str {
    match why {
        UnknownServer::NotAVersion | UnknownServer::Setting(_, Fault::Unreadable) => {
            "correct this Setting, or set the policy's `serverVersion`"
        }
        UnknownServer::Setting(_, Fault::NotGranted) => {
            "grant the policy management.cattle.io/v3 Setting by `contextAwareResources` and \
             kubernetes/get_resource by `hostCapabilities`, or set its `serverVersion`"
        }
        UnknownServer::Setting(_, Fault::Forbidden) => {
            "let the policy server's service account get settings.management.cattle.io \
             `server-version` and `agent-image`, or set the policy's `serverVersion`"
        }
        UnknownServer::Setting(_, Fault::NotFound) => {
            "run the policy in Rancher's own cluster, or set its `serverVersion`"
        }
        UnknownServer::Setting(_, Fault::NoClient) => {
            "connect the policy server to Rancher's cluster, or set the policy's `serverVersion`"
        }
        UnknownServer::Setting(_, Fault::Failed) => {
            "see the policy server's log, or set the policy's `serverVersion`"
        }
    }
}

/// A gap in words; the name of what is later follows.
fn behind(gap: Gap) -> Cow<'static, str> {
    let (count, unit) = match gap {
        Gap::Major(count) => (count, "major"),
        Gap::Minor(count) => (count, "minor"),
        Gap::Patch(count) => (count, "patch"),
        Gap::Build => return "an earlier build than".into(),
        Gap::Trunk => return "a release behind the trunk build of".into(),
    };
    match count {
        1 => format!("one {unit} version behind").into(),
        2..=99 => format!("{count} {unit} versions behind").into(),
        _ => format!("over 99 {unit} versions behind").into(),
    }
}

/// A DNS-1123 subdomain, as Kubernetes requires of the name of an object
/// (apimachinery `pkg/util/validation`): safe in a command.
fn is_dns_1123(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            let bytes = label.as_bytes();
            let is_end =
                |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            is_end(bytes.first())
                && is_end(bytes.last())
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::cluster::Pin;
    use crate::reason::ReasonCode;
    use crate::setting::SettingName;

    /// Findings of every kind with the longest words that there can be.
    fn worst(image: ImageRef<'_>) -> Vec<Finding<'_>> {
        let field = DesiredField::AgentImageOverride;
        let pin = Pin { field, image };
        let gap = Gap::Patch(u64::MAX);
        let mut findings: Vec<Finding<'_>> = [
            DesiredVerdict::Tolerated(gap),
            DesiredVerdict::Ahead,
            DesiredVerdict::Lagging(gap),
            DesiredVerdict::Lagging(Gap::Trunk),
            DesiredVerdict::Unknown(UnknownImage::NoTag),
            DesiredVerdict::Unknown(UnknownImage::DigestOnly),
            DesiredVerdict::Unknown(UnknownImage::NotAVersion),
            DesiredVerdict::Unknown(UnknownImage::NotComparable),
        ]
        .into_iter()
        .map(|verdict| Finding::Desired { pin, verdict })
        .collect();
        findings.extend(
            [
                Fault::NotGranted,
                Fault::Forbidden,
                Fault::NotFound,
                Fault::NoClient,
                Fault::Unreadable,
                Fault::Failed,
            ]
            .map(|fault| UnknownServer::Setting(SettingName::ServerVersion, fault))
            .map(Finding::UnknownServer),
        );
        let deployed = [
            DeployedVerdict::Lagging(gap),
            DeployedVerdict::Ahead,
            DeployedVerdict::Unknown(UnknownImage::NoTag),
            DeployedVerdict::Unknown(UnknownImage::DigestOnly),
            DeployedVerdict::Unknown(UnknownImage::NotAVersion),
            DeployedVerdict::Unknown(UnknownImage::NotComparable),
        ];
        findings.extend(deployed.map(|verdict| Finding::Deployed { image, verdict }));
        let deviations = [Deviation::Lagging(gap), Deviation::Ahead];
        findings
            .extend(deviations.map(|deviation| Finding::AgentImageSetting { image, deviation }));
        findings.extend([
            Finding::UnknownServer(UnknownServer::NotAVersion),
            Finding::PinnedWillNotFollow(pin),
            Finding::FixedWillNotFollow(field),
            Finding::MalformedField(field),
            Finding::NotACluster,
        ]);
        findings
    }

    #[test]
    fn words_are_bounded_for_any_input() {
        let long = "\u{202e}\n`ä".repeat(50_000);
        let image = format!("{long}:{long}");
        let subject = Subject {
            cluster: None,
            name: Some(&long),
            remedy: Remedy::ClearStored,
            administrated: false,
            server: Some(&long),
            replacement: None,
            agent_image_deviates: false,
            lacks_agent_image: false,
        };
        let mut findings = worst(ImageRef::new(&image));
        let mut codes: Vec<ReasonCode> = findings.iter().map(Finding::code).collect();
        codes.push(ReasonCode::Repaired);
        codes.dedup();
        assert_eq!(
            codes.len(),
            ReasonCode::VARIANTS.len(),
            "a finding of every kind"
        );

        let mut warnings: Vec<String> = findings.iter().map(|f| warning(&subject, f)).collect();
        warnings.push(repair_warning(&subject, ImageRef::new(&image)));
        for text in &warnings {
            assert!(text.chars().count() <= WARNING_LIMIT, "{text}");
        }
        // No request gives more than three findings.
        findings.truncate(3);
        let message = message(&subject, &findings);
        assert!(message.chars().count() <= MESSAGE_LIMIT, "{message}");
        warnings.push(message);
        for text in warnings {
            assert!(
                !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
                "{text}"
            );
        }
    }

    #[test]
    fn a_command_is_for_names_that_kubernetes_takes() {
        for name in ["c-m-nsjw2zdq", "c-abcde", "local", "a.b-c.d", "0"] {
            assert!(is_dns_1123(name), "{name}");
        }
        let long = "a".repeat(254);
        for name in [
            "", "-a", "a-", "a..b", ".a", "a.", "A", "a_b", "a b", "a;b", "$(a)", "a'b", "ä",
            "a\n", &long,
        ] {
            assert!(!is_dns_1123(name), "{name}");
        }
    }

    #[test]
    fn gaps_in_words() {
        let table = [
            (Gap::Major(1), "one major version behind"),
            (Gap::Minor(2), "2 minor versions behind"),
            (Gap::Patch(99), "99 patch versions behind"),
            (Gap::Patch(100), "over 99 patch versions behind"),
            (Gap::Build, "an earlier build than"),
            (Gap::Trunk, "a release behind the trunk build of"),
        ];
        for (gap, words) in table {
            assert_eq!(behind(gap), words);
        }
    }
}
