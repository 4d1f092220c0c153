//! Why a request was answered as it was: what was read, what it was compared with, and
//! the result. The answer itself does not need it.

use crate::admission::{Decision, decide};
use crate::cluster::{Cluster, DesiredImage};
use crate::image::ImageRef;
use crate::judge::{Judge, Replacement};
use crate::lag::{Deviation, Verdict};
use crate::ratchet::{Direction, Transition};
use crate::request::{Change, Request};
use crate::setting::{Fact, Fault, Rancher, SettingName};
use crate::settings::Settings;

/// The explanation of one request.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// The answer, and what was found for it.
    pub decision: Decision<'a>,
    /// The image that Rancher will deploy.
    pub desired: DesiredImage<'a>,
    /// The verdict on it, if it is pinned and the server is known.
    pub desired_verdict: Option<Verdict>,
    /// The image that Rancher would have deployed before; `None` without an old object.
    pub before: Option<DesiredImage<'a>>,
    /// The verdict on it, as on the desired image.
    pub before_verdict: Option<Verdict>,
    /// What the request does to it.
    pub transition: Option<Transition<'a>>,
    /// How a pin that lags now stands to the one before.
    pub direction: Option<Direction>,
    /// The image that Rancher applied last.
    pub deployed: Option<ImageRef<'a>>,
    /// The verdict on it.
    pub deployed_verdict: Option<Verdict>,
    /// Why the version that is compared with is unknown.
    pub server_fault: Option<Fault>,
    /// Rancher's own `agent-image`, and what is wrong with it.
    pub agent_image: Option<(&'a str, Option<Deviation>)>,
    /// What Rancher would deploy in place of a pin.
    pub replacement: Option<Replacement<'a>>,
    /// Why `agent-image` is unknown.
    pub agent_image_fault: Option<Fault>,
}

/// Explains a request by all that is known of Rancher, whether the decision needs it or
/// not. `None` if the request is out of scope, or has no Cluster that can be read.
#[must_use]
pub fn explain<'a>(
    request: &'a Request<'a>,
    settings: &'a Settings,
    rancher: &'a Rancher,
) -> Option<Explanation<'a>> {
    let decision = decide(request, settings, rancher).ok()?;
    // Only what is judged has one.
    decision.subject.cluster?;
    let (old, cluster) = match request.change().ok()? {
        Change::Create(new) => (None, new),
        Change::Update { old, new } => (Some(old), new),
    };
    let judge = Judge::new(settings, rancher);
    let verdict = |image| judge.verdict(image).ok();
    let desired = cluster.desired_image();
    let before = old.map(Cluster::desired_image);
    let deployed = cluster.deployed_image().map(ImageRef::new);
    let pinned = |desired| match desired {
        DesiredImage::Pinned(pin) => verdict(pin.image),
        _ => None,
    };
    let desired_verdict = pinned(desired);
    let before_verdict = before.and_then(pinned);
    let direction = match (before, desired, desired_verdict) {
        (Some(before), DesiredImage::Pinned(pin), Some(Verdict::Lagging(_))) => match before {
            DesiredImage::Pinned(before) => {
                before_verdict.map(|verdict| Direction::of(before.image, verdict, pin.image))
            }
            _ => Some(Direction::Introduced),
        },
        _ => None,
    };
    let fault = |name| match rancher.know(name) {
        Ok(Fact::Fault(fault)) if judge.is_live() => Some(*fault),
        _ => None,
    };
    let agent_image = match rancher.know(SettingName::AgentImage) {
        Ok(Fact::Value(image)) => {
            let deviation = judge.agent_image_deviation().ok().flatten();
            Some((image.as_str(), deviation.map(|(_, deviation)| deviation)))
        }
        _ => None,
    };
    Some(Explanation {
        desired,
        desired_verdict,
        before,
        before_verdict,
        transition: before.map(|before| Transition::between(before, desired)),
        direction,
        deployed,
        deployed_verdict: deployed.and_then(|image| judge.deployed_verdict(image).ok()),
        server_fault: fault(SettingName::ServerVersion),
        agent_image,
        replacement: match desired {
            DesiredImage::Pinned(pin) => {
                let beneath = cluster.beneath(pin, decision.subject.administrated);
                judge.replacement(pin.image, beneath).ok().flatten()
            }
            _ => None,
        },
        agent_image_fault: fault(SettingName::AgentImage),
        decision,
    })
}
