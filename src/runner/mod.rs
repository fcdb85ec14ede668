//! A plan to events.
//!
//! Comes in: a plan and the ports. Goes out: one channel of events. Bounds concurrency, limits
//! every wait, and stops at once when told to. Does not know: SSH, screen, disk, findings.
//!
//! Start reading at [`Runner::drive`], which lets hosts in; `examination` leads one host through its
//! plays and to `exit`, `walk` through the steps of a play, `task_run` evaluates one task, and
//! `action` does what the task says. A session is opened by `link` when a task first needs it.

mod action;
mod ansible_words;
mod contact;
mod device_session;
mod examination;
mod interrupt;
mod judge;
mod link;
mod meeting;
mod patience;
mod port;
mod redactor;
mod reporter;
#[allow(clippy::module_inception, reason = "a noun has the file of its name")]
mod runner;
mod session_log;
mod supply;
mod settings;
mod spot;
mod task_result;
mod task_run;
mod turn;
mod walk;

pub use interrupt::{Interrupt, Interrupter};
pub use port::{Clock, Connector, Transport};
pub use runner::Runner;
pub use session_log::SessionLog;
pub use settings::RunnerSettings;
pub use supply::Supply;
