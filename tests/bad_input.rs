//! Payloads that no API server sends, answered natively.

use policy_cases::bad_input;
use rancher_agent_version_policy::evaluate::evaluate;

#[test]
fn always_one_clean_answer() {
    let mut wrong = Vec::new();
    for bad in bad_input::all() {
        let response = evaluate(&bad.payload, |name| {
            panic!("{}: looks up {name:?}", bad.name)
        });
        let response: serde_json::Value = serde_json::to_value(&response).expect("JSON");
        if response != bad.response {
            wrong.push(format!(
                "{}:\n  expected {}\n  actual   {response}",
                bad.name, bad.response
            ));
        }
        assert!(
            !response.to_string().contains(bad_input::SECRET),
            "{}",
            bad.name
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
