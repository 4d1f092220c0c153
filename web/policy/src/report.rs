//! The answer to an input, as `types.d.ts` describes it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::documents::{Document, Documents, Unreadable, name, one};
use super::input::{Input, Lookup};
use super::review::{request, unreadable};
use super::settings::invalid;
use super::steps::{changes, explained, put};
use rancher_agent_version_policy::admission::decide;
use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::explain::explain;
use rancher_agent_version_policy::request::{Change, Operation, Payload, Request, Requester};
use rancher_agent_version_policy::response::{Answer, Code, Response};
use rancher_agent_version_policy::setting::{Fact, Fault, Rancher, SettingName};
use rancher_agent_version_policy::settings::Settings;
use rancher_agent_version_policy::text::bounded;

/// The longest name that is repeated, in characters.
const MAX_NAME: usize = 100;

/// The report.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    results: Vec<Box<RawValue>>,
    others: BTreeMap<String, u32>,
    errors: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_unused: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Value>,
}

impl Report {
    fn error(&mut self, place: &str, unreadable: Unreadable) {
        self.error_at(place, unreadable, None);
    }

    fn error_at(&mut self, place: &str, unreadable: Unreadable, field: Option<String>) {
        let mut error = json!({"where": place, "message": unreadable.message});
        if let Some(field) = field {
            put(&mut error, "field", field);
        }
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

    /// The one Cluster of a text.
    fn old<'a>(&mut self, text: &'a str) -> Option<&'a RawValue> {
        const PLACE: &str = "oldObject";
        let Documents { found, others, .. } = self.read(PLACE, Documents::read(text));
        match (found.as_slice(), others.is_empty()) {
            ([], true) => None,
            ([Document::Cluster(old)], true) => {
                self.check(PLACE, text, &found);
                Some(old)
            }
            _ => {
                let message = "expected one Cluster and nothing else";
                self.error(PLACE, Unreadable::whole(message));
                None
            }
        }
    }

    /// Reports the first Cluster with fields that no object can have.
    fn check(&mut self, place: &str, text: &str, found: &[Document<'_>]) {
        let message = "this field occurs twice, or its text is broken";
        let first = found.iter().find_map(|document| match document {
            Document::Cluster(cluster) => Some((cluster.get(), unreadable(cluster.get())?)),
            _ => None,
        });
        if let Some((cluster, at)) = first {
            let mut unreadable = Unreadable::json(text, cluster, &at);
            unreadable.message = format!("not valid JSON: {message}");
            self.error(place, unreadable);
        }
    }

    /// Reports an old object that does not fit what is judged, or is not used for it.
    fn compare(&mut self, old: &RawValue, judged: &[&Document<'_>], requester: Requester) {
        let fits = match (judged, requester) {
            ([], _) => Ok(()),
            (_, Requester::AuditScanner) | ([Document::Request(_)], _) => {
                self.old_unused = Some(true);
                Ok(())
            }
            ([Document::Cluster(new)], _) => same_name(new, old),
            _ => {
                let message = "an old object belongs to a single Cluster, and there are several";
                Err(Unreadable::whole(message))
            }
        };
        self.read("oldObject", fits);
    }
}

/// Evaluates an input.
pub(super) fn report(input: &Input) -> Report {
    let mut report = Report::default();
    let mut objects = report.read("objects", Documents::read(&input.objects));
    report.check("objects", &input.objects, &objects.found);
    let rancher = report.read("rancher", Documents::read(&input.rancher));
    objects.count_all(rancher.other_than_settings());
    report.others.clone_from(&objects.others);
    let old = report.old(&input.old_object);
    let settings = report.read("settings", one(&input.settings));
    let settings = settings.map_or("{}", RawValue::get);
    for wrong in invalid(settings) {
        report.error_at("settings", wrong.unreadable, wrong.field);
    }
    let known = Known {
        given: &input.lookups,
        texts: [("objects", &objects.found), ("rancher", &rancher.found)],
    };
    let fact = |name: SettingName| known.fact(name).0;
    let is_judged = |document: &&Document<'_>| !matches!(document, Document::Setting(..));
    let judged: Vec<_> = objects.found.iter().filter(is_judged).collect();
    let requester = input.requester.unwrap_or(match judged.len() {
        0 | 1 => Requester::User,
        _ => Requester::AuditScanner,
    });
    if let Some(old) = old {
        report.compare(old, &judged, requester);
    }
    if !report.errors.is_empty() {
        report.old_unused = None;
        return report;
    }
    report.server = server(settings, &known);

    for document in &judged {
        let request = match document {
            Document::Cluster(cluster) => request(cluster, old, requester),
            Document::Request(request) => request.get().to_owned(),
            Document::Setting(..) => continue,
        };
        let payload = format!(r#"{{"request":{request},"settings":{settings}}}"#);
        let (mut told, answer) = result(payload.as_bytes(), fact);
        if judged.len() == 1 {
            put(&mut told, "request", request);
        }
        report.results.extend(with_answer(&told, &answer));
    }
    report
}

/// What is known of Rancher.
struct Known<'a> {
    /// Given as the lookups themselves.
    given: &'a [(String, Lookup)],
    /// What was pasted, and where. The objects come first: a list that holds Rancher's
    /// Settings brings its own.
    texts: [(&'static str, &'a [Document<'a>]); 2],
}

impl Known<'_> {
    /// What a lookup gives, and where from. Of two Settings of one name in a text the last
    /// counts.
    fn fact(&self, name: SettingName) -> (Fact, &'static str) {
        let name: &str = name.into();
        if let Some((_, given)) = self.given.iter().rfind(|(given, _)| given == name) {
            let fact = match given {
                Lookup::Body(body) => Fact::read(body.as_bytes()),
                Lookup::Error(error) => Fact::Fault(Fault::classify(error)),
            };
            return (fact, "lookups");
        }
        let pasted = self.texts.iter();
        let mut pasted =
            pasted.filter_map(|(place, found)| Some((pasted_fact(found, name)?, *place)));
        pasted
            .next()
            .unwrap_or((Fact::Fault(Fault::NotFound), "lookups"))
    }
}

/// The last Setting of this name.
fn pasted_fact(found: &[Document<'_>], name: &str) -> Option<Fact> {
    found.iter().rev().find_map(|document| match document {
        Document::Setting(known, setting) if known == name => {
            Some(Fact::read(setting.get().as_bytes()))
        }
        _ => None,
    })
}

/// The version that images are compared with, and where it is from.
fn server(settings: &str, known: &Known<'_>) -> Option<Value> {
    let settings = Settings::from_json(settings.as_bytes()).ok()?;
    let (version, from) = match settings.server_version {
        Some(version) => (version, "settings"),
        None => match known.fact(SettingName::ServerVersion) {
            (Fact::Value(version), from) => (version, from),
            (Fact::Fault(_), _) => return None,
        },
    };
    let mut server = json!({"version": version, "from": from});
    let [(_, objects), _] = known.texts;
    if let Some(Fact::Value(own)) = pasted_fact(objects, SettingName::ServerVersion.into())
        && own != version
    {
        put(&mut server, "inObjects", own);
    }
    Some(server)
}

fn same_name(new: &RawValue, old: &RawValue) -> Result<(), Unreadable> {
    let (new, old) = (name(new), name(old));
    if new == old {
        return Ok(());
    }
    let [new, old] = [&new, &old].map(|name| bounded(name, MAX_NAME));
    let message = format!("the old object is `{old}`, and the object is `{new}`");
    Err(Unreadable::whole(&message))
}

/// What there is to say about a payload, and the policy's answer.
fn result(payload: &[u8], fact: impl Fn(SettingName) -> Fact) -> (Value, String) {
    let mut asked = Vec::new();
    let response = evaluate(payload, |name| {
        asked.push(name);
        fact(name)
    });
    let lookups: Vec<&str> = asked.iter().map(Into::into).collect();
    let mut told = json!({
        "name": "", "displayName": "", "operation": "", "requester": "user",
        "outcome": outcome(&response), "lookups": lookups, "changes": [],
    });
    if let Ok(read) = Payload::read(payload) {
        tell(&mut told, &read, &response, &asked, fact);
    }
    (told, serde_json::to_string(&response).unwrap_or_default())
}

/// The answer stays the policy's own text: `Value` cannot hold every number and string that
/// JavaScript can.
fn with_answer(told: &Value, answer: &str) -> Option<Box<RawValue>> {
    let told = told.to_string();
    let fields = told.strip_prefix('{')?;
    RawValue::from_string(format!(r#"{{"response":{answer},{fields}"#)).ok()
}

/// What there is to say about a request that can be read.
fn tell(
    result: &mut Value,
    read: &Payload<'_>,
    response: &Response<'_>,
    asked: &[SettingName],
    fact: impl Fn(SettingName) -> Fact,
) {
    let request: &Request<'_> = &read.request;
    put(result, "name", request.name());
    put(
        result,
        "operation",
        match request.operation() {
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Other => "",
        },
    );
    put(
        result,
        "requester",
        match request.requester() {
            Requester::User => "user",
            Requester::ServiceAccount => "service-account",
            Requester::AuditScanner => "audit-scanner",
        },
    );
    if let Ok(Change::Create(cluster) | Change::Update { new: cluster, .. }) = request.change() {
        put(result, "displayName", cluster.display_name());
    }
    let Ok(settings) = read.settings() else {
        return;
    };
    let known = |names: &[SettingName]| {
        let mut rancher = Rancher::default();
        for name in names {
            rancher.learn(*name, fact(*name));
        }
        rancher
    };
    let everything = known(&[SettingName::ServerVersion, SettingName::AgentImage]);
    let standing = explain(request, &settings, &everything);
    let asked = known(asked);
    if let Ok(decision) = decide(request, &settings, &asked) {
        if decision.subject.cluster.is_none() {
            put(result, "outOfScope", <&str>::from(decision.row));
        }
        if let Some(standing) = decision.standing() {
            put(result, "standing", <&str>::from(standing));
        }
    }
    if let (Some(explanation), Some(standing)) = (explain(request, &settings, &asked), standing) {
        put(result, "displayName", explanation.cluster.display_name());
        if matches!(response.answer, Answer::Repaired(_)) {
            put(result, "changes", changes(request, explanation.cluster));
        }
        let explained = explained(&explanation, &standing, &settings);
        put(result, "explanation", explained);
    }
}

fn outcome(response: &Response<'_>) -> &'static str {
    match &response.answer {
        Answer::Rejected {
            code: Some(Code::CouldNotEvaluate),
            ..
        } => "error",
        Answer::Rejected { .. } => "reject",
        Answer::Repaired(_) => "repair",
        Answer::Accepted { message: None } if response.warnings.is_empty() => "accept",
        Answer::Accepted { .. } => "warn",
    }
}
