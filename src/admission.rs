//! The decision: pure, total, without IO. The table is in the crate's
//! documentation; the rows are named where they are decided.

use crate::cluster::{self, Cluster, DesiredField, DesiredImage, Pin};
use crate::image::ImageRef;
use crate::judge::Judge;
use crate::lag::Verdict;
use crate::ratchet::{Direction, Transition};
use crate::reason::{DesiredVerdict, Finding};
use crate::request::{BadPayload, Change, Operation, Request, Requester};
use crate::setting::{Rancher, SettingName};
use crate::settings::{DeployedImagePolicy, Settings, UnknownVersionPolicy};
use crate::words::{Moment, Subject};

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
    let mut findings = Findings {
        request,
        requester: request.requester(),
        settings,
        judge: Judge::new(settings, rancher),
        older: None,
        found: Vec::new(),
    };
    let subject = match findings.in_scope()? {
        Some(change) => findings.judge(change)?,
        None => Subject {
            cluster: None,
            name: request.name(),
            moment: Moment::Create,
            administrated: false,
            server: "",
            older: None,
        },
    };
    Ok(Decision {
        requester: findings.requester,
        findings: findings.found,
        subject,
    })
}

/// Gathers what there is to say about one request.
struct Findings<'a> {
    request: &'a Request<'a>,
    requester: Requester,
    settings: &'a Settings,
    judge: Judge<'a>,
    older: Option<ImageRef<'a>>,
    found: Vec<(Severity, Finding<'a>)>,
}

impl<'a> Findings<'a> {
    /// The change to judge; `None` for everything that passes unseen.
    fn in_scope(&mut self) -> Result<Option<Change<'a>>, BadPayload> {
        let request = self.request;
        if request.operation() == Operation::Other || request.is_sub_resource() {
            return Ok(None);
        }
        if request.group_and_kind() != (cluster::GROUP, cluster::KIND) {
            self.find(Severity::Warn, Finding::NotACluster);
            return Ok(None);
        }
        if request.name() == cluster::LOCAL {
            return Ok(None);
        }
        let change = request.change()?;
        let is_being_deleted = match change {
            Change::Update { old, .. } => old.is_being_deleted(),
            Change::Create(new) => self.requester == Requester::Audit && new.is_being_deleted(),
        };
        if is_being_deleted || request.username() == BACKUP {
            return Ok(None);
        }
        Ok(Some(change))
    }

    /// Finds what there is to find, and says what it is about.
    fn judge(&mut self, change: Change<'a>) -> Result<Subject<'a>, Undecided> {
        let (new, administrated, moment) = match change {
            Change::Create(new) => {
                let administrated = new.is_administrated();
                self.create(new, administrated)?;
                let moment = match self.requester {
                    Requester::Audit => Moment::Audit,
                    Requester::Controller | Requester::Person => Moment::Create,
                };
                (new, administrated, moment)
            }
            Change::Update { old, new } => {
                let administrated = old.is_administrated();
                self.update(old, new, administrated)?;
                let moment = match new.desired_image() {
                    DesiredImage::Pinned(Pin { field, .. })
                        if old.desired_text(field) == new.desired_text(field) =>
                    {
                        Moment::Keep
                    }
                    _ => Moment::Repin,
                };
                (new, administrated, moment)
            }
        };
        let server = match self.judge.server() {
            Ok(Ok(server)) => server.text(),
            Ok(Err(_)) | Err(_) => "",
        };
        Ok(Subject {
            cluster: Some(new),
            name: self.request.name(),
            moment,
            administrated,
            server,
            older: self.older,
        })
    }

    fn find(&mut self, severity: Severity, finding: Finding<'a>) {
        match self.found.iter_mut().find(|(_, known)| *known == finding) {
            Some((known, _)) => *known = severity.max(*known),
            None => self.found.push((severity, finding)),
        }
    }

    fn find_desired(&mut self, severity: Severity, pin: Pin<'a>, verdict: DesiredVerdict) {
        self.find(severity, Finding::Desired { pin, verdict });
    }

    /// Says why the server allows no verdict.
    fn find_unknown_server(&mut self, severity: Severity) -> Result<(), Undecided> {
        let why = self.judge.why_unknown_server()?;
        self.find(severity, Finding::UnknownServer(why));
        Ok(())
    }

    /// True if there is somebody to read a warning.
    fn is_heard(&self) -> bool {
        self.requester != Requester::Controller
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

    /// What becomes of a lagging pin; `passes` if the table lets it pass.
    fn if_lagging(&self, administrated: bool, passes: bool) -> Severity {
        if self.repairs(administrated) {
            Severity::Repair
        } else if passes {
            Severity::Warn
        } else {
            Severity::Reject
        }
    }

    /// Rows 1 to 6, and the pins that will bite later.
    fn create(&mut self, new: Cluster<'a>, administrated: bool) -> Result<(), Undecided> {
        for field in new.odd_fields() {
            self.find(Severity::Reject, Finding::MalformedField(field));
        }
        // Row 5a.
        if self.found.is_empty() && self.requester == Requester::Controller && administrated {
            return Ok(());
        }
        match new.desired_image() {
            _ if !self.found.is_empty() => {}
            // A finding already.
            DesiredImage::Unreadable(_) => {}
            DesiredImage::Follows => self.follow()?,
            DesiredImage::FollowsOnce(field) => {
                self.follow()?;
                self.fixed(field, administrated);
            }
            DesiredImage::Pinned(pin) => match self.judge.verdict(pin.image)? {
                Verdict::Lagging(gap) => {
                    let severity = self.if_lagging(administrated, false);
                    self.find_desired(severity, pin, DesiredVerdict::Lagging(gap));
                }
                Verdict::UnknownServer => self.find_unknown_server(self.if_unknown())?,
                verdict => self.pin(pin, verdict, administrated)?,
            },
        }
        let severity = match self.settings.deployed_image {
            DeployedImagePolicy::Reject => Severity::Reject,
            DeployedImagePolicy::Warn => Severity::Warn,
            DeployedImagePolicy::Ignore => return Ok(()),
        };
        self.deployed(new, severity)
    }

    /// Rows 7 to 14.
    fn update(
        &mut self,
        old: Cluster<'a>,
        new: Cluster<'a>,
        administrated: bool,
    ) -> Result<(), Undecided> {
        if self.settings.repair && new.is_stale(old) {
            return Ok(());
        }
        for field in new.odd_fields() {
            if !new.leaves_as_it_was(old, field) {
                self.find(Severity::Reject, Finding::MalformedField(field));
            }
        }
        if !self.found.is_empty() {
            return Ok(());
        }
        let (before, after) = (old.desired_image(), new.desired_image());
        if let DesiredImage::FollowsOnce(field) = after
            && !matches!(before, DesiredImage::FollowsOnce(_))
        {
            self.fixed(field, administrated);
        }
        match (Transition::between(before, after), after) {
            (Transition::Unchanged, _) => self.keep(new, administrated),
            // Row 9.
            (Transition::ToFollows, _) => Ok(()),
            (Transition::Repinned, DesiredImage::Pinned(pin)) => {
                self.repin(before, pin, administrated)
            }
            // The field that decides now is as malformed as it was before.
            (Transition::Repinned, DesiredImage::Unreadable(_)) => Ok(()),
            // Never: an image that follows is unchanged, or the cure.
            (Transition::Repinned, DesiredImage::Follows | DesiredImage::FollowsOnce(_)) => Ok(()),
        }
    }

    /// Rows 7 and 8: the desired image is what it was.
    fn keep(&mut self, new: Cluster<'a>, administrated: bool) -> Result<(), Undecided> {
        let ratcheting = self.settings.ratcheting;
        if !self.is_heard() && ratcheting && !self.repairs(administrated) {
            return Ok(());
        }
        if let DesiredImage::Pinned(pin) = new.desired_image() {
            let verdict = if ratcheting {
                self.judge.verdict_but_unknown_image(pin.image)?
            } else {
                Some(self.judge.verdict(pin.image)?)
            };
            match verdict {
                Some(Verdict::Lagging(gap)) => {
                    let severity = self.if_lagging(administrated, ratcheting);
                    self.find_desired(severity, pin, DesiredVerdict::Lagging(gap));
                }
                Some(Verdict::UnknownImage(why)) => {
                    self.find_desired(self.if_unknown(), pin, DesiredVerdict::Unknown(why));
                }
                Some(Verdict::UnknownServer) => self.find_unknown_server(Severity::Warn)?,
                Some(
                    Verdict::Current
                    | Verdict::Ahead
                    | Verdict::Tolerated(_)
                    | Verdict::AsServerDeploys,
                )
                | None => {}
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
        pin: Pin<'a>,
        administrated: bool,
    ) -> Result<(), Undecided> {
        // Row 10.
        let is_ranchers_own = self.requester == Requester::Controller
            && (administrated
                || before == DesiredImage::FollowsOnce(DesiredField::DesiredAgentImage));
        if is_ranchers_own && !self.repairs(administrated) {
            return Ok(());
        }
        match self.judge.verdict(pin.image)? {
            Verdict::Lagging(gap) => {
                // Rows 12 and 13.
                let passes = self.settings.ratcheting && self.is_no_worse(before, pin)?;
                let severity = self.if_lagging(administrated, passes);
                self.find_desired(severity, pin, DesiredVerdict::Lagging(gap));
                Ok(())
            }
            _ if is_ranchers_own => Ok(()),
            Verdict::UnknownServer => self.find_unknown_server(Severity::Warn),
            verdict => self.pin(pin, verdict, administrated),
        }
    }

    /// Row 12: the image before lagged as well, and no less.
    fn is_no_worse(&self, before: DesiredImage<'a>, pin: Pin<'a>) -> Result<bool, Undecided> {
        let DesiredImage::Pinned(before) = before else {
            return Ok(false);
        };
        let verdict = self.judge.verdict(before.image)?;
        Ok(Direction::of(before.image, verdict, pin.image).is_no_worse())
    }

    /// Rows 3 to 6 and 14: a pinned image that does not lag.
    fn pin(
        &mut self,
        pin: Pin<'a>,
        verdict: Verdict,
        administrated: bool,
    ) -> Result<(), Undecided> {
        match verdict {
            Verdict::Current if self.is_heard() && !administrated => {
                self.would_step_back(pin)?;
                self.find(Severity::Warn, Finding::PinnedWillNotFollow(pin));
            }
            Verdict::AsServerDeploys => self.agent_image_setting()?,
            Verdict::UnknownImage(why) => {
                self.find_desired(self.if_unknown(), pin, DesiredVerdict::Unknown(why));
            }
            Verdict::Tolerated(gap) => {
                self.would_step_back(pin)?;
                self.find_desired(Severity::Warn, pin, DesiredVerdict::Tolerated(gap));
            }
            Verdict::Ahead => self.find_desired(Severity::Warn, pin, DesiredVerdict::Ahead),
            // The callers have their own answers to the last two.
            Verdict::Current | Verdict::Lagging(_) | Verdict::UnknownServer => {}
        }
        Ok(())
    }

    /// Takes down what Rancher would deploy in place of a pin, if that is older: an audit
    /// must not advise to clear the pin then.
    fn would_step_back(&mut self, pin: Pin<'a>) -> Result<(), Undecided> {
        if self.requester == Requester::Audit {
            self.older = self.judge.older_agent_image(pin.image)?;
        }
        Ok(())
    }

    /// A desired image of `fixed` that somebody writes.
    fn fixed(&mut self, field: DesiredField, administrated: bool) {
        if self.is_heard() && !administrated {
            self.find(Severity::Warn, Finding::FixedWillNotFollow(field));
        }
    }

    /// Row 5 for a cluster that follows: what it follows may lag itself.
    fn follow(&mut self) -> Result<(), Undecided> {
        if self.is_heard() && self.judge.is_live() {
            self.agent_image_setting()?;
        }
        Ok(())
    }

    /// Row 5: Rancher's own `agent-image` lags.
    fn agent_image_setting(&mut self) -> Result<(), Undecided> {
        if let Some((image, gap)) = self.judge.agent_image_lag()? {
            self.find(
                Severity::Warn,
                Finding::AgentImageSettingLagging { image, gap },
            );
        }
        Ok(())
    }

    /// Rows 2 and 8: the deployed image lags.
    fn deployed(&mut self, new: Cluster<'a>, severity: Severity) -> Result<(), Undecided> {
        let Some(image) = new.deployed_image().map(ImageRef::new) else {
            return Ok(());
        };
        match self.judge.verdict_but_unknown_image(image)? {
            Some(Verdict::Lagging(gap)) => {
                self.find(severity, Finding::DeployedLagging { image, gap });
                Ok(())
            }
            Some(Verdict::UnknownServer) => self.find_unknown_server(match self.requester {
                Requester::Audit => self.if_unknown(),
                Requester::Controller | Requester::Person => Severity::Warn,
            }),
            _ => Ok(()),
        }
    }
}
