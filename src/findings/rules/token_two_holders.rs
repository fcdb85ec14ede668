//! A token that two accounts hold.

use crate::findings::Need;
use crate::findings::naming::{NAMED, names, number};
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "token-two-holders",
    title: "Assigned to several accounts",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "More than one account names this token as its second factor. Whoever has the \
        token can confirm the logins of all of them, and the log cannot tell who it was. A local \
        user and an administrator of the same person count as two.",
    remedy: "Leave the token to one account and give the others tokens of their own.",
    needs: &[Need::Tokens, Need::Holders],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let owners = &case.token.owners;
    if owners.len() < 2 {
        return None;
    }
    let serial = case.serial();
    let mut seen = case.observe(
        format!(
            "Token {serial} is assigned to {}: {}.",
            number(owners.len(), "account"),
            names(owners.iter().map(|owner| &owner.name))
        ),
        format!("Leave {serial} to one account and give the others tokens of their own."),
    );
    let holders = case.device.holders(case.sheet, serial).take(NAMED);
    seen.evidence.extend(holders.map(|account| case.device.account_evidence(account)));
    Some(seen)
}
