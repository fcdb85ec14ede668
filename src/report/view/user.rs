//! Who logs in with a second factor.

use serde::Serialize;

use super::{DeviceView, Text, Texts};
use crate::findings::{AccountFacts, DeviceFacts, TokenFacts};
use crate::model::AccountKind;

/// An account that holds a token or has another second factor. The members of a cluster that are
/// both in the inventory show the same accounts, once each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserView {
    pub host: Text,
    /// Serial of the FortiGate.
    pub device_serial: Option<Text>,
    /// `None` for an administrator, and on a FortiGate without VDOMs.
    pub vdom: Option<Text>,
    pub name: Text,
    /// `local_user` or `administrator`.
    pub kind: &'static str,
    /// Of an administrator: `super_admin`.
    pub profile: Option<Text>,
    pub enabled: bool,
    /// `fortitoken`, `fortitoken-cloud`, `email`, `sms`; `None` when it is switched off, even
    /// where a token is still assigned.
    pub two_factor: Option<Text>,
    /// Serial of the token.
    pub token: Option<Text>,
    /// As in the token table of the FortiGate; `None` where that does not show the token.
    pub token_status: Option<Text>,
    pub email: Option<Text>,
    pub phone: Option<Text>,
    /// As in `devices`.
    pub low_confidence: bool,
}

impl UserView {
    /// The accounts of one FortiGate.
    pub(super) fn all_of<'a>(
        device: &'a DeviceView,
        facts: &'a DeviceFacts,
        texts: &'a mut Texts,
    ) -> impl Iterator<Item = Self> + 'a {
        Self::shown(facts).map(|account| Self::new(device, facts, account, texts))
    }

    /// The accounts that are shown, in order.
    pub(in crate::report) fn shown(facts: &DeviceFacts) -> impl Iterator<Item = &AccountFacts> {
        facts
            .accounts
            .iter()
            .filter(|facts| facts.account.token.is_some() || facts.account.two_factor.is_some())
    }

    fn new(
        device: &DeviceView,
        facts: &DeviceFacts,
        held: &AccountFacts,
        texts: &mut Texts,
    ) -> Self {
        let account = &held.account;
        let status = token_of(facts, held).map(|token| token.token.status.as_str());
        Self {
            host: device.host.clone(),
            device_serial: device.device_serial.clone(),
            vdom: texts.maybe(held.vdom.as_ref()),
            name: texts.text(&account.name),
            kind: account.kind.as_str(),
            profile: texts.maybe(account.profile.as_ref()),
            enabled: account.enabled,
            two_factor: texts.maybe(account.two_factor.as_ref()),
            token: texts.maybe(account.token.as_ref()),
            token_status: texts.maybe(status),
            email: texts.maybe(account.email.as_ref()),
            phone: texts.maybe(account.phone.as_ref()),
            low_confidence: device.low_confidence,
        }
    }
}

/// A local user's token is of the user's VDOM, an administrator's of any.
fn token_of<'a>(facts: &'a DeviceFacts, held: &AccountFacts) -> Option<&'a TokenFacts> {
    let serial = held.account.token.as_ref()?;
    match held.account.kind {
        AccountKind::Administrator => facts.token(serial).map(|(_, token)| token),
        AccountKind::LocalUser => {
            let sheet = facts.sheets.iter().find(|sheet| sheet.vdom == held.vdom)?;
            sheet.tokens.get(serial.to_ascii_uppercase().as_str())
        }
    }
}
