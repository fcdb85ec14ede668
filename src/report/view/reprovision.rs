//! Who must activate again.

use indexmap::IndexMap;
use serde::Serialize;

use super::finding::token_of;
use super::{DeviceView, Found, OwnerView, Text, Texts};
use crate::findings::FleetFacts;

/// One VDOM of one FortiGate in which somebody must activate again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReprovisionView {
    pub host: Text,
    /// Serial of the FortiGate.
    pub device_serial: Option<Text>,
    /// As the FortiGate calls itself.
    pub hostname: Option<Text>,
    pub model: Option<Text>,
    /// Of FortiOS: `7.4.8`.
    pub version: Option<Text>,
    /// `None` on a FortiGate without VDOMs.
    pub vdom: Option<Text>,
    /// Other hosts of the inventory that are this very FortiGate or members of its cluster: doing
    /// it once is enough for all.
    pub same_unit: Vec<Text>,
    /// As in `devices`.
    pub server: &'static str,
    pub low_confidence: bool,
    pub tokens: Vec<ReprovisionToken>,
}

/// One token to activate again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReprovisionToken {
    pub serial: Text,
    pub kind: Option<&'static str>,
    pub status: Option<Text>,
    /// Names of all owners.
    pub owner: Option<Text>,
    pub owners: Vec<OwnerView>,
    pub message: Text,
    pub remedy: Text,
}

impl ReprovisionView {
    pub(super) fn all_of(
        device: &DeviceView,
        fleet: &FleetFacts,
        found: &[Found<'_>],
    ) -> Vec<Self> {
        let mut vdoms: IndexMap<&Option<Text>, Self> = IndexMap::new();
        for (finding, view) in found.iter().filter(|(_, view)| view.action == "reprovision") {
            let Some(serial) = &view.token else { continue };
            let owners = token_of(fleet, finding)
                .map(|facts| OwnerView::all_of(&facts.owners, &mut Texts::default()));
            let vdom = vdoms.entry(&view.vdom).or_insert_with(|| Self::new(device, &view.vdom));
            vdom.tokens.push(ReprovisionToken {
                serial: serial.clone(),
                kind: view.kind,
                status: view.status.clone(),
                owner: view.owner.clone(),
                owners: owners.unwrap_or_default(),
                message: view.message.clone(),
                remedy: view.remedy.clone(),
            });
        }
        vdoms.into_values().collect()
    }

    fn new(device: &DeviceView, vdom: &Option<Text>) -> Self {
        Self {
            host: device.host.clone(),
            device_serial: device.device_serial.clone(),
            hostname: device.hostname.clone(),
            model: device.model.clone(),
            version: device.version.clone(),
            vdom: vdom.clone(),
            same_unit: device.same_unit.clone(),
            server: device.server,
            low_confidence: device.low_confidence,
            tokens: Vec::new(),
        }
    }
}
