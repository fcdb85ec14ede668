//! A rule that a playbook adds to the built-in ones.

use serde::{Deserialize, Serialize};

use super::{Action, HostName, Place, Severity};

/// One entry of `findings:`. It is kept with the run, so that a run is judged anew by the rules that
/// it was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRule {
    /// `rule`: in kebab-case, as the built-in ones; none of them has it.
    pub id: String,
    /// A few words for headings: `title`, else the id.
    pub title: String,
    pub over: Subject,
    /// All must hold.
    pub when: Vec<Written>,
    pub action: Action,
    pub severity: Severity,
    /// The template of what is the case.
    pub message: Written,
    /// The template of what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Written>,
    /// The hosts of its play; `None`: all of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<HostName>>,
    /// Where its id stands.
    pub place: Place,
}

/// What a rule looks at, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Every row of a token table.
    Token,
    /// Every FortiGate, examined or not.
    Device,
    /// Every account with a token or another second factor.
    User,
    /// The run as a whole.
    Fleet,
}

impl Subject {
    pub const ALL: [Self; 4] = [Self::Token, Self::Device, Self::User, Self::Fleet];

    /// The name under which a rule sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Device => "device",
            Self::User => "user",
            Self::Fleet => "fleet",
        }
    }
}

/// An expression or a template, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub text: String,
    pub place: Place,
    /// In characters.
    pub width: u32,
}
