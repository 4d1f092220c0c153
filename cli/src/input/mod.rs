//! Whatever kubectl prints, read as a stream of entries.
//!
//! Bytes go one way: source -> split -> document -> entry. Splitting is cheap and
//! happens in one place; the pieces are parsed on all cores. No error quotes the
//! text: Cluster objects hold kubeconfigs and tokens.

mod cluster;
mod document;
mod entry;
mod error;
mod lenient;
mod object;
mod read;
mod source;
mod split;

pub use entry::{Entry, Event, Setting};
pub use error::{InputError, Problem};
pub use read::{read, stream};
pub use source::{Source, Sources};
