//! Whatever kubectl prints, read as a stream of entries.
//!
//! Bytes go one way: source -> split -> document -> entry. Splitting is cheap and
//! happens in one place; the pieces are parsed on all cores. No error quotes the
//! text: Cluster objects hold kubeconfigs and tokens.

mod beside;
mod document;
mod elements;
mod entry;
mod error;
mod object;
mod read;
mod source;
mod split;

pub(crate) use beside::Beside;
pub(crate) use elements::Elements;
pub use entry::{Entry, Event, Setting};
pub use error::{InputError, Problem};
#[cfg(test)]
pub(crate) use object::Object;
pub use read::{read, stream};
pub use source::{Source, Sources};
