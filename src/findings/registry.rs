//! All rules.

use super::rule::Rule;
use super::rules;

/// Every rule, in the order in which findings about one token come: what the fleet and the device
/// as a whole suffer from, then the statuses, then what is odd about a token besides its status.
pub static RULES: &[Rule] = &[
    rules::fleet_server_unreachable::RULE,
    rules::fleet_errors_cluster::RULE,
    rules::fleet_licence_spread::RULE,
    rules::device_server_unreachable::RULE,
    rules::device_server_unknown::RULE,
    rules::device_clock_drift::RULE,
    rules::device_missing_token::RULE,
    rules::device_no_break_glass::RULE,
    rules::device_ha_provisioning_fault::RULE,
    rules::device_trial_tokens::RULE,
    rules::device_no_capacity::RULE,
    rules::device_spare_tokens::RULE,
    rules::token_provision_timeout::RULE,
    rules::token_activation_expired::RULE,
    rules::token_activation_expiring::RULE,
    rules::token_already_activated::RULE,
    rules::token_held_elsewhere::RULE,
    rules::token_activation_error::RULE,
    rules::token_hardware_error::RULE,
    rules::token_locked::RULE,
    rules::token_unknown_status::RULE,
    rules::token_kind_mismatch::RULE,
    rules::token_drift::RULE,
    rules::token_duplicate_serial::RULE,
    rules::token_two_holders::RULE,
    rules::token_unheld::RULE,
    rules::token_no_contact::RULE,
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

    /// So many tokens of one kind and one state.
    fn rows(count: usize, prefix: &str, state: &str) -> Vec<String> {
        (1..=count).map(|number| format!("{prefix}{number:010} {state}")).collect()
    }

    fn many(rows: &[String]) -> Specimen {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let fleet = Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable");
        fleet.tokens("fw", None, &rows, "reachable")
    }

    /// A token with its holders, and what else is set of them.
    fn held(row: &str, users: &[&str], contact: &[&str]) -> Specimen {
        let serial = row.split(' ').next().unwrap_or_default();
        let token = format!("fortitoken \"{serial}\"");
        let settings = [&["two-factor fortitoken", &*token], contact].concat();
        let users: Vec<(&str, &[&str])> = users.iter().map(|name| (*name, &*settings)).collect();
        one(row, "reachable").administrators("fw", &[]).users("fw", &users)
    }

    /// A token that waits for its activation, with a code that ends so many hours after the run's
    /// start.
    fn waiting(hours: i64) -> Specimen {
        let run = Specimen::STARTED.as_second();
        let end = format!("activation-expire {}", run + hours * 3600);
        let token: &[&str] = &["license \"EFTM000000000001\"", &end];
        one(&format!("{MOBILE} 0 provisioning"), "reachable").configured("fw", &[(MOBILE, token)])
    }

    fn in_use(license: &str) -> Specimen {
        let license = format!("license \"{license}\"");
        let token: &[&str] = &[&license];
        one(&format!("{MOBILE} 0 provisioned"), "reachable").configured("fw", &[(MOBILE, token)])
    }

    fn idle(spare: usize, used: usize) -> Specimen {
        let rows =
            [rows(spare, "FTKMOB", "0 new"), rows(used, "FTKMOBA", "0 provisioned")].concat();
        let serials: Vec<&str> = rows.iter().map(|row| row.split(' ').next().unwrap()).collect();
        let license: &[&str] = &["license \"EFTM000000000001\""];
        let configured: Vec<(&str, &[&str])> =
            serials.iter().map(|serial| (*serial, license)).collect();
        many(&rows).configured("fw", &configured)
    }

    /// Two FortiGates with a mobile token each, under these licences.
    fn licensed(first: &str, second: &str) -> Specimen {
        let other = "FTKMOB0000000002";
        let license = |text: &str| format!("license \"{text}\"");
        let (first, second) = (license(first), license(second));
        two(&format!("{MOBILE} 0 provisioned"), &format!("{other} 0 provisioned"))
            .configured("a", &[(MOBILE, &[&first])])
            .configured("b", &[(other, &[&second])])
    }

    /// Twenty FortiGates of one of two releases; `state` tells the tokens' state and the token
    /// server's by the number of the FortiGate.
    fn twenty(state: impl Fn(usize) -> (&'static str, &'static str)) -> Specimen {
        let hosts: Vec<String> = (0..20).map(|number| format!("fw{number:02}")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let mut fleet = Specimen::new(&hosts);
        for (number, host) in hosts.iter().enumerate() {
            let (status, server) = state(number);
            let version = if number < 8 { "7.4.8" } else { "7.2.11" };
            let row = format!("FTK200{number:010} 0 {status}");
            fleet = fleet
                .release(host, &format!("FGT60F{number:010}"), version, "standalone")
                .tokens(host, None, &[&row], server);
        }
        fleet
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
            "fleet-server-unreachable" => (
                twenty(|number| ("active", if number < 18 { "unreachable" } else { "reachable" })),
                twenty(|number| ("active", if number < 17 { "unreachable" } else { "reachable" })),
            ),
            "fleet-errors-cluster" => (
                twenty(|number| (if number < 5 { "locked" } else { "active" }, "reachable")),
                twenty(|number| (if number < 4 { "locked" } else { "active" }, "reachable")),
            ),
            "fleet-licence-spread" => (
                licensed("EFTM000000000001", "EFTM000000000001"),
                licensed("EFTM000000000001", "EFTM000000000002"),
            ),
            "device-clock-drift" => (
                many(&[rows(3, "FTK200", "7 active"), rows(3, "FTK220", "0 active")].concat()),
                many(&[rows(3, "FTK200", "7 active"), rows(4, "FTK220", "0 active")].concat()),
            ),
            "device-missing-token" => {
                let other = "FTK2000000000002 0 active";
                let alice: &[&str] = &["two-factor fortitoken", "fortitoken \"FTK2000000000001\""];
                let users: &[(&str, &[&str])] = &[("alice", alice)];
                (
                    one(other, "reachable").users("fw", users),
                    one(active, "reachable").users("fw", users),
                )
            }
            "device-no-break-glass" => {
                let all: &[&str] = &["accprofile \"super_admin\"", "two-factor fortitoken"];
                let admin = |settings: &[&str]| {
                    let known: &[(&str, &[&str])] = &[("netops", all), ("admin", settings)];
                    one(active, "reachable").administrators("fw", known)
                };
                (admin(all), admin(&["accprofile \"super_admin\""]))
            }
            "device-ha-provisioning-fault" => {
                let row = format!("{MOBILE} 0 provisioned");
                let unit = |version: &str| {
                    let fleet = Specimen::new(&["fw"]);
                    fleet.release("fw", "FGT60F0000000001", version, "a-p, primary").tokens(
                        "fw",
                        None,
                        &[&row],
                        "reachable",
                    )
                };
                (unit("7.4.9"), unit("7.4.8"))
            }
            "device-trial-tokens" => (in_use("FTMTRIAL0A4E28E6"), in_use("EFTM000000000001")),
            "device-no-capacity" => {
                let users: &[(&str, &[&str])] =
                    &[("guest", &["type password"]), ("reception", &["type password"])];
                let with = |row: &str, users: &[(&str, &[&str])]| {
                    one(row, "reachable").administrators("fw", &[]).users("fw", users)
                };
                (with(active, users), with(active, &users[..1]))
            }
            "device-spare-tokens" => (idle(10, 10), idle(10, 11)),
            "token-activation-expired" => (waiting(-1), waiting(1)),
            "token-activation-expiring" => (waiting(24), waiting(25)),
            "token-held-elsewhere" => {
                let locked =
                    format!("{HARDWARE} 0 token already activated, and seed won't be returned");
                (two(active, &locked), two(&format!("{HARDWARE} 0 new"), &locked))
            }
            "token-hardware-error" => {
                token(&format!("{HARDWARE} 0 error"), &format!("{MOBILE} 0 error"))
            }
            "token-two-holders" => {
                (held(active, &["alice", "bob"], &[]), held(active, &["alice"], &[]))
            }
            "token-unheld" => (held(active, &[], &[]), one(active, "reachable")),
            "token-no-contact" => {
                let row = &format!("{MOBILE} 0 provision timeout");
                (
                    held(row, &["alice"], &[]),
                    held(row, &["alice"], &["sms-phone \"+49 30 5550101\""]),
                )
            }
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
