//! Makes JavaScript, TypeScript and WebAssembly out of the policy built for the browser:
//!
//! ```text
//! rancher-agent-version-policy-bindings MODULE.wasm FOLDER
//! ```
//!
//! `FOLDER/web` gets what a page loads, `FOLDER/node` what Node does. The crate that
//! writes them has to be of the very version that the module was built with, so it is
//! pinned here and built with the workspace, and nobody has to install it.

use std::error::Error;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(module), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("give the module and the folder to write to".into());
    };
    make(&module, &folder.join("web"), |bindgen| bindgen.web(true))?;
    make(&module, &folder.join("node"), |bindgen| {
        bindgen.nodejs(true)
    })
}

fn make(
    module: &Path,
    folder: &Path,
    target: impl Fn(&mut Bindgen) -> Result<&mut Bindgen, anyhow::Error>,
) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .typescript(true)
        .out_name("policy");
    target(&mut bindgen)?.generate(folder)?;
    Ok(())
}
