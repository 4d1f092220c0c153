//! No advice moves an agent back: a user who is told to clear a pin, or given the command,
//! gets an image that is neither older than the pin nor ahead of the server.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::setting::Fact;
use rancher_agent_version_policy::version::Version;

use super::requests::{Ask, plain_asks};
use super::run::reaches;

/// What would be deployed in place of the pin: Rancher's own image, where it is known.
fn own(ask: &Ask) -> Option<Version> {
    match &ask.agent_image {
        Fact::Value(image) if !ask.is_static => ImageRef::new(image).version().ok(),
        _ => None,
    }
}

/// The pin that decides.
fn pin(ask: &Ask) -> Option<Version> {
    let texts = [&ask.new.override_, &ask.new.desired];
    let mut set = texts.into_iter().flatten().filter(|text| !text.is_empty());
    ImageRef::new(set.next()?).version().ok()
}

fn server(ask: &Ask) -> Option<Version> {
    match &ask.server {
        Fact::Value(text) => text.parse().ok(),
        Fact::Fault(_) => None,
    }
}

/// Where clearing the pin would move the agent, as far as it is to be avoided. A trunk
/// build has no place in the order from which there is a step back.
fn wrong_step(ask: &Ask) -> Option<&'static str> {
    let (own, pin) = (own(ask)?, pin(ask)?);
    if matches!(pin, Version::Trunk(_)) || matches!(own, Version::Trunk(_)) {
        return None;
    }
    // A head has no order to the releases of its line.
    let is_beside = pin.line() == own.line()
        && matches!(pin, Version::LineHead { .. }) != matches!(own, Version::LineHead { .. });
    if !is_beside && own < pin {
        return Some("back");
    }
    let server = server(ask)?;
    let is_beside = server.line() == own.line()
        && matches!(server, Version::LineHead { .. }) != matches!(own, Version::LineHead { .. });
    (!matches!(server, Version::Trunk(_)) && !is_beside && own > server)
        .then_some("past the server")
}

/// The clearing that a message advises.
fn advice(message: &str) -> Option<&str> {
    let words = [
        "so that Rancher rolls out its own agent",
        "so that Rancher deploys its own agent",
        "kubectl patch",
    ];
    words.into_iter().find(|words| message.contains(words))
}

/// Requests in which Rancher, its `agent-image` and the pin are close to each other.
fn close_asks() -> impl Strategy<Value = Ask> {
    let tag = select(
        &[
            "v2.11.3",
            "v2.12.1",
            "v2.12.3",
            "v2.12.3-rc1",
            "v2.12.3-hotfix-aa00.1",
            "v2.12.4",
            "v2.13.0",
            "v2.12-head",
            "main-head",
        ][..],
    );
    let beneath = option::of(tag.clone());
    let tags = (tag.clone(), tag.clone(), tag, beneath);
    (plain_asks(), tags, any::<bool>()).prop_map(|(ask, (server, own, pin, beneath), is_audit)| {
        let mut ask = Ask {
            is_static: false,
            server: Fact::Value(server.to_owned()),
            agent_image: Fact::Value(format!("rancher/rancher-agent:{own}")),
            ..ask
        };
        let image = |tag| format!("rancher/rancher-agent:{tag}");
        (ask.new.desired, ask.new.override_) = match beneath {
            Some(beneath) => (Some(image(beneath)), Some(image(pin))),
            None => (Some(image(pin)), None),
        };
        if is_audit {
            ask.operation = "CREATE";
            ask.user = String::new();
            ask.resource_version = "1".to_owned();
            ask.old = None;
        }
        ask
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_advice_moves_an_agent_back(ask in prop_oneof![plain_asks(), close_asks()]) {
        let message = ask.answer().response.message.unwrap_or_default();
        if let Some(step) = wrong_step(&ask) {
            prop_assert_eq!(advice(&message), None, "{} in {}", step, message);
        }
    }
}

#[test]
fn there_are_wrong_steps_to_advise() {
    reaches(
        close_asks(),
        4096,
        |ask| {
            let message = ask.answer().response.message.unwrap_or_default();
            let step = wrong_step(&ask).unwrap_or("forward");
            let is_told = message.contains("correct its Setting") || advice(&message).is_some();
            is_told.then(|| step.to_owned()).into_iter().collect()
        },
        &[("back", 100), ("past the server", 100), ("forward", 300)],
    );
}
