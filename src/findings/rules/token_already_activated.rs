//! A token that is locked to an earlier activation.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenKind, TokenStatus};

use super::token_hardware_error::activate_again;
use super::token_held_elsewhere::holder;

pub const RULE: Rule = Rule {
    id: "token-already-activated",
    title: "Already activated, seed not returned",
    severity: Severity::Error,
    action: Action::SupportTicket,
    explanation: "FortiGuard hands out the seed of a token once. This token was activated before: \
        either on another FortiGate or FortiAuthenticator, or on this one, where it was removed \
        and added again. Fortinet's documents name both causes. The token cannot be used here \
        until Fortinet's support resets its activation flag (hardware tokens). Mobile tokens and \
        their licences do not move between devices except for an RMA; they can be migrated to \
        FortiIdentity Cloud. Where another FortiGate of the fleet holds the token in working \
        order, it is `token-held-elsewhere` instead.",
    remedy: "Open a support ticket with the serials of the token and of the FortiGate. For a \
        hardware token ask for a reset of its activation flag, then activate it again: there is \
        one attempt per reset.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let token = &case.token.token;
    if token.status != TokenStatus::AlreadyActivated || holder(case).is_some() {
        return None;
    }
    let (serial, unit) = (case.serial(), case.device_serial());
    let remedy = match token.kind {
        TokenKind::Mobile => format!(
            "Open a support ticket for token {serial} on FortiGate {unit}. Mobile tokens and \
             their licences do not move between devices except for an RMA; they can be migrated \
             to FortiIdentity Cloud."
        ),
        _ => format!(
            "Open a support ticket to reset the activation flag of token {serial} for FortiGate \
             {unit}. After the reset {}: there is one attempt per reset.",
            activate_again(case)
        ),
    };
    Some(case.observe(
        format!(
            "Token {serial} was activated before, on another unit or on this one before it was \
             removed and added again, so that FortiGuard does not return its seed."
        ),
        remedy,
    ))
}
