//! The cluster itself in place of a file: what it is asked for, and what its answers mean.
//!
//! It only reads: two Settings by name, the list and the watch of clusters, and through
//! Rancher's proxy one Deployment in each. The modules that send requests (`connect` with `pod`, `read`, `watch`,
//! `proxy`) pass the answers to those that decide (`problem`, `deployment`,
//! `running`). No body of an answer is ever printed: it may hold anything.

mod connect;
mod deployment;
mod items;
mod pod;
mod problem;
mod proxy;
mod read;
mod running;
mod watch;

pub use connect::{Connection, Options};
pub use pod::Pod;
pub use problem::{Asked, Problem};
pub use proxy::{Rancher, RancherOptions};
pub use read::{Progress, Seen, rancher_version, read};
pub use running::{NotAsked, RollOut, Running};
pub use watch::{Signal, watch};
