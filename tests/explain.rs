//! Every case stands in the file of the row that answers it, as its explanation says.

use std::collections::BTreeSet;

use rancher_agent_version_policy::explain::explain;
use rancher_agent_version_policy::request::Payload;
use rancher_agent_version_policy::row::Row;
use rancher_agent_version_policy::setting::{Rancher, SettingName};

#[test]
fn each_case_is_answered_by_the_row_that_its_file_is_named_after() {
    let rows: BTreeSet<&str> = Row::NUMBERED.iter().map(Into::into).collect();
    let mut found = BTreeSet::new();
    let mut elsewhere = Vec::new();
    for case in policy_cases::cases() {
        let (file, _) = case.name.split_once("::").unwrap();
        let payload = case.payload_text();
        let Ok(read) = Payload::read(payload.as_bytes()) else {
            continue;
        };
        let Ok(settings) = read.settings() else {
            continue;
        };
        let fact = |name: SettingName| Some(case.rancher.fact(name.into()));
        let rancher = Rancher {
            server_version: fact(SettingName::ServerVersion),
            agent_image: fact(SettingName::AgentImage),
        };
        let Some(explanation) = explain(&read.request, &settings, &rancher) else {
            continue;
        };
        let row = explanation.decision.row.into();
        found.insert(row);
        if rows.contains(file) && file != row {
            elsewhere.push(format!("{}: {row}", case.name));
        }
    }
    assert_eq!(elsewhere, Vec::<String>::new());
    assert_eq!(
        rows.difference(&found).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}
