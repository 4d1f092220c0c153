//! Tells the library where the `policy.wasm` is that it embeds.

use std::io::{self, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy.wasm");
    let mut cargo = io::stdout();

    writeln!(cargo, "cargo::rerun-if-changed={}", policy.display())?;
    if policy.is_file() {
        writeln!(cargo, "cargo::rustc-env=POLICY_WASM={}", policy.display())
    } else {
        writeln!(
            cargo,
            "cargo::error=policy.wasm is missing: run make policy.wasm first"
        )
    }
}
