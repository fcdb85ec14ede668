//! A token in use that belongs to nobody.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "token-unheld",
    title: "In use, but assigned to nobody",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The token is activated (`active` or `provisioned`), but no local user of its VDOM \
        and no administrator names it. It occupies a licence, and nobody knows who carries it. A \
        PKI user (`config user peer`), which the audit does not read, may hold it. Where users or \
        administrators could not be read to the last, this is never said.",
    remedy: "Find out who has the token. If nobody needs it, free it for another user.",
    needs: &[Need::Tokens, Need::Holders],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let unheld = case.sheet.holders_are_known && case.token.owners.is_empty();
    if !unheld || !case.token.is_in_use() {
        return None;
    }
    let serial = case.serial();
    Some(case.observe(
        format!(
            "Token {serial} is activated, but neither a local user nor an administrator names it."
        ),
        format!(
            "Look for {serial} among the PKI users (`show user peer`) and find out who carries it. \
             If nobody needs it, free it for another user."
        ),
    ))
}
