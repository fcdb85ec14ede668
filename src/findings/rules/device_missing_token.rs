//! Accounts whose token the FortiGate does not have.

use crate::findings::Need;
use crate::findings::account::AccountFacts;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::{NAMED, names, number};
use crate::findings::rule::{Check, Observation, Rule};
use crate::model::{AccountKind, Action, HaRole, Severity};

pub const RULE: Rule = Rule {
    id: "device-missing-token",
    title: "Accounts name a token that does not exist",
    severity: Severity::Error,
    action: Action::Attention,
    explanation: "An account logs in with a FortiToken (`set two-factor fortitoken`), but the token \
        that it names is not in the token table of its VDOM; for an administrator, of no VDOM. It \
        cannot log in. That is what is left over when tokens were deleted, or a configuration was \
        restored on another unit. It is only said where the whole table was read, and not of the \
        secondary unit of a cluster, whose table is not documented.",
    remedy: "Assign a token that exists to the account, or switch its second factor off.",
    needs: &[Need::Tokens, Need::Holders],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let role = device.system.as_ref().and_then(|system| system.ha.role);
    if role == Some(HaRole::Secondary) {
        return None;
    }
    let lost: Vec<&AccountFacts> =
        device.accounts.iter().filter(|account| is_lost(device, account)).collect();
    let described = lost.iter().map(|AccountFacts { account, vdom, .. }| {
        let token = account.token.as_deref().unwrap_or_default();
        match vdom {
            Some(vdom) => format!("{} in {vdom} ({token})", account.name),
            None => format!("{} ({token})", account.name),
        }
    });
    (!lost.is_empty()).then(|| Observation {
        subject: None,
        message: format!(
            "{} cannot log in, since the token does not exist here: {}.",
            number(lost.len(), "account"),
            names(described)
        ),
        remedy: "Assign a token that exists to each of them, or switch the second factor off."
            .to_owned(),
        evidence: lost.iter().take(NAMED).map(|account| device.account_evidence(account)).collect(),
    })
}

fn is_lost(device: &DeviceFacts, facts: &AccountFacts) -> bool {
    let Some(token) = facts.account.token.as_deref().filter(|_| facts.needs_token()) else {
        return false;
    };
    let serial = token.to_ascii_uppercase();
    match facts.account.kind {
        AccountKind::LocalUser => device
            .sheets
            .iter()
            .find(|sheet| sheet.vdom == facts.vdom)
            .is_some_and(|sheet| sheet.is_whole && !sheet.tokens.contains_key(serial.as_str())),
        AccountKind::Administrator => device.tokens_are_known() && device.token(&serial).is_none(),
    }
}
