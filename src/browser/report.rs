//! What came of an input, as `types.d.ts` has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::documents::{Document, Documents, Unreadable, one};
use crate::admission::Severity;
use crate::cluster::{DesiredField, DesiredImage};
use crate::evaluate::evaluate;
use crate::explain::{Explanation, explain};
use crate::image::ImageRef;
use crate::lag::{Gap, ServerVersion, Verdict};
use crate::ratchet::{Direction, Transition};
use crate::request::{Change, Operation, Request, Requester};
use crate::response::{COULD_NOT_EVALUATE, Response};
use crate::setting::{Fact, Fault, Rancher, SettingName};
use crate::settings::Settings;
use crate::version::normalize;

/// What is evaluated.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Input {
    objects: String,
    old_object: Option<String>,
    settings: Option<String>,
    rancher: Option<String>,
    #[serde(default)]
    lookups: BTreeMap<String, Lookup>,
    requester: Option<Asked>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
enum Lookup {
    Body(String),
    Error(String),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum Asked {
    Person,
    Controller,
    Audit,
}

impl Asked {
    /// Who that is, as the API server or the audit scanner says it.
    fn user_info(self) -> Value {
        match self {
            Self::Person => json!({"username": "user-55gsl", "groups": ["system:authenticated"]}),
            Self::Controller => json!({"username": "system:serviceaccount:cattle-system:rancher"}),
            Self::Audit => json!({}),
        }
    }
}

/// What came of it.
#[derive(Serialize, Default)]
pub(super) struct Report {
    results: Vec<Value>,
    others: BTreeMap<String, u32>,
    errors: Vec<Value>,
}

impl Report {
    fn error(&mut self, place: &str, unreadable: Unreadable) {
        let mut error = json!({"where": place, "message": unreadable.message});
        if let Some((line, column)) = unreadable.place {
            put(&mut error, "line", line);
            put(&mut error, "column", column);
        }
        self.errors.push(error);
    }

    /// What a text holds, or nothing and an error.
    fn read<T: Default>(&mut self, place: &str, read: Result<T, Unreadable>) -> T {
        read.unwrap_or_else(|unreadable| {
            self.error(place, unreadable);
            T::default()
        })
    }
}

/// Evaluates an input.
pub(super) fn report(input: &Input) -> Report {
    let mut report = Report::default();
    let objects = report.read("objects", Documents::read(&input.objects));
    let rancher = input.rancher.as_deref().unwrap_or_default();
    let rancher = report.read("rancher", Documents::read(rancher));
    let old = input.old_object.as_deref().unwrap_or_default();
    let old = report.read("oldObject", one(old));
    let settings = input.settings.as_deref().unwrap_or_default();
    let settings = report.read("settings", one(settings));
    let settings = settings.as_deref().map_or("{}", RawValue::get);
    if let Err(invalid) = Settings::from_json(settings.as_bytes()) {
        let message = invalid.text();
        report.error(
            "settings",
            Unreadable {
                message,
                place: None,
            },
        );
    }
    let mut lookups = BTreeMap::new();
    for document in objects.found.iter().chain(&rancher.found) {
        if let Document::Setting(name, setting) = document {
            lookups.insert(name.clone(), Lookup::Body(setting.get().to_owned()));
        }
    }
    lookups.extend(input.lookups.clone());
    report.others = objects.others;
    for (kind, count) in rancher.other_than_settings() {
        let others = report.others.entry(kind).or_default();
        *others = others.saturating_add(count);
    }
    if !report.errors.is_empty() {
        return report;
    }

    let asked = input.requester.unwrap_or(Asked::Person);
    let is_judged = |document: &&Document| !matches!(document, Document::Setting(..));
    let is_alone = objects.found.iter().filter(is_judged).count() == 1;
    for document in &objects.found {
        let request = match document {
            Document::Cluster(cluster) => request(cluster, old.as_deref(), asked),
            Document::Request(request) => request.get().to_owned(),
            Document::Setting(..) => continue,
        };
        let payload = [r#"{"request":"#, &request, r#","settings":"#, settings, "}"].concat();
        let mut result = result(payload.as_bytes(), &lookups);
        if is_alone {
            put(&mut result, "request", request);
        }
        report.results.push(result);
    }
    report
}

/// The AdmissionRequest for a Cluster, as the API server or the audit scanner sends it.
fn request(cluster: &RawValue, old: Option<&RawValue>, asked: Asked) -> String {
    let kind = r#""kind":{"group":"management.cattle.io","version":"v3","kind":"Cluster"},"resource":{"group":"management.cattle.io","version":"v3","resource":"clusters"}"#;
    let user = asked.user_info().to_string();
    let (operation, old) = match (asked, old) {
        (Asked::Person | Asked::Controller, Some(old)) => ("UPDATE", old.get()),
        _ => ("CREATE", "null"),
    };
    let stored;
    let object = match asked {
        Asked::Audit => {
            stored = stored_object(cluster);
            &stored
        }
        _ => cluster.get(),
    };
    [
        r#"{"uid":"playground","#,
        kind,
        r#","operation":""#,
        operation,
        r#"","userInfo":"#,
        &user,
        r#","object":"#,
        object,
        r#","oldObject":"#,
        old,
        "}",
    ]
    .concat()
}

/// What is stored has a resourceVersion, which one who pastes it may have left out.
fn stored_object(cluster: &RawValue) -> String {
    let Ok(mut object) = serde_json::from_str::<Map<String, Value>>(cluster.get()) else {
        return cluster.get().to_owned();
    };
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata
            .entry("resourceVersion")
            .or_insert_with(|| "1".into());
    }
    Value::Object(object).to_string()
}

fn result(payload: &[u8], lookups: &BTreeMap<String, Lookup>) -> Value {
    let mut asked = Vec::new();
    let fact = |name: SettingName| match lookups.get(name.as_str()) {
        Some(Lookup::Body(body)) => Fact::read(body.as_bytes()),
        Some(Lookup::Error(error)) => Fact::Fault(Fault::classify(error)),
        None => Fact::Fault(Fault::NotFound),
    };
    let response = evaluate(payload, |name| {
        asked.push(name.as_str());
        fact(name)
    });
    let answer = response.to_json();
    let mut result = json!({
        "name": "", "displayName": "", "operation": "", "requester": "person",
        "outcome": outcome(&response),
        "response": serde_json::from_str::<Value>(&answer).unwrap_or_default(),
        "lookups": asked,
        "changes": [],
    });
    let Ok(request) = Request::read(payload) else {
        return result;
    };
    put(&mut result, "name", request.name());
    put(
        &mut result,
        "operation",
        match request.operation() {
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Other => "",
        },
    );
    put(
        &mut result,
        "requester",
        match request.requester() {
            Requester::Person => "person",
            Requester::Controller => "controller",
            Requester::Audit => "audit",
        },
    );
    if let Ok(Change::Create(cluster) | Change::Update { new: cluster, .. }) = request.change() {
        put(&mut result, "displayName", cluster.display_name());
    }
    let Ok(settings) = request.settings() else {
        return result;
    };
    let mut rancher = Rancher::default();
    for name in [SettingName::ServerVersion, SettingName::AgentImage] {
        rancher.learn(name, fact(name));
    }
    if let Some(explanation) = explain(&request, &settings, &rancher) {
        put(
            &mut result,
            "displayName",
            explanation.cluster.display_name(),
        );
        if response.mutated_object.is_some() {
            put(&mut result, "changes", changes(&explanation));
        }
        put(&mut result, "explanation", explained(&explanation));
    }
    result
}

fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
}

fn outcome(response: &Response) -> &'static str {
    match response {
        response if response.code == Some(COULD_NOT_EVALUATE) => "error",
        response if !response.accepted => "reject",
        response if response.mutated_object.is_some() => "repair",
        response if response.warnings.is_empty() && response.message.is_none() => "accept",
        _ => "warn",
    }
}

fn changes(explanation: &Explanation<'_>) -> Vec<Value> {
    let cluster = explanation.cluster;
    cluster
        .fields_to_clear()
        .map(|field| json!({"path": field.path(), "before": cluster.desired_text(field), "after": ""}))
        .collect()
}

fn explained(explanation: &Explanation<'_>) -> Value {
    let mut explained = json!({
        "administrated": explanation.administrated,
        "desired": desired(explanation.desired, explanation.desired_verdict),
        "server": server(explanation),
        "findings": findings(explanation),
    });
    if let Some(before) = explanation.before {
        put(&mut explained, "before", desired(before, None));
    }
    if let Some(transition) = explanation.transition {
        put(
            &mut explained,
            "transition",
            match transition {
                Transition::Unchanged => "unchanged",
                Transition::ToFollows => "to-follows",
                Transition::Repinned => "repinned",
            },
        );
    }
    if let Some(direction) = explanation.direction {
        put(
            &mut explained,
            "direction",
            match direction {
                Direction::Introduced => "introduced",
                Direction::Worsened => "worsened",
                Direction::Sideways => "sideways",
                Direction::Improved => "improved",
            },
        );
    }
    if let Some(deployed) = explanation.deployed {
        put(
            &mut explained,
            "deployed",
            image(deployed, explanation.deployed_verdict),
        );
    }
    if let Some((agent_image, lag)) = explanation.agent_image {
        let mut setting = json!({"image": agent_image});
        if let Some(lag) = lag {
            put(&mut setting, "gap", gap(lag));
        }
        put(&mut explained, "agentImage", setting);
    }
    explained
}

fn findings(explanation: &Explanation<'_>) -> Vec<Value> {
    let findings = explanation.findings.iter();
    findings
        .map(|(severity, reason)| {
            let severity = match severity {
                Severity::Warn => "warn",
                Severity::Repair => "repair",
                Severity::Reject => "reject",
            };
            json!({"severity": severity, "reason": reason.as_str()})
        })
        .collect()
}

fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotGranted => "not-granted",
        Fault::Forbidden => "forbidden",
        Fault::NotFound => "not-found",
        Fault::NoClient => "no-client",
        Fault::Unreadable => "unreadable",
        Fault::Failed => "failed",
    }
}

fn server(explanation: &Explanation<'_>) -> Value {
    let mut server = json!({
        "comparable": explanation.server.is_some_and(|text| ServerVersion::new(text).is_version()),
        "from": if explanation.is_live { "live" } else { "setting" },
    });
    if let Some(version) = explanation.server {
        put(&mut server, "version", version);
    }
    if let Some(why) = explanation.server_fault {
        put(&mut server, "fault", fault(why));
    }
    if let Some(why) = explanation.agent_image_fault {
        put(&mut server, "agentImageFault", fault(why));
    }
    server
}

fn desired(desired: DesiredImage<'_>, verdict: Option<Verdict>) -> Value {
    let told = |because: &str, field: Option<DesiredField>| {
        let mut told = json!({"because": because});
        if let Some(field) = field {
            put(&mut told, "field", field.path());
        }
        told
    };
    match desired {
        DesiredImage::Follows => told("follows", None),
        DesiredImage::FollowsOnce(field) => told("fixed", Some(field)),
        DesiredImage::Unreadable(field) => told("malformed", Some(field)),
        DesiredImage::Pinned(pin) => {
            let mut told = told("pinned", Some(pin.field));
            put(&mut told, "image", image(pin.image, verdict));
            told
        }
    }
}

fn image(reference: ImageRef<'_>, verdict: Option<Verdict>) -> Value {
    let mut image = json!({"image": reference.text()});
    if let Some(tag) = reference.tag() {
        put(&mut image, "tag", tag);
        if reference.version().is_ok() {
            put(&mut image, "version", normalize(tag));
        }
    }
    let Some(verdict) = verdict else {
        return image;
    };
    let (word, by) = match verdict {
        Verdict::Current => ("current", None),
        Verdict::Ahead => ("ahead", None),
        Verdict::Tolerated(by) => ("tolerated", Some(by)),
        Verdict::AsServerDeploys => ("as-deployed-by-server", None),
        Verdict::Lagging(by) => ("lagging", Some(by)),
        Verdict::UnknownImage(_) => ("unknown-image", None),
        Verdict::UnknownServer => ("unknown-server", None),
    };
    put(&mut image, "verdict", word);
    if let Some(by) = by {
        put(&mut image, "gap", gap(by));
    }
    image
}

fn gap(gap: Gap) -> Value {
    match gap {
        Gap::Major(count) => json!({"by": "major", "count": count}),
        Gap::Minor(count) => json!({"by": "minor", "count": count}),
        Gap::Patch(count) => json!({"by": "patch", "count": count}),
        Gap::Build => json!({"by": "build"}),
        Gap::Trunk => json!({"by": "trunk"}),
    }
}
