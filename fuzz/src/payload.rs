//! A second reading of a payload, what holds for the answer to it, and payloads.

use arbitrary::{Result, Unstructured};
use rancher_agent_version_policy::request::Requester;
use rancher_agent_version_policy::response::Response;
use rancher_agent_version_policy::setting::{Fact, Fault};
use rancher_agent_version_policy::settings::Settings;
use serde_json::value::RawValue;

use crate::json::{self, Member, members, rarely};
use crate::response::Evaluated;
use crate::seen::Seen;
use crate::{settings, version};

/// Stands in whatever is not to be read.
pub const SECRET: &str = "c2VjcmV0LXRva2Vu";

const BACKUP: &str = "system:serviceaccount:cattle-resources-system:rancher-backup";

/// The payload is not JSON; or a field that is read occurs twice, or is a text or a
/// number that serde_json cannot hold, or an object with such a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

type Read<T> = std::result::Result<T, Refused>;

/// What a field is. Null is absent.
#[derive(Debug, Clone, Default)]
enum Found<'a> {
    #[default]
    Absent,
    Text(String),
    Object(Vec<Member<'a>>),
    Odd,
}

impl Found<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

/// The field with this key, and its JSON.
type Field<'a> = (Found<'a>, &'a str);

fn field<'a>(object: &Found<'a>, key: &str, is_text: bool) -> Read<Field<'a>> {
    let Found::Object(members) = object else {
        return Ok((Found::Absent, ""));
    };
    let mut values = members
        .iter()
        .filter(|(name, _)| name.as_deref() == Some(key))
        .map(|(_, value)| *value);
    let value = values.next();
    if values.next().is_some() {
        return Err(Refused);
    }
    let Some(value) = value.filter(|value| value.get() != "null") else {
        return Ok((Found::Absent, ""));
    };
    Ok((found(value, is_text)?, value.get()))
}

fn found(value: &RawValue, is_text: bool) -> Read<Found<'_>> {
    Ok(match value.get().as_bytes().first() {
        Some(b'"') => {
            let text = json::text(value).ok_or(Refused)?;
            if is_text {
                Found::Text(text)
            } else {
                Found::Odd
            }
        }
        Some(b'{') => {
            let members = members(value.get()).ok_or(Refused)?;
            if members.iter().any(|(key, _)| key.is_none()) {
                return Err(Refused);
            }
            if is_text {
                Found::Odd
            } else {
                Found::Object(members)
            }
        }
        Some(b'-' | b'0'..=b'9') => {
            // Such as 1e400.
            serde_json::from_str::<f64>(value.get()).map_err(|_| Refused)?;
            Found::Odd
        }
        _ => Found::Odd,
    })
}

/// The fields of a cluster that are read.
struct Cluster<'a> {
    object: Field<'a>,
    name: String,
    resource_version: String,
    deletion_timestamp: String,
    administrated: bool,
    spec: Field<'a>,
    desired: Field<'a>,
    overriding: Field<'a>,
}

impl<'a> Cluster<'a> {
    fn read(object: Field<'a>) -> Read<Self> {
        let metadata = field(&object.0, "metadata", false)?.0;
        let annotations = field(&metadata, "annotations", false)?.0;
        let administrated = field(&annotations, "provisioning.cattle.io/administrated", true)?.0;
        let spec = field(&object.0, "spec", false)?;
        let status = field(&object.0, "status", false)?.0;
        field(&status, "agentImage", true)?;
        field(&spec.0, "displayName", true)?;
        let text = |key| Ok(field(&metadata, key, true)?.0.text().to_owned());
        Ok(Self {
            name: text("name")?,
            resource_version: text("resourceVersion")?,
            deletion_timestamp: text("deletionTimestamp")?,
            administrated: administrated.text() == "true",
            desired: field(&spec.0, "desiredAgentImage", true)?,
            overriding: field(&spec.0, "agentImageOverride", true)?,
            spec,
            object,
        })
    }

    /// The text that decides by Rancher's rule; `None` if it is of another type.
    fn desired_text(&self) -> Option<&str> {
        let deciding = match (&self.spec.0, &self.overriding.0) {
            (Found::Odd, _) => &Found::Odd,
            (_, Found::Text(text)) if !text.is_empty() => &self.overriding.0,
            (_, Found::Odd) => &Found::Odd,
            _ => &self.desired.0,
        };
        match deciding {
            Found::Odd => None,
            text => Some(text.text()),
        }
    }

    /// True if `desiredAgentImage` decides, and is `fixed`.
    fn is_fixed_by_desired(&self) -> bool {
        self.overriding.0.text().is_empty() && self.desired_text() == Some("fixed")
    }

    /// True if both versions are numbers but 0, and two.
    fn is_stale(&self, old: &Self) -> bool {
        let [new, old] = [self, old].map(|cluster| {
            let text = &cluster.resource_version;
            let is_number = text.chars().all(|c| c.is_ascii_digit());
            if is_number {
                text.parse().unwrap_or(0)
            } else {
                0_u64
            }
        });
        new != 0 && old != 0 && new != old
    }

    fn follows(&self) -> bool {
        matches!(self.desired_text(), Some("" | "fixed"))
    }

    fn desired_json(&self) -> [&str; 3] {
        let spec = match &self.spec.0 {
            Found::Odd => self.spec.1,
            _ => "",
        };
        [spec, self.desired.1, self.overriding.1]
    }

    fn has_odd_field(&self) -> bool {
        [&self.spec, &self.desired, &self.overriding]
            .into_iter()
            .any(|field| matches!(field.0, Found::Odd))
    }
}

/// A payload that was read.
pub struct Payload<'a> {
    request: Found<'a>,
    settings: Field<'a>,
    operation: Found<'a>,
    kind: Found<'a>,
    group_and_kind: [String; 2],
    sub_resource: String,
    name: String,
    username: String,
    new: Cluster<'a>,
    old: Cluster<'a>,
}

impl<'a> Payload<'a> {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is to be refused.
    pub fn read(text: &'a str) -> Read<Self> {
        let payload: &RawValue = serde_json::from_str(text).map_err(|_| Refused)?;
        let payload = found(payload, false)?;
        let request = field(&payload, "request", false)?.0;
        let settings = field(&payload, "settings", false)?;
        let kind = field(&request, "kind", false)?.0;
        let user = field(&request, "userInfo", false)?.0;
        let text = |object, key| Ok(field(object, key, true)?.0.text().to_owned());
        Ok(Self {
            operation: field(&request, "operation", true)?.0,
            group_and_kind: [text(&kind, "group")?, text(&kind, "kind")?],
            sub_resource: text(&request, "subResource")?,
            name: text(&request, "name")?,
            username: text(&user, "username")?,
            new: Cluster::read(field(&request, "object", false)?)?,
            old: Cluster::read(field(&request, "oldObject", false)?)?,
            request,
            settings,
            kind,
        })
    }

    fn missing_field(&self) -> Option<&'static str> {
        match (&self.request, &self.operation, &self.kind) {
            (Found::Object(_), Found::Text(_), Found::Object(_)) => None,
            (Found::Object(_), Found::Text(_), _) => Some("request.kind"),
            (Found::Object(_), _, _) => Some("request.operation"),
            _ => Some("request"),
        }
    }

    fn requester(&self) -> Requester {
        let is_creation = self.operation.text() == "CREATE";
        if self.username.starts_with("system:serviceaccount:") {
            Requester::ServiceAccount
        } else if is_creation && self.username.is_empty() && !self.new.resource_version.is_empty() {
            Requester::AuditScanner
        } else {
            Requester::User
        }
    }

    /// Checks the answer against the rules that need no verdict on an image.
    pub fn check(&self, evaluated: &Evaluated) {
        let Evaluated { response, lookups } = evaluated;
        if let Some(field) = self.missing_field() {
            return misses(response, field);
        }
        let json = if self.settings.1.is_empty() {
            "null"
        } else {
            self.settings.1
        };
        let Ok(settings) = settings::read(json) else {
            let message = response.message.as_deref().unwrap_or_default();
            assert!(message.starts_with("invalid settings: "), "{response:?}");
            assert_eq!((response.code, lookups.len()), (Some(400), 0));
            return;
        };
        if settings.server_version.is_some() {
            assert!(lookups.is_empty(), "{lookups:?}");
        }
        let silently = || {
            assert_eq!(
                (response, lookups.len()),
                (&Seen::from(Response::accept()), 0)
            );
        };
        let operation = self.operation.text();
        if !matches!(operation, "CREATE" | "UPDATE") || !self.sub_resource.is_empty() {
            return silently();
        }
        if self.group_and_kind != ["management.cattle.io", "Cluster"] {
            assert!(response.accepted && lookups.is_empty(), "{response:?}");
            return;
        }
        let name = match self.name.as_str() {
            "" => &self.new.name,
            name => name,
        };
        if name == "local" {
            return silently();
        }
        if !matches!(self.new.object.0, Found::Object(_)) {
            return misses(response, "request.object");
        }
        let is_update = operation == "UPDATE";
        if is_update && matches!(self.old.object.0, Found::Odd) {
            return misses(response, "request.oldObject");
        }
        let is_update = is_update && !matches!(self.old.object.0, Found::Absent);
        let requester = self.requester();
        let deleted = match (is_update, requester) {
            (true, _) => &self.old.deletion_timestamp,
            (false, Requester::AuditScanner) => &self.new.deletion_timestamp,
            (false, _) => "",
        };
        if !deleted.is_empty() || self.username == BACKUP {
            return silently();
        }
        let administrated = if is_update { &self.old } else { &self.new }.administrated;
        let may_repair = settings.repair && requester != Requester::AuditScanner && !administrated;
        if let Some(object) = &response.mutated_object {
            assert!(may_repair && !self.new.follows(), "{response:?}");
            self.is_cleared(object);
        }
        if requester == Requester::ServiceAccount && response.mutated_object.is_none() {
            assert!(response.warnings.is_empty(), "{response:?}");
        }
        if !self.new.has_odd_field() {
            assert_ne!(response.code, Some(400), "{response:?}");
        }
        let is_ranchers_own = requester == Requester::ServiceAccount && administrated;
        if !is_update && is_ranchers_own && !self.new.has_odd_field() {
            return silently();
        }
        if is_update {
            self.check_update(&settings, administrated, evaluated);
        } else if self.new.has_odd_field() {
            assert_eq!((response.accepted, response.code), (false, Some(400)));
        }
    }

    /// Ratcheting: what is as it was, and what is cured, is never refused.
    fn check_update(&self, settings: &Settings, administrated: bool, evaluated: &Evaluated) {
        let Evaluated { response, lookups } = evaluated;
        let (old, new) = (&self.old, &self.new);
        assert_ne!(response.code, Some(500), "{response:?}");
        if settings.repair && new.is_stale(old) {
            assert_eq!(
                (response, lookups.len()),
                (&Seen::from(Response::accept()), 0)
            );
            return;
        }
        let is_as_it_was = old.desired_json() == new.desired_json();
        if !is_as_it_was && new.has_odd_field() {
            return;
        }
        let is_service_account = self.requester() == Requester::ServiceAccount;
        if is_as_it_was && settings.ratcheting {
            assert!(response.accepted, "{response:?}");
            if is_service_account && !settings.repair {
                assert_eq!(
                    (response, lookups.len()),
                    (&Seen::from(Response::accept()), 0)
                );
            }
        }
        if new.follows() {
            assert!(
                response.accepted && response.mutated_object.is_none(),
                "{response:?}"
            );
            if old.desired_text().is_some() && !old.follows() {
                assert!(lookups.is_empty(), "{lookups:?}");
            }
        }
        let is_changed = new.desired_text() != old.desired_text();
        let is_from_fixed = old.is_fixed_by_desired() && self.new.overriding.0.text().is_empty();
        let is_ranchers_own = is_service_account && (administrated || is_from_fixed);
        if is_changed && !new.follows() && !is_ranchers_own && settings.server_version.is_none() {
            assert!(!lookups.is_empty(), "a new pin is judged: {response:?}");
        }
        if is_changed && !new.follows() && is_ranchers_own && !settings.repair {
            assert_eq!(
                (response, lookups.len()),
                (&Seen::from(Response::accept()), 0)
            );
        }
    }

    /// This is the new object with its desired fields empty, and all else, order, white
    /// space and numbers, as it was.
    fn is_cleared(&self, mutated: &str) {
        for (key, before, after) in pairs(self.new.object.1, mutated) {
            if key.as_deref() != Some("spec") || before == "null" {
                assert_eq!(before, after, "{mutated}");
                continue;
            }
            let clears_assets = members(before)
                .unwrap_or_default()
                .iter()
                .any(|(key, value)| {
                    key.as_deref() == Some("desiredAgentImage")
                        && !matches!(value.get(), "null" | "\"\"")
                });
            for (key, before, after) in pairs(before, after) {
                let key = key.unwrap_or_default();
                let is_desired = matches!(key.as_str(), "desiredAgentImage" | "agentImageOverride")
                    || key == "desiredAssetsImage" && clears_assets;
                let is_empty = is_desired && before != "null";
                assert_eq!(if is_empty { "\"\"" } else { before }, after, "{mutated}");
            }
        }
    }
}

/// The members of two objects that have the same keys in the same order.
fn pairs<'a>(before: &'a str, after: &'a str) -> Vec<(Option<String>, &'a str, &'a str)> {
    let [before, after] = [before, after].map(|json| members(json).unwrap_or_default());
    assert_eq!(before.len(), after.len());
    let pairs = before.into_iter().zip(after);
    pairs
        .map(|((key, before), (other, after))| {
            assert_eq!(key, other);
            (key, before.get(), after.get())
        })
        .collect()
}

fn misses(response: &Seen, field: &str) {
    let message = format!("bad request: `{field}` is missing or of the wrong type");
    let expected = Seen {
        message: Some(message),
        code: Some(400),
        ..Seen::default()
    };
    assert_eq!(response, &expected);
}

/// A payload, and what Rancher's Settings are then.
///
/// # Errors
/// The bytes are used up.
pub fn made(u: &mut Unstructured<'_>) -> Result<(String, [Fact; 2])> {
    let users = [
        "user-abcde",
        "system:admin",
        "system:serviceaccount:cattle-system:rancher",
        "system:serviceaccount:cattle-fleet-system:gitjob",
        BACKUP,
        "",
    ];
    let facts = [fact(u, false)?, fact(u, true)?];
    let settings = settings::made(u, 60)?;
    let old = cluster(u, None)?;
    let new = match u.int_in_range(0..=3_u8)? {
        0 => old.0.clone(),
        1 => cluster(u, Some(&old.1))?.0,
        _ => cluster(u, None)?.0,
    };
    let or_odd = |u: &mut Unstructured<'_>, value: String| {
        if rarely(u, 100)? { odd(u) } else { Ok(value) }
    };
    let secret = || format!("\"{SECRET}\"");
    let username = one_of(u, &users)?;
    let username = json::quoted(u, username)?;
    let user = json::object(u, &[("username", username), ("uid", secret())])?;
    let is_of_another = rarely(u, 50)?;
    let group = if is_of_another {
        "\"provisioning.cattle.io\""
    } else {
        "\"management.cattle.io\""
    };
    let kind = [
        ("group", group.to_owned()),
        ("version", secret()),
        ("kind", "\"Cluster\"".to_owned()),
    ];
    let kind = json::object(u, &kind)?;
    let operation = match u.int_in_range(0..=40_u8)? {
        0..=13 => "\"CREATE\"",
        14 => "\"DELETE\"",
        _ => "\"UPDATE\"",
    };
    let mut request = vec![
        ("uid", secret()),
        ("operation", or_odd(u, operation.to_owned())?),
        ("kind", or_odd(u, kind)?),
        ("userInfo", or_odd(u, user)?),
        ("object", or_odd(u, new)?),
        ("options", json::any(u, SECRET, 2)?),
    ];
    if u.ratio(9, 10)? {
        request.push(("oldObject", or_odd(u, old.0)?));
    }
    if u.ratio(1, 2)? {
        request.push(("name", name(u)?));
    }
    if rarely(u, 40)? {
        request.push(("subResource", "\"status\"".to_owned()));
    }
    let request = json::object(u, &request)?;
    let mut payload = vec![("request", or_odd(u, request)?), ("settings", settings)];
    if rarely(u, 8)? {
        payload.push(("x", json::any(u, SECRET, 2)?));
    }
    Ok((json::object(u, &payload)?, facts))
}

/// One of these texts.
fn one_of<'t>(u: &mut Unstructured<'_>, texts: &[&'t str]) -> Result<&'t str> {
    Ok(*u.choose(texts)?)
}

/// A value that is not a string.
fn odd(u: &mut Unstructured<'_>) -> Result<String> {
    let list = format!("[\"{SECRET}\"]");
    let object = format!("{{\"{SECRET}\":\"{SECRET}\",\"desiredAgentImage\":5}}");
    let values = ["null", "5", "true", "1e400", "[]", "{}", &list, &object];
    one_of(u, &values).map(str::to_owned)
}

fn name(u: &mut Unstructured<'_>) -> Result<String> {
    let long = "n".repeat(300);
    let names = [
        "c-m-nsjw2zdq",
        "c-abcde",
        "",
        "local",
        "A_b",
        "a'b",
        "x\u{202e}\n`",
        &long,
    ];
    let name = one_of(u, &names)?;
    json::quoted(u, name)
}

/// A version near the one that most servers have here.
fn near(u: &mut Unstructured<'_>) -> Result<String> {
    let versions = [
        "v2.11.0",
        "v2.11.1",
        "v2.11.3",
        "v2.10.3",
        "v2.10.0",
        "v2.9.1",
        "v2.12.0",
        "v2.12.0-rc1",
        "v2.11.0-rc1",
        "v2.11-head",
        "v2.11-a2ff783-head",
        "head",
        "v1.6.0",
        "v2.11.0-hotfix-1.1",
        "v2.11.0-amd64",
    ];
    if rarely(u, 4)? {
        version::text(u)
    } else {
        one_of(u, &versions).map(str::to_owned)
    }
}

fn image(u: &mut Unstructured<'_>) -> Result<String> {
    let long = "a".repeat(300);
    let texts = [
        "",
        "",
        "fixed",
        "a/b",
        "a@sha256:00",
        "a:latest",
        "a:\u{1b}[31m`\n",
        &long,
        "a:v1@x",
    ];
    if u.ratio(1, 3)? {
        return one_of(u, &texts).map(str::to_owned);
    }
    let repositories = [
        "rancher/rancher-agent",
        "reg:5000/rancher/rancher-agent",
        "b",
    ];
    let repository = one_of(u, &repositories)?;
    Ok(format!("{repository}:{}", near(u)?))
}

fn image_json(u: &mut Unstructured<'_>) -> Result<String> {
    if rarely(u, 30)? {
        return odd(u);
    }
    let image = image(u)?;
    json::quoted(u, &image)
}

/// What a `metadata.resourceVersion` is.
const VERSIONS: [&str; 8] = [
    "\"1\"", "\"2\"", "\"\"", "null", "7", "\"0\"", "\"01\"", "\"+1\"",
];

/// The JSON of a cluster, and of its resourceVersion, which may be given.
fn cluster(u: &mut Unstructured<'_>, version: Option<&str>) -> Result<(String, String)> {
    let mut metadata = Vec::new();
    let version = match version {
        Some(version) => version.to_owned(),
        None => one_of(u, &VERSIONS)?.to_owned(),
    };
    metadata.push(("resourceVersion", version.clone()));
    metadata.push(("name", if rarely(u, 30)? { odd(u)? } else { name(u)? }));
    if u.ratio(1, 2)? {
        metadata.push(("managedFields", json::any(u, SECRET, 3)?));
    }
    if rarely(u, 30)? {
        metadata.push(("deletionTimestamp", "\"2026-01-01T00:00:00Z\"".to_owned()));
    }
    if rarely(u, 4)? {
        let administrated = if rarely(u, 8)? {
            odd(u)?
        } else {
            "\"true\"".to_owned()
        };
        let annotations = [
            ("provisioning.cattle.io/administrated", administrated),
            ("x", format!("\"{SECRET}\"")),
        ];
        metadata.push(("annotations", json::object(u, &annotations)?));
    }
    let mut spec = vec![("importedConfig", json::any(u, SECRET, 2)?)];
    if u.ratio(3, 4)? {
        spec.push(("desiredAgentImage", image_json(u)?));
    }
    if rarely(u, 4)? {
        spec.push(("agentImageOverride", image_json(u)?));
    }
    if u.ratio(1, 2)? {
        spec.push((
            "displayName",
            if rarely(u, 30)? { odd(u)? } else { name(u)? },
        ));
    }
    let mut status = vec![("caCert", json::any(u, SECRET, 1)?)];
    if u.ratio(1, 2)? {
        status.push(("agentImage", image_json(u)?));
    }
    let mut members = Vec::new();
    for (key, fields) in [("metadata", metadata), ("spec", spec), ("status", status)] {
        let value = if rarely(u, 40)? {
            odd(u)?
        } else {
            json::object(u, &fields)?
        };
        members.push((key, value));
    }
    if rarely(u, 8)? {
        members.push(("x", json::any(u, SECRET, 3)?));
    }
    Ok((json::object(u, &members)?, version))
}

fn fact(u: &mut Unstructured<'_>, is_image: bool) -> Result<Fact> {
    let faults = [
        Fault::NotGranted,
        Fault::Forbidden,
        Fault::NotFound,
        Fault::NoClient,
        Fault::Unreadable,
        Fault::Failed,
    ];
    Ok(match u.int_in_range(0..=11_u8)? {
        0 | 1 => Fact::Fault(*u.choose(&faults)?),
        2 => Fact::Value(one_of(u, &["", "dev", "x\u{202e}\n`"])?.to_owned()),
        _ if is_image => Fact::Value(image(u)?),
        3..=6 => Fact::Value("v2.11.0".to_owned()),
        _ => Fact::Value(near(u)?),
    })
}
