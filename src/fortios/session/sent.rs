//! Everything that a session can write.

use std::fmt;

use crate::fortios::command::Command;

/// What a session sends to a device. There is no other way to its output, so that this list, the
/// gate of [`Command`] and the alphabet of [`VdomName`] show that nothing is ever configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A command that passed the gate.
    Command(Command),
    /// `sudo NAME COMMAND` in the global context: the command in a VDOM, without entering it. A
    /// VDOM that does not exist is refused, where `edit` would create it.
    InVdom(VdomName, Command),
    /// One blank, the answer to `--More-- `.
    NextPage,
    /// `a`, the acceptance of a post-login banner; once per session.
    AcceptBanner,
    /// An empty line, to see whether what looks like a prompt comes again; once per session.
    ProbePrompt,
    /// `n`, the answer to a question on entering a VDOM.
    Decline,
    /// `config global`: a change of context, not of configuration.
    EnterGlobal,
    /// `config vdom`, likewise.
    EnterVdoms,
    /// The list of VDOMs again, cut to one of them: whether it still exists, right before the
    /// next.
    StillListed(VdomName, Listing),
    /// `edit NAME` behind `config vdom`, for a VDOM that exists; it would create another.
    EnterVdom(VdomName),
    /// `end`: back to where the login led.
    Up,
    Exit,
}

impl Sent {
    /// The text without the carriage return, as the device echoes it.
    pub fn text(&self) -> String {
        match self {
            Self::Command(command) => command.as_str().to_owned(),
            Self::InVdom(name, command) => format!("sudo {name} {command}"),
            Self::NextPage => " ".to_owned(),
            Self::AcceptBanner => "a".to_owned(),
            Self::ProbePrompt => String::new(),
            Self::Decline => "n".to_owned(),
            Self::EnterGlobal => "config global".to_owned(),
            Self::EnterVdoms => "config vdom".to_owned(),
            Self::StillListed(name, Listing::Kernel) => {
                format!("{} | grep name={name}", Command::VDOM_LIST)
            }
            Self::StillListed(name, Listing::Property) => {
                format!("{} | grep {name}", Command::VDOM_PROPERTY)
            }
            Self::EnterVdom(name) => format!("edit {name}"),
            Self::Up => "end".to_owned(),
            Self::Exit => "exit".to_owned(),
        }
    }

    /// The bytes on the wire. FortiOS takes single keys without a carriage return.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.text().into_bytes();
        if !matches!(self, Self::NextPage | Self::AcceptBanner | Self::Decline) {
            bytes.push(b'\r');
        }
        bytes
    }
}

/// Which of its lists of VDOMs a device gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Listing {
    /// `diagnose sys vd list`
    #[default]
    Kernel,
    /// `get system vdom-property`
    Property,
}

/// Name of a VDOM that the device listed and that can be written without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VdomName(String);

impl VdomName {
    /// `None` for a name that would need quoting, since a wrong byte here would create a VDOM
    /// instead of entering one, and for the names of contexts, since the prompt could not tell
    /// whether the VDOM was entered.
    pub fn from_listed(name: &str) -> Option<Self> {
        let safe = !name.is_empty()
            && name.len() <= 64
            && !name.starts_with('-')
            && !["global", "vdom"].contains(&name)
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        safe.then(|| Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VdomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
