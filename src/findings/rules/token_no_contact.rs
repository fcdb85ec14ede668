//! A token to activate again whose user cannot be sent a code.

use crate::findings::Need;
use crate::findings::naming::{NAMED, names};
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenStatus};

use super::token_activation_expired::ended;

pub const RULE: Rule = Rule {
    id: "token-no-contact",
    title: "No e-mail address and no phone for the code",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The token must be provisioned again, but none of the accounts that hold it has an \
        e-mail address (`set email-to`) or a phone number for SMS (`set sms-phone`): the new \
        activation code would reach nobody.",
    remedy: "Add an e-mail address or a phone number to the account before the token is provisioned \
        again.",
    needs: &[Need::Tokens, Need::Holders],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let owners = &case.token.owners;
    let again = case.token.token.status == TokenStatus::ProvisionTimeout || ended(case).is_some();
    if !again || owners.is_empty() || owners.iter().any(|owner| owner.is_reachable()) {
        return None;
    }
    let serial = case.serial();
    let holders = names(owners.iter().map(|owner| &owner.name));
    let mut seen = case.observe(
        format!(
            "Token {serial} must be provisioned again, but its user {holders} has neither an \
             e-mail address nor a phone number."
        ),
        format!(
            "Add `email-to` or `sms-phone` to {holders} first, or hand over the code in person."
        ),
    );
    let accounts = case.device.holders(case.sheet, serial).take(NAMED);
    seen.evidence.extend(accounts.map(|account| case.device.account_evidence(account)));
    Some(seen)
}
