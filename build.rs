//! Turns policy-metadata.yml into the JSON of the module's own metadata
//! section, so that the module needs no `kwctl annotate`, and places the module's data.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const SOURCE: &str = "policy-metadata.yml";

/// Bytes of the guest's stack, which the data follow: 1 MiB, as is usual, less what puts
/// all that is written of the data on one page. Every further page that an instance
/// writes to costs a page fault in every request (docs/performance.md);
/// `tests/host/tests/module.rs` says when it has to be set anew.
const STACK_SIZE: usize = (1 << 20) - 2816;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let text = fs::read_to_string(SOURCE)?;
    let mut metadata: serde_json::Map<String, serde_json::Value> = serde_saphyr::from_str(&text)?;
    // kwctl would ask the module; the SDK that it is built with speaks v1.
    metadata.insert("protocolVersion".to_owned(), "v1".into());
    let target = PathBuf::from(env::var("OUT_DIR")?).join("metadata.json");
    fs::write(target, serde_json::to_vec(&metadata)?)?;
    if env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK_SIZE}");
    }
    Ok(())
}
