//! A hardware token in an error that no document names.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenStatus};

pub const RULE: Rule = Rule {
    id: "token-hardware-error",
    title: "Hardware token in error",
    severity: Severity::Error,
    action: Action::Attention,
    explanation: "The status of a hardware token speaks of an error, in words that no document \
        lists. What mends it depends on the seed in the configuration (`show user fortitoken`): \
        where there is one, the token was activated here and its entry is damaged; where there is \
        none, it was never activated here. FortiGuard may treat a token that was removed and added \
        again as `token already activated`, which Fortinet's support must then reset.",
    remedy: "With a seed in the configuration delete the token and add it again; without one \
        activate it: `execute fortitoken activate SERIAL`. If the error stays, open a support \
        ticket.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

/// Whether the status is an error that is not among the documented ones, of a hardware token.
pub(super) fn is_undocumented_error(case: &TokenCase<'_>) -> bool {
    let token = &case.token.token;
    let TokenStatus::Other(text) = &token.status else { return false };
    token.kind.is_hardware() && text.to_ascii_lowercase().contains("error")
}

/// How a hardware token gets its seed again, which depends on the configuration having one.
pub(super) fn activate_again(case: &TokenCase<'_>) -> String {
    let serial = case.serial();
    let configuration = case.token.configuration.as_ref();
    match configuration.map(|configuration| configuration.token.has_seed) {
        Some(true) => {
            format!("delete {serial} and add it again, since its configuration still has a seed")
        }
        Some(false) => format!(
            "run `execute fortitoken activate {serial}`, since its configuration has no seed"
        ),
        None => format!(
            "delete {serial} and add it again if `show user fortitoken` shows a seed, else run \
             `execute fortitoken activate {serial}`"
        ),
    }
}

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    if !is_undocumented_error(case) {
        return None;
    }
    let (serial, unit) = (case.serial(), case.device_serial());
    let again = activate_again(case);
    let mut seen = case.observe(
        format!("Hardware token {serial} is in error: \"{}\".", case.token.token.status),
        format!(
            "To mend it, {again}. If the error stays, open a support ticket for token {serial} on \
             FortiGate {unit}."
        ),
    );
    seen.evidence.extend(case.configuration_evidence());
    Some(seen)
}
