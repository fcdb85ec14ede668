//! What a person does around a swap, whatever was read.

use serde::Serialize;

use super::Text;
use crate::findings::{Fate, Swap};

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaStepView {
    /// `look_up` (no FortiGate says it), `before`, `swap` or `after`.
    pub phase: &'static str,
    pub text: Text,
}

/// The steps for this unit, phase by phase.
pub(super) fn steps(swap: &Swap<'_>) -> Vec<RmaStepView> {
    let has = |fate: Fate| swap.with_fate(fate).next().is_some();
    let mobile = swap.mobile().next().is_some();
    let alone = !swap.survives();
    let again = swap.activations().next().is_some();
    let has_tokens = !swap.tokens.is_empty();
    let all: [(&str, bool, &str); 21] = [
        (
            "look_up",
            mobile,
            "In FortiCare: which unit holds each FortiToken Mobile licence. The command line does not show it.",
        ),
        (
            "look_up",
            mobile && alone,
            "In FortiCare: when each licence was shipped. Before 2025-08-04 it can be transferred, later only for an RMA.",
        ),
        (
            "look_up",
            mobile && alone,
            "The certificate of each licence with its 20-character activation code. One that was never used before its \"Valid Until\" is lost; if it is missing, ask Customer Service.",
        ),
        ("look_up", has(Fate::SeedCd), "The CD with the seeds of the FortiToken-200CD."),
        (
            "look_up",
            true,
            "Time and NTP: `get system status` and `diagnose sys ntp status`, here and on the new unit. Codes depend on the time.",
        ),
        ("before", true, "Make a backup of the configuration, encrypted, and keep its password."),
        (
            "before",
            alone && has_tokens,
            "Do not count on it for tokens: a restored configuration does not carry them over. They must be removed and imported again.",
        ),
        ("before", true, "Register both units in FortiCare."),
        ("before", true, "Log in once with the administrator who needs no token."),
        (
            "before",
            true,
            "Note the run of this page: it is the baseline of the comparison afterwards.",
        ),
        (
            "swap",
            !alone,
            "Swap a secondary unit. If this is the primary, let another take over first, and see that `get system ha status` shows both in sync.",
        ),
        (
            "swap",
            alone,
            "Bring the new unit to the same FortiOS, restore the configuration, and see that it reaches FortiGuard and has the right time.",
        ),
        (
            "swap",
            !alone,
            "Bring the new unit to the same FortiOS, let it join the cluster and synchronise, and see that it reaches FortiGuard and has the right time.",
        ),
        (
            "swap",
            true,
            "The SSH host key is a new one: remove the old line from known_hosts, and compare the new key's fingerprint on the console before you accept it.",
        ),
        (
            "after",
            alone && mobile,
            "Once the licence is transferred: delete the mobile tokens, import them again, assign them and send the codes.",
        ),
        (
            "after",
            has(Fate::Trial),
            "Delete what is left of the trial tokens and import the new unit's own.",
        ),
        (
            "after",
            has(Fate::Release),
            "Add each released hardware token again, one attempt each: only while the token server is reachable.",
        ),
        ("after", has(Fate::SeedCd), "Import the seed file from the CD."),
        (
            "after",
            again,
            "Tell the users that their code is on its way, and when it expires: after 72 hours, unless `two-factor-ftm-expiry` says otherwise.",
        ),
        (
            "after",
            !alone && mobile,
            "Assign a spare mobile token to a test user: that fails until the licence is registered to a unit of the cluster.",
        ),
        ("after", true, "Run post-rma.yml with this run as its baseline."),
    ];
    all.into_iter()
        .filter(|(_, applies, _)| *applies)
        .map(|(phase, _, text)| RmaStepView { phase, text: Text::new(text) })
        .collect()
}
