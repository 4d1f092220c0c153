//! All five rules of [`crate::lag`], with what is known of Rancher: every
//! question that a look-up can answer is asked here.

use crate::image::ImageRef;
use crate::lag::{Gap, ServerVersion, Verdict, is_as_server_deploys};
use crate::reason::UnknownServer;
use crate::setting::{Fault, Rancher, SettingName};
use crate::settings::Settings;

/// Judges images by the settings and by what is known of Rancher. Each answer
/// is an error if a look-up has to come first: the name of the Setting.
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

    /// The server's version, or why nobody can tell.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn server(self) -> Result<Result<ServerVersion<'a>, Fault>, SettingName> {
        let text = match &self.settings.server_version {
            Some(text) => Ok(text.as_str()),
            None => self.rancher.know(SettingName::ServerVersion)?,
        };
        Ok(text.map(ServerVersion::new))
    }

    /// The verdict on an image.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn verdict(self, image: ImageRef<'_>) -> Result<Verdict, SettingName> {
        let Ok(server) = self.server()? else {
            return Ok(Verdict::UnknownServer);
        };
        let verdict = server.judge(image, self.settings.allowed_lag);
        let is_open = match verdict {
            Verdict::Lagging(_) | Verdict::UnknownImage(_) | Verdict::UnknownServer => true,
            Verdict::Current
            | Verdict::Ahead
            | Verdict::Tolerated(_)
            | Verdict::AsServerDeploys => false,
        };
        if !is_open || !self.is_live() {
            return Ok(verdict);
        }
        Ok(match self.rancher.know(SettingName::AgentImage)? {
            Ok(setting) if is_as_server_deploys(image, verdict, ImageRef::new(setting)) => {
                Verdict::AsServerDeploys
            }
            Ok(_) | Err(Fault::NotFound) => verdict,
            Err(_) => Verdict::UnknownServer,
        })
    }

    /// The verdict where neither an unknown image nor one that the server
    /// deploys is a finding: `None` for both, without a look-up to tell them
    /// apart.
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

    /// By how much Rancher's own `agent-image` lags behind Rancher, if it does
    /// and both are known.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn agent_image_lag(self) -> Result<Option<(ImageRef<'a>, Gap)>, SettingName> {
        if let Ok(server) = self.server()?
            && server.is_version()
            && let Ok(image) = self.rancher.know(SettingName::AgentImage)?
        {
            let image = ImageRef::new(image);
            if let Verdict::Lagging(gap) = server.judge(image, self.settings.allowed_lag) {
                return Ok(Some((image, gap)));
            }
        }
        Ok(None)
    }

    /// Rancher's own `agent-image`, if it is known to be older than `pin`.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn older_agent_image(self, pin: ImageRef<'_>) -> Result<Option<ImageRef<'a>>, SettingName> {
        if !self.is_live() {
            return Ok(None);
        }
        let Ok(setting) = self.rancher.know(SettingName::AgentImage)? else {
            return Ok(None);
        };
        let setting = ImageRef::new(setting);
        Ok(match (setting.version(), pin.version()) {
            (Ok(own), Ok(pinned)) if own < pinned => Some(setting),
            _ => None,
        })
    }

    /// Why a verdict was [`Verdict::UnknownServer`].
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn why_unknown_server(self) -> Result<UnknownServer, SettingName> {
        let fault = match self.server()? {
            Ok(server) if server.is_version() => self.rancher.know(SettingName::AgentImage)?.err(),
            Ok(_) => None,
            Err(fault) => {
                let name = SettingName::ServerVersion;
                return Ok(UnknownServer::Setting(name, fault));
            }
        };
        Ok(match fault {
            Some(fault) => UnknownServer::Setting(SettingName::AgentImage, fault),
            None => UnknownServer::NotAVersion,
        })
    }
}
