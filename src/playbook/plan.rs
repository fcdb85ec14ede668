//! The plan of a run: everything that is decided before any packet.

use std::sync::Arc;
use std::time::Duration;

use crate::inventory::Variables;
use crate::model::{HostEntry, HostName, ReportRequest, Target};

use super::Task;

/// What to do, on whom, and how to reach them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In file order; those that match nobody or have no task left are still there, so that
    /// positions count as in the file.
    pub plays: Vec<Arc<PlannedPlay>>,
    /// Every host of any play, each once, in inventory order.
    pub hosts: Vec<PlannedHost>,
}

/// One play with its hosts.
#[derive(Debug, Clone)]
pub struct PlannedPlay {
    /// Position in the file, counted from 0.
    pub index: usize,
    pub name: String,
    pub vars: Variables,
    /// Those that the tags let run.
    pub tasks: Vec<Task>,
    /// In the order in which the pattern names them.
    pub hosts: Vec<HostName>,
    pub reports: Vec<ReportRequest>,
}

/// One host of the run.
#[derive(Debug, Clone)]
pub struct PlannedHost {
    pub entry: HostEntry,
    pub target: Target,
    /// Positions in [`Plan::plays`] of the plays that it is in, in order.
    pub plays: Vec<usize>,
    /// `ansible_connect_timeout` (else `ansible_timeout`), where the host says so.
    pub connect_timeout: Option<Duration>,
    /// `ansible_command_timeout`, where the host says so.
    pub command_timeout: Option<Duration>,
}
