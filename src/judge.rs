//! All five rules of [`crate::lag`], with what is known of Rancher: every
//! question that a lookup can answer is asked here.

use crate::image::ImageRef;
use crate::lag::{Deviation, ServerVersion, Verdict, is_as_server_deploys};
use crate::setting::{Fact, Fault, Rancher, SettingName, UnknownServer};
use crate::settings::{AllowedLag, Settings};
use crate::standing::Standing;

/// Judges images by the settings and by what is known of Rancher. Each answer
/// is an error if a lookup has to come first: the name of the Setting.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    settings: &'a Settings,
    rancher: &'a Rancher,
}

impl<'a> Judge<'a> {
    /// A judge by these settings and facts.
    #[must_use]
    pub fn new(settings: &'a Settings, rancher: &'a Rancher) -> Self {
        Self { settings, rancher }
    }

    /// True if Rancher is asked for its version.
    #[must_use]
    pub fn is_live(self) -> bool {
        self.settings.server_version.is_none()
    }

    /// The server's version, or why it is unknown.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn server(self) -> Result<Result<ServerVersion<'a>, UnknownServer>, SettingName> {
        let name = SettingName::ServerVersion;
        let text = match &self.settings.server_version {
            Some(text) => text,
            None => match self.rancher.know(name)? {
                Fact::Value(text) => text,
                Fact::Fault(fault) => return Ok(Err(UnknownServer::Setting(name, *fault))),
            },
        };
        Ok(Ok(ServerVersion::new(text)))
    }

    /// The verdict on an image.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn verdict(self, image: ImageRef<'_>) -> Result<Verdict, SettingName> {
        let server = match self.server()? {
            Ok(server) => server,
            Err(why) => return Ok(Verdict::UnknownServer(why)),
        };
        let verdict = server.judge(image, self.settings.allowed_lag);
        let is_open = matches!(verdict.standing(), Standing::Lagging | Standing::Unknown);
        if !is_open || !self.is_live() {
            return Ok(verdict);
        }
        let name = SettingName::AgentImage;
        Ok(match self.rancher.know(name)? {
            Fact::Value(own) if is_as_server_deploys(image, verdict, ImageRef::new(own)) => {
                Verdict::AsServerDeploys
            }
            Fact::Fault(fault) if *fault != Fault::NotFound && server.is_version() => {
                Verdict::UnknownServer(UnknownServer::Setting(name, *fault))
            }
            Fact::Value(_) | Fact::Fault(_) => verdict,
        })
    }

    /// The verdict where neither an unknown image nor one that the server
    /// deploys is a finding: `None` for both, without the lookup that would
    /// tell them apart.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn verdict_but_unknown_image(
        self,
        image: ImageRef<'_>,
    ) -> Result<Option<Verdict>, SettingName> {
        if let Ok(server) = self.server()?
            && let Verdict::UnknownImage(_) = server.judge(image, self.settings.allowed_lag)
        {
            return Ok(None);
        }
        self.verdict(image).map(Some)
    }

    /// The verdict on a deployed image. Unlike that on a desired image it stays unknown by
    /// the image where `agent-image` cannot be had: no request is rejected for it.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn deployed_verdict(self, image: ImageRef<'_>) -> Result<Verdict, SettingName> {
        let verdict = self.verdict(image)?;
        if let Verdict::UnknownServer(UnknownServer::Setting(SettingName::AgentImage, _)) = verdict
            && let Ok(server) = self.server()?
            && let unknown @ Verdict::UnknownImage(_) =
                server.judge(image, self.settings.allowed_lag)
        {
            return Ok(unknown);
        }
        Ok(verdict)
    }

    /// Rancher's own `agent-image`, which it deploys for a cluster that follows; `None` if
    /// it is unknown.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn agent_image(self) -> Result<Option<ImageRef<'a>>, SettingName> {
        if !self.is_live() {
            return Ok(None);
        }
        Ok(match self.rancher.know(SettingName::AgentImage)? {
            Fact::Value(image) => Some(ImageRef::new(image)),
            Fact::Fault(_) => None,
        })
    }

    /// Rancher's own `agent-image`, if it lags behind Rancher's version or is ahead of it
    /// (rancher/rancher #53506: a `CATTLE_AGENT_IMAGE` that was left over).
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn agent_image_deviation(self) -> Result<Option<(ImageRef<'a>, Deviation)>, SettingName> {
        if let Ok(server) = self.server()?
            && server.is_version()
            && let Some(image) = self.agent_image()?
        {
            return Ok(match server.judge(image, self.settings.allowed_lag) {
                Verdict::Lagging(gap) => Some((image, Deviation::Lagging(gap))),
                Verdict::Ahead => Some((image, Deviation::Ahead)),
                _ => None,
            });
        }
        Ok(None)
    }

    /// What Rancher would deploy if `pin` were cleared: the image `beneath` it, which Rancher
    /// wrote and will replace by its own, or its own; `None` without lookups.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn replacement(
        self,
        pin: ImageRef<'_>,
        beneath: Option<ImageRef<'a>>,
    ) -> Result<Option<Replacement<'a>>, SettingName> {
        let own = self.agent_image()?;
        let Some(first) = beneath.or(own) else {
            return Ok(None);
        };
        let own = own.unwrap_or(first);
        let (image, step) = if is_older(first, pin) {
            (first, Step::Back)
        } else if is_older(own, pin) {
            (own, Step::Back)
        } else {
            match self.agent_image_deviation()? {
                Some((_, Deviation::Ahead)) => (own, Step::PastTheServer),
                // A head has no order to the releases beside it, but this one is the server's.
                Some((_, Deviation::Lagging(_))) if self.verdict(pin)? == Verdict::Current => {
                    (own, Step::Back)
                }
                _ => (first, Step::Forward),
            }
        };
        Ok(Some(Replacement { image, step }))
    }

    /// True if Rancher's own `agent-image` exists and could not be read.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn lacks_agent_image(self) -> Result<bool, SettingName> {
        if !self.is_live() {
            return Ok(false);
        }
        let fact = self.rancher.know(SettingName::AgentImage)?;
        Ok(matches!(fact, Fact::Fault(fault) if *fault != Fault::NotFound))
    }
}

/// True if `pin` would be ahead of a server of the version of `image`.
fn is_older(image: ImageRef<'_>, pin: ImageRef<'_>) -> bool {
    image
        .tag()
        .map(|tag| ServerVersion::new(tag).judge(pin, AllowedLag::None))
        == Some(Verdict::Ahead)
}

/// What Rancher would deploy in place of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'a> {
    /// The image.
    pub image: ImageRef<'a>,
    /// Where it would move the agent.
    pub step: Step,
}

/// Where clearing a pin would move the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Step {
    /// To an image that is not older than the pin, as far as is known.
    Forward,
    /// To an older image.
    Back,
    /// To an image that is ahead of the server.
    PastTheServer,
}
