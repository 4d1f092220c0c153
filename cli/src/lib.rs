//! Judges every cluster of a Rancher server by the policy, on any machine.
//!
//! - `input` reads whatever kubectl prints as a [`stream`] of [`Entry`]s; [`Inventory`] keeps
//!   the clusters and Rancher's Settings;
//! - [`judge()`] asks the policy about a cluster, as Kubewarden's audit scanner would,
//!   and makes a row of its answer;
//! - [`report`] prints the rows; [`mod@fix`] writes a script, [`follow`] keeps the
//!   newest state of each cluster while agents are rolled out; [`serve`] shows it to Prometheus.

pub mod fix;
pub mod follow;
mod input;
mod inventory;
mod judge;
mod listed;
pub mod live;
pub mod report;
pub mod serve;
mod slips;
mod text;
mod unreachable;

pub use input::{Entry, Event, InputError, Problem, Problems, Setting, Source, Sources, stream};
pub use inventory::Inventory;
pub use judge::judge;
pub use listed::{Key, Listed};
pub use slips::slips;
pub use text::printable;
pub use unreachable::Unreachable;
