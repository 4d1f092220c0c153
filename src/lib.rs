//! A Kubewarden policy that rejects Rancher clusters whose agent image lags
//! behind the Rancher server.
//!
//! # The decision table
//!
//! The *desired* image is the one that Rancher will deploy for a cluster, by
//! Rancher's own rule ([`cluster::Cluster::desired_image`]): pinned by a field,
//! or followed from the server. The *deployed* image is `status.agentImage`.
//! [`lag`] has the verdicts, [`ratchet`] what counts as a change. An audit is
//! what Kubewarden's audit scanner sends; a controller is a service account.
//!
//! | # | request | situation | answer |
//! |---|---|---|---|
//! | 1 | CREATE, audit | desired lagging | reject |
//! | 2 | CREATE, audit | deployed lagging | by `deployedImage` |
//! | 3 | CREATE, audit | desired unknown by the image | by `unknownVersion` |
//! | 4 | CREATE, audit | desired tolerated or ahead | warn |
//! | 5 | CREATE, audit | desired as deployed by the server, or follows, and Rancher's `agent-image` lags | warn |
//! | 6 | CREATE, audit | desired current, or follows | accept |
//! | 7 | UPDATE | desired unchanged, by a controller (with `ratcheting: true`, `repair: false`) | accept, no look-up |
//! | 8 | UPDATE | desired unchanged, by anybody else | accept; warn if the desired or deployed image lags |
//! | 9 | UPDATE | changed to follows | accept, no look-up |
//! | 10 | UPDATE | changed by a controller on a cluster that Rancher administrates, or from `fixed` | accept, no look-up |
//! | 11 | UPDATE | changed to anything but lagging or unknown | as rows 4 to 6 |
//! | 12 | UPDATE | changed, lagging before and now, and no worse | warn |
//! | 13 | UPDATE | changed, lagging now: any other | reject |
//! | 14 | UPDATE | changed to unknown by the image | by `unknownVersion` |
//!
//! `ratcheting: false` rejects in rows 7, 8 and 12 as well. A person who pins
//! a current image, or `fixed`, is warned that it will not follow the next
//! upgrade. Where the server's version cannot be had, an UPDATE is never
//! rejected for its image. `repair: true` clears a lagging pin in place of a
//! rejection.
//!
//! # The way of a request
//!
//! [`request`] reads the payload, [`admission`] decides without IO and says
//! which of Rancher's [`setting`]s it needs for that, [`reason`] names what was
//! found, [`words`] says it, and [`evaluate`] puts it together; [`explain`] shows the steps.
//! The doors only convert: `guest` for waPC, on WASI alone, and `browser` for wasm-bindgen.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

pub mod admission;
pub mod cluster;
pub mod evaluate;
pub mod explain;
pub mod image;
mod json;
pub mod judge;
pub mod lag;
pub mod ratchet;
pub mod reason;
pub mod repair;
pub mod request;
pub mod response;
pub mod setting;
pub mod settings;
mod text;
pub mod version;
pub mod words;

#[cfg(all(feature = "browser", target_arch = "wasm32", target_os = "unknown"))]
mod browser;
#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
mod guest;
#[cfg(all(
    not(feature = "browser"),
    target_arch = "wasm32",
    target_os = "unknown"
))]
compile_error!("without the feature `browser` there is no door for this target");
