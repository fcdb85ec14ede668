//! A token whose clock has drifted.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity};

use super::device_clock_drift;

pub const RULE: Rule = Rule {
    id: "token-drift",
    title: "Clock drift beyond the limit",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The clocks of the token and of the FortiGate differ by more than the limit that \
        the playbook or the inventory sets (`fortitoken_drift_limit`). Codes are refused when the \
        difference grows too large. The unit is not documented; steps of the token, usually \
        minutes, is the likely reading. Drift on many tokens of one FortiGate points to the \
        FortiGate's own clock, and is one finding: `device-clock-drift`.",
    remedy: "Check NTP and the time zone of the FortiGate first. Then have the user log in, who is \
        asked for a second code, or synchronise the token with two consecutive codes.",
    needs: &[Need::Tokens, Need::DriftLimit],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let limit = case.device.entry.limits.drift?;
    let drift = case.token.token.drift;
    let serial = case.serial();
    // What the FortiGate's own clock explains is one finding.
    let alone = || {
        let alike = device_clock_drift::drifting(case.device).unwrap_or_default();
        alike.iter().all(|(_, other)| other.token.drift.signum() != drift.signum())
    };
    (drift.unsigned_abs() > limit && alone()).then(|| {
        case.observe(
            format!("The clock of token {serial} is off by {drift}, beyond the limit of {limit}."),
            format!(
                "Check NTP and the time zone of the FortiGate first. Then have the user of \
                 {serial} log in and enter the second code that is asked for, or synchronise the \
                 token with two consecutive codes (`execute fortitoken sync`)."
            ),
        )
    })
}
