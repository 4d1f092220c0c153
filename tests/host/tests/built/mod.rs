//! The modules that the tests run: they have to be built before.

#![allow(dead_code, reason = "each test file uses some of them")]

use std::fs;
use std::path::{Path, PathBuf};

use policy_host::Policy;

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A module by its path in the repository, which is also its target of make.
pub(crate) fn module(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}; run make {path}"))
}

/// The policy.
pub(crate) fn policy() -> Policy {
    Policy::load(&module("policy.wasm")).expect("a policy")
}

/// For calls that look up nothing.
pub(crate) fn nothing(name: &str) -> Result<String, String> {
    panic!("nobody should ask for {name}")
}
