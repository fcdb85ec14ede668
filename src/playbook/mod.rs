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
mod fact;
mod file_lookup;
mod flag;
mod library;
mod locked;
mod lookup;
mod limits;
mod new_serial;
mod pace;
mod plan;
mod planned_host;
mod planned_mute;
mod planned_play;
mod play;
mod prompt;
mod request;
mod scope;
mod step;
mod tags;
mod task;
mod vaulted;

pub use action::{Action, Assert, Cli, Collect, Debug, Include, IncludeVars, Meta, Saying};
pub use check::{Checked, check, check_with, schema};
pub use expression::{Expression, Template};
pub use fact::Fact;
pub use flag::Flag;
pub use library::{Library, NoFiles};
pub use lookup::Lookup;
pub use pace::BatchSize;
pub use plan::{Plan, Planned, plan};
pub use planned_host::PlannedHost;
pub use planned_mute::{PlannedMute, Reach};
pub use planned_play::PlannedPlay;
pub use play::{Play, Playbook, VarsFile};
pub use prompt::Prompt;
pub use request::Request;
pub use scope::{Facts, HostScope, Letter, Peer, Peers, RunVariables};
pub use step::{Block, Step, selected, tasks};
pub use task::{Delegate, Extended, Loop, Retry, Task};
pub use vaulted::vaulted;
