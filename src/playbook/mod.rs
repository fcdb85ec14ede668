//! Playbook text to a checked plan.
//!
//! Comes in: the text of a playbook and an inventory. Goes out: the plan of a run, decided before
//! any packet, and the scope of variables. Does not know: devices.
//! Start reading at [`check`], which makes a [`Playbook`] of a text, and go on with [`plan`],
//! which makes a [`Plan`] of it. [`ACTIONS`] lists what a task may do.

mod action;
mod expression;
mod plan;
mod play;
mod report_request;
mod request;
mod task;

pub use action::{Action, Assert, Cli, Collect, Debug};
pub use expression::{Expression, Template};
pub use plan::{Plan, PlannedHost, PlannedPlay};
pub use play::{Play, Playbook};
pub use report_request::{ReportRequest, ReportSource, Table};
pub use request::Request;
pub use task::{Loop, Task};
