//! What policy.wasm is: small, self-described, and of no particular machine.

mod built;

use std::env;

use built::{module, nothing, policy, root};
use serde_json::{Value, json};

/// Bytes of the module with its metadata.
const LARGEST: usize = 225_000;

#[test]
fn module_is_small() {
    let size = module("policy.wasm").len();
    assert_eq!(size.max(LARGEST), LARGEST);
}

/// Nothing else, and no clock, file or network among it.
#[test]
fn module_imports_what_a_wapc_host_offers() {
    let mut imports: Vec<String> = policy().imports().collect();
    imports.sort();
    assert_eq!(
        imports,
        [
            "wapc.__guest_error",
            "wapc.__guest_request",
            "wapc.__guest_response",
            "wapc.__host_call",
            "wapc.__host_error",
            "wapc.__host_error_len",
            "wapc.__host_response",
            "wapc.__host_response_len",
            "wasi_snapshot_preview1.environ_get",
            "wasi_snapshot_preview1.environ_sizes_get",
            "wasi_snapshot_preview1.fd_write",
            "wasi_snapshot_preview1.proc_exit",
            "wasi_snapshot_preview1.random_get",
        ]
    );
}

/// The host refuses a module without the section, or with two.
#[test]
fn module_carries_policy_metadata_yml() {
    let text = include_str!("../../../policy-metadata.yml");
    let mut expected: Value = serde_saphyr::from_str(text).expect("YAML");
    expected["protocolVersion"] = json!("v1");
    assert_eq!(policy().metadata(), &expected);
}

#[test]
fn module_speaks_the_protocol_that_its_metadata_names() {
    let evaluation = policy().call("protocol_version", b"", nothing);
    assert_eq!(evaluation.expect("an answer").response, r#""v1""#);
}

#[test]
fn module_names_no_path_of_this_machine() {
    let module = module("policy.wasm");
    let text = String::from_utf8_lossy(&module);
    let home = format!("{}/", env::var("HOME").expect("a home folder"));
    let here = root().canonicalize().expect("the folder");
    let here = here.to_string_lossy();
    let named: Vec<&str> = [&here, home.as_str(), ".cargo/registry", ".rustup/"]
        .into_iter()
        .filter(|path| text.contains(path))
        .collect();
    assert_eq!(named, Vec::<&str>::new());
}
