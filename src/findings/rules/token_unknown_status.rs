//! A status that no document names.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenStatus};

use super::token_hardware_error::is_undocumented_error;

pub const RULE: Rule = Rule {
    id: "token-unknown-status",
    title: "Unknown status",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The FortiGate shows a status that is not among those that Fortinet documents. \
        The documents are incomplete and disagree, so that it may be harmless; the reports show \
        it as the device wrote it. An error of a hardware token is `token-hardware-error`.",
    remedy: "Look the status up for this FortiOS release; if it speaks of an error, ask Fortinet's \
        support.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let TokenStatus::Other(text) = &case.token.token.status else { return None };
    if is_undocumented_error(case) {
        return None;
    }
    let serial = case.serial();
    Some(case.observe(
        format!("Token {serial} has a status that is not documented: \"{text}\"."),
        "Look the status up for this FortiOS release; if it speaks of an error, ask Fortinet's \
         support.",
    ))
}
