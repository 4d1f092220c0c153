//! What the policy says about each cluster.

mod answer;
mod audit;
mod request;
mod upgrade;

pub use answer::{Answer, ReviewError, ReviewProblem, ask};
pub use audit::{Verdict, audit};
pub use request::audit_request;
pub use upgrade::{Outlook, upgrade};
