//! VDOMs that have no token left to give.

use crate::findings::Need;
use crate::findings::account::AccountFacts;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::{NAMED, names, number};
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::sheet::TokenSheet;
use crate::model::{AccountKind, Action, Severity, TokenStatus};

pub const RULE: Rule = Rule {
    id: "device-no-capacity",
    title: "No token left for users without one",
    severity: Severity::Info,
    action: Action::Attention,
    explanation: "A VDOM has tokens, none of them is free (`new`), and at least one of its enabled \
        local users logs in with a password alone. Such a user may be meant that way, and is not \
        counted where another server (RADIUS, LDAP) checks the password; the one \
        that FortiOS creates itself (`guest`) is left aside. A new user would get no token.",
    remedy: "If these users should have a second factor, buy tokens or free those that nobody needs.",
    needs: &[Need::Tokens, Need::Holders],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let bare: Vec<&AccountFacts> = device
        .sheets
        .iter()
        .filter(|sheet| sheet.holders_are_known && is_exhausted(sheet))
        .flat_map(|sheet| device.accounts.iter().filter(|facts| facts.vdom == sheet.vdom))
        .filter(|facts| lacks_second_factor(facts))
        .collect();
    let described = bare.iter().map(|AccountFacts { account, vdom, .. }| match vdom {
        Some(vdom) => format!("{} in {vdom}", account.name),
        None => account.name.to_string(),
    });
    (!bare.is_empty()).then(|| Observation {
        subject: None,
        message: format!(
            "No token is free, and {} no second factor: {}.",
            match bare.len() {
                1 => "1 user has".to_owned(),
                count => format!("{} have", number(count, "user")),
            },
            names(described)
        ),
        remedy: "If these users should have a second factor, buy tokens or free those that nobody \
                 needs."
            .to_owned(),
        evidence: bare.iter().take(NAMED).map(|account| device.account_evidence(account)).collect(),
    })
}

fn is_exhausted(sheet: &TokenSheet) -> bool {
    let free = |status: &TokenStatus| *status == TokenStatus::New;
    let none_free = !sheet.tokens.values().any(|token| free(&token.token.status));
    sheet.is_whole && !sheet.tokens.is_empty() && none_free
}

fn lacks_second_factor(facts: &AccountFacts) -> bool {
    let account = &facts.account;
    account.kind == AccountKind::LocalUser
        && account.enabled
        && account.authentication.as_deref() == Some("password")
        && account.two_factor.is_none()
        && &*account.name != "guest"
}
