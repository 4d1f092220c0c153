//! The decision: pure, total, without IO. The table is in the crate's
//! documentation; the rows are named where they are decided.

use crate::cluster::{self, Cluster, DesiredField, DesiredImage};
use crate::image::ImageRef;
use crate::lag::{ServerVersion, Verdict, is_as_server_deploys};
use crate::ratchet::{Direction, Transition};
use crate::reason::{DesiredVerdict, Finding, Moment, Subject, UnknownServer};
use crate::request::{BadPayload, Change, Operation, Request, Requester};
use crate::setting::{Fault, Rancher, SettingName};
use crate::settings::{DeployedImagePolicy, Settings, UnknownVersionPolicy};

/// The service account of rancher-backup: one object that it may not restore
/// stops a whole disaster recovery (charts/rancher-backup).
const BACKUP: &str = "system:serviceaccount:cattle-resources-system:rancher-backup";

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Let it pass without a word.
    Accept,
    /// Let it pass and say what was found.
    AcceptWithWarnings,
    /// Refuse it.
    Reject,
    /// Let it pass with the desired fields cleared.
    Repair,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The request passes.
    Warn,
    /// The request passes without what was found.
    Repair,
    /// The request is refused.
    Reject,
}

/// A decided request.
#[derive(Debug)]
pub struct Decision<'a> {
    /// Who asked.
    pub requester: Requester,
    /// What was found, in the order of the message.
    pub findings: Vec<(Severity, Finding<'a>)>,
    /// The words for the cluster and the moment.
    pub subject: Subject<'a>,
}

impl Decision<'_> {
    /// The strictest finding decides.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.findings.iter().map(|(severity, _)| *severity).max() {
            None => Outcome::Accept,
            Some(Severity::Warn) => Outcome::AcceptWithWarnings,
            Some(Severity::Repair) => Outcome::Repair,
            Some(Severity::Reject) => Outcome::Reject,
        }
    }
}

/// Why there is no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// This Setting has to be looked up first.
    Needs(SettingName),
    /// The request cannot be read.
    BadPayload(BadPayload),
}

impl From<SettingName> for Undecided {
    fn from(name: SettingName) -> Self {
        Self::Needs(name)
    }
}

impl From<BadPayload> for Undecided {
    fn from(bad: BadPayload) -> Self {
        Self::BadPayload(bad)
    }
}

/// Decides a request by what is known of Rancher.
///
/// # Errors
/// What is missing: a fact about Rancher, after which to ask again (at most
/// twice, each Setting once), or a part of the request.
pub fn decide<'a>(
    request: &'a Request<'a>,
    settings: &'a Settings,
    rancher: &'a Rancher,
) -> Result<Decision<'a>, Undecided> {
    let requester = request.requester();
    let mut judge = Judge {
        request,
        settings,
        rancher,
        requester,
        findings: Vec::new(),
    };
    let mut subject = Subject {
        cluster: None,
        name: request.name(),
        moment: Moment::Create,
        administrated: false,
        server: "",
    };
    if let Some(change) = in_scope(request, &mut judge)? {
        let new = match change {
            Change::Create(new) => {
                judge.create(new)?;
                subject.administrated = new.is_administrated();
                new
            }
            Change::Update { old, new } => {
                judge.update(old, new)?;
                subject.administrated = old.is_administrated();
                subject.moment = match new.desired_image() {
                    DesiredImage::Pinned { field, .. }
                        if old.desired_text(field) == new.desired_text(field) =>
                    {
                        Moment::Keep
                    }
                    _ => Moment::Repin,
                };
                new
            }
        };
        if requester == Requester::Audit {
            subject.moment = Moment::Audit;
        }
        subject.cluster = Some(new);
        subject.server = judge.server_text().unwrap_or_default();
    }
    Ok(Decision {
        requester,
        findings: judge.findings,
        subject,
    })
}

/// The change to judge; `None` for everything that passes unseen.
fn in_scope<'a>(
    request: &'a Request<'a>,
    judge: &mut Judge<'a>,
) -> Result<Option<Change<'a>>, BadPayload> {
    if request.operation() == Operation::Other || request.is_sub_resource() {
        return Ok(None);
    }
    if request.group_and_kind() != (cluster::GROUP, cluster::KIND) {
        judge.warn(Finding::NotACluster);
        return Ok(None);
    }
    if request.name() == cluster::LOCAL {
        return Ok(None);
    }
    let change = request.change()?;
    let is_being_deleted = match change {
        Change::Update { old, .. } => old.is_being_deleted(),
        Change::Create(new) => judge.requester == Requester::Audit && new.is_being_deleted(),
    };
    if is_being_deleted || request.username() == BACKUP {
        return Ok(None);
    }
    Ok(Some(change))
}

/// Gathers what there is to say about one request.
struct Judge<'a> {
    request: &'a Request<'a>,
    settings: &'a Settings,
    rancher: &'a Rancher,
    requester: Requester,
    findings: Vec<(Severity, Finding<'a>)>,
}

impl<'a> Judge<'a> {
    fn find(&mut self, severity: Severity, finding: Finding<'a>) {
        match self
            .findings
            .iter_mut()
            .find(|(_, known)| *known == finding)
        {
            Some((known, _)) => *known = severity.max(*known),
            None => self.findings.push((severity, finding)),
        }
    }

    fn warn(&mut self, finding: Finding<'a>) {
        self.find(Severity::Warn, finding);
    }

    fn reject(&mut self, finding: Finding<'a>) {
        self.find(Severity::Reject, finding);
    }

    /// True if there is somebody to read a warning.
    fn is_heard(&self) -> bool {
        self.requester != Requester::Controller
    }

    /// Rows 1 to 6, and the pins that will bite later.
    fn create(&mut self, new: Cluster<'a>) -> Result<(), Undecided> {
        let administrated = new.is_administrated();
        for field in new.odd_fields() {
            self.reject(Finding::MalformedField(field));
        }
        match new.desired_image() {
            _ if !self.findings.is_empty() => {}
            DesiredImage::Follows => self.follow()?,
            DesiredImage::FollowsOnce(field) => {
                self.follow()?;
                self.fixed(field, administrated);
            }
            DesiredImage::Pinned { field, image } => {
                let image = ImageRef::new(image);
                match self.verdict(image)? {
                    Verdict::Lagging(gap) => {
                        let severity = if self.repairs(administrated) {
                            Severity::Repair
                        } else {
                            Severity::Reject
                        };
                        let verdict = DesiredVerdict::Lagging(gap);
                        self.find(
                            severity,
                            Finding::Desired {
                                field,
                                image,
                                verdict,
                            },
                        );
                    }
                    Verdict::UnknownServer => self.unknown_server(self.if_unknown())?,
                    verdict => self.pin(field, image, verdict, administrated)?,
                }
            }
            // A finding already.
            DesiredImage::Unreadable(_) => {}
        }
        let severity = match self.settings.deployed_image {
            DeployedImagePolicy::Reject => Severity::Reject,
            DeployedImagePolicy::Warn => Severity::Warn,
            DeployedImagePolicy::Ignore => return Ok(()),
        };
        self.deployed(new, severity)
    }

    /// Rows 7 to 14.
    fn update(&mut self, old: Cluster<'a>, new: Cluster<'a>) -> Result<(), Undecided> {
        let (before, after) = (old.desired_image(), new.desired_image());
        let transition = Transition::between(before, after);
        let is_stale =
            !new.resource_version().is_empty() && new.resource_version() != old.resource_version();
        if self.settings.repair && is_stale {
            // The API server answers 409, but only after the mutation.
            return Ok(());
        }
        for field in new.odd_fields() {
            if !self.request.leaves_as_it_was(field) {
                self.reject(Finding::MalformedField(field));
            }
        }
        if !self.findings.is_empty() {
            return Ok(());
        }
        let administrated = old.is_administrated();
        if let DesiredImage::FollowsOnce(field) = after
            && !matches!(before, DesiredImage::FollowsOnce(_))
        {
            self.fixed(field, administrated);
        }
        match (transition, after) {
            (Transition::Unchanged, _) => self.keep(new, administrated)?,
            // Row 9.
            (Transition::ToFollows, _) => {}
            (Transition::Repinned, DesiredImage::Pinned { field, image }) => {
                let image = ImageRef::new(image);
                let is_ranchers_own = self.requester == Requester::Controller
                    && (administrated || matches!(before, DesiredImage::FollowsOnce(_)));
                if !is_ranchers_own || self.repairs(administrated) {
                    self.repin(before, field, image, administrated, is_ranchers_own)?;
                }
            }
            // The field that decides now is as malformed as it was before.
            (Transition::Repinned, DesiredImage::Unreadable(_)) => {}
            // Never: an image that follows is unchanged, or the cure.
            (Transition::Repinned, DesiredImage::Follows | DesiredImage::FollowsOnce(_)) => {}
        }
        Ok(())
    }

    /// Rows 7 and 8: the desired image is what it was.
    fn keep(&mut self, new: Cluster<'a>, administrated: bool) -> Result<(), Undecided> {
        let repairs = self.repairs(administrated);
        if !self.is_heard() && self.settings.ratcheting && !repairs {
            return Ok(());
        }
        if let DesiredImage::Pinned { field, image } = new.desired_image()
            && !(self.settings.ratcheting && self.is_unknown_by_itself(ImageRef::new(image))?)
        {
            let image = ImageRef::new(image);
            match self.verdict(image)? {
                Verdict::Lagging(gap) => {
                    let severity = if repairs {
                        Severity::Repair
                    } else if self.settings.ratcheting {
                        Severity::Warn
                    } else {
                        Severity::Reject
                    };
                    let verdict = DesiredVerdict::Lagging(gap);
                    self.find(
                        severity,
                        Finding::Desired {
                            field,
                            image,
                            verdict,
                        },
                    );
                }
                Verdict::UnknownImage(why) if !self.settings.ratcheting => {
                    let verdict = DesiredVerdict::Unknown(why);
                    self.find(
                        self.if_unknown(),
                        Finding::Desired {
                            field,
                            image,
                            verdict,
                        },
                    );
                }
                Verdict::UnknownServer => self.unknown_server(Severity::Warn)?,
                Verdict::UnknownImage(_)
                | Verdict::Current
                | Verdict::Ahead
                | Verdict::Tolerated(_)
                | Verdict::AsServerDeploys => {}
            }
        }
        if self.is_heard() {
            self.deployed(new, Severity::Warn)?;
        }
        Ok(())
    }

    /// Rows 10 to 14: another image is pinned.
    fn repin(
        &mut self,
        before: DesiredImage<'a>,
        field: DesiredField,
        image: ImageRef<'a>,
        administrated: bool,
        is_ranchers_own: bool,
    ) -> Result<(), Undecided> {
        match self.verdict(image)? {
            Verdict::Lagging(gap) => {
                let severity = if self.repairs(administrated) {
                    Severity::Repair
                } else if self.settings.ratcheting && self.is_no_worse(before, image)? {
                    Severity::Warn
                } else {
                    Severity::Reject
                };
                let verdict = DesiredVerdict::Lagging(gap);
                self.find(
                    severity,
                    Finding::Desired {
                        field,
                        image,
                        verdict,
                    },
                );
            }
            // Row 10.
            _ if is_ranchers_own => {}
            Verdict::UnknownServer => self.unknown_server(Severity::Warn)?,
            verdict => self.pin(field, image, verdict, administrated)?,
        }
        Ok(())
    }

    /// Row 12: the image before lagged as well, and no less.
    fn is_no_worse(
        &self,
        before: DesiredImage<'a>,
        image: ImageRef<'a>,
    ) -> Result<bool, Undecided> {
        let DesiredImage::Pinned { image: before, .. } = before else {
            return Ok(false);
        };
        let before = ImageRef::new(before);
        let verdict = self.verdict(before)?;
        Ok(Direction::of(before, verdict, image).is_no_worse())
    }

    /// Rows 3 to 6 and 14: a pinned image that does not lag.
    fn pin(
        &mut self,
        field: DesiredField,
        image: ImageRef<'a>,
        verdict: Verdict,
        administrated: bool,
    ) -> Result<(), Undecided> {
        match verdict {
            Verdict::Current => {
                if self.is_heard() && !administrated {
                    self.warn(Finding::PinnedWillNotFollow { field, image });
                }
            }
            Verdict::AsServerDeploys => self.agent_image_setting()?,
            Verdict::UnknownImage(why) => {
                let verdict = DesiredVerdict::Unknown(why);
                self.find(
                    self.if_unknown(),
                    Finding::Desired {
                        field,
                        image,
                        verdict,
                    },
                );
            }
            verdict => {
                if let Some(verdict) = DesiredVerdict::of(verdict) {
                    self.warn(Finding::Desired {
                        field,
                        image,
                        verdict,
                    });
                }
            }
        }
        Ok(())
    }

    /// A desired image of `fixed` that somebody writes.
    fn fixed(&mut self, field: DesiredField, administrated: bool) {
        if self.is_heard() && !administrated {
            self.warn(Finding::FixedWillNotFollow { field });
        }
    }

    /// Row 5 for a cluster that follows: what it follows may lag itself.
    fn follow(&mut self) -> Result<(), Undecided> {
        if self.is_heard() && self.settings.server_version.is_none() {
            self.agent_image_setting()?;
        }
        Ok(())
    }

    /// Row 5: Rancher's own `agent-image` lags. Nothing to say if either
    /// Setting cannot be had: there is no image of the cluster to compare.
    fn agent_image_setting(&mut self) -> Result<(), Undecided> {
        if let Ok(server) = self.server()?
            && server.is_version()
            && let Ok(image) = self.rancher.know(SettingName::AgentImage)?
        {
            let image = ImageRef::new(image);
            let verdict = server.judge(image, self.settings.allowed_lag);
            if let Verdict::Lagging(gap) = verdict {
                self.warn(Finding::AgentImageSettingLagging { image, gap });
            }
        }
        Ok(())
    }

    /// Rows 2 and 8: the deployed image lags.
    fn deployed(&mut self, new: Cluster<'a>, severity: Severity) -> Result<(), Undecided> {
        let Some(image) = new.deployed_image().map(ImageRef::new) else {
            return Ok(());
        };
        if self.is_unknown_by_itself(image)? {
            return Ok(());
        }
        match self.verdict(image)? {
            Verdict::Lagging(gap) => self.find(severity, Finding::DeployedLagging { image, gap }),
            Verdict::UnknownServer => {
                let severity = if self.requester == Requester::Audit {
                    self.if_unknown()
                } else {
                    Severity::Warn
                };
                self.unknown_server(severity)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The verdict on an image, by all five rules of [`crate::lag`].
    fn verdict(&self, image: ImageRef<'_>) -> Result<Verdict, Undecided> {
        let allowed = self.settings.allowed_lag;
        let Ok(server) = self.server()? else {
            return Ok(Verdict::UnknownServer);
        };
        let verdict = server.judge(image, allowed);
        let is_open = match verdict {
            Verdict::Lagging(_) | Verdict::UnknownImage(_) | Verdict::UnknownServer => true,
            Verdict::Current
            | Verdict::Ahead
            | Verdict::Tolerated(_)
            | Verdict::AsServerDeploys => false,
        };
        if !is_open || self.settings.server_version.is_some() {
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

    /// True if the image is unknown whatever Rancher's `agent-image` is, or
    /// else as the server deploys: where neither is a finding, there is
    /// nothing to look up.
    fn is_unknown_by_itself(&self, image: ImageRef<'_>) -> Result<bool, SettingName> {
        Ok(self.server()?.is_ok_and(|server| {
            let verdict = server.judge(image, self.settings.allowed_lag);
            matches!(verdict, Verdict::UnknownImage(_))
        }))
    }

    /// The server's version, or why nobody can tell.
    fn server(&self) -> Result<Result<ServerVersion<'a>, Fault>, SettingName> {
        let text = match &self.settings.server_version {
            Some(text) => Ok(text.as_str()),
            None => self.rancher.know(SettingName::ServerVersion)?,
        };
        Ok(text.map(ServerVersion::new))
    }

    /// The text of the server's version, as far as it is known.
    fn server_text(&self) -> Option<&'a str> {
        Some(self.server().ok()?.ok()?.text())
    }

    /// Says why the server allows no verdict.
    fn unknown_server(&mut self, severity: Severity) -> Result<(), Undecided> {
        let why = match self.server()? {
            Err(fault) => UnknownServer::Setting(SettingName::ServerVersion, fault),
            Ok(server) if !server.is_version() => UnknownServer::NotAVersion,
            Ok(_) => match self.rancher.know(SettingName::AgentImage)? {
                Err(fault) => UnknownServer::Setting(SettingName::AgentImage, fault),
                Ok(_) => return Ok(()),
            },
        };
        self.find(severity, Finding::UnknownServer(why));
        Ok(())
    }

    fn if_unknown(&self) -> Severity {
        match self.settings.unknown_version {
            UnknownVersionPolicy::Reject => Severity::Reject,
            UnknownVersionPolicy::Warn => Severity::Warn,
        }
    }

    /// True if a lagging pin would be cleared: not in an audit, and not where
    /// Rancher writes the field itself.
    fn repairs(&self, administrated: bool) -> bool {
        self.settings.repair && self.requester != Requester::Audit && !administrated
    }
}
