//! What policy.wasm is: small, self-described, and of no particular machine.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use rancher_agent_audit::{POLICY, Policy};
use serde_json::{Value, json};

/// Bytes of the module with its metadata.
const LARGEST: usize = 150_000;

#[test]
fn module_is_small() {
    assert!(POLICY.len() <= LARGEST, "{} bytes", POLICY.len());
}

#[test]
fn module_speaks_the_protocol_that_its_metadata_names() {
    let policy = Policy::load(POLICY, &json!({})).expect("a policy");
    assert_eq!(policy.protocol_version().expect("an answer"), r#""v1""#);
}

/// [`Policy::load`] refuses a module without the section, or with two.
#[test]
fn module_carries_policy_metadata_yml() {
    let mut expected: Value =
        serde_saphyr::from_str(include_str!("../../policy-metadata.yml")).expect("YAML");
    expected
        .as_object_mut()
        .expect("a map")
        .insert("protocolVersion".to_owned(), json!("v1"));
    let name = b"io.kubewarden.metadata";
    let start = POLICY
        .windows(name.len())
        .position(|window| window == name)
        .and_then(|start| start.checked_add(name.len()))
        .expect("the section");
    let section = POLICY.get(start..).expect("the section");
    let metadata = serde_json::Deserializer::from_slice(section)
        .into_iter::<Value>()
        .next()
        .expect("a document")
        .expect("JSON");
    assert_eq!(metadata, expected);
}

#[test]
fn module_names_no_path_of_this_machine() {
    let text = String::from_utf8_lossy(POLICY);
    let home = format!("{}/", std::env::var("HOME").expect("a home folder"));
    let here = env!("CARGO_MANIFEST_DIR").trim_end_matches("/audit");
    let named: Vec<&str> = [here, home.as_str(), ".cargo/registry", ".rustup/"]
        .into_iter()
        .filter(|path| text.contains(path))
        .collect();
    assert_eq!(named, Vec::<&str>::new());
}
