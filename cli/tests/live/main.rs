//! The command against an API server made here: whole outputs, exit statuses, and what it
//! asked for. Every answer holds a secret, and none of them ever comes out.

mod check;
mod fleet;
mod pod;
mod problems;
mod running;
mod serve;
mod server;
mod terminal;
mod watch;
