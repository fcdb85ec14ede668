//! What the audit has to say: one finding per thing that a person should know.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::HostName;

/// How much a finding matters. The order is the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Info,
    /// Will hurt somebody if it stays.
    Warning,
    /// Somebody cannot log in, or soon will not.
    Error,
    /// Many cannot log in, or the audit itself cannot be trusted here.
    Critical,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == text).ok_or_else(|| {
            format!("unknown severity `{text}`: it is one of info, warning, error, critical")
        })
    }
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nobody.
    None,
    /// An administrator of the FortiGate.
    Attention,
    /// An administrator issues a new activation code, and the user activates again.
    Reprovision,
    /// Fortinet's support.
    SupportTicket,
}

impl Action {
    pub const ALL: [Self; 4] =
        [Self::None, Self::Attention, Self::Reprovision, Self::SupportTicket];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Attention => "attention",
            Self::Reprovision => "reprovision",
            Self::SupportTicket => "support_ticket",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The line on which a finding rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub host: HostName,
    /// Serial of the FortiGate, where it was read.
    pub device_serial: Option<String>,
    pub vdom: Option<String>,
    pub command: String,
    /// Line of the transcript, counted from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
}

/// One finding. Two runs over the same state give equal findings in equal order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the rule: `token-provision-timeout`.
    pub rule: String,
    /// The rule in a few words.
    pub title: String,
    pub severity: Severity,
    pub action: Action,
    pub host: HostName,
    pub device_serial: Option<String>,
    pub vdom: Option<String>,
    /// Serial of the token, where the finding is about one.
    pub token: Option<String>,
    /// What it is about, where neither its host nor a token says so: an account, a licence, a
    /// status. It stays the same from run to run while the rest of the message may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What is the case, one sentence with a full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub remedy: String,
    /// The finding may be stale or mistaken because the token server could not be asked.
    pub low_confidence: bool,
    pub evidence: Vec<Evidence>,
}
