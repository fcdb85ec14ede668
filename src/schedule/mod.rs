//! When a command shall run, and what tells the machine so.
//!
//! Comes in: a time as cron writes it, a command. Goes out: units of systemd, a line for cron, a
//! CronJob of Kubernetes, as texts.
//! Does not know: where they are put, and who reads them.
//! Start reading at [`Job`].

mod calendar;
mod cron;
mod field;
mod job;
mod kubernetes;
mod systemd;

pub use calendar::Calendar;
pub use cron::cron_line;
pub use job::{Job, Owner, SecretFile, Word};
pub use kubernetes::cron_job;
pub use systemd::{MARK, Unit, service, timer};
