//! One notification: when, and how.

use std::time::Duration;

use super::SecretSource;
use crate::model::{Place, Severity};

/// One entry of a file of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Unique in its file: what it told last is remembered under it.
    pub name: String,
    /// At least one.
    pub on: Vec<Occasion>,
    /// Findings below it are not told.
    pub severity: Severity,
    pub way: Way,
    /// For each attempt.
    pub timeout: Duration,
    /// How often it is tried again, when that may help.
    pub retries: u32,
    /// Where it stands.
    pub place: Place,
}

/// When something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Findings came or went since the last time, or hosts could no longer be examined or could again.
    Change,
    /// There is a finding.
    Findings,
    /// A host was not examined, or the run did not come to its end.
    Failure,
    Always,
}

impl Occasion {
    pub const ALL: [Self; 4] = [Self::Change, Self::Findings, Self::Failure, Self::Always];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Findings => "findings",
            Self::Failure => "failure",
            Self::Always => "always",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Webhook(Webhook),
    Mail(Mail),
    Command(CommandCall),
}

/// A `POST` of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Chat services hide the right to write in it, so that it is kept like a password.
    pub url: SecretSource,
    pub preset: Preset,
    /// A template of one's own in place of the preset's.
    pub template: Option<String>,
    pub headers: Vec<(String, SecretSource)>,
    /// Certificates (PEM) to trust in place of the system's.
    pub ca_file: Option<String>,
}

/// What the receiver of a webhook expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    #[default]
    Json,
    Slack,
    Teams,
    ServiceNow,
}

impl Preset {
    pub const ALL: [Self; 4] = [Self::Json, Self::Slack, Self::Teams, Self::ServiceNow];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::ServiceNow => "servicenow",
        }
    }

    /// The built-in template.
    pub fn template(self) -> &'static str {
        match self {
            Self::Json => "notification.json",
            Self::Slack => "notification-slack.json",
            Self::Teams => "notification-teams.json",
            Self::ServiceNow => "notification-servicenow.json",
        }
    }
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub server: String,
    pub port: u16,
    pub encryption: Encryption,
    pub user: Option<String>,
    pub password: Option<SecretSource>,
    pub from: String,
    pub to: Vec<String>,
    /// A template.
    pub subject: String,
    /// The name of the template of its text.
    pub template: String,
    /// Reports of the run, by their paths in the output folder.
    pub attach: Vec<(String, Place)>,
    /// Certificates (PEM) to trust in place of the system's.
    pub ca_file: Option<String>,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// From the first byte.
    Tls,
    /// After a word in the clear; nothing else is sent before.
    #[default]
    StartTls,
    /// Never, for a relay on this machine.
    None,
}

impl Encryption {
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::None];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    pub fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// A program that gets the text on its standard input. No shell reads its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandCall {
    /// The program, then its arguments.
    pub words: Vec<String>,
    /// The name of the template of what it is given.
    pub template: String,
}
