//! Rules over facts.

use super::device::DeviceFacts;
use super::fleet::FleetFacts;
use super::registry::RULES;
use super::rule::{Check, Observation, Rule, TokenCase};
use crate::model::Finding;

/// All findings, in a fixed order: first what concerns the fleet, then hosts as the inventory has
/// them; within a host first what concerns the device, then its VDOMs as it lists them, their tokens as it lists them, and for
/// one token the rules as [`RULES`] lists them.
pub fn evaluate(fleet: &FleetFacts) -> Vec<Finding> {
    let devices = fleet.devices().flat_map(|device| of_device(fleet, device));
    of_fleet(fleet).into_iter().chain(devices).collect()
}

fn of_fleet(fleet: &FleetFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        let Check::Fleet(check) = rule.check else { continue };
        findings.extend(check(fleet).into_iter().filter_map(|seen| {
            let device = fleet.device(&seen.evidence.first()?.host)?;
            Some(finding(rule, device, seen))
        }));
    }
    findings
}

fn of_device(fleet: &FleetFacts, device: &DeviceFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        if let Check::Device(check) = rule.check
            && let Some(seen) = check(device)
        {
            findings.push(finding(rule, device, seen));
        }
    }
    let doubtful = device.server_reach().is_doubtful();
    for (sheet, token) in device.tokens() {
        let case = TokenCase { fleet, device, sheet, token };
        for rule in RULES {
            if let Check::Token(check) = rule.check
                && let Some(seen) = check(&case)
            {
                findings.push(Finding {
                    vdom: sheet.vdom.clone(),
                    token: Some(token.token.serial.to_string()),
                    low_confidence: doubtful,
                    ..finding(rule, device, seen)
                });
            }
        }
    }
    findings
}

/// A finding about no single token.
fn finding(rule: &Rule, device: &DeviceFacts, seen: Observation) -> Finding {
    Finding {
        rule: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: rule.severity,
        action: rule.action,
        host: device.entry.host.clone(),
        device_serial: device.serial().map(str::to_owned),
        vdom: None,
        token: None,
        subject: seen.subject,
        message: seen.message,
        remedy: seen.remedy,
        low_confidence: false,
        evidence: seen.evidence,
    }
}

#[cfg(test)]
mod tests {
    use crate::findings::specimen::{Specimen, on_token};
    use crate::model::{Action, Finding};

    fn rules(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.rule.as_str()).collect()
    }

    #[test]
    fn healthy_statuses_give_no_finding() {
        for row in [
            "FTK2000000000001 0 new",
            "FTKMOB0000000001 0 new",
            "FTK2200000000001 0 active",
            "FTKMOB0000000001 0 provisioning",
            "FTKMOB0000000001 -3 provisioned",
        ] {
            assert_eq!(on_token(row, "reachable"), [], "{row}");
        }
    }

    #[test]
    fn a_status_that_resembles_a_healthy_one_is_unknown() {
        for status in ["activated", "activation error", "error", "new?", "provisioned late"] {
            let found = on_token(&format!("FTKMOB0000000001 0 {status}"), "reachable");
            assert_eq!(rules(&found), ["token-unknown-status"], "{status}");
            assert!(found[0].message.contains(&format!("\"{status}\"")), "{}", found[0].message);
        }
    }

    #[test]
    fn an_unreachable_server_comes_first_and_casts_doubt() {
        let row = "FTK2000000000001 0 activation error (token not exist in FortiGuard)";
        let found = on_token(row, "unreachable");
        assert_eq!(rules(&found), ["token-activation-error"]);
        assert_eq!(found[0].action, Action::SupportTicket);
        assert!(found[0].low_confidence);
        assert!(found[0].message.starts_with("The token server is not reachable"));
        assert!(found[0].remedy.starts_with("Restore the connection first"));

        let found = on_token(row, "reachable");
        assert!(!found[0].low_confidence);
        assert!(found[0].remedy.contains("FTK2000000000001"), "{}", found[0].remedy);
        assert!(found[0].remedy.contains("FGT60F0000000001"), "{}", found[0].remedy);
    }

    #[test]
    fn a_server_gives_one_finding_for_all_vdoms() {
        let findings = Specimen::new(&["fw"])
            .status("fw", "FGT60F0000000001", "multiple")
            .tokens("fw", Some("root"), &[], "reachable")
            .tokens("fw", Some("dmz"), &["FTKMOB0000000001 0 locked"], "unreachable")
            .tokens("fw", Some("lab"), &[], "unreachable")
            .findings();
        assert_eq!(rules(&findings), ["device-server-unreachable", "token-locked"]);
        let vdoms: Vec<_> = findings[0].evidence.iter().map(|e| e.vdom.as_deref()).collect();
        assert_eq!(vdoms, [Some("dmz"), Some("lab")]);
        assert_eq!(findings[0].vdom, None);
        assert_eq!(findings[1].vdom.as_deref(), Some("dmz"));
        assert!(findings[1].low_confidence);
    }

    #[test]
    fn evidence_is_the_line_itself() {
        let row = "FTKMOB0000000001  0      provision timeout";
        let evidence = &on_token(row, "reachable")[0].evidence[0];
        assert_eq!((evidence.line, evidence.text.as_str()), (2, row));
        assert_eq!(evidence.command, "diagnose fortitoken info");
        assert_eq!(evidence.device_serial.as_deref(), Some("FGT60F0000000001"));
    }

    #[test]
    fn findings_come_in_the_order_of_the_inventory_then_of_the_tables() {
        let findings = Specimen::new(&["z", "a"])
            .tokens("a", None, &["FTKMOB0000000009 9 locked"], "unknown")
            .tokens("z", Some("x"), &["FTKMOB0000000002 0 locked"], "reachable")
            .tokens("z", Some("b"), &["FTKMOB0000000001 0 locked"], "reachable")
            .findings();
        let order: Vec<_> = findings.iter().map(|f| (f.host.as_str(), f.rule.as_str())).collect();
        assert_eq!(
            order,
            [
                ("z", "token-locked"),
                ("z", "token-locked"),
                ("a", "device-server-unknown"),
                ("a", "token-locked"),
                ("a", "token-drift"),
            ]
        );
        assert_eq!(findings[0].token.as_deref(), Some("FTKMOB0000000002"));
    }
}
