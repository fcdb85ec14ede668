//! Playbook text to a checked plan.
//!
//! Comes in: the text of a playbook and an inventory. Goes out: the plan of a run, decided before
//! any packet, and the scope of variables. Does not know: devices.
//! Start reading at [`Playbook`], what a text becomes, and go on with [`Plan`], what a run does.

mod action;
mod check;
mod expression;
mod plan;
mod play;
mod request;
mod scope;
mod tags;
mod task;

pub use action::{Action, Assert, Cli, Collect, Debug};
pub use check::{Checked, check};
pub use expression::{Expression, Template};
pub use plan::{Plan, Planned, PlannedHost, PlannedPlay, plan};
pub use play::{Play, Playbook};
pub use request::Request;
pub use scope::{HostScope, RunVariables};
pub use task::{Loop, Task};
