//! What is known of the clusters of one Rancher server.

mod cluster;
mod inventory;

pub use cluster::{Cluster, DesiredFields, Pinned, Unreachable};
pub use inventory::Inventory;
