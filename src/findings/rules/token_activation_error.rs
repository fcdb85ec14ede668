//! A token that FortiGuard does not know, or was not asked about.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::findings::server::ServerReach;
use crate::model::{Action, Severity, TokenStatus};

use super::device_server_unreachable::CONNECTIVITY;

pub const RULE: Rule = Rule {
    id: "token-activation-error",
    title: "Activation error",
    severity: Severity::Error,
    action: Action::SupportTicket,
    explanation: "The FortiGate says `activation error (token not exist in FortiGuard)`: FortiGuard \
        was not reached when the token should have been activated, or it does not know the token. \
        Where the token server is not reachable, that comes first, since the status may vanish \
        with it; where it is, only Fortinet's support can help.",
    remedy: "Make sure that the FortiGate reaches the token server. If the status stays, open a \
        support ticket with the serials of the token and of the FortiGate.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    if case.token.token.status != TokenStatus::ActivationError {
        return None;
    }
    let (serial, unit) = (case.serial(), case.device_serial());
    let ticket = format!("open a support ticket for token {serial} on FortiGate {unit}");
    Some(match case.device.server_reach() {
        ServerReach::Reachable => case.observe(
            format!(
                "FortiGuard does not know token {serial}, though the token server is reachable."
            ),
            format!("Check the serial against the token, then {ticket}."),
        ),
        ServerReach::Unreachable => case.observe(
            format!(
                "The token server is not reachable, which comes first: token {serial} shows an \
                 activation error, and FortiGuard may never have been asked."
            ),
            format!("Restore the connection first: {CONNECTIVITY}. If the error stays, {ticket}."),
        ),
        ServerReach::Unclear | ServerReach::Unsaid => case.observe(
            format!(
                "Token {serial} shows an activation error, and whether the token server is \
                 reachable is not known."
            ),
            format!("Check the connection first: {CONNECTIVITY}. If the error stays, {ticket}."),
        ),
    })
}
