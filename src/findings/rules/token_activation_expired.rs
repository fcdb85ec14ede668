//! A token that waits for its activation although its code has ended.

use jiff::Timestamp;

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::findings::when::minute;
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "token-activation-expired",
    title: "Activation code has ended",
    severity: Severity::Error,
    action: Action::Reprovision,
    explanation: "The token still shows `provisioning`, but the end of its activation code \
        (`activation-expire` of `show user fortitoken`) lay before the start of the run. The user \
        cannot activate it any more; FortiOS usually turns such a token to `provision timeout`.",
    remedy: "Provision the token again for the same user, who activates it within the window.",
    needs: &[Need::Tokens, Need::Configuration],
    check: Check::Token(check),
};

/// When the activation code of a token ended, where it did before its user came.
pub(super) fn ended(case: &TokenCase<'_>) -> Option<Timestamp> {
    case.activation_ends().filter(|end| *end <= case.fleet.now())
}

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let end = ended(case)?;
    let serial = case.serial();
    Some(case.observe(
        format!("Token {serial} waits for its activation, but its code ended at {}.", minute(end)),
        format!(
            "Provision {serial} again for its user (`execute fortitoken-mobile provision \
             {serial}`, or send the activation code again in the GUI)."
        ),
    ))
}
