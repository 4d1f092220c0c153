//! All five rules of [`crate::lag`], with what is known of Rancher: every
//! question that a look-up can answer is asked here.

use crate::image::ImageRef;
use crate::lag::{Gap, ServerVersion, Verdict, is_as_server_deploys};
use crate::setting::{Fact, Fault, Rancher, SettingName, UnknownServer};
use crate::settings::{AllowedLag, Settings};

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
    pub fn server(self) -> Result<Server<'a>, SettingName> {
        let name = SettingName::ServerVersion;
        let text = match &self.settings.server_version {
            Some(text) => text,
            None => match self.rancher.know(name)? {
                Fact::Value(text) => text,
                Fact::Fault(fault) => {
                    return Ok(Server::Unknown(UnknownServer::Setting(name, *fault)));
                }
            },
        };
        Ok(Server::Version(ServerVersion::new(text)))
    }

    /// The verdict on an image.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn verdict(self, image: ImageRef<'_>) -> Result<Verdict, SettingName> {
        let server = match self.server()? {
            Server::Version(server) => server,
            Server::Unknown(why) => return Ok(Verdict::UnknownServer(why)),
        };
        let verdict = server.judge(image, self.settings.allowed_lag);
        let is_open = match verdict {
            Verdict::Lagging(_) | Verdict::UnknownImage(_) | Verdict::UnknownServer(_) => true,
            Verdict::Current
            | Verdict::Ahead
            | Verdict::Tolerated(_)
            | Verdict::AsServerDeploys => false,
        };
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
    /// deploys is a finding: `None` for both, without a look-up to tell them
    /// apart.
    ///
    /// # Errors
    /// The Setting to look up first.
    pub fn verdict_but_unknown_image(
        self,
        image: ImageRef<'_>,
    ) -> Result<Option<Verdict>, SettingName> {
        if let Server::Version(server) = self.server()?
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
        if let Server::Version(server) = self.server()?
            && server.is_version()
            && let Fact::Value(image) = self.rancher.know(SettingName::AgentImage)?
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
        let Fact::Value(own) = self.rancher.know(SettingName::AgentImage)? else {
            return Ok(None);
        };
        // A pin that would be ahead of a server of that version.
        let own = ImageRef::new(own);
        let server = own.tag().map(ServerVersion::new);
        let verdict = server.map(|server| server.judge(pin, AllowedLag::None));
        Ok((verdict == Some(Verdict::Ahead)).then_some(own))
    }
}

/// What is known of the server's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server<'a> {
    /// Its text, and the version that it is, if it is one.
    Version(ServerVersion<'a>),
    /// Nothing.
    Unknown(UnknownServer),
}

impl<'a> Server<'a> {
    /// The text, empty if there is none.
    #[must_use]
    pub fn text(&self) -> &'a str {
        match self {
            Self::Version(version) => version.text(),
            Self::Unknown(_) => "",
        }
    }
}
