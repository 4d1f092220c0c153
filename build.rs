//! Turns policy-metadata.yml into the JSON of the module's own metadata
//! section, so that nobody has to run `kwctl annotate`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const SOURCE: &str = "policy-metadata.yml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let text = fs::read_to_string(SOURCE)?;
    let mut metadata: serde_json::Map<String, serde_json::Value> = serde_saphyr::from_str(&text)?;
    // kwctl would ask the module; the SDK that it is built with speaks v1.
    metadata.insert("protocolVersion".to_owned(), "v1".into());
    let target = PathBuf::from(env::var("OUT_DIR")?).join("metadata.json");
    fs::write(target, serde_json::to_vec(&metadata)?)?;
    Ok(())
}
