//! The metadata section, which makes a module a policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use wasmtime::wasmparser::{Parser, Payload};

use crate::host::error::LoadError;

const SECTION: &str = "io.kubewarden.metadata";

/// What the host reads of a policy's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Version of the protocol between host and policy.
    pub protocol_version: Option<String>,
    /// What people are told about the policy, such as its title.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// How the host has to run the module; waPC if absent.
    pub execution_mode: Option<String>,
}

impl Metadata {
    /// An annotation of Kubewarden, such as `title`; empty if absent.
    #[must_use]
    pub fn about(&self, name: &str) -> &str {
        self.annotations
            .get(&format!("io.kubewarden.policy.{name}"))
            .map_or("", String::as_str)
    }

    /// Reads the one metadata section of a module and checks that this host can
    /// run it. Where a module has two, Kubewarden takes the first without a word,
    /// and the second is the one its author meant: that is an error here.
    pub(crate) fn read(wasm: &[u8]) -> Result<Self, LoadError> {
        let sections = sections(wasm)?;
        let section = match sections.as_slice() {
            [] => return Err(LoadError::NoMetadata),
            [section] => section,
            several => return Err(LoadError::SeveralMetadata(several.len())),
        };
        let metadata: Self =
            serde_json::from_slice(section).map_err(|e| LoadError::BrokenMetadata {
                line: e.line(),
                column: e.column(),
            })?;
        match metadata.execution_mode.as_deref() {
            None | Some("kubewarden-wapc") => {}
            Some(other) => return Err(LoadError::ExecutionMode(other.to_owned())),
        }
        match metadata.protocol_version.as_deref() {
            Some("v1") => Ok(metadata),
            Some(other) => Err(LoadError::ProtocolVersion(other.to_owned())),
            None => Err(LoadError::NoProtocolVersion),
        }
    }
}

fn sections(wasm: &[u8]) -> Result<Vec<&[u8]>, LoadError> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|e| LoadError::Module(e.to_string()))?;
        if let Payload::CustomSection(section) = payload
            && section.name() == SECTION
        {
            found.push(section.data());
        }
    }
    Ok(found)
}
