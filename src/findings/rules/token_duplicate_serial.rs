//! One token on several FortiGates.

use crate::findings::Need;
use crate::findings::naming::{NAMED, names};
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity};

use super::token_held_elsewhere::holder;

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
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let serial = case.serial();
    let others: Vec<_> = case
        .fleet
        .elsewhere(case.device, serial)
        .filter_map(|device| device.token(serial).map(|(sheet, token)| (device, sheet, token)))
        .collect();
    if others.is_empty() || holder(case).is_some() {
        return None;
    }
    let hosts = names(others.iter().map(|(device, ..)| device.entry.host.as_str()));
    let works = others.iter().filter(|(_, _, token)| token.is_in_use());
    let here = case.token.is_in_use().then(|| "here".to_owned());
    let works: Vec<String> = here
        .into_iter()
        .chain(works.map(|(device, ..)| format!("on {}", device.entry.host)))
        .collect();
    let works = if works.is_empty() { "nowhere".to_owned() } else { names(&works) };
    let mut seen = case.observe(
        format!(
            "Token {serial} is also on {hosts}, and these FortiGates are not one cluster. It works \
             {works}."
        ),
        format!(
            "Find out where {serial} is used, and delete it on the other FortiGates. Where it was \
             moved, it must be activated anew."
        ),
    );
    let cited = others.iter().take(NAMED);
    seen.evidence.extend(cited.map(|(device, sheet, token)| device.evidence(sheet, token)));
    Some(seen)
}
