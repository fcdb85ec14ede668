//! Many tokens of one FortiGate whose clocks have drifted.

use crate::findings::Need;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::{NAMED, number};
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::sheet::{TokenFacts, TokenSheet};
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "device-clock-drift",
    title: "Many tokens drift: the FortiGate's clock",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "At least three tokens of the FortiGate (`fortitoken_clock_tokens`), and at least \
        half of those in use, are off in one direction by more than the limit \
        (`fortitoken_drift_limit`). Tokens drift one by \
        one; when many do alike, it is the FortiGate's own clock, NTP or time zone. This finding stands for all \
        of them: none of them is reported as `token-drift`.",
    remedy: "Check NTP, the clock and the time zone of the FortiGate, then audit again. Synchronise \
        single tokens only after that.",
    needs: &[Need::Tokens, Need::DriftLimit, Need::ClockTokens],
    check: Check::Device(check),
};

/// The tokens that drift in one direction, where there are so many that the FortiGate itself is
/// suspected.
pub(super) fn drifting(device: &DeviceFacts) -> Option<Vec<(&TokenSheet, &TokenFacts)>> {
    let limit = device.entry.limits.drift?;
    // Fewer say nothing of the FortiGate.
    let many = device.entry.limits.clock_tokens?.max(1);
    let drifts = |token: &TokenFacts| token.token.drift.unsigned_abs() > limit;
    let (ahead, behind): (Vec<_>, Vec<_>) = device
        .tokens()
        .filter(|(_, token)| drifts(token))
        .partition(|(_, token)| token.token.drift > 0);
    let drifting = if ahead.len() >= behind.len() { ahead } else { behind };
    let clocks = device.tokens().filter(|(_, token)| token.is_in_use() || drifts(token)).count();
    (drifting.len() as u64 >= many && 2 * drifting.len() >= clocks).then_some(drifting)
}

fn check(device: &DeviceFacts) -> Option<Observation> {
    let drifting = drifting(device)?;
    let limit = device.entry.limits.drift?;
    let clock = device.system.as_ref().and_then(|system| system.system_time.as_deref());
    let clock = clock.map_or_else(String::new, |time| format!(" It gives its time as \"{time}\"."));
    Some(Observation {
        subject: None,
        message: format!(
            "The clocks of {} are off in one direction by more than {limit}, which points to the FortiGate's own \
             clock.{clock}",
            number(drifting.len(), "token")
        ),
        remedy: "Check NTP, the clock and the time zone of the FortiGate, then audit again. \
                 Synchronise single tokens only if they still drift."
            .to_owned(),
        evidence: drifting
            .iter()
            .take(NAMED)
            .map(|(sheet, token)| device.evidence(sheet, token))
            .collect(),
    })
}
