//! A token that cannot be activated because another FortiGate of the fleet has it.

use crate::findings::Need;
use crate::findings::device::DeviceFacts;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::findings::sheet::{TokenFacts, TokenSheet};
use crate::model::{Action, Severity, TokenStatus};

pub const RULE: Rule = Rule {
    id: "token-held-elsewhere",
    title: "Already activated on another FortiGate of the fleet",
    severity: Severity::Error,
    action: Action::Attention,
    explanation: "The FortiGate says `token already activated, and seed won't be returned`, and \
        another FortiGate of the fleet, which is not of its cluster, holds the same token in working \
        order. That explains the status, and it takes the place of `token-already-activated`: no \
        support ticket is needed unless the token is to be moved.",
    remedy: "Delete the token where it does not work. To move it, free it on the other FortiGate \
        first and have Fortinet's support reset its activation flag.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

/// The FortiGate that holds the token in working order, where this one cannot have it for that.
pub(super) fn holder<'a>(
    case: &TokenCase<'a>,
) -> Option<(&'a DeviceFacts, &'a TokenSheet, &'a TokenFacts)> {
    if case.token.token.status != TokenStatus::AlreadyActivated {
        return None;
    }
    case.fleet.elsewhere(case.device, &case.token.token.serial).find_map(|device| {
        let serial = &case.token.token.serial;
        let mut rows = device.tokens().filter(|(_, row)| row.token.serial == *serial);
        rows.find(|(_, row)| row.is_in_use()).map(|(sheet, row)| (device, sheet, row))
    })
}

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let (device, sheet, token) = holder(case)?;
    let (serial, host) = (case.serial(), &device.entry.host);
    let place =
        sheet.vdom.as_ref().map_or_else(|| host.to_string(), |vdom| format!("{host} in {vdom}"));
    let mut seen = case.observe(
        format!("Token {serial} is not activated here because it works on {place}."),
        format!(
            "Delete {serial} here. If it is to be used here, delete it on {host} first and open a \
             support ticket to reset its activation flag for FortiGate {}.",
            case.device_serial()
        ),
    );
    seen.evidence.push(device.evidence(sheet, token));
    Some(seen)
}
