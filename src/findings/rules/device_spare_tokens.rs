//! Licences that nobody uses.

use crate::findings::Need;
use crate::findings::configuration::Configuration;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::NAMED;
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::sheet::TokenFacts;
use crate::model::{Action, Severity, TokenStatus};

pub const RULE: Rule = Rule {
    id: "device-spare-tokens",
    title: "Many licences idle",
    severity: Severity::Info,
    action: Action::Attention,
    explanation: "At least ten mobile tokens of the FortiGate (`fortitoken_spare_tokens`), and at \
        least half of those that are licensed, are assigned to nobody (`new`). They are paid for. A smaller reserve is sound \
        and is not reported; nor are trial tokens, which cost nothing.",
    remedy: "Use them before more are bought. Single tokens cannot be moved to another FortiGate.",
    needs: &[Need::Tokens, Need::Configuration, Need::SpareTokens],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let many = device.entry.limits.spare_tokens?.max(1);
    let paid = |token: &TokenFacts| {
        let trial = token.configuration.as_ref().is_some_and(Configuration::is_trial);
        token.is_mobile() && token.license().is_some() && !trial
    };
    let licensed = device.tokens().filter(|(_, token)| paid(token)).count();
    let spare: Vec<_> = device
        .tokens()
        .filter(|(_, token)| paid(token) && token.token.status == TokenStatus::New)
        .collect();
    (spare.len() as u64 >= many && 2 * spare.len() >= licensed).then(|| Observation {
        subject: None,
        message: format!(
            "{} of {licensed} licensed mobile tokens are assigned to nobody.",
            spare.len()
        ),
        remedy: "Use them before more are bought. Single tokens cannot be moved to another \
                 FortiGate."
            .to_owned(),
        evidence: spare
            .iter()
            .take(NAMED)
            .map(|(sheet, token)| device.evidence(sheet, token))
            .collect(),
    })
}
