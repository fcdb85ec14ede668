//! What must be found of a unit as a whole.

use crate::lab::device::{Account, Device, Token, Vdom};
use crate::lab::firmware::Firmware;
use crate::lab::status::NEW;

use super::{DRIFT_LIMIT, ExpectedFinding};

pub fn findings(device: &Device) -> Vec<ExpectedFinding> {
    let rules = [
        ("device-server-unreachable", device.token_server == "unreachable"),
        ("device-server-unknown", !matches!(device.token_server, "reachable" | "unreachable")),
        ("device-clock-drift", wrong_clock(device).is_some()),
        ("device-missing-token", lacks_a_token_that_is_named(device)),
        ("device-no-break-glass", depends_on_tokens(device)),
        ("device-ha-provisioning-fault", has_the_fault_of_7_4_9(device)),
        ("device-trial-tokens", tokens(device).any(|token| token.is_trial() && token.is_in_use())),
        ("device-no-capacity", device.readable_vdoms().any(|vdom| is_exhausted(device, vdom))),
        ("device-spare-tokens", has_idle_licences(device)),
    ];
    let found = rules.into_iter().filter(|(_, found)| *found);
    found.map(|(rule, _)| ExpectedFinding::on_device(device, rule)).collect()
}

fn tokens(device: &Device) -> impl Iterator<Item = &Token> {
    device.readable_vdoms().flat_map(|vdom| &vdom.tokens)
}

/// The direction in which at least three tokens, and half of those in use, are off.
pub fn wrong_clock(device: &Device) -> Option<i64> {
    let off = |token: &Token| token.drift.unsigned_abs() > DRIFT_LIMIT;
    [1, -1].into_iter().find(|direction| {
        let alike = |token: &&Token| off(token) && token.drift.signum() == *direction;
        let count = tokens(device).filter(alike).count();
        let other = |token: &&Token| !alike(token) && (off(token) || token.is_in_use());
        count >= 3 && count >= tokens(device).filter(other).count()
    })
}

/// The account that belongs to one VDOM does not see the administrators.
pub fn sees_administrators(device: &Device) -> bool {
    device.login.vdom.is_none()
}

fn lacks_a_token_that_is_named(device: &Device) -> bool {
    let is_secondary = device.cluster.as_ref().is_some_and(|cluster| !cluster.primary);
    let lacks = |vdom: &Vdom, user: &Account| {
        let named = user.token.as_ref();
        !user.disabled && named.is_some_and(|name| vdom.tokens.iter().all(|t| t.serial != *name))
    };
    let mut vdoms = device.readable_vdoms();
    !is_secondary && vdoms.any(|vdom| vdom.users.iter().any(|user| lacks(vdom, user)))
}

fn depends_on_tokens(device: &Device) -> bool {
    let mut masters =
        device.administrators.iter().filter(|admin| admin.profile == Some("super_admin"));
    sees_administrators(device) && masters.all(|admin| admin.token.is_some())
}

fn has_the_fault_of_7_4_9(device: &Device) -> bool {
    let is_affected = device.firmware == Firmware::V7_4_9 && device.cluster.is_some();
    is_affected && tokens(device).any(Token::is_mobile)
}

fn is_exhausted(device: &Device, vdom: &Vdom) -> bool {
    let none_left = !vdom.tokens.is_empty() && vdom.tokens.iter().all(|t| t.status != NEW);
    let mut users = vdom.users.iter();
    sees_administrators(device)
        && none_left
        && users.any(|user| user.token.is_none() && !user.disabled)
}

fn has_idle_licences(device: &Device) -> bool {
    let paid = || tokens(device).filter(|token| token.license.is_some() && !token.is_trial());
    let idle = paid().filter(|token| token.status == NEW).count();
    idle >= 10 && idle >= paid().count() - idle
}
