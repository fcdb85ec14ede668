//! Every administrator with all rights depends on a token.

use crate::findings::Need;
use crate::findings::account::AccountFacts;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::{NAMED, names};
use crate::findings::rule::{Check, Observation, Rule};
use crate::model::{AccountKind, Action, Severity};

pub const RULE: Rule = Rule {
    id: "device-no-break-glass",
    title: "No administrator without a token",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "Every enabled administrator with the profile `super_admin` logs in with a \
        FortiToken. Tokens do not move to a replacement unit, so that after a swap nobody could log \
        in to bring them back. It is only said where the administrators were read, and where their \
        profiles are known.",
    remedy: "Keep one break-glass administrator without a FortiToken: a long password in a safe, \
        allowed from trusted hosts alone.",
    needs: &[Need::Administrators],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let enabled: Vec<&AccountFacts> = device
        .accounts
        .iter()
        .filter(|facts| facts.account.kind == AccountKind::Administrator && facts.account.enabled)
        .collect();
    let has_all_rights = |facts: &AccountFacts| {
        // A profile that is not shown may be any.
        facts.account.profile.as_deref().is_none_or(|profile| profile == "super_admin")
    };
    let masters: Vec<_> = enabled.into_iter().filter(|facts| has_all_rights(facts)).collect();
    let needs_token = |facts: &&AccountFacts| {
        let method = facts.account.two_factor.as_deref();
        matches!(method, Some("fortitoken" | "fortitoken-cloud"))
    };
    if !device.administrators_are_known || masters.is_empty() || !masters.iter().all(needs_token) {
        return None;
    }
    Some(Observation {
        subject: None,
        message: format!(
            "Every super_admin logs in with a FortiToken ({}): nobody can log in to a replacement \
             unit.",
            names(masters.iter().map(|facts| &facts.account.name))
        ),
        remedy: "Keep one break-glass administrator without a FortiToken: a long password in a \
                 safe, allowed from trusted hosts alone."
            .to_owned(),
        evidence: masters
            .iter()
            .take(NAMED)
            .map(|account| device.account_evidence(account))
            .collect(),
    })
}
