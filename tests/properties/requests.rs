//! Requests about clusters, with what is known of Rancher.

use proptest::prelude::*;
use proptest::sample::select;
use rancher_agent_version_policy::setting::{Fact, Fault, SettingName};
use serde_json::{Value, json};

use super::run::{Answer, answer};
use super::tags::usual_tag;

/// The images of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    pub desired: Option<String>,
    pub override_: Option<String>,
    pub deployed: Option<String>,
}

/// A request, the policy's settings, and Rancher's.
#[derive(Debug, Clone)]
pub struct Ask {
    pub operation: &'static str,
    pub user: String,
    pub name: String,
    pub display_name: String,
    pub resource_version: String,
    pub administrated: bool,
    pub new: Images,
    pub old: Option<Images>,
    pub settings: Value,
    /// True if the settings name the server's version.
    pub is_static: bool,
    pub server: Fact,
    pub agent_image: Fact,
}

impl Ask {
    fn object(&self, images: &Images) -> Value {
        json!({
            "metadata": {
                "name": self.name,
                "resourceVersion": self.resource_version,
                "annotations": {
                    "provisioning.cattle.io/administrated": self.administrated.to_string(),
                },
            },
            "spec": {
                "displayName": self.display_name,
                "desiredAgentImage": images.desired,
                "agentImageOverride": images.override_,
            },
            "status": {"agentImage": images.deployed},
        })
    }

    pub fn payload(&self) -> Value {
        let mut settings = self.settings.clone();
        if let (true, Fact::Value(server)) = (self.is_static, &self.server) {
            settings["serverVersion"] = json!(server);
        }
        json!({
            "request": {
                "operation": self.operation,
                "name": self.name,
                "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
                "userInfo": {"username": self.user},
                "object": self.object(&self.new),
                "oldObject": self.old.as_ref().map(|old| self.object(old)),
            },
            "settings": settings,
        })
    }

    pub fn setting(&self, name: SettingName) -> Fact {
        match name {
            SettingName::ServerVersion => self.server.clone(),
            SettingName::AgentImage => self.agent_image.clone(),
        }
    }

    pub fn answer(&self) -> Answer {
        self.answer_to(&self.payload())
    }

    pub fn answer_to(&self, payload: &Value) -> Answer {
        answer(payload.to_string().as_bytes(), |name| self.setting(name))
    }
}

/// An image that names a version in most cases, as a user might write it.
pub fn image() -> impl Strategy<Value = String> {
    let repository = select(&["rancher/rancher-agent", "rancher-agent", "reg:5000/a/b"][..]);
    let tagged =
        (repository, usual_tag()).prop_map(|(repository, tag)| format!("{repository}:{tag}"));
    let untagged = select(&["", "fixed", "rancher/rancher-agent", "a/b@sha256:00ff"][..]);
    prop_oneof![10 => tagged, 3 => untagged.prop_map(str::to_owned)]
}

pub fn fault() -> impl Strategy<Value = Fact> {
    let faults = [
        Fault::NotGranted,
        Fault::Forbidden,
        Fault::NotFound,
        Fault::NoClient,
        Fault::Unreadable,
        Fault::Failed,
    ];
    select(faults.to_vec()).prop_map(Fact::Fault)
}

fn settings() -> impl Strategy<Value = Value> {
    (
        select(&["none", "patch", "minor"][..]),
        any::<bool>(),
        select(&["reject", "warn", "ignore"][..]),
        select(&["reject", "warn"][..]),
        any::<bool>(),
    )
        .prop_map(|(lag, ratcheting, deployed, unknown, repair)| {
            json!({
                "allowedLag": lag,
                "ratcheting": ratcheting,
                "deployedImage": deployed,
                "unknownVersion": unknown,
                "repair": repair,
            })
        })
}

/// Requests with these images, names and values of Rancher's Settings.
pub fn asks<I, N, V>(image: I, name: N, version: V) -> impl Strategy<Value = Ask>
where
    I: Strategy<Value = String> + Clone + 'static,
    N: Strategy<Value = String> + Clone + 'static,
    V: Strategy<Value = String> + Clone + 'static,
{
    let some = |weight, image: I| proptest::option::weighted(weight, image);
    let images = (
        some(0.9, image.clone()),
        some(0.2, image.clone()),
        some(0.5, image.clone()),
    )
        .prop_map(|(desired, override_, deployed)| Images {
            desired,
            override_,
            deployed,
        });
    let who = select(
        &[
            ("CREATE", "user-abcde"),
            ("CREATE", "system:serviceaccount:fleet:agent"),
            ("CREATE", ""),
            ("UPDATE", "user-abcde"),
            ("UPDATE", "user-abcde"),
            ("UPDATE", "system:serviceaccount:cattle-system:rancher"),
        ][..],
    );
    let old = (proptest::option::weighted(0.9, images.clone()), 0_u8..4);
    let server = prop_oneof![6 => version.prop_map(Fact::Value), 1 => fault()];
    let agent_image = prop_oneof![4 => image.prop_map(Fact::Value), 1 => fault()];
    let rancher = (any::<bool>(), server, agent_image);
    let names = (name.clone(), name, "[0-9]{0,2}");
    (who, names, any::<bool>(), images, old, settings(), rancher).prop_map(
        |(who, names, administrated, new, (old, same), settings, rancher)| {
            let (operation, user) = who;
            // One UPDATE in four leaves the images as they were.
            let old = old.map(|old| if same == 0 { new.clone() } else { old });
            Ask {
                operation,
                user: user.to_owned(),
                name: names.0,
                display_name: names.1,
                resource_version: if user.is_empty() {
                    "1".to_owned()
                } else {
                    names.2
                },
                administrated,
                new,
                old: old.filter(|_| operation == "UPDATE"),
                settings,
                is_static: rancher.0,
                server: rancher.1,
                agent_image: rancher.2,
            }
        },
    )
}

/// Requests with nothing odd in them but tags.
pub fn plain_asks() -> impl Strategy<Value = Ask> {
    let name = "(c-m-[a-z0-9]{8})?".prop_map(|name: String| name);
    asks(image().boxed(), name.boxed(), usual_tag().boxed())
}
