//! A token whose activation code ends soon.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::findings::when::minute;
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "token-activation-expiring",
    title: "Activation code ends soon",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The token is assigned and waits for its user to activate it in the FortiToken \
        Mobile app, and less than 24 hours (`fortitoken_expiry_hours`) of the activation window were \
        left when the run started. After that a new code must be issued.",
    remedy: "Remind the user today, or issue a new code.",
    needs: &[Need::Tokens, Need::Configuration, Need::ExpiryHours],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let end = case.activation_ends()?;
    let left = end.duration_since(case.fleet.now());
    let soon = case.device.entry.limits.expiry_hours?.saturating_mul(3600);
    if !left.is_positive() || left.as_secs().unsigned_abs() > soon {
        return None;
    }
    let serial = case.serial();
    Some(case.observe(
        format!("Token {serial} waits for its activation, and its code ends at {}.", minute(end)),
        format!("Remind the user of {serial} today. After that, provision it again."),
    ))
}
