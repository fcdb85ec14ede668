//! What the tasks do.
//!
//! Comes in: an action, the scope of a host and, for those that ask a device, its session. Goes
//! out: a result, and the facts that it sets. Does not know: loops, conditions, other hosts.

mod assert;
mod asking;
mod cli;
mod collect;
mod context;
mod debug;
mod fail;
mod include;
mod perform;
mod set_fact;

pub(super) use asking::Device;
pub(super) use context::Context;
pub(super) use perform::perform;
