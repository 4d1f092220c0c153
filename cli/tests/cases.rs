//! Every case of the policy that is an audit: the row about the cluster says what the
//! policy answers, although the command keeps a few of its fields only.

use std::path::Path;

use policy_cases::Case;
use rancher_agent_version_policy::setting::{Rancher, SettingName};
use rancher_agent_version_policy::settings::Settings;
use rancher_agents::report::{Question, Weight};
use rancher_agents::{Entry, Event, Source, judge, stream};
use serde_json::{Value, json};

/// What Kubewarden's audit scanner sends: a CREATE by nobody, of a Cluster that was
/// stored.
fn is_audit(request: &Value) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = &request["kind"];
    request["operation"] == "CREATE"
        && text(&request["userInfo"]["username"]).is_empty()
        && !text(&request["object"]["metadata"]["resourceVersion"]).is_empty()
        && text(&request["subResource"]).is_empty()
        && kind["group"] == "management.cattle.io"
        && kind["kind"] == "Cluster"
}

/// What the command advises in the place of a setting of the policy.
const OPTION: &str = "give --server-version";

/// Rancher's own cluster, and one that is being deleted.
fn is_out_of_scope(request: &Value) -> bool {
    let metadata = &request["object"]["metadata"];
    let deletion = metadata["deletionTimestamp"].as_str().unwrap_or_default();
    request["name"] == "local" || metadata["name"] == "local" || !deletion.is_empty()
}

fn rancher(case: &Case) -> Rancher {
    let fact = |name: SettingName| Some(case.rancher.fact(name.into()));
    Rancher {
        server_version: fact(SettingName::ServerVersion),
        agent_image: fact(SettingName::AgentImage),
    }
}

#[test]
fn rows_say_what_the_policy_answers() {
    let audits = policy_cases::cases();
    let audits = audits.iter().filter(|case| is_audit(&case.request));
    let file = format!("case-{}.json", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    for case in audits {
        let review = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": case.request,
        });
        std::fs::write(&file, review.to_string()).unwrap();
        let mut entries = Vec::new();
        let read = stream(&Source::File(file.clone()), u64::MAX, |entry| {
            entries.push(entry);
            true
        });
        let has_documents = read.map(|end| end.has_documents);
        assert_eq!(has_documents, Ok(true), "{}", case.name);
        let [Entry::Cluster(Event::Listed, cluster)] = entries.as_slice() else {
            panic!("{}: {entries:?}", case.name);
        };
        let settings = Settings::from_json(case.settings.to_string().as_bytes()).unwrap();
        let row = judge(Question::Audit, cluster, &settings, &rancher(case), None);

        let response = &case.expected.response;
        let annotation = |name: &str| response["audit_annotations"][name].as_str();
        let is_rejected = response["accepted"] == json!(false);
        let verdict = match annotation("verdict") {
            Some(word) => word,
            None if is_rejected => "rejected",
            None if is_out_of_scope(&case.request) => "out-of-scope",
            None => "ok",
        };
        let answer = match (verdict, response["code"].as_u64()) {
            ("out-of-scope", _) => "skipped",
            (_, Some(500)) => "failed",
            _ if is_rejected => "refused",
            _ => "accepted",
        };
        let weight = match row.status.weight {
            Weight::Skipped => "skipped",
            Weight::Failed => "failed",
            Weight::Refused => "refused",
            Weight::Warned | Weight::Noted | Weight::Silent => "accepted",
        };
        // The command has an option in the place of this setting.
        let message = response["message"].as_str().map(|message| {
            let message = message.replace("set the policy's `serverVersion`", OPTION);
            message.replace("set its `serverVersion`", OPTION)
        });
        assert_eq!(
            (row.message.as_deref(), row.verdict(), row.reason, weight),
            (message.as_deref(), verdict, annotation("reason"), answer),
            "{}",
            case.name
        );
    }
}
