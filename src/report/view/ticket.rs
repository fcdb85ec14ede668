//! What Fortinet must be told of one FortiGate.

use indexmap::IndexMap;
use serde::Serialize;

use super::{DeviceView, FindingView, Found, HaView, Text};

/// One FortiGate and one cause for which Fortinet must act: what belongs into one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketView {
    /// `support`, or `customer_service` for what is about licences and their transfer.
    pub to: &'static str,
    /// `activation-flag`, `mobile-licence`, `activation-error`, or the rule of the findings.
    pub cause: Text,
    /// `FortiToken on FG100FTK00000001: reset of activation flag`
    pub subject: Text,
    pub host: Text,
    /// Serial of the FortiGate.
    pub device_serial: Option<Text>,
    /// As the FortiGate calls itself.
    pub hostname: Option<Text>,
    pub model: Option<Text>,
    /// Of FortiOS: `7.4.8`.
    pub version: Option<Text>,
    pub build: Option<Text>,
    /// `None` for a unit that stands alone.
    pub ha: Option<HaView>,
    /// Other hosts of the inventory that are this very FortiGate or members of its cluster: one
    /// ticket is enough for all.
    pub same_unit: Vec<Text>,
    /// As in `devices`.
    pub server: &'static str,
    pub low_confidence: bool,
    pub partial: bool,
    pub gaps: Vec<Text>,
    /// Those of this cause.
    pub findings: Vec<FindingView>,
}

/// Why a ticket is opened.
struct Cause<'a> {
    to: &'static str,
    id: &'a str,
    /// In a few words, for the subject.
    title: &'a str,
}

impl<'a> Cause<'a> {
    fn of(finding: &'a FindingView) -> Self {
        let (to, id, title) = match (finding.rule.as_str(), finding.kind) {
            // Mobile tokens come with a licence, which is registered to one FortiGate.
            ("token-already-activated", Some("mobile")) => {
                ("customer_service", "mobile-licence", "licence of activated mobile tokens")
            }
            ("token-already-activated", _) => {
                ("support", "activation-flag", "reset of activation flag")
            }
            ("token-activation-error", _) => ("support", "activation-error", "activation error"),
            (rule, _) => ("support", rule, finding.title.as_str()),
        };
        Self { to, id, title }
    }
}

impl TicketView {
    /// The tickets of one FortiGate.
    pub(super) fn all_of(device: &DeviceView, found: &[Found<'_>]) -> Vec<Self> {
        let mut tickets: IndexMap<&str, Self> = IndexMap::new();
        for (_, view) in found.iter().filter(|(_, view)| view.action == "support_ticket") {
            let cause = Cause::of(view);
            let ticket = tickets.entry(cause.id).or_insert_with(|| Self::new(device, &cause));
            ticket.findings.push((*view).clone());
        }
        tickets.into_values().collect()
    }

    fn new(device: &DeviceView, cause: &Cause<'_>) -> Self {
        let serial = device.device_serial.as_deref().unwrap_or("(serial number)");
        Self {
            to: cause.to,
            cause: Text::new(cause.id),
            subject: Text::new(&format!("FortiToken on {serial}: {}", cause.title)),
            host: device.host.clone(),
            device_serial: device.device_serial.clone(),
            hostname: device.hostname.clone(),
            model: device.model.clone(),
            version: device.version.clone(),
            build: device.build.clone(),
            ha: device.ha.clone(),
            same_unit: device.same_unit.clone(),
            server: device.server,
            low_confidence: device.low_confidence,
            partial: device.partial,
            gaps: device.gaps.clone(),
            findings: Vec::new(),
        }
    }
}
