//! What an audit of the fleet must find. It is told from what the units are, not from what the
//! audit says.

mod device;
mod fleet;
mod token;

use std::collections::BTreeSet;

use crate::model::{Action, Stage};

use super::device::{Device, Vdom};
use super::fault::Fault;
use super::fleet::Fleet;

/// The limit of drift that the lab's inventory and the expectations share, in the unit of the
/// token table.
pub const DRIFT_LIMIT: u64 = 3;

/// Outcomes and findings of a whole fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Host and outcome (`examined`, `failed`, `unreachable`), in the order of the fleet.
    pub outcomes: Vec<(String, &'static str)>,
    /// Sorted.
    pub findings: Vec<ExpectedFinding>,
}

/// One finding, as far as it identifies itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedFinding {
    pub host: String,
    /// `None` for a finding about the device, and on a device without VDOMs.
    pub vdom: Option<String>,
    /// Serial of the token, where the finding is about one.
    pub token: Option<String>,
    pub rule: &'static str,
    pub action: Action,
}

impl Expected {
    pub fn of(fleet: &Fleet) -> Self {
        let devices = fleet.devices();
        let outcomes =
            devices.iter().map(|device| (device.name.clone(), outcome(device.fault))).collect();
        let examined = devices.iter().filter(|device| outcome(device.fault) == "examined");
        let examined: Vec<&Device> = examined.collect();
        let mut findings = fleet::findings(&examined);
        for &device in &examined {
            findings.extend(device::findings(device));
            for vdom in device.readable_vdoms() {
                for token in &vdom.tokens {
                    findings.extend(token::findings(&examined, device, vdom, token));
                }
            }
        }
        findings.sort();
        Self { outcomes, findings }
    }
}

impl Fault {
    /// The stage at which an audit of the unit must fail, where its limits are shorter than the
    /// unit is slow; `None` where it must succeed. A reset at once may come before the connection
    /// is told of, and is then one of `Stage::Connect`.
    pub fn stage(self) -> Option<Stage> {
        Some(match self {
            Self::PortRefused | Self::PacketsSwallowed => Stage::Connect,
            Self::Silent
            | Self::SilentAfterVersion
            | Self::SilentInKeyExchange
            | Self::ResetAtOnce
            | Self::ResetAfterVersion
            | Self::ResetInKeyExchange
            | Self::EndlessVersion
            | Self::Sha1Only => Stage::Handshake,
            Self::PasswordRefused | Self::SlowLogin => Stage::Authenticate,
            Self::SilentAfterLogin
            | Self::ResetAfterLogin
            | Self::PasswordExpired
            | Self::SessionsTaken
            | Self::NoPrompt
            | Self::LinuxServer => Stage::Login,
            Self::DropsBetweenVdoms
            | Self::DiagnoseLost
            | Self::Hangs
            | Self::Drops
            | Self::PromptLost
            | Self::Drips
            | Self::Floods
            | Self::EndlessPager
            | Self::VdomVanishes
            | Self::FortiManager => Stage::Command,
            Self::Garbage => Stage::Parse,
            Self::InvalidUtf8 | Self::TerminalEscapes | Self::Crumbles => return None,
        })
    }
}

impl ExpectedFinding {
    fn on_device(device: &Device, rule: &'static str) -> Self {
        let host = device.name.clone();
        Self { host, vdom: None, token: None, rule, action: Action::Attention }
    }

    fn on_token(device: &Device, vdom: &Vdom, serial: &str, rule: &'static str) -> Self {
        Self {
            vdom: device.has_vdoms().then(|| vdom.name.clone()),
            token: Some(serial.to_owned()),
            ..Self::on_device(device, rule)
        }
    }
}

/// The serials of a unit and of the others of its cluster.
fn unit(device: &Device) -> BTreeSet<&str> {
    let members = device.cluster.iter().flat_map(|cluster| &cluster.members);
    let members = members.map(|(_, serial)| serial.as_str());
    members.chain([device.serial.as_str()]).collect()
}

fn outcome(fault: Option<Fault>) -> &'static str {
    match fault.and_then(Fault::stage) {
        None => "examined",
        Some(stage) if stage.is_unreachable() => "unreachable",
        Some(_) => "failed",
    }
}
