//! Laws of the decision table, over every combination of a list of images
//! before and after, deployed images, requesters, settings and states of
//! Rancher's Settings.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

use std::cmp::Ordering;
use std::sync::LazyLock;

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::setting::{Fact, Fault, SettingName};
use rancher_agent_version_policy::version::Version;
use serde_json::{Value, json};

const SERVER: &str = "v2.11.0";

/// JSON of `spec.desiredAgentImage`.
fn desired_images() -> Vec<Value> {
    let mut images = vec![
        json!(null),
        json!(""),
        json!("fixed"),
        json!(5),
        json!("a/b"),
        json!("a@sha256:00"),
    ];
    for tag in [
        "v2.11.0",
        "v2.11.1",
        "v2.12-head",
        "v2.11-head",
        "v2.10.3",
        "v2.9.0",
        "v2.9.0-hotfix-2dcf.1",
        "v2.9.0-hotfix-a3c0.1",
        "custom",
    ] {
        images.push(json!(format!("rancher/rancher-agent:{tag}")));
    }
    images
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum World {
    Static,
    Live,
    Airgapped,
    Broken,
    Dev,
}

#[derive(Debug, Clone)]
struct Situation {
    before: Value,
    after: Value,
    deployed: &'static str,
    user: &'static str,
    administrated: bool,
    settings: Value,
    world: World,
}

const PERSON: &str = "user-abcde";
const RANCHER: &str = "system:serviceaccount:cattle-system:rancher";

impl Situation {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for before in desired_images() {
            for after in desired_images() {
                for deployed in ["", "a:v2.10.3"] {
                    for user in [PERSON, RANCHER] {
                        for administrated in [false, true] {
                            for (ratcheting, unknown, repair) in [
                                (true, "reject", false),
                                (true, "warn", false),
                                (false, "reject", false),
                                (true, "reject", true),
                                (false, "warn", true),
                            ] {
                                for world in [
                                    World::Static,
                                    World::Live,
                                    World::Airgapped,
                                    World::Broken,
                                    World::Dev,
                                ] {
                                    let mut settings = json!({"ratcheting": ratcheting, "unknownVersion": unknown, "repair": repair});
                                    if world == World::Static {
                                        settings["serverVersion"] = json!(SERVER);
                                    }
                                    all.push(Self {
                                        before: before.clone(),
                                        after: after.clone(),
                                        deployed,
                                        user,
                                        administrated,
                                        settings,
                                        world,
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
        all
    }

    fn object(&self, desired: &Value) -> Value {
        json!({
            "metadata": {"name": "c-m-abc12345", "annotations": {"provisioning.cattle.io/administrated": self.administrated.to_string()}},
            "spec": {"displayName": "edge", "desiredAgentImage": desired},
            "status": {"agentImage": self.deployed},
        })
    }

    fn request(&self, operation: &str) -> Value {
        json!({
            "operation": operation,
            "name": "c-m-abc12345",
            "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
            "userInfo": {"username": self.user},
            "object": self.object(&self.after),
        })
    }

    fn update(&self) -> (Value, Vec<SettingName>) {
        let mut request = self.request("UPDATE");
        request["oldObject"] = self.object(&self.before);
        self.run(request)
    }

    fn run(&self, request: Value) -> (Value, Vec<SettingName>) {
        let payload = json!({"request": request, "settings": self.settings}).to_string();
        let mut lookups = Vec::new();
        let response = evaluate(payload.as_bytes(), |name| {
            lookups.push(name);
            match (self.world, name) {
                (World::Broken | World::Static, _) => Fact::Fault(Fault::Forbidden),
                (World::Dev, SettingName::ServerVersion) => Fact::Value("dev".to_owned()),
                (World::Dev, SettingName::AgentImage) => {
                    Fact::Value("rancher/rancher-agent:head".to_owned())
                }
                (_, SettingName::ServerVersion) => Fact::Value(SERVER.to_owned()),
                (World::Live, SettingName::AgentImage) => {
                    Fact::Value(format!("rancher/rancher-agent:{SERVER}"))
                }
                (World::Airgapped, SettingName::AgentImage) => {
                    Fact::Value("reg:5000/a:v2.10.0".to_owned())
                }
            }
        });
        (
            serde_json::from_str(&response.to_json()).expect("JSON"),
            lookups,
        )
    }

    fn is_unknown_server(&self) -> bool {
        matches!(self.world, World::Broken | World::Dev)
    }

    fn ratchets(&self) -> bool {
        self.settings["ratcheting"] == json!(true)
    }

    fn repairs(&self) -> bool {
        self.settings["repair"] == json!(true)
    }

    fn follows(image: &Value) -> bool {
        image.is_null() || image == "" || image == "fixed"
    }

    fn is_unchanged(&self) -> bool {
        self.before == self.after || (Self::follows(&self.before) && Self::follows(&self.after))
    }

    fn version(image: &Value) -> Option<Version> {
        image.as_str()?.rsplit_once(':')?.1.parse().ok()
    }

    /// True if the image is a version that is earlier than the server and
    /// than anything that Rancher deploys by itself.
    fn lags(&self, image: &Value) -> bool {
        let reference = if self.world == World::Airgapped {
            "v2.10.0"
        } else {
            SERVER
        };
        let reference: Version = reference.parse().expect("a version");
        Self::version(image).is_some_and(|version| version < reference)
    }
}

/// All situations as UPDATE requests, with answer and look-ups.
static UPDATES: LazyLock<Vec<(Situation, Value, Vec<SettingName>)>> = LazyLock::new(|| {
    Situation::all()
        .into_iter()
        .map(|situation| {
            let (response, lookups) = situation.update();
            (situation, response, lookups)
        })
        .collect()
});

/// Asserts a law for all situations that it speaks of.
#[track_caller]
fn law(
    speaks_of: impl Fn(&Situation) -> bool,
    holds: impl Fn(&Situation, &Value, &[SettingName]) -> bool,
) {
    let mut count = 0;
    let mut broken = Vec::new();
    for (situation, response, lookups) in UPDATES.iter() {
        if speaks_of(situation) {
            count += 1;
            if !holds(situation, response, lookups) {
                broken.push(format!("{situation:?}\n  {response} {lookups:?}"));
            }
        }
    }
    assert!(count >= 50, "the law speaks of {count} situations only");
    assert!(
        broken.is_empty(),
        "{} broken, e.g.\n{}",
        broken.len(),
        broken[0]
    );
}

fn accepted() -> Value {
    json!({"accepted": true})
}

#[test]
fn unchanged_is_never_rejected() {
    law(
        |s| s.ratchets() && s.is_unchanged(),
        |_, response, _| response["accepted"] == json!(true),
    );
}

#[test]
fn unchanged_by_rancher_passes_without_a_look_up() {
    law(
        |s| s.ratchets() && s.is_unchanged() && s.user == RANCHER && !s.repairs(),
        |_, response, lookups| *response == accepted() && lookups.is_empty(),
    );
}

#[test]
fn the_cure_passes_without_a_look_up() {
    law(
        |s| !s.is_unchanged() && Situation::follows(&s.after),
        |s, response, lookups| {
            let warned = s.after == "fixed" && s.user == PERSON && !s.administrated;
            response["accepted"] == json!(true)
                && response.get("warnings").is_some() == warned
                && lookups.is_empty()
        },
    );
}

#[test]
fn ranchers_own_repin_passes_without_a_look_up() {
    law(
        |s| {
            s.user == RANCHER
                && s.after.is_string()
                && !s.is_unchanged()
                && (s.administrated || (s.before == "fixed" && !s.repairs()))
        },
        |_, response, lookups| *response == accepted() && lookups.is_empty(),
    );
}

#[test]
fn ranchers_own_repin_passes_with_repair_as_well() {
    law(
        |s| s.user == RANCHER && s.after.is_string() && !s.is_unchanged() && s.before == "fixed",
        |_, response, _| response["accepted"] == json!(true),
    );
}

#[test]
fn an_update_is_never_rejected_while_the_server_is_unknown() {
    law(
        |s| s.is_unknown_server() && s.after != json!(5),
        |_, response, _| response["accepted"] == json!(true),
    );
}

#[test]
fn worse_is_rejected_or_repaired() {
    law(
        |s| {
            !s.is_unknown_server()
                && !s.is_unchanged()
                && s.lags(&s.after)
                && !(s.user == RANCHER && (s.administrated || s.before == "fixed"))
                && match (
                    s.lags(&s.before),
                    Situation::version(&s.before),
                    Situation::version(&s.after),
                ) {
                    (true, Some(before), Some(after)) => {
                        after.partial_cmp(&before) == Some(Ordering::Less)
                    }
                    _ => true,
                }
        },
        |s, response, _| {
            if s.repairs() && !s.administrated {
                response["mutated_object"]["spec"]["desiredAgentImage"] == json!("")
            } else {
                response["accepted"] == json!(false) && response.get("code").is_none()
            }
        },
    );
}

#[test]
fn forward_but_not_far_enough_passes_with_a_warning() {
    law(
        |s| {
            !s.is_unknown_server()
                && s.user == PERSON
                && s.ratchets()
                && !s.repairs()
                && !s.is_unchanged()
                && s.lags(&s.before)
                && s.lags(&s.after)
                && Situation::version(&s.after).partial_cmp(&Situation::version(&s.before))
                    != Some(Ordering::Less)
        },
        |_, response, _| {
            response["accepted"] == json!(true)
                && response["warnings"]
                    .as_array()
                    .is_some_and(|w| w.len() == 1)
        },
    );
}

#[test]
fn strict_reading_rejects_what_lags_whoever_asks() {
    law(
        |s| {
            !s.ratchets()
                && !s.repairs()
                && !s.is_unknown_server()
                && s.lags(&s.after)
                && (s.is_unchanged() || (s.lags(&s.before) && s.user == PERSON))
        },
        |_, response, _| response["accepted"] == json!(false) && response.get("code").is_none(),
    );
}

#[test]
fn the_deployed_image_never_rejects_an_update() {
    law(
        |s| !s.deployed.is_empty(),
        |s, response, _| {
            let healthy = Situation {
                deployed: "",
                ..s.clone()
            };
            response["accepted"] == healthy.update().0["accepted"]
        },
    );
}

#[test]
fn an_update_without_an_old_object_is_a_create() {
    law(
        |s| s.before.is_null(),
        |s, _, _| s.run(s.request("UPDATE")) == s.run(s.request("CREATE")),
    );
}

#[test]
fn looks_up_each_setting_once_and_none_if_static() {
    law(
        |_| true,
        |s, _, lookups| match lookups {
            [] => true,
            [SettingName::ServerVersion]
            | [SettingName::ServerVersion, SettingName::AgentImage] => s.world != World::Static,
            _ => false,
        },
    );
}

#[test]
fn controllers_hear_of_repairs_only() {
    law(
        |s| s.user == RANCHER,
        |_, response, _| {
            response.get("warnings").is_some() == response.get("mutated_object").is_some()
        },
    );
}
