//! The answer to an input, as `types.d.ts` describes it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use strum::VariantArray;

use super::documents::{Document, Documents, Unreadable, name, one};
use super::input::{Input, Lookup};
use super::review::{request, unreadable};
use super::settings::invalid;
use super::steps::{changes, explained, given, word};
use rancher_agent_version_policy::admission::{Decision, decide};
use rancher_agent_version_policy::cluster::Cluster;
use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::explain::explain;
use rancher_agent_version_policy::request::{Change, Payload, Request, Requester};
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
        let (line, column) = unreadable.place.unzip();
        self.errors.push(given(json!({
            "where": place,
            "message": unreadable.message,
            "field": field,
            "line": line,
            "column": column,
        })));
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
    for (field, message) in invalid(settings) {
        report.error_at("settings", Unreadable::whole(&message), field);
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
        let shown = (judged.len() == 1).then_some(request);
        report
            .results
            .extend(result(payload.as_bytes(), fact, shown));
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
    let [(_, objects), _] = known.texts;
    let in_objects = match pasted_fact(objects, SettingName::ServerVersion.into()) {
        Some(Fact::Value(own)) if own != version => Some(own),
        _ => None,
    };
    let server = json!({"version": version, "from": from, "inObjects": in_objects});
    Some(given(server))
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

/// What there is to say about a payload. The answer stays the policy's own text: `Value` cannot
/// hold every number and string that JavaScript can.
fn result(
    payload: &[u8],
    fact: impl Fn(SettingName) -> Fact,
    shown: Option<String>,
) -> Option<Box<RawValue>> {
    let mut asked = Vec::new();
    let response = evaluate(payload, |name| {
        asked.push(name);
        fact(name)
    });
    let lookups: Vec<&str> = asked.iter().map(Into::into).collect();
    let known = |names: &[SettingName]| {
        let mut rancher = Rancher::default();
        for name in names {
            rancher.learn(*name, fact(*name));
        }
        rancher
    };
    let (everything, asked) = (known(SettingName::VARIANTS), known(&asked));
    let read = Payload::read(payload).ok();
    let request = read.as_ref().map(|read| &read.request);
    let settings = read.as_ref().and_then(|read| read.settings().ok());
    let judged = request.zip(settings.as_ref());
    let decision = judged.and_then(|(request, settings)| decide(request, settings, &asked).ok());
    let explanation = judged.and_then(|(request, settings)| {
        let explanation = explain(request, settings, &asked)?;
        let standing = explain(request, settings, &everything)?;
        Some(explained(&explanation, &standing, settings))
    });
    let cluster = request.and_then(|request| match request.change().ok()? {
        Change::Create(new) | Change::Update { new, .. } => Some(new),
    });
    let changes = match (request.zip(cluster), &response.answer) {
        (Some((request, cluster)), Answer::Repaired(_)) => changes(request, cluster),
        _ => Vec::new(),
    };
    let told = given(json!({
        "name": request.map_or("", Request::name),
        "displayName": cluster.map_or("", Cluster::display_name),
        "operation": request.map_or("", |request| word(request.operation())),
        "requester": word(request.map_or(Requester::User, Request::requester)),
        "outcome": outcome(&response),
        "lookups": lookups,
        "outOfScope": decision.as_ref().and_then(|decision| match decision.subject.cluster {
            None => Some(word(decision.row)),
            Some(_) => None,
        }),
        "standing": decision.as_ref().and_then(Decision::standing).map(word),
        "explanation": explanation,
        "changes": changes,
        "request": shown,
    }))
    .to_string();
    let answer = serde_json::to_string(&response).ok()?;
    let fields = told.strip_prefix('{')?;
    RawValue::from_string(format!(r#"{{"response":{answer},{fields}"#)).ok()
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
