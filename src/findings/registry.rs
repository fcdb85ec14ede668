//! All rules.

use super::rule::Rule;
use super::rules;

/// Every rule, in the order in which findings about one token come: what the device as a whole
/// suffers from, then the statuses, then what is odd about a token besides its status.
pub static RULES: &[Rule] = &[
    rules::device_server_unreachable::RULE,
    rules::device_server_unknown::RULE,
    rules::token_provision_timeout::RULE,
    rules::token_already_activated::RULE,
    rules::token_activation_error::RULE,
    rules::token_locked::RULE,
    rules::token_unknown_status::RULE,
    rules::token_kind_mismatch::RULE,
    rules::token_drift::RULE,
    rules::token_duplicate_serial::RULE,
];

/// The rule of that id: what `tokenfleet explain` shows.
pub fn explain(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
#[allow(clippy::panic)] // a test fails by panicking
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::findings::Check;
    use crate::findings::specimen::Specimen;
    use crate::model::Action;

    const MOBILE: &str = "FTKMOB0000000001";
    const HARDWARE: &str = "FTK2000000000001";

    fn one(row: &str, server: &str) -> Specimen {
        let fleet = Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable");
        fleet.tokens("fw", None, &[row], server)
    }

    fn two(first: &str, second: &str) -> Specimen {
        Specimen::new(&["a", "b"]).tokens("a", None, &[first], "reachable").tokens(
            "b",
            None,
            &[second],
            "reachable",
        )
    }

    /// A fleet on which the rule fires, and one that looks much like it on which it must not.
    fn examples(rule: &str) -> (Specimen, Specimen) {
        let token =
            |status: &str, healthy: &str| (one(status, "reachable"), one(healthy, "reachable"));
        let active = &format!("{HARDWARE} 0 active");
        match rule {
            "device-server-unreachable" => (one(active, "unreachable"), one(active, "unknown")),
            "device-server-unknown" => (one(active, "connecting"), one(active, "Reachable")),
            "token-provision-timeout" => {
                token(&format!("{MOBILE} 0 provision timeout"), &format!("{MOBILE} 0 provisioning"))
            }
            "token-already-activated" => token(
                &format!("{HARDWARE} 0 token already activated, and seed won't be returned"),
                active,
            ),
            "token-activation-error" => token(
                &format!("{HARDWARE} 0 activation error (token not exist in FortiGuard)"),
                active,
            ),
            "token-locked" => {
                token(&format!("{HARDWARE} 0 Locked"), &format!("{HARDWARE} 0 unlocked"))
            }
            "token-unknown-status" => {
                token(&format!("{HARDWARE} 0 wiped"), &format!("{HARDWARE} 0 NEW"))
            }
            "token-kind-mismatch" => token(&format!("{MOBILE} 0 active"), active),
            "token-drift" => {
                token(&format!("{HARDWARE} -4 active"), &format!("{HARDWARE} 3 active"))
            }
            "token-duplicate-serial" => (
                two(active, &format!("{HARDWARE} 0 new")),
                two(active, "FTK2000000000002 0 active"),
            ),
            other => panic!("the rule {other} has no example"),
        }
    }

    #[test]
    fn each_rule_fires_on_its_example_and_is_silent_on_the_other() {
        for rule in RULES {
            let (fires, silent) = examples(rule.id);
            let found = fires.findings();
            let finding = found.iter().find(|finding| finding.rule == rule.id);
            let finding = finding.unwrap_or_else(|| panic!("{} is silent: {found:?}", rule.id));
            assert_eq!((finding.severity, finding.action), (rule.severity, rule.action));
            assert!(finding.message.ends_with('.') && finding.remedy.ends_with('.'));
            assert!(!finding.evidence.is_empty(), "{} has no evidence", rule.id);
            for evidence in &finding.evidence {
                assert!(evidence.line > 0 && !evidence.text.is_empty(), "{evidence:?}");
            }
            assert_eq!(finding.token.is_some(), matches!(rule.check, Check::Token(_)));
            let found = silent.findings();
            assert!(found.iter().all(|finding| finding.rule != rule.id), "{} fires", rule.id);
        }
    }

    #[test]
    fn ids_are_unique_and_kebab_case_and_everything_is_said() {
        let mut ids = BTreeSet::new();
        for rule in RULES {
            assert!(ids.insert(rule.id), "{} twice", rule.id);
            let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(rule.id.chars().all(kebab), "{}", rule.id);
            assert!(!rule.title.is_empty() && !rule.title.ends_with('.'));
            assert!(rule.explanation.ends_with('.') && rule.remedy.ends_with('.'));
            assert_ne!(rule.action, Action::None, "{}: a finding is for somebody", rule.id);
            assert_eq!(explain(rule.id).unwrap().id, rule.id);
        }
        assert!(explain("token-unheard-of").is_none());
    }

    #[test]
    fn what_the_rules_say() {
        let said = RULES.iter().flat_map(|rule| {
            let mut found = examples(rule.id).0.findings();
            found.retain(|finding| finding.rule == rule.id);
            found.into_iter().map(|finding| {
                format!("{}\n  {}\n  {}\n", finding.rule, finding.message, finding.remedy)
            })
        });
        insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
    }
}
