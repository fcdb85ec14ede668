//! What an audit of the fleet must find. It is told from what the units are, not from what the
//! audit says.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Action, Stage};

use super::device::{Device, Token};
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
        let examined = || devices.iter().filter(|device| outcome(device.fault) == "examined");
        let mut findings: Vec<_> = examined().flat_map(of_device).collect();
        findings.extend(duplicates(examined()));
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

fn outcome(fault: Option<Fault>) -> &'static str {
    match fault.and_then(Fault::stage) {
        None => "examined",
        Some(stage) if stage.is_unreachable() => "unreachable",
        Some(_) => "failed",
    }
}

fn of_device(device: &Device) -> Vec<ExpectedFinding> {
    let mut findings = Vec::new();
    let server = match device.token_server {
        "reachable" => None,
        "unreachable" => Some("device-server-unreachable"),
        _ => Some("device-server-unknown"),
    };
    findings.extend(server.map(|rule| ExpectedFinding {
        host: device.name.clone(),
        vdom: None,
        token: None,
        rule,
        action: Action::Attention,
    }));
    for vdom in device.readable_vdoms() {
        for token in &vdom.tokens {
            findings.extend(of_token(token).into_iter().map(|(rule, action)| ExpectedFinding {
                host: device.name.clone(),
                vdom: device.has_vdoms().then(|| vdom.name.clone()),
                token: Some(token.serial.clone()),
                rule,
                action,
            }));
        }
    }
    findings
}

fn of_token(token: &Token) -> Vec<(&'static str, Action)> {
    let by_status = match token.status {
        "new" | "provisioning" => None,
        "active" if token.is_mobile() => Some(("token-kind-mismatch", Action::Attention)),
        "provisioned" if !token.is_mobile() => Some(("token-kind-mismatch", Action::Attention)),
        "active" | "provisioned" => None,
        "provision timeout" => Some(("token-provision-timeout", Action::Reprovision)),
        "token already activated, and seed won't be returned" => {
            Some(("token-already-activated", Action::SupportTicket))
        }
        "activation error (token not exist in FortiGuard)" => {
            Some(("token-activation-error", Action::SupportTicket))
        }
        "locked" => Some(("token-locked", Action::Attention)),
        _ => Some(("token-unknown-status", Action::Attention)),
    };
    let by_drift =
        (token.drift.unsigned_abs() > DRIFT_LIMIT).then_some(("token-drift", Action::Attention));
    by_status.into_iter().chain(by_drift).collect()
}

/// The units of one cluster share their tokens, and so they count as one unit here.
fn duplicates<'a>(devices: impl Iterator<Item = &'a Device>) -> Vec<ExpectedFinding> {
    let mut seen: BTreeMap<&str, Vec<(&Device, &str)>> = BTreeMap::new();
    for device in devices {
        for vdom in device.readable_vdoms() {
            for token in &vdom.tokens {
                seen.entry(&token.serial).or_default().push((device, &vdom.name));
            }
        }
    }
    let unit = |device: &Device| match &device.cluster {
        Some(cluster) => cluster.members.iter().map(|(_, serial)| serial.clone()).collect(),
        None => BTreeSet::from([device.serial.clone()]),
    };
    seen.into_iter()
        .filter(|(_, places)| {
            places.iter().map(|(device, _)| unit(device)).collect::<BTreeSet<_>>().len() > 1
        })
        .flat_map(|(serial, places)| {
            places.into_iter().map(move |(device, vdom)| ExpectedFinding {
                host: device.name.clone(),
                vdom: device.has_vdoms().then(|| vdom.to_owned()),
                token: Some(serial.to_owned()),
                rule: "token-duplicate-serial",
                action: Action::Attention,
            })
        })
        .collect()
}
