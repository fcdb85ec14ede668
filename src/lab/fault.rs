//! What can be wrong with a simulated unit.

use std::fmt;

/// A fault with a name. A unit has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing listens on its port.
    PortRefused,
    /// It accepts the connection and never says a word.
    Silent,
    /// Its SSH server is too old: SHA-1 is all it has.
    Sha1Only,
    /// It refuses every password.
    PasswordRefused,
    /// It asks for a new password instead of showing a prompt.
    PasswordExpired,
    /// All its administrator sessions are taken.
    SessionsTaken,
    /// The profile of the audit account lost the right to `diagnose`, as the installation of
    /// 7.4.2 does to all but `super_admin`.
    DiagnoseLost,
    /// It stops in the middle of the token table and keeps the line open.
    Hangs,
    /// The line drops in the middle of the token table.
    Drops,
    /// The address belongs to a Linux server.
    LinuxServer,
    /// The address belongs to a FortiManager.
    FortiManager,
    /// No fault of the unit: its answers arrive in packets of a few bytes.
    Crumbles,
}

impl Fault {
    pub const ALL: [Self; 12] = [
        Self::PortRefused,
        Self::Silent,
        Self::Sha1Only,
        Self::PasswordRefused,
        Self::PasswordExpired,
        Self::SessionsTaken,
        Self::DiagnoseLost,
        Self::Hangs,
        Self::Drops,
        Self::LinuxServer,
        Self::FortiManager,
        Self::Crumbles,
    ];

    /// Whether it keeps an audit from examining the unit.
    pub fn is_trouble(self) -> bool {
        self != Self::Crumbles
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PortRefused => "port-refused",
            Self::Silent => "silent",
            Self::Sha1Only => "sha1-only",
            Self::PasswordRefused => "password-refused",
            Self::PasswordExpired => "password-expired",
            Self::SessionsTaken => "sessions-taken",
            Self::DiagnoseLost => "diagnose-lost",
            Self::Hangs => "hangs",
            Self::Drops => "drops",
            Self::LinuxServer => "linux-server",
            Self::FortiManager => "fortimanager",
            Self::Crumbles => "crumbles",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
