//! A status that a token of this kind cannot have.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenKind, TokenStatus};

pub const RULE: Rule = Rule {
    id: "token-kind-mismatch",
    title: "Status of another kind of token",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "`active` is what an assigned hardware token shows; `provisioning`, `provisioned` \
        and `provision timeout` belong to mobile tokens. This token shows the status of the other \
        kind, as told from its serial, which points to a damaged entry, a restored configuration \
        or a defect of the release.",
    remedy: "Compare with `show user fortitoken` on the FortiGate. If the entry is wrong, unassign \
        the token, delete it, add it again and assign it.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let token = &case.token.token;
    let kind = match (&token.status, token.kind) {
        (TokenStatus::Active, TokenKind::Mobile) => "mobile",
        (
            TokenStatus::Provisioning | TokenStatus::Provisioned | TokenStatus::ProvisionTimeout,
            kind,
        ) if kind.is_hardware() => "hardware",
        _ => return None,
    };
    let serial = case.serial();
    Some(case.observe(
        format!(
            "Token {serial} is a {kind} token, but shows \"{}\", which {kind} tokens do not have.",
            token.status
        ),
        format!(
            "Compare with `show user fortitoken` on the FortiGate. If the entry is wrong, unassign \
             {serial}, delete it, add it again and assign it."
        ),
    ))
}
