//! What policy.wasm is: small, self-described, and of no particular machine.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

use rancher_agent_audit::{POLICY, Policy};
use serde_json::{Value, json};
use wasmtime::wasmparser::{ConstExpr, DataKind, Operator, Parser, Payload};

/// Bytes of the module with its metadata.
const LARGEST: usize = 150_000;

#[test]
fn module_is_small() {
    assert!(POLICY.len() <= LARGEST, "{} bytes", POLICY.len());
}

/// Bytes of a page of memory.
const PAGE: i32 = 4096;

fn constant(expression: &ConstExpr<'_>) -> i32 {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => value,
        other => panic!("no constant: {other:?}"),
    }
}

/// The first things that an instance writes to are the top of its stack and the data
/// behind the constants. Each page of these costs a page fault in every request, so each
/// has to begin where the rest of its page is enough: `STACK_SIZE` in build.rs places
/// both.
#[test]
fn module_writes_to_few_pages() {
    let mut stack = Vec::new();
    let mut data = Vec::new();
    for payload in Parser::new(0).parse_all(POLICY) {
        match payload.expect("a section") {
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global.expect("a global");
                    if global.ty.mutable {
                        stack.push(constant(&global.init_expr) % PAGE);
                    }
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    match segment.expect("a segment").kind {
                        DataKind::Active { offset_expr, .. } => {
                            data.push(constant(&offset_expr) % PAGE);
                        }
                        DataKind::Passive => panic!("a passive segment"),
                    }
                }
            }
            _ => {}
        }
    }
    let [stack] = stack[..] else {
        panic!("one stack: {stack:?}");
    };
    // The constants come first. wasm-opt cuts all data where they are zero for long, and
    // the last piece is of what is written.
    let Some(written) = data.last().copied() else {
        panic!("no data");
    };
    let places = (stack.clamp(1024, 2048), written.clamp(0, 2560));
    assert_eq!((stack, written), places, "set STACK_SIZE in build.rs anew");
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
