//! A Cluster of Rancher, as far as the policy and the report need it.

mod cluster;
mod field;

pub(crate) use cluster::LOCAL;
pub use cluster::{Cluster, DesiredFields, Pinned, Unreachable};
pub use field::Field;
