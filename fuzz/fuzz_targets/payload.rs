//! Whole payloads made of their fields, each of any type, and Settings of Rancher: the
//! answer is sound and keeps to the rules that need no verdict; nothing that is not read
//! comes back, but in the object of a repair.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use rancher_agent_version_policy_fuzz::payload::{Payload, Refused, SECRET, made};
use rancher_agent_version_policy_fuzz::response::evaluated;

fuzz_target!(|data: &[u8]| {
    let Ok((payload, facts)) = made(&mut Unstructured::new(data)) else {
        return;
    };
    let evaluated = evaluated(payload.as_bytes(), &facts);
    let mut words = evaluated.response.clone();
    words.mutated_object = None;
    let said = format!("{words:?}");
    assert!(!said.contains(SECRET), "{payload}: {said}");
    match Payload::read(&payload) {
        Ok(read) => read.check(&evaluated),
        Err(Refused) => {
            let message = words.message.unwrap_or_default();
            assert!(
                message.starts_with("bad request: the payload is not the JSON "),
                "{payload}: {message}"
            );
        }
    }
});
