//! What must be found of a token.

use crate::lab::device::{Account, Device, Token, Vdom};
use crate::lab::status::*;
use crate::model::Action;

use super::device::{sees_administrators, wrong_clock};
use super::{DRIFT_LIMIT, ExpectedFinding, unit};

pub fn findings(
    fleet: &[&Device],
    device: &Device,
    vdom: &Vdom,
    token: &Token,
) -> Vec<ExpectedFinding> {
    let holders: Vec<&Account> = vdom
        .users
        .iter()
        .chain(device.administrators.iter().filter(|_| sees_administrators(device)))
        .filter(|account| account.token.as_ref() == Some(&token.serial))
        .collect();
    let others: Vec<&Token> = elsewhere(fleet, device, &token.serial);
    let works_elsewhere =
        token.status == ALREADY_ACTIVATED && others.iter().any(|other| other.is_in_use());
    let by_status = match of_status(token) {
        Some(_) if works_elsewhere => Some(("token-held-elsewhere", Action::Attention)),
        rule => rule,
    };
    let again = matches!(by_status, Some((_, Action::Reprovision)));
    let drifts = token.drift.unsigned_abs() > DRIFT_LIMIT
        && wrong_clock(device) != Some(token.drift.signum());
    let other = [
        ("token-drift", drifts),
        ("token-duplicate-serial", !others.is_empty() && !works_elsewhere),
        ("token-two-holders", holders.len() > 1),
        ("token-unheld", sees_administrators(device) && token.is_in_use() && holders.is_empty()),
        (
            "token-no-contact",
            again && !holders.is_empty() && holders.iter().all(|holder| holder.email.is_none()),
        ),
    ];
    let other = other.into_iter().filter(|(_, found)| *found);
    let other = other.map(|(rule, _)| (rule, Action::Attention));
    by_status
        .into_iter()
        .chain(other)
        .map(|(rule, action)| ExpectedFinding {
            action,
            ..ExpectedFinding::on_token(device, vdom, &token.serial, rule)
        })
        .collect()
}

/// The same token on other units that are not of the same cluster.
fn elsewhere<'a>(fleet: &[&'a Device], device: &Device, serial: &str) -> Vec<&'a Token> {
    fleet
        .iter()
        .filter(|other| unit(other).is_disjoint(&unit(device)))
        .flat_map(|other| other.readable_vdoms())
        .flat_map(|vdom| &vdom.tokens)
        .filter(|token| token.serial == serial)
        .collect()
}

fn of_status(token: &Token) -> Option<(&'static str, Action)> {
    let rule = match token.status {
        PROVISIONING if token.code_hours <= 0 => {
            return Some(("token-activation-expired", Action::Reprovision));
        }
        PROVISION_TIMEOUT => return Some(("token-provision-timeout", Action::Reprovision)),
        ALREADY_ACTIVATED => return Some(("token-already-activated", Action::SupportTicket)),
        ACTIVATION_ERROR => return Some(("token-activation-error", Action::SupportTicket)),
        PROVISIONING if token.code_hours < 24 => "token-activation-expiring",
        NEW | PROVISIONING => return None,
        ACTIVE if token.is_mobile() => "token-kind-mismatch",
        PROVISIONED if !token.is_mobile() => "token-kind-mismatch",
        ACTIVE | PROVISIONED => return None,
        LOCKED => "token-locked",
        text if text.contains("error") && !token.is_mobile() => "token-hardware-error",
        _ => "token-unknown-status",
    };
    Some((rule, Action::Attention))
}
