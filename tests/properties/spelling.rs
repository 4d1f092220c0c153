//! What an image reference holds beside the version of its tag changes nothing: where it
//! is pulled from, a digest behind the tag, the platform, the `v`, the case of letters.

use proptest::prelude::*;
use proptest::sample::select;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{ServerVersion, Verdict, is_as_server_deploys};
use rancher_agent_version_policy::setting::Fact;
use rancher_agent_version_policy::settings::AllowedLag;
use serde_json::{Value, json};

use super::requests::{Ask, Images, plain_asks};
use super::run::{Answer, reaches};
use super::tags::tag;

const PLATFORMS: [&str; 13] = [
    "-amd64",
    "-arm64",
    "-x64",
    "-s390x",
    "-linux-amd64",
    "-linux-arm64",
    "-linux-x64",
    "-linux-s390x",
    "-windows-1809",
    "-windows-2019",
    "-windows-2022",
    "-windows-ltsc2019",
    "-windows-ltsc2022",
];

/// Another way to write an image; different images stay different.
#[derive(Debug, Clone)]
struct Spelling {
    registry: &'static str,
    repository_end: &'static str,
    with_other_v: bool,
    in_capitals: bool,
    platform: &'static str,
    digest: &'static str,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    (
        select(&["", "reg.example:5000/", "docker.io/", "[::1]:5000/v1.0.0/"][..]),
        select(&["", "-mirror", ".v1.0.0"][..]),
        any::<bool>(),
        any::<bool>(),
        prop_oneof![Just(""), select(&PLATFORMS[..])],
        select(&["", "@sha256:9f86d081884c7d65", "@sha512:00FF"][..]),
    )
        .prop_map(
            |(registry, repository_end, with_other_v, in_capitals, platform, digest)| Spelling {
                registry,
                repository_end,
                with_other_v,
                in_capitals,
                platform,
                digest,
            },
        )
}

impl Spelling {
    fn tag(&self, tag: &str) -> String {
        let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let mut text = match tag.strip_prefix('v') {
            Some(rest) if self.with_other_v && starts_with_digit(rest) => rest.to_owned(),
            None if self.with_other_v && starts_with_digit(tag) => format!("v{tag}"),
            _ => tag.to_owned(),
        };
        text.push_str(self.platform);
        if self.in_capitals {
            text.make_ascii_uppercase();
        }
        text
    }

    fn image(&self, image: &str) -> String {
        let (registry, end) = (self.registry, self.repository_end);
        let (path, name) = image.rsplit_once('/').map_or(("", image), |split| split);
        match name.split_once(':') {
            _ if image.is_empty() || image == "fixed" => image.to_owned(),
            // Nothing but its text can be compared.
            None if !image.contains('@') => image.to_owned(),
            Some((name, tag)) if !image.contains('@') => {
                let slash = if path.is_empty() { "" } else { "/" };
                let (tag, digest) = (self.tag(tag), self.digest);
                format!("{registry}{path}{slash}{name}{end}:{tag}{digest}")
            }
            _ => format!("{registry}{image}"),
        }
    }

    fn images(&self, images: &Images) -> Images {
        let image = |image: &Option<String>| image.as_deref().map(|image| self.image(image));
        Images {
            desired: image(&images.desired),
            override_: image(&images.override_),
            deployed: image(&images.deployed),
        }
    }

    /// The request with all images of the object and its old one written so.
    fn ask(&self, ask: &Ask, rancher: &Spelling) -> Ask {
        let value = |fact: &Fact, spell: &dyn Fn(&str) -> String| match fact {
            Fact::Value(text) => Fact::Value(spell(text)),
            fact => fact.clone(),
        };
        Ask {
            new: self.images(&ask.new),
            old: ask.old.as_ref().map(|old| self.images(old)),
            server: value(&ask.server, &|text| rancher.tag(text)),
            agent_image: value(&ask.agent_image, &|text| rancher.image(text)),
            ..ask.clone()
        }
    }
}

/// What servers say of an image, by each lag that may be allowed, and whether it is as a
/// server deploys.
fn verdicts(image: &str, server: &str, setting: &str) -> [(Verdict, bool); 3] {
    [AllowedLag::None, AllowedLag::Patch, AllowedLag::Minor].map(|lag| {
        let image = ImageRef::new(image);
        let verdict = ServerVersion::new(server).judge(image, lag);
        let setting = ImageRef::new(setting);
        (verdict, is_as_server_deploys(image, verdict, setting))
    })
}

/// An answer without the texts that repeat how an image is written: all that decides,
/// and how much is said.
fn essence(answer: &Answer) -> Value {
    let mut essence = answer.json();
    essence["message"] = json!(answer.response.message.is_some());
    essence["warnings"] = json!(answer.response.warnings.len());
    for (key, text) in &answer.response.audit_annotations {
        if !["verdict", "reason"].contains(&key.as_str()) {
            essence["audit_annotations"][key] = json!(!text.is_empty());
        }
    }
    if answer.response.mutated_object.is_some() {
        essence["mutated_object"]["status"] = Value::Null;
    }
    json!([essence, format!("{:?}", answer.lookups)])
}

#[test]
fn requests_are_answered_in_each_way() {
    let classes = |ask: Ask| {
        let response = ask.answer().response;
        let told = response.audit_annotations.into_iter();
        let told = told.filter(|(key, _)| ["verdict", "reason"].contains(&key.as_str()));
        let mutated = response.mutated_object.map(|_| "mutated".to_owned());
        told.map(|(_, text)| text).chain(mutated).collect()
    };
    let ways = [
        "current",
        "ahead",
        "tolerated",
        "as-deployed-by-server",
        "lagging",
        "unknown",
        "not-comparable",
        "not-a-version",
        "repaired",
        "mutated",
        "desired-lagging",
        "deployed-lagging",
        "pinned-will-not-follow",
    ];
    reaches(plain_asks(), 2000, classes, &ways.map(|way| (way, 5)));
}

proptest! {
    #[test]
    fn spelling_changes_no_verdict(
        tags in [tag().boxed(), tag().boxed(), tag().boxed()],
        spellings in [spelling().boxed(), spelling().boxed(), spelling().boxed()],
    ) {
        let [image, server, setting] = tags;
        let [one, two, three] = spellings;
        let (image, setting) = (format!("a/b:{image}"), format!("a/b:{setting}"));
        prop_assert_eq!(
            verdicts(&one.image(&image), &two.tag(&server), &three.image(&setting)),
            verdicts(&image, &server, &setting)
        );
    }

    #[test]
    fn spelling_changes_no_answer(
        ask in plain_asks(),
        spelling in spelling(),
        rancher in spelling(),
    ) {
        let respelled = spelling.ask(&ask, &rancher);
        prop_assert_eq!(essence(&respelled.answer()), essence(&ask.answer()));
    }
}
