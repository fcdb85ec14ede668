//! Who may hold a token: local users and administrators.

use serde::{Deserialize, Serialize};

/// Where an account is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// `config user local`, one table per VDOM.
    LocalUser,
    /// `config system admin`, global.
    Administrator,
}

impl AccountKind {
    /// The kind as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LocalUser => "local_user",
            Self::Administrator => "administrator",
        }
    }
}

/// One entry of `show user local` or `show system admin`, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub kind: AccountKind,
    pub name: Box<str>,
    /// `set status`; enabled unless the configuration says otherwise.
    pub enabled: bool,
    /// `set type`, local users only: `password`, or `ldap`, `radius`, `tacacs+`, where another server
    /// checks the password and may ask for a second factor itself.
    pub authentication: Option<Box<str>>,
    /// `set two-factor`: `fortitoken`, `fortitoken-cloud`, `email`, `sms`; `None` when disabled.
    pub two_factor: Option<Box<str>>,
    /// `set fortitoken`: serial of the token.
    pub token: Option<Box<str>>,
    /// `set email-to`
    pub email: Option<Box<str>>,
    /// `set sms-phone`
    pub phone: Option<Box<str>>,
    /// `set accprofile`, administrators only.
    pub profile: Option<Box<str>>,
    /// Line of its `edit` in the transcript, counted from 1.
    pub line: usize,
}

impl Account {
    /// Whether an activation code can be sent to it.
    pub fn is_reachable(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}
