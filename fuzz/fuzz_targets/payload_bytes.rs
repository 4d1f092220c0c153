//! Raw bytes as a payload: the answer is sound. They are refused as not JSON exactly where
//! serde_json refuses them, or where a field that is read occurs twice or cannot be held;
//! else the answer keeps to the rules that need no verdict. No answer quotes what was
//! refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rancher_agent_version_policy::setting::{Fact, Fault};
use rancher_agent_version_policy_fuzz::payload::Payload;
use rancher_agent_version_policy_fuzz::response::evaluated;
use serde::de::IgnoredAny;

fuzz_target!(|data: &[u8]| {
    let value = |text: &str| Fact::Value(text.to_owned());
    let facts = match data.len() % 3 {
        0 => [value("v2.11.0"), value("rancher/rancher-agent:v2.11.0")],
        1 => [
            value("v2.12.3"),
            value("registry:5000/rancher/rancher-agent:v2.10.3"),
        ],
        _ => [Fact::Fault(Fault::Forbidden), Fact::Fault(Fault::Forbidden)],
    };
    let evaluated = evaluated(data, &facts);
    let response = &evaluated.response;
    let start = "bad request: the payload is not the JSON of an AdmissionRequest: see line ";
    let message = response.message.as_deref().unwrap_or_default();
    let place = message.strip_prefix(start);
    let is_json = serde_json::from_slice::<IgnoredAny>(data).is_ok();
    assert!(is_json || place.is_some(), "{response:?}");
    if let Some(place) = place {
        assert_eq!(
            (response.accepted, response.code),
            (false, Some(400)),
            "{response:?}"
        );
        let numbers = place
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect::<String>();
        assert_eq!(numbers, ", column ", "{response:?}");
    }
    // The second reading takes no bytes that are not UTF-8, which the policy passes where
    // they are not read.
    if let Ok(text) = std::str::from_utf8(data) {
        match Payload::read(text) {
            Ok(read) => {
                assert!(place.is_none(), "{text}: {response:?}");
                read.check(&evaluated);
            }
            Err(_) => assert!(place.is_some(), "{text}: {response:?}"),
        }
    }
});
