//! Whatever kubectl prints, and Rancher's own API, read as a stream of entries.
//!
//! Bytes go one way: source -> window -> json or yaml -> object -> entry. A List of any
//! length takes the memory of one item, and what is not kept takes none. No error quotes
//! the text: Cluster objects hold kubeconfigs and tokens.

mod brackets;
mod entry;
mod error;
mod json;
mod kubectl;
mod object;
mod problems;
mod source;
mod stream;
mod window;
mod yaml;

pub use entry::{Entry, Event, Setting};
pub use error::{InputError, Problem};
pub(crate) use object::Object;
pub use problems::Problems;
pub use source::{Source, Sources};
pub use stream::stream;
