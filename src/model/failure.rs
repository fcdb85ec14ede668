//! Trouble with one device, as a value beside the healthy ones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a host had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Name resolution.
    Resolve,
    /// TCP.
    Connect,
    /// SSH version and key exchange.
    Handshake,
    HostKey,
    Authenticate,
    /// From the accepted login to the first prompt: shell, banner, forced questions.
    Login,
    /// Finding and entering a VDOM.
    Vdom,
    /// Sending a command and reading its answer.
    Command,
    /// Understanding an answer.
    Parse,
    /// Evaluating a task: a condition, a loop, an assertion.
    Task,
    /// Nothing was wrong with this host: others failed, and the play stops all.
    Stopped,
}

impl Stage {
    /// Whether a failure here means that no session with the device came about. Such hosts are
    /// `unreachable`, as Ansible counts them; the others `failed`.
    pub fn is_unreachable(self) -> bool {
        self <= Self::Login
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Handshake => "handshake",
            Self::HostKey => "host_key",
            Self::Authenticate => "authenticate",
            Self::Login => "login",
            Self::Vdom => "vdom",
            Self::Command => "command",
            Self::Parse => "parse",
            Self::Task => "task",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a host, or a task on it, failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFailure {
    pub stage: Stage,
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// What a person can do about it, one or two sentences.
    pub remedy: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vdom: Option<String>,
    /// The device looked at the credential and turned it down. Offered again, it would count
    /// towards a lockout.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub login_refused: bool,
    /// Nothing went wrong with the device: its login was withheld, and the host counts as not
    /// attempted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

impl HostFailure {
    pub fn new(stage: Stage, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            stage,
            message: message.into(),
            remedy: remedy.into(),
            command: None,
            vdom: None,
            login_refused: false,
            withheld: false,
        }
    }

    pub fn during(mut self, command: impl Into<String>, vdom: Option<String>) -> Self {
        self.command = Some(command.into());
        self.vdom = vdom;
        self
    }
}

impl fmt::Display for HostFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.command, &self.vdom) {
            (Some(command), Some(vdom)) => write!(f, " (`{command}` in VDOM {vdom})"),
            (Some(command), None) => write!(f, " (`{command}`)"),
            _ => Ok(()),
        }
    }
}

/// How a host ended. Every host of a run has exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HostOutcome {
    /// Every task ran, and none failed for good.
    Examined,
    /// The device answered, but a task failed; what was collected before stays, and is partial.
    Failed { failure: HostFailure },
    /// No session came about.
    Unreachable { failure: HostFailure },
    /// No login was offered to it: the run was interrupted first, its credential was withdrawn, or its
    /// plays did not come to the tasks that ask it.
    NotAttempted {
        reason: String,
        /// What a person can do about it; `None`: run again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remedy: Option<String>,
    },
    /// Interrupted while it was being examined; what was collected stays, and is partial.
    Interrupted,
}

impl HostOutcome {
    /// Whether something is known of the device: it was examined, or it is known why not. Otherwise
    /// nobody got round to it.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::NotAttempted { .. } | Self::Interrupted)
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Examined => "examined",
            Self::Failed { .. } => "failed",
            Self::Unreachable { .. } => "unreachable",
            Self::NotAttempted { .. } => "not_attempted",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn failure(&self) -> Option<&HostFailure> {
        match self {
            Self::Failed { failure } | Self::Unreachable { failure } => Some(failure),
            _ => None,
        }
    }
}

impl From<HostFailure> for HostOutcome {
    fn from(failure: HostFailure) -> Self {
        if failure.withheld {
            Self::NotAttempted { reason: failure.message, remedy: Some(failure.remedy) }
        } else if failure.stage.is_unreachable() {
            Self::Unreachable { failure }
        } else {
            Self::Failed { failure }
        }
    }
}
