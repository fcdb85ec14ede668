//! How many hosts at once, and how patiently.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::{SessionLog, Supply};
use crate::fortios::session::Limits;
use crate::model::Target;

/// Bounds of a run.
#[derive(Debug, Clone)]
pub struct RunnerSettings {
    /// Hosts under way at once, at least one (`--forks`).
    pub forks: usize,
    /// How often a connection that did not come about is tried again (`--retries`).
    pub retries: u32,
    /// Connections that may begin in one second; `None`: as many as `forks` lets in (`--ramp`).
    pub ramp: Option<NonZeroU32>,
    /// The whole examination of one host, from the first packet to `exit`.
    pub host: Duration,
    /// One session. A target's own limits take the place of some.
    pub session: Limits,
    /// How long a session may take to say goodbye.
    pub leave: Duration,
    /// Whether the results of tasks are told in full, for [`crate::model::TaskDetail`].
    pub details: bool,
    /// Where each session is written down, byte for byte but for secrets (`--session-log`).
    pub session_log: Option<Arc<dyn SessionLog>>,
    /// Where the next host comes from, when other processes examine some; `None`: all are examined
    /// here, in the order of the plan. A plan for it has one stage, without plays that stand alone.
    pub supply: Option<Arc<dyn Supply>>,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            forks: 100,
            retries: 0,
            ramp: None,
            host: Duration::from_secs(30 * 60),
            session: Limits::default(),
            leave: Duration::from_secs(1),
            details: false,
            session_log: None,
            supply: None,
        }
    }
}

impl RunnerSettings {
    /// The limits of a session with this target. A device may be silent during a command for as
    /// long as `ansible_command_timeout` says; what drips on without end is cut at twice that, or
    /// at the usual limit where that is longer.
    pub(super) fn session_of(&self, target: &Target) -> Limits {
        let mut limits = self.session.clone();
        if let Some(connect) = target.connect_timeout {
            limits.login = connect;
        }
        if let Some(command) = target.command_timeout {
            limits.idle = command;
            limits.command = limits.command.max(command * 2);
        }
        limits
    }
}
