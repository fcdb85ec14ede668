//! One token on several FortiGates.

use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity};

/// How many of the others are named and cited; the rest is counted.
const NAMED: usize = 5;

pub const RULE: Rule = Rule {
    id: "token-duplicate-serial",
    title: "Same serial on several FortiGates",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The same token is configured on FortiGates that are not members of one cluster. \
        A token is bound to the unit that activated it, so that it works on one of them at best. \
        It may be left over from a replacement or a restored configuration. The members of one \
        cluster share their tokens, and are not reported.",
    remedy: "Find out where the token is used, and delete it on the other FortiGates.",
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let serial = case.serial();
    let mut others = case.fleet.elsewhere(case.device, serial);
    let named: Vec<_> = others.by_ref().take(NAMED).collect();
    if named.is_empty() {
        return None;
    }
    let mut names =
        named.iter().map(|device| device.entry.host.as_str()).collect::<Vec<_>>().join(", ");
    match others.count() {
        0 => {}
        more => names.push_str(&format!(" and {more} more")),
    }
    let mut seen = case.observe(
        format!("Token {serial} is also on {names}, and these FortiGates are not one cluster."),
        format!(
            "Find out where {serial} is used, and delete it on the other FortiGates. Where it was \
             moved, it must be activated anew."
        ),
    );
    seen.evidence.extend(named.iter().filter_map(|device| {
        device.token(serial).map(|(sheet, token)| device.evidence(sheet, token))
    }));
    Some(seen)
}
