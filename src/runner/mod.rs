//! A plan to events.
//!
//! Comes in: a plan and the ports. Goes out: one channel of events. Bounds concurrency, limits
//! every wait, and stops at once when told to. Does not know: SSH, screen, disk, findings.

mod port;

pub use port::{Clock, Connector, Transport};
