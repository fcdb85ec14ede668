//! One row of a token table.

use serde::Serialize;

use super::{DeviceView, OwnerView, Text, Texts};
use crate::findings::{Configuration, TokenFacts, TokenSheet};

/// A token as one VDOM of one FortiGate shows it. The members of a cluster that are both in the
/// inventory show the same tokens, once each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenView {
    pub host: Text,
    /// Serial of the FortiGate.
    pub device_serial: Option<Text>,
    /// `None` on a FortiGate without VDOMs.
    pub vdom: Option<Text>,
    pub serial: Text,
    /// `mobile`, `hardware_bound`, `hardware_seed_cd`, `hardware` or `unknown`.
    pub kind: &'static str,
    /// As FortiOS writes it.
    pub status: Text,
    /// As printed; the unit is not documented.
    pub drift: i64,
    /// Names of all owners.
    pub owner: Option<Text>,
    pub owners: Vec<OwnerView>,
    /// The FortiGate does not reach its token server, or does not say: this may be stale.
    pub low_confidence: bool,
    /// `EFTM…`, or `FTMTRIAL…`; hardware has none. This field and the next three come from `show
    /// user fortitoken`, and are `None` where that was not read.
    pub license: Option<Text>,
    /// Whether it is one of the two free tokens, which die with their FortiGate.
    pub trial: Option<bool>,
    /// Whether the configuration locks it (`set status lock`).
    pub configured_lock: Option<bool>,
    /// RFC 3339, UTC: when the activation code ends or ended. It stays after the activation.
    pub activation_expires: Option<Text>,
}

impl TokenView {
    pub(super) fn new(
        device: &DeviceView,
        sheet: &TokenSheet,
        facts: &TokenFacts,
        texts: &mut Texts,
    ) -> Self {
        let configuration = facts.configuration.as_ref();
        Self {
            host: device.host.clone(),
            device_serial: device.device_serial.clone(),
            vdom: texts.maybe(sheet.vdom.as_ref()),
            serial: texts.text(&facts.token.serial),
            kind: facts.token.kind.as_str(),
            status: texts.text(facts.token.status.as_str()),
            drift: facts.token.drift,
            owner: OwnerView::text(&facts.owners, texts),
            owners: OwnerView::all_of(&facts.owners, texts),
            low_confidence: device.low_confidence,
            license: texts.maybe(facts.license()),
            trial: configuration.map(Configuration::is_trial),
            configured_lock: configuration.map(Configuration::is_locked),
            activation_expires: configuration
                .and_then(Configuration::activation_expires)
                .map(|time| Text::new(&time.to_string())),
        }
    }
}
