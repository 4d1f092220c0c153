//! policy.wasm under a real kube-apiserver and the real policy-server: a replay of what
//! Rancher, its users and others write, with and without the policy.
//!
//! What is pure ([`replay`], [`mod@write`], [`policy`], [`record`]) is tested like any code; the
//! programs are started by the binary alone, which `make cluster-tests` runs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

pub mod audit;
pub mod certificate;
pub mod client;
pub mod command;
pub mod exporter;
pub mod kubernetes;
pub mod many;
pub mod monitoring;
pub mod play;
pub mod policy;
pub mod policy_server;
pub mod process;
pub mod program;
pub mod prometheus;
pub mod rancher;
pub mod record;
pub mod relay;
pub mod replay;
pub mod scan;
pub mod unreadable;
pub mod user;
pub mod webhook;
pub mod write;
