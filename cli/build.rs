//! Tells the library where the `policy.wasm` is that it embeds.

use std::env;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    // Build scripts run in the folder of their package.
    let policy = env::current_dir()?.join("../policy.wasm");
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
