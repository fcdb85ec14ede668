//! A locked token.

use crate::findings::Need;
use crate::findings::rule::{Check, Observation, Rule, TokenCase};
use crate::model::{Action, Severity, TokenKind, TokenStatus};

pub const RULE: Rule = Rule {
    id: "token-locked",
    title: "Locked",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The token is locked: by an administrator (`set status lock`), or by the FortiGate \
        itself, when a mobile token was unassigned while the provisioning server could not be \
        reached and so never learned of it. Nobody can log in with it.",
    remedy: "If an administrator locked it, unlock it when it is wanted (`set status active`). \
        Else renew it: `execute fortitoken-mobile renew SERIAL`; if that fails, delete it and \
        import it again.",
    needs: &[Need::Tokens],
    check: Check::Token(check),
};

fn check(case: &TokenCase<'_>) -> Option<Observation> {
    let token = &case.token.token;
    if token.status != TokenStatus::Locked {
        return None;
    }
    let serial = case.serial();
    let remedy = match token.kind {
        TokenKind::Mobile => format!(
            "If an administrator locked it, set its status to active again; else renew it with \
             `execute fortitoken-mobile renew {serial}`. If that fails, delete it and import it \
             again with its activation code."
        ),
        _ => format!(
            "Find out who locked it; when it is wanted again, set the status of {serial} back to \
             active (`config user fortitoken`)."
        ),
    };
    Some(case.observe(format!("Token {serial} is locked, so that nobody can use it."), remedy))
}
