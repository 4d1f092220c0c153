//! The decision: pure, total, without IO. Each row of the table is named where it is
//! decided.

use crate::cluster::{self, Cluster, DesiredField, DesiredImage, Pin};
use crate::image::ImageRef;
use crate::judge::{Judge, Replacement};
use crate::lag::{Deviation, Verdict};
use crate::ratchet::{Direction, Transition};
use crate::reason::{DeployedVerdict, DesiredVerdict, Finding};
use crate::request::{BadPayload, Change, Operation, Request, Requester};
use crate::row::Row;
use crate::setting::{Rancher, SettingName};
use crate::settings::{DeployedImagePolicy, Settings, UnknownVersionPolicy};
use crate::standing::Standing;

/// The service account of rancher-backup: one object that it may not restore
/// stops a whole disaster recovery (charts/rancher-backup).
const BACKUP: &str = "system:serviceaccount:cattle-resources-system:rancher-backup";

/// How severe a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Severity {
    /// The request is accepted.
    Warn,
    /// The request is accepted, and what was found is cleared.
    Repair,
    /// The request is rejected.
    Reject,
}

/// A decided request.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The row of the table that answered.
    pub row: Row,
    /// Who asked.
    pub requester: Requester,
    /// What was found, in the order of the message.
    pub findings: Vec<(Severity, Finding<'a>)>,
    /// The verdict on the pin, or on what the cluster follows where that is all there is to
    /// judge; `None` if the row needs none.
    pub desired: Option<Verdict>,
    /// The verdict on the deployed image; `None` if the row needs none, or if what is said of
    /// the pin covers it.
    pub deployed: Option<Verdict>,
    /// The cluster that it is about.
    pub subject: Subject<'a>,
}

/// The cluster that a decision is about, and what can still be done.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The object, if it is judged.
    pub cluster: Option<&'a Cluster<'a>>,
    /// Its name in the request; `None` before one is generated.
    pub name: Option<&'a str>,
    /// What can still be done about a finding.
    pub remedy: Remedy,
    /// True if Rancher writes the desired image itself.
    pub administrated: bool,
    /// Rancher's version, if it was needed and is known.
    pub server: Option<&'a str>,
    /// What Rancher would deploy in place of the pin, if it was needed and is known.
    pub replacement: Option<Replacement<'a>>,
    /// True if Rancher's own `agent-image` was looked at, and lags or is ahead.
    pub agent_image_deviates: bool,
    /// True if it was needed and exists, but could not be read.
    pub lacks_agent_image: bool,
}

impl<'a> Subject<'a> {
    /// The subject of a request that is not judged.
    fn unjudged(request: &'a Request<'a>) -> Self {
        Self {
            cluster: None,
            name: Some(request.name()).filter(|name| !name.is_empty()),
            remedy: Remedy::LeaveEmpty,
            administrated: false,
            server: None,
            replacement: None,
            agent_image_deviates: false,
            lacks_agent_image: false,
        }
    }

    /// The fields to clear so that the cluster follows, except those that Rancher
    /// writes itself.
    pub fn fields_to_clear(&self) -> impl Iterator<Item = DesiredField> {
        let administrated = self.administrated;
        let fields = self.cluster.into_iter().flat_map(Cluster::fields_to_clear);
        fields.filter(move |field| !administrated || *field == DesiredField::AgentImageOverride)
    }
}

/// What can still be done about a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Leave the field of a new object empty.
    LeaveEmpty,
    /// Leave the field as it was, or clear it.
    LeaveAsItWas,
    /// Clear the field: it is as it was, or what it was would be rejected, too.
    Clear,
    /// Clear the field of an object that is stored.
    ClearStored,
}

impl<'a> Decision<'a> {
    /// Of the strictest findings, which decide, the one of the lowest rank.
    #[must_use]
    pub fn deciding_finding(&self) -> Option<&(Severity, Finding<'a>)> {
        deciding(&self.findings)
    }

    /// How the cluster stands by the image that decides; `None` if no image was judged. It
    /// is current only where the deployed image is known to be.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        let cluster = self.subject.cluster?;
        match self.deciding_finding() {
            Some((_, Finding::MalformedField(_))) => return None,
            Some((_, finding)) if finding.standing().is_some() => return finding.standing(),
            _ => {}
        }
        let is_audit = self.requester == Requester::AuditScanner;
        if is_audit && cluster.deployed_image().is_none() {
            return Some(Standing::Pending);
        }
        let judged = self.desired.into_iter().chain(self.deployed);
        judged.map(Verdict::standing).max().or_else(|| {
            // What the cluster will get.
            match self.deciding_finding() {
                Some((_, Finding::AgentImageSetting { deviation, .. })) => Some(match deviation {
                    Deviation::Lagging(_) => Standing::AsDeployedByServer,
                    Deviation::Ahead => Standing::Ahead,
                }),
                _ => is_audit.then_some(Standing::Unknown),
            }
        })
    }
}

fn deciding<'f, 'a>(
    findings: &'f [(Severity, Finding<'a>)],
) -> Option<&'f (Severity, Finding<'a>)> {
    let strictest = findings.iter().map(|(severity, _)| *severity).max();
    findings
        .iter()
        .filter(|(severity, _)| Some(*severity) == strictest)
        .min_by_key(|(_, finding)| finding.rank())
}

/// Why there is no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// This Setting has to be looked up first.
    Needs(SettingName),
    /// The request cannot be read.
    BadPayload(BadPayload),
}

/// Decides a request by what is known of Rancher.
///
/// # Errors
/// The Setting to look up before deciding again (at most two, each once), or what
/// is wrong with the request.
pub fn decide<'a>(
    request: &'a Request<'a>,
    settings: &'a Settings,
    rancher: &'a Rancher,
) -> Result<Decision<'a>, Undecided> {
    let requester = request.requester();
    let change = match scope(request, requester).map_err(Undecided::BadPayload)? {
        Scope::In(change) => change,
        Scope::Out(row) => return Ok(out_of_scope(request, requester, row)),
    };
    let (cluster, administrated) = match change {
        Change::Create(new) => (new, new.is_administrated()),
        Change::Update { old, new } => (new, old.is_administrated()),
    };
    let mut decider = Decider {
        request,
        cluster,
        requester,
        settings,
        judge: Judge::new(settings, rancher),
        subject: Subject {
            cluster: Some(cluster),
            remedy: remedy(change, requester, settings),
            administrated,
            ..Subject::unjudged(request)
        },
        desired: None,
        deployed: None,
        findings: Vec::new(),
    };
    let row = match change {
        Change::Create(new) => decider.create(new),
        Change::Update { old, new } => decider.update(old, new),
    }
    .map_err(Undecided::Needs)?;
    if let Ok(Ok(server)) = decider.judge.server() {
        decider.subject.server = Some(server.text());
    }
    Ok(Decision {
        row,
        requester,
        findings: decider.findings,
        desired: decider.desired,
        deployed: decider.deployed,
        subject: decider.subject,
    })
}

/// The change to judge, or why there is nothing to judge.
enum Scope<'a> {
    In(Change<'a>),
    Out(Row),
}

fn scope<'a>(request: &'a Request<'a>, requester: Requester) -> Result<Scope<'a>, BadPayload> {
    if request.operation() == Operation::Other {
        return Ok(Scope::Out(Row::OtherOperation));
    }
    if request.is_sub_resource() {
        return Ok(Scope::Out(Row::SubResource));
    }
    if request.group_and_kind() != (cluster::GROUP, cluster::KIND) {
        return Ok(Scope::Out(Row::NotACluster));
    }
    if request.name() == cluster::LOCAL {
        return Ok(Scope::Out(Row::Local));
    }
    let change = request.change()?;
    let is_being_deleted = match change {
        Change::Update { old, .. } => old.is_being_deleted(),
        Change::Create(new) => requester == Requester::AuditScanner && new.is_being_deleted(),
    };
    if is_being_deleted {
        return Ok(Scope::Out(Row::BeingDeleted));
    }
    if request.username() == BACKUP {
        return Ok(Scope::Out(Row::Restore));
    }
    Ok(Scope::In(change))
}

fn out_of_scope<'a>(request: &'a Request<'a>, requester: Requester, row: Row) -> Decision<'a> {
    let is_misconfigured = row == Row::NotACluster;
    Decision {
        row,
        requester,
        desired: None,
        deployed: None,
        findings: is_misconfigured
            .then_some((Severity::Warn, Finding::NotACluster))
            .into_iter()
            .collect(),
        subject: Subject::unjudged(request),
    }
}

fn remedy(change: Change<'_>, requester: Requester, settings: &Settings) -> Remedy {
    let (old, new) = match (change, requester) {
        (Change::Create(_), Requester::AuditScanner) => return Remedy::ClearStored,
        (Change::Create(_), _) => return Remedy::LeaveEmpty,
        (Change::Update { old, new }, _) => (old, new),
    };
    match (old.desired_image(), new.desired_image()) {
        // The strict reading may reject what it was as well.
        (DesiredImage::Pinned(_), _) if !settings.ratcheting => Remedy::Clear,
        (_, DesiredImage::Pinned(Pin { field, .. }))
            if old.desired_text(field) == new.desired_text(field) =>
        {
            Remedy::Clear
        }
        _ => Remedy::LeaveAsItWas,
    }
}

/// Decides one request: gathers what there is to say, and names the row.
struct Decider<'a> {
    request: &'a Request<'a>,
    cluster: &'a Cluster<'a>,
    requester: Requester,
    settings: &'a Settings,
    judge: Judge<'a>,
    subject: Subject<'a>,
    desired: Option<Verdict>,
    deployed: Option<Verdict>,
    findings: Vec<(Severity, Finding<'a>)>,
}

impl<'a> Decider<'a> {
    /// Adds a finding. If it is there already, the stricter severity wins.
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

    /// True if the requester reads warnings.
    fn is_heard(&self) -> bool {
        self.requester != Requester::ServiceAccount
    }

    fn if_unknown(&self) -> Severity {
        match self.settings.unknown_version {
            UnknownVersionPolicy::Reject => Severity::Reject,
            UnknownVersionPolicy::Warn => Severity::Warn,
        }
    }

    /// True if a lagging pin is cleared: not in an audit, and not where Rancher writes
    /// the field itself.
    fn repairs(&self) -> bool {
        self.settings.repair
            && self.requester != Requester::AuditScanner
            && !self.subject.administrated
    }

    /// The severity of a lagging pin; `passes` where the table accepts it.
    fn if_lagging(&self, passes: bool) -> Severity {
        if self.repairs() {
            Severity::Repair
        } else if passes {
            Severity::Warn
        } else {
            Severity::Reject
        }
    }

    /// Rows 1 to 6.
    fn create(&mut self, new: &'a Cluster<'a>) -> Result<Row, SettingName> {
        for field in new.odd_fields() {
            self.find(Severity::Reject, Finding::MalformedField(field));
        }
        if self.findings.is_empty() {
            if self.requester == Requester::ServiceAccount && self.subject.administrated {
                return Ok(Row::CreatedByRancher);
            }
            match new.desired_image() {
                // Found above.
                DesiredImage::Unreadable(_) => {}
                DesiredImage::Follows => self.follow()?,
                DesiredImage::FollowsOnce(field) => {
                    self.follow()?;
                    self.fixed(field);
                }
                DesiredImage::Pinned(pin) => {
                    let verdict = self.judge.verdict(pin.image)?;
                    self.pinned(pin, verdict, false, self.if_unknown())?;
                }
            }
        }
        match self.settings.deployed_image {
            DeployedImagePolicy::Reject => {
                self.deployed(new, Severity::Reject, !self.is_heard())?;
            }
            DeployedImagePolicy::Warn => self.deployed(new, Severity::Warn, !self.is_heard())?,
            DeployedImagePolicy::Ignore => self.follows_only(new)?,
        }
        if new.odd_fields().next().is_some() {
            return Ok(Row::MalformedField);
        }
        Ok(self.created())
    }

    /// The row of a creation, by the finding that decides.
    fn created(&self) -> Row {
        let Some((_, finding)) = deciding(&self.findings) else {
            return Row::CurrentOrFollows;
        };
        match finding {
            Finding::Desired { verdict, .. } => match verdict {
                DesiredVerdict::Lagging(_) => Row::DesiredLags,
                DesiredVerdict::Unknown(_) => Row::DesiredUnknown,
                DesiredVerdict::Tolerated(_) | DesiredVerdict::Ahead => {
                    Row::DesiredToleratedOrAhead
                }
            },
            Finding::Deployed { verdict, .. } => match verdict {
                DeployedVerdict::Lagging(_) => Row::DeployedLags,
                DeployedVerdict::Ahead | DeployedVerdict::Unknown(_) => Row::DeployedAheadOrUnknown,
            },
            Finding::AgentImageSetting { .. } => Row::AgentImageSettingDiffers,
            Finding::PinnedWillNotFollow(_) | Finding::FixedWillNotFollow(_) => {
                Row::CurrentOrFollows
            }
            Finding::UnknownServer(_) => Row::ServerUnknown,
            Finding::MalformedField(_) => Row::MalformedField,
            Finding::NotACluster => Row::NotACluster,
        }
    }

    /// Rows 7 to 14.
    fn update(&mut self, old: &'a Cluster<'a>, new: &'a Cluster<'a>) -> Result<Row, SettingName> {
        if self.settings.repair && new.is_stale(old) {
            return Ok(Row::Stale);
        }
        for field in new.odd_fields() {
            if !self.request.leaves_as_it_was(field) {
                self.find(Severity::Reject, Finding::MalformedField(field));
            }
        }
        if !self.findings.is_empty() {
            return Ok(Row::MalformedField);
        }
        let (before, after) = (old.desired_image(), new.desired_image());
        if let DesiredImage::FollowsOnce(field) = after
            && !matches!(before, DesiredImage::FollowsOnce(_))
        {
            self.fixed(field);
        }
        match Transition::between(before, after) {
            Transition::Unchanged => self.keep(new),
            Transition::ToFollows => Ok(Row::ChangedToFollows),
            Transition::ToUnreadable(_) => Ok(Row::MalformedAsBefore),
            Transition::Repinned(pin) => self.repin(before, pin),
        }
    }

    /// Rows 7 and 8: the desired image is what it was.
    fn keep(&mut self, new: &'a Cluster<'a>) -> Result<Row, SettingName> {
        let row = match self.requester {
            Requester::ServiceAccount => Row::UnchangedByServiceAccount,
            Requester::User | Requester::AuditScanner => Row::UnchangedByUser,
        };
        let ratcheting = self.settings.ratcheting;
        if !self.is_heard() && ratcheting && !self.repairs() {
            return Ok(row);
        }
        if let DesiredImage::Pinned(pin) = new.desired_image() {
            let verdict = if ratcheting {
                self.judge.verdict_but_unknown_image(pin.image)?
            } else {
                Some(self.judge.verdict(pin.image)?)
            };
            if let Some(
                verdict @ (Verdict::Lagging(_)
                | Verdict::UnknownImage(_)
                | Verdict::UnknownServer(_)),
            ) = verdict
            {
                self.pinned(pin, verdict, ratcheting, Severity::Warn)?;
            }
        }
        if self.is_heard() {
            self.deployed(new, Severity::Warn, true)?;
        }
        Ok(row)
    }

    /// Rows 10 to 14: another image is pinned.
    fn repin(&mut self, before: DesiredImage<'a>, pin: Pin<'a>) -> Result<Row, SettingName> {
        let is_ranchers_own = self.requester == Requester::ServiceAccount
            && (self.subject.administrated
                || (before == DesiredImage::FollowsOnce(DesiredField::DesiredAgentImage)
                    && pin.field == DesiredField::DesiredAgentImage));
        // Row 10.
        if is_ranchers_own && !self.repairs() {
            return Ok(Row::RepinnedByRancher);
        }
        let verdict = self.judge.verdict(pin.image)?;
        let row = match verdict {
            Verdict::Lagging(_) if self.is_no_worse(before, pin)? => Row::ChangedNoWorse,
            Verdict::Lagging(_) => Row::ChangedToLagging,
            _ if is_ranchers_own => return Ok(Row::RepinnedByRancher),
            Verdict::UnknownImage(_) => Row::ChangedToUnknown,
            Verdict::UnknownServer(_) => Row::ServerUnknown,
            Verdict::Current
            | Verdict::Ahead
            | Verdict::Tolerated(_)
            | Verdict::AsServerDeploys => Row::ChangedToAcceptable,
        };
        let passes_if_lagging = row == Row::ChangedNoWorse && self.settings.ratcheting;
        self.pinned(pin, verdict, passes_if_lagging, Severity::Warn)?;
        Ok(row)
    }

    /// Row 12: the image before lagged as well, and no less.
    fn is_no_worse(&self, before: DesiredImage<'a>, pin: Pin<'a>) -> Result<bool, SettingName> {
        let DesiredImage::Pinned(before) = before else {
            return Ok(false);
        };
        let verdict = self.judge.verdict(before.image)?;
        Ok(Direction::of(before.image, verdict, pin.image).is_no_worse())
    }

    /// Adds the findings about a pin.
    fn pinned(
        &mut self,
        pin: Pin<'a>,
        verdict: Verdict,
        passes_if_lagging: bool,
        if_server_unknown: Severity,
    ) -> Result<(), SettingName> {
        self.desired = Some(verdict);
        let desired = |verdict| Finding::Desired { pin, verdict };
        let (severity, finding) = match verdict {
            Verdict::Lagging(gap) => {
                self.weigh_clearing(pin)?;
                let severity = self.if_lagging(passes_if_lagging);
                (severity, desired(DesiredVerdict::Lagging(gap)))
            }
            Verdict::UnknownImage(why) => {
                self.weigh_clearing(pin)?;
                (self.if_unknown(), desired(DesiredVerdict::Unknown(why)))
            }
            Verdict::UnknownServer(why) => (if_server_unknown, Finding::UnknownServer(why)),
            Verdict::AsServerDeploys => return self.agent_image_setting(),
            Verdict::Ahead => {
                if self.subject.administrated {
                    self.weigh_clearing_in_audit(pin)?;
                }
                (Severity::Warn, desired(DesiredVerdict::Ahead))
            }
            Verdict::Tolerated(gap) => {
                self.weigh_clearing_in_audit(pin)?;
                (Severity::Warn, desired(DesiredVerdict::Tolerated(gap)))
            }
            Verdict::Current if self.is_heard() && !self.subject.administrated => {
                self.weigh_clearing_in_audit(pin)?;
                (Severity::Warn, Finding::PinnedWillNotFollow(pin))
            }
            Verdict::Current => return Ok(()),
        };
        self.find(severity, finding);
        Ok(())
    }

    /// Finds out what Rancher would deploy in place of a pin: no user is advised to clear it
    /// for an older image.
    fn weigh_clearing(&mut self, pin: Pin<'a>) -> Result<(), SettingName> {
        let beneath = self.cluster.beneath(pin, self.subject.administrated);
        self.subject.replacement = self.judge.replacement(pin.image, beneath)?;
        self.subject.lacks_agent_image = self.judge.lacks_agent_image()?;
        self.subject.agent_image_deviates = self.judge.agent_image_deviation()?.is_some();
        Ok(())
    }

    /// The same for a finding that is a warning: only an audit advises what to do then.
    fn weigh_clearing_in_audit(&mut self, pin: Pin<'a>) -> Result<(), SettingName> {
        if self.requester == Requester::AuditScanner {
            self.weigh_clearing(pin)?;
        }
        Ok(())
    }

    /// Warns of a desired image that changes to `fixed`.
    fn fixed(&mut self, field: DesiredField) {
        if self.is_heard() && !self.subject.administrated {
            self.find(Severity::Warn, Finding::FixedWillNotFollow(field));
        }
    }

    /// Row 5 for a cluster that follows: what it follows may be wrong itself.
    fn follow(&mut self) -> Result<(), SettingName> {
        if self.is_heard() && self.judge.is_live() {
            self.agent_image_setting()?;
        }
        Ok(())
    }

    /// Where the deployed image is ignored, an audit of a cluster that follows says how
    /// what it follows stands.
    fn follows_only(&mut self, new: &'a Cluster<'a>) -> Result<(), SettingName> {
        if self.requester == Requester::AuditScanner && new.desired_image().follows() {
            self.desired = match self.judge.agent_image()? {
                Some(own) => Some(self.judge.verdict(own)?),
                None if self.judge.is_live() => None,
                None => Some(Verdict::Current),
            };
        }
        Ok(())
    }

    /// Row 5: Rancher's own `agent-image` lags or is ahead.
    fn agent_image_setting(&mut self) -> Result<(), SettingName> {
        if let Some((image, deviation)) = self.judge.agent_image_deviation()? {
            self.find(
                Severity::Warn,
                Finding::AgentImageSetting { image, deviation },
            );
        }
        Ok(())
    }

    /// Rows 2, 5b and 8: the deployed image. In row 8, and for a requester that reads no
    /// warnings, only lag counts.
    fn deployed(
        &mut self,
        new: &'a Cluster<'a>,
        if_lagging: Severity,
        tells_of_lag_only: bool,
    ) -> Result<(), SettingName> {
        let Some(image) = new.deployed_image().map(ImageRef::new) else {
            return Ok(());
        };
        let desired = new.desired_image();
        // A repair clears the pin, so that the cluster does not keep the image.
        let is_repaired = self
            .findings
            .iter()
            .any(|(severity, _)| *severity == Severity::Repair);
        if let DesiredImage::Pinned(pin) = desired
            && !is_repaired
            && (image.text() == pin.image.text() || image.is_same_build(pin.image))
        {
            return Ok(());
        }
        let verdict = if tells_of_lag_only {
            self.judge.verdict_but_unknown_image(image)?
        } else {
            Some(self.judge.deployed_verdict(image)?)
        };
        self.deployed = verdict;
        let deployed = |verdict| Finding::Deployed { image, verdict };
        let (severity, finding) = match verdict {
            Some(Verdict::Lagging(gap)) => (if_lagging, deployed(DeployedVerdict::Lagging(gap))),
            Some(Verdict::Ahead) if !tells_of_lag_only => {
                // The Setting is the finding then.
                if desired.follows()
                    && let Some(own) = self.judge.agent_image()?
                    && image.is_same_build(own)
                {
                    return Ok(());
                }
                (Severity::Warn, deployed(DeployedVerdict::Ahead))
            }
            Some(Verdict::UnknownImage(why)) => {
                // Rancher itself compares the texts.
                if desired.follows()
                    && let Some(own) = self.judge.agent_image()?
                    && image.text() == own.text()
                {
                    self.deployed = Some(Verdict::AsServerDeploys);
                    return Ok(());
                }
                (Severity::Warn, deployed(DeployedVerdict::Unknown(why)))
            }
            Some(Verdict::UnknownServer(why)) => {
                let severity = match self.requester {
                    Requester::AuditScanner => self.if_unknown(),
                    Requester::ServiceAccount | Requester::User => Severity::Warn,
                };
                (severity, Finding::UnknownServer(why))
            }
            _ => return Ok(()),
        };
        self.find(severity, finding);
        Ok(())
    }
}
