//! A Kubewarden policy that rejects Rancher clusters whose agent image lags
//! behind the Rancher server.
//!
#![doc = include_str!("../docs/decision-table.md")]
//!
//! # How a request is processed
//!
//! [`request`] reads the payload, [`admission`] decides without IO and says
//! which of Rancher's [`setting`]s it needs for that, [`reason`] names what was
//! found, [`words`] says it, and [`evaluate`] puts it together; [`explain`] shows the
//! steps. `guest` is the waPC entry point, built for WASI only.
// Nothing in the guest may trap: with `failurePolicy: Fail` a trap blocks Rancher.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used,
    )
)]

pub mod admission;
pub mod cluster;
pub mod evaluate;
pub mod explain;
pub mod image;
pub mod judge;
pub mod lag;
pub mod lenient;
pub mod ratchet;
pub mod reason;
pub mod repair;
pub mod request;
pub mod response;
pub mod row;
pub mod setting;
pub mod settings;
pub mod standing;
pub mod text;
pub mod version;
pub mod words;

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
mod guest;
