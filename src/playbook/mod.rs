//! Playbook text to a checked plan.
//!
//! Comes in: the text of a playbook and an inventory. Goes out: the plan of a run, decided before
//! any packet, and the scope of variables. Does not know: devices.
//! Start reading at [`check()`], which makes a [`Playbook`] of a text, and go on with [`plan()`],
//! which lays it over an inventory. A new action is a row in `check/actions.rs`, a new keyword one
//! in `check/keywords.rs`.

mod action;
mod check;
mod expression;
mod locked;
mod lookup;
mod limits;
mod new_serial;
mod plan;
mod play;
mod request;
mod scope;
mod step;
mod tags;
mod task;
mod vaulted;

pub use action::{Action, Assert, Cli, Collect, Debug, Meta};
pub use check::{Checked, check, schema};
pub use expression::{Expression, Template};
pub use lookup::Lookup;
pub use plan::{Plan, Planned, PlannedHost, PlannedPlay, plan};
pub use play::{Play, Playbook};
pub use request::Request;
pub use scope::{HostScope, RunVariables};
pub use step::{Block, Step, tasks};
pub use task::{Extended, Loop, Retry, Task};
pub use vaulted::vaulted;
