//! What can be wrong with a simulated unit.

use std::fmt;

/// A fault with a name. A unit has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing listens on its port.
    PortRefused,
    /// Its address swallows every packet: nothing is accepted, and nothing refused.
    PacketsSwallowed,
    /// It accepts the connection and never says a word.
    Silent,
    /// It names its SSH version, and nothing follows.
    SilentAfterVersion,
    /// It falls silent in the middle of the key exchange.
    SilentInKeyExchange,
    /// It accepts the login, and nothing follows.
    SilentAfterLogin,
    /// It accepts the connection and resets it.
    ResetAtOnce,
    /// It names its SSH version and resets the connection.
    ResetAfterVersion,
    /// It resets the connection in the middle of the key exchange.
    ResetInKeyExchange,
    /// It accepts the login and resets the connection.
    ResetAfterLogin,
    /// Its SSH version line has ten megabytes and no end.
    EndlessVersion,
    /// Its SSH server is too old: SHA-1 is all it has.
    Sha1Only,
    /// It refuses every password.
    PasswordRefused,
    /// It decides on a login after twenty seconds.
    SlowLogin,
    /// It asks for a new password instead of showing a prompt.
    PasswordExpired,
    /// All its administrator sessions are taken.
    SessionsTaken,
    /// It opens a shell and shows no prompt.
    NoPrompt,
    /// The audit account lost the right to `diagnose`, as the installation of 7.4.2 takes it from
    /// all but `super_admin`.
    DiagnoseLost,
    /// It stops in the middle of the token table and keeps the line open.
    Hangs,
    /// The line drops in the middle of the token table.
    Drops,
    /// It shows the whole token table, and the prompt never returns.
    PromptLost,
    /// Its token table drips, a byte a second.
    Drips,
    /// It answers with fifty megabytes.
    Floods,
    /// Behind each page of its token table there is another.
    EndlessPager,
    /// It answers with bytes that are no text.
    Garbage,
    /// No fault for an audit: names and states are not in UTF-8.
    InvalidUtf8,
    /// No fault for an audit: prompt, banner and answers try to steer the reader's terminal.
    TerminalEscapes,
    /// The line drops behind the token table of the first VDOM.
    DropsBetweenVdoms,
    /// Its last VDOM is deleted as soon as it has been listed.
    VdomVanishes,
    /// The address belongs to a Linux server.
    LinuxServer,
    /// The address belongs to a FortiManager.
    FortiManager,
    /// No fault of the unit: its answers arrive in packets of a few bytes.
    Crumbles,
}

impl Fault {
    pub const ALL: [Self; 32] = [
        Self::PortRefused,
        Self::PacketsSwallowed,
        Self::Silent,
        Self::SilentAfterVersion,
        Self::SilentInKeyExchange,
        Self::SilentAfterLogin,
        Self::ResetAtOnce,
        Self::ResetAfterVersion,
        Self::ResetInKeyExchange,
        Self::ResetAfterLogin,
        Self::EndlessVersion,
        Self::Sha1Only,
        Self::PasswordRefused,
        Self::SlowLogin,
        Self::PasswordExpired,
        Self::SessionsTaken,
        Self::NoPrompt,
        Self::DiagnoseLost,
        Self::Hangs,
        Self::Drops,
        Self::PromptLost,
        Self::Drips,
        Self::Floods,
        Self::EndlessPager,
        Self::Garbage,
        Self::InvalidUtf8,
        Self::TerminalEscapes,
        Self::DropsBetweenVdoms,
        Self::VdomVanishes,
        Self::LinuxServer,
        Self::FortiManager,
        Self::Crumbles,
    ];

    /// The fault of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == name)
    }

    /// Whether it keeps an audit from examining the unit.
    pub fn is_trouble(self) -> bool {
        self.stage().is_some()
    }

    /// Whether only a unit with VDOMs can have it.
    pub fn needs_vdoms(self) -> bool {
        matches!(self, Self::DropsBetweenVdoms | Self::VdomVanishes)
    }

    /// Whether its connections end in a reset instead of a farewell.
    pub fn resets(self) -> bool {
        matches!(
            self,
            Self::ResetAtOnce
                | Self::ResetAfterVersion
                | Self::ResetInKeyExchange
                | Self::ResetAfterLogin
        )
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PortRefused => "port-refused",
            Self::PacketsSwallowed => "packets-swallowed",
            Self::Silent => "silent",
            Self::SilentAfterVersion => "silent-after-version",
            Self::SilentInKeyExchange => "silent-in-key-exchange",
            Self::SilentAfterLogin => "silent-after-login",
            Self::ResetAtOnce => "reset-at-once",
            Self::ResetAfterVersion => "reset-after-version",
            Self::ResetInKeyExchange => "reset-in-key-exchange",
            Self::ResetAfterLogin => "reset-after-login",
            Self::EndlessVersion => "endless-version",
            Self::Sha1Only => "sha1-only",
            Self::PasswordRefused => "password-refused",
            Self::SlowLogin => "slow-login",
            Self::PasswordExpired => "password-expired",
            Self::SessionsTaken => "sessions-taken",
            Self::NoPrompt => "no-prompt",
            Self::DiagnoseLost => "diagnose-lost",
            Self::Hangs => "hangs",
            Self::Drops => "drops",
            Self::PromptLost => "prompt-lost",
            Self::Drips => "drips",
            Self::Floods => "floods",
            Self::EndlessPager => "endless-pager",
            Self::Garbage => "garbage",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::TerminalEscapes => "terminal-escapes",
            Self::DropsBetweenVdoms => "drops-between-vdoms",
            Self::VdomVanishes => "vdom-vanishes",
            Self::LinuxServer => "linux-server",
            Self::FortiManager => "fortimanager",
            Self::Crumbles => "crumbles",
        }
    }

    /// What the unit does, in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::PortRefused => "Nothing listens on its port.",
            Self::PacketsSwallowed => {
                "Its address swallows every packet: nothing is accepted, and nothing refused."
            }
            Self::Silent => "It accepts the connection and never says a word.",
            Self::SilentAfterVersion => "It names its SSH version, and nothing follows.",
            Self::SilentInKeyExchange => "It falls silent in the middle of the key exchange.",
            Self::SilentAfterLogin => "It accepts the login, and nothing follows.",
            Self::ResetAtOnce => "It accepts the connection and resets it.",
            Self::ResetAfterVersion => "It names its SSH version and resets the connection.",
            Self::ResetInKeyExchange => {
                "It resets the connection in the middle of the key exchange."
            }
            Self::ResetAfterLogin => "It accepts the login and resets the connection.",
            Self::EndlessVersion => "Its SSH version line has ten megabytes and no end.",
            Self::Sha1Only => "Its SSH server is too old: SHA-1 is all it has.",
            Self::PasswordRefused => "It refuses every password.",
            Self::SlowLogin => "It decides on a login after twenty seconds.",
            Self::PasswordExpired => "It asks for a new password instead of showing a prompt.",
            Self::SessionsTaken => "All its administrator sessions are taken.",
            Self::NoPrompt => "It opens a shell and shows no prompt.",
            Self::DiagnoseLost => {
                "The audit account lost the right to `diagnose`, as the installation of 7.4.2 takes it from all but `super_admin`."
            }
            Self::Hangs => "It stops in the middle of the token table and keeps the line open.",
            Self::Drops => "The line drops in the middle of the token table.",
            Self::PromptLost => "It shows the whole token table, and the prompt never returns.",
            Self::Drips => "Its token table drips, a byte a second.",
            Self::Floods => "It answers with fifty megabytes.",
            Self::EndlessPager => "Behind each page of its token table there is another.",
            Self::Garbage => "It answers with bytes that are no text.",
            Self::InvalidUtf8 => "No fault for an audit: names and states are not in UTF-8.",
            Self::TerminalEscapes => {
                "No fault for an audit: prompt, banner and answers try to steer the reader's terminal."
            }
            Self::DropsBetweenVdoms => "The line drops behind the token table of the first VDOM.",
            Self::VdomVanishes => "Its last VDOM is deleted as soon as it has been listed.",
            Self::LinuxServer => "The address belongs to a Linux server.",
            Self::FortiManager => "The address belongs to a FortiManager.",
            Self::Crumbles => "No fault of the unit: its answers arrive in packets of a few bytes.",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
