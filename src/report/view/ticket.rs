//! What Fortinet's support must be told of one FortiGate.

use serde::Serialize;

use super::{DeviceView, FindingView, Found, HaView, Text};

/// One FortiGate with at least one finding for Fortinet's support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketView {
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
    /// Those for Fortinet's support.
    pub findings: Vec<FindingView>,
}

impl TicketView {
    pub(super) fn new(device: &DeviceView, found: &[Found<'_>]) -> Option<Self> {
        let findings: Vec<_> = found
            .iter()
            .filter(|(_, view)| view.action == "support_ticket")
            .map(|(_, view)| (*view).clone())
            .collect();
        (!findings.is_empty()).then(|| Self {
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
            findings,
        })
    }
}
