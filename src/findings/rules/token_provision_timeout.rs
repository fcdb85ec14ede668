//! A token that was assigned but not activated in time.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenKind, TokenStatus};

pub const RULE: Rule = Rule {
    id: "token-provision-timeout",
    title: "Not activated in time",
    severity: Severity::Error,
    action: Action::Reprovision,
    explanation: "The token is assigned, but its user did not activate it in the FortiToken Mobile \
        app within the activation window (72 hours unless `two-factor-ftm-expiry` says otherwise). \
        The activation code has expired, so that the user cannot log in with this token until a \
        new code is issued.",
    remedy: "Provision the token again for the same user, who activates it within the window.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let token = &case.token.token;
    if token.status != TokenStatus::ProvisionTimeout {
        return None;
    }
    let serial = case.serial();
    let remedy = match token.kind {
        TokenKind::Mobile => format!(
            "Provision {serial} again for its user (`execute fortitoken-mobile provision \
             {serial}`, or send the activation code again in the GUI). The user must activate it \
             within the activation window, 72 hours by default."
        ),
        _ => format!(
            "Assign {serial} to its user again. This status belongs to mobile tokens; if it \
             stays, ask Fortinet's support."
        ),
    };
    Some(case.observe(
        format!("Token {serial} was assigned, but not activated within the activation window."),
        remedy,
    ))
}
