//! What the fuzz targets share: second, simple readings of what the policy reads, and
//! makers of inputs that are worth reading.
//!
//! The readings are written from the rules, not from the code that they check, and put
//! shortness before speed. Where both differ, the target fails.

pub mod json;
pub mod payload;
pub mod response;
#[path = "../../tests/support/seen.rs"]
pub mod seen;
pub mod settings;
pub mod version;
