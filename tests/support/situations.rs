//! Every combination of a list of images before and after, deployed images, requesters,
//! settings and states of Rancher's Settings, each with its answer as an UPDATE.

use std::sync::LazyLock;

use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::image::UnknownImage;
use rancher_agent_version_policy::lag::{Gap, Verdict};
use rancher_agent_version_policy::setting::{Fact, Fault, Rancher, SettingName, UnknownServer};
use rancher_agent_version_policy::settings::{
    AllowedLag, DeployedImagePolicy, Settings, UnknownVersionPolicy,
};
use rancher_agent_version_policy::version::Version;

use crate::seen::Seen;

/// Rancher's version, but for [`World::Trunk`].
pub const SERVER: &str = "v2.11.5";

/// What Rancher deploys in [`World::Airgapped`].
const MIRRORED: &str = "v2.10.0";

/// A value of `spec.desiredAgentImage`.
#[derive(Debug)]
pub struct Image {
    /// Its JSON.
    pub json: &'static str,
    /// How it stands to [`SERVER`] if no lag is allowed; `None` if it pins nothing.
    alone: Option<Verdict>,
}

const fn pin(json: &'static str, alone: Verdict) -> Image {
    let alone = Some(alone);
    Image { json, alone }
}

const fn no_pin(json: &'static str) -> Image {
    Image { json, alone: None }
}

const FIXED: &str = r#""fixed""#;

pub static IMAGES: [Image; 18] = [
    no_pin("null"),
    no_pin(r#""""#),
    no_pin(FIXED),
    no_pin("5"),
    pin(r#""a/b:v2.11.5""#, Verdict::Current),
    pin(r#""a/b:v2.12.0""#, Verdict::Ahead),
    pin(r#""a/b:v2.11.5-rc1""#, Verdict::Lagging(Gap::Build)),
    pin(r#""a/b:v2.11.2""#, Verdict::Lagging(Gap::Patch(3))),
    pin(r#""a/b:v2.10.3""#, Verdict::Lagging(Gap::Minor(1))),
    pin(r#""c/d:v2.10.3""#, Verdict::Lagging(Gap::Minor(1))),
    pin(
        r#""a/b:v2.9.0-hotfix-2dcf.1""#,
        Verdict::Lagging(Gap::Minor(2)),
    ),
    pin(
        r#""a/b:v2.9.0-hotfix-a3c0.1""#,
        Verdict::Lagging(Gap::Minor(2)),
    ),
    pin(r#""a/b:v2.9.0""#, Verdict::Lagging(Gap::Minor(2))),
    pin(r#""a/b:v1.6.4""#, Verdict::Lagging(Gap::Major(1))),
    pin(r#""a/b""#, Verdict::UnknownImage(UnknownImage::NoTag)),
    pin(
        r#""a/b@sha256:00""#,
        Verdict::UnknownImage(UnknownImage::DigestOnly),
    ),
    pin(
        r#""a/b:custom""#,
        Verdict::UnknownImage(UnknownImage::NotAVersion),
    ),
    pin(
        r#""a/b:v2.11-head""#,
        Verdict::UnknownImage(UnknownImage::NotComparable),
    ),
];

impl Image {
    /// The image that is pinned, empty if none is.
    pub fn text(&self) -> &'static str {
        self.json.trim_matches('"')
    }

    pub fn version(&self) -> Option<Version> {
        self.text().rsplit_once(':')?.1.parse().ok()
    }

    pub fn follows(&self) -> bool {
        ["null", r#""""#, FIXED].contains(&self.json)
    }

    pub fn is_fixed(&self) -> bool {
        self.json == FIXED
    }

    /// True if it is a text, not absent and of no other type.
    pub fn is_text(&self) -> bool {
        self.json.starts_with('"')
    }

    fn verdict(&self, world: World, lag: AllowedLag) -> Option<Verdict> {
        let verdict = match (world, self.version()) {
            (World::Broken, _) => self.alone.map(|_| {
                Verdict::UnknownServer(UnknownServer::Setting(
                    SettingName::ServerVersion,
                    Fault::Forbidden,
                ))
            })?,
            (World::Dev, _) => self
                .alone
                .map(|_| Verdict::UnknownServer(UnknownServer::NotAVersion))?,
            (World::Trunk, Some(_)) => Verdict::Lagging(Gap::Trunk),
            _ => self.alone?,
        };
        Some(match verdict {
            Verdict::Lagging(gap) if is_allowed(gap, lag) => Verdict::Tolerated(gap),
            Verdict::Lagging(_)
                if world == World::Airgapped && self.version() >= MIRRORED.parse().ok() =>
            {
                Verdict::AsServerDeploys
            }
            verdict => verdict,
        })
    }
}

fn is_allowed(gap: Gap, lag: AllowedLag) -> bool {
    match gap {
        Gap::Build | Gap::Patch(_) => lag != AllowedLag::None,
        Gap::Minor(1) => lag == AllowedLag::Minor,
        Gap::Minor(_) | Gap::Major(_) | Gap::Trunk => false,
    }
}

/// What is known of Rancher.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum World {
    /// The policy's settings name the server's version.
    Static,
    /// They name a build of the main branch.
    Trunk,
    Live,
    /// `agent-image` is set by hand, to an earlier version.
    Airgapped,
    /// The Settings may not be read.
    Broken,
    /// The server's version is none.
    Dev,
}

impl World {
    pub const ALL: [Self; 6] = [
        Self::Static,
        Self::Trunk,
        Self::Live,
        Self::Airgapped,
        Self::Broken,
        Self::Dev,
    ];

    /// The version that the policy's settings name.
    fn setting(self) -> Option<&'static str> {
        match self {
            Self::Static => Some(SERVER),
            Self::Trunk => Some("head"),
            Self::Live | Self::Airgapped | Self::Broken | Self::Dev => None,
        }
    }

    pub fn is_static(self) -> bool {
        self.setting().is_some()
    }

    fn fact(self, name: SettingName) -> Fact {
        let value = |text: &str| Fact::Value(text.to_owned());
        match (self, name) {
            (Self::Broken | Self::Static | Self::Trunk, _) => Fact::Fault(Fault::Forbidden),
            (Self::Dev, SettingName::ServerVersion) => value("dev"),
            (Self::Dev, SettingName::AgentImage) => value("rancher/rancher-agent:head"),
            (_, SettingName::ServerVersion) => value(SERVER),
            (Self::Airgapped, SettingName::AgentImage) => value(&format!("reg:5000/a:{MIRRORED}")),
            (_, SettingName::AgentImage) => value(&format!("rancher/rancher-agent:{SERVER}")),
        }
    }

    /// All that can be looked up.
    pub fn rancher(self) -> Rancher {
        let mut rancher = Rancher::default();
        for name in [SettingName::ServerVersion, SettingName::AgentImage] {
            rancher.learn(name, self.fact(name));
        }
        rancher
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Situation {
    pub before: &'static Image,
    pub after: &'static Image,
    /// How the images stand to the server; `None` if they pin nothing.
    pub verdicts: (Option<Verdict>, Option<Verdict>),
    pub deployed: &'static str,
    pub user: &'static str,
    pub administrated: bool,
    pub ratcheting: bool,
    pub lag: AllowedLag,
    pub unknown: UnknownVersionPolicy,
    pub repair: bool,
    pub world: World,
}

pub const USER: &str = "user-abcde";
pub const RANCHER: &str = "system:serviceaccount:cattle-system:rancher";

pub const LAGS: [AllowedLag; 3] = [AllowedLag::None, AllowedLag::Patch, AllowedLag::Minor];

/// Deployed images, and whether Rancher administrates the cluster. The last two have
/// nothing to do with a lag that is allowed or a version that is unknown.
const CLUSTERS: [(&str, bool); 3] = [("", false), ("a:v2.10.3", false), ("a:v2.10.3", true)];

impl Situation {
    /// All that the settings and Rancher's can be, with the first image before and after.
    fn surroundings() -> Vec<Self> {
        let mut all = Vec::new();
        let none = &IMAGES[0];
        for (deployed, administrated) in CLUSTERS {
            let (flags, lags) = match deployed {
                "" => (0..8_u8, &LAGS[..]),
                _ => (0..4, &LAGS[..1]),
            };
            for user in [USER, RANCHER] {
                for flags in flags.clone() {
                    for &lag in lags {
                        all.extend(World::ALL.map(|world| Self {
                            before: none,
                            after: none,
                            verdicts: (None, None),
                            deployed,
                            user,
                            administrated,
                            ratcheting: flags & 1 == 0,
                            lag,
                            repair: flags & 2 != 0,
                            unknown: match flags & 4 {
                                0 => UnknownVersionPolicy::Reject,
                                _ => UnknownVersionPolicy::Warn,
                            },
                            world,
                        }));
                    }
                }
            }
        }
        all
    }

    fn with_all_images(self) -> impl Iterator<Item = Self> {
        let verdicts: Vec<_> = IMAGES
            .iter()
            .map(|image| (image, image.verdict(self.world, self.lag)))
            .collect();
        let pairs = verdicts.clone().into_iter().flat_map(move |before| {
            let verdicts = verdicts.clone().into_iter();
            verdicts.map(move |after| (before, after))
        });
        pairs.map(move |((before, is), (after, becomes))| Self {
            before,
            after,
            verdicts: (is, becomes),
            ..self
        })
    }

    /// The settings as they are read.
    pub fn settings(&self) -> Settings {
        Settings {
            server_version: self.world.setting().map(str::to_owned),
            allowed_lag: self.lag,
            ratcheting: self.ratcheting,
            deployed_image: DeployedImagePolicy::default(),
            unknown_version: self.unknown,
            repair: self.repair,
        }
    }

    fn settings_json(&self) -> String {
        let lag = match self.lag {
            AllowedLag::None => "none",
            AllowedLag::Patch => "patch",
            AllowedLag::Minor => "minor",
        };
        let unknown = match self.unknown {
            UnknownVersionPolicy::Reject => "reject",
            UnknownVersionPolicy::Warn => "warn",
        };
        let (ratcheting, repair) = (self.ratcheting, self.repair);
        let server = self.world.setting().unwrap_or_default();
        format!(
            r#"{{"serverVersion":"{server}","allowedLag":"{lag}","ratcheting":{ratcheting},"unknownVersion":"{unknown}","repair":{repair}}}"#
        )
    }

    /// The object with this JSON as its desired image.
    pub fn object(&self, desired: &str) -> String {
        let (administrated, deployed) = (self.administrated, self.deployed);
        format!(
            r#"{{"metadata":{{"name":"c-m-abc12345","annotations":{{"provisioning.cattle.io/administrated":"{administrated}"}}}},"spec":{{"displayName":"edge","desiredAgentImage":{desired}}},"status":{{"agentImage":"{deployed}"}}}}"#
        )
    }

    /// The answer to this operation, with these as JSON.
    pub fn run(&self, operation: &str, object: &str, old: &str) -> (Seen, Vec<SettingName>) {
        let (user, settings) = (self.user, self.settings_json());
        let payload = format!(
            r#"{{"request":{{"operation":"{operation}","name":"c-m-abc12345","kind":{{"group":"management.cattle.io","version":"v3","kind":"Cluster"}},"userInfo":{{"username":"{user}"}},"object":{object},"oldObject":{old}}},"settings":{settings}}}"#
        );
        let mut lookups = Vec::new();
        let response = evaluate(payload.as_bytes(), |name| {
            lookups.push(name);
            self.world.fact(name)
        });
        (response.into(), lookups)
    }

    pub fn update(&self) -> (Seen, Vec<SettingName>) {
        let (object, old) = (self.object(self.after.json), self.object(self.before.json));
        self.run("UPDATE", &object, &old)
    }

    pub fn is_unknown_server(&self) -> bool {
        matches!(self.world, World::Broken | World::Dev)
    }

    pub fn is_unchanged(&self) -> bool {
        self.before.json == self.after.json || (self.before.follows() && self.after.follows())
    }

    /// True if the image after is a version that is earlier than what is allowed.
    pub fn lags(&self) -> bool {
        matches!(self.verdicts.1, Some(Verdict::Lagging(_)))
    }

    pub fn lagged(&self) -> bool {
        matches!(self.verdicts.0, Some(Verdict::Lagging(_)))
    }

    /// True if Rancher pins the image that it resolved itself.
    pub fn is_ranchers_own(&self) -> bool {
        self.user == RANCHER
            && !self.is_unchanged()
            && (self.administrated || self.before.is_fixed())
    }

    /// True if a lagging pin would be cleared.
    pub fn repairs(&self) -> bool {
        self.repair && !self.administrated
    }
}

/// A situation as an UPDATE request, with answer and lookups.
#[derive(Debug)]
pub struct Update {
    pub situation: Situation,
    pub response: Seen,
    pub lookups: Vec<SettingName>,
}

pub static UPDATES: LazyLock<Vec<Update>> = LazyLock::new(|| {
    let situations = Situation::surroundings()
        .into_iter()
        .flat_map(Situation::with_all_images);
    situations
        .map(|situation| {
            let (response, lookups) = situation.update();
            Update {
                situation,
                response,
                lookups,
            }
        })
        .collect()
});
