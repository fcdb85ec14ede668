//! What rules must not say: each of these fleets looks wrong, and is not, or may not be.

use super::specimen::Specimen;
use crate::model::Limits;

const MOBILE: &str = "FTKMOB0000000001";
const SUPER: &str = "accprofile \"super_admin\"";
const TWO_FACTOR: &str = "two-factor fortitoken";
const OF_MOBILE: &str = "fortitoken \"FTKMOB0000000001\"";

fn fw(row: &str) -> Specimen {
    let fleet = Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable");
    fleet.tokens("fw", None, &[row], "reachable")
}

fn rules(fleet: &Specimen) -> Vec<String> {
    fleet.findings().into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_token_whose_holders_were_not_read_is_not_nobody_s() {
    let row = "FTKMOB0000000001 0 provisioned";
    let read = fw(row).users("fw", &[]);
    assert!(rules(&read).is_empty(), "an administrator may hold it");
    assert_eq!(rules(&read.administrators("fw", &[])), ["token-unheld"]);
    let users = "config user local\nend\n";
    let filtered = fw(row).answer("fw", None, "show user local | grep alice", users);
    assert!(rules(&filtered.administrators("fw", &[])).is_empty());
    let spare = fw("FTKMOB0000000001 0 new").users("fw", &[]).administrators("fw", &[]);
    assert!(rules(&spare).is_empty());
}

#[test]
fn a_token_that_was_not_asked_for_is_not_missing() {
    let users: &[(&str, &[&str])] = &[("alice", &[TWO_FACTOR, OF_MOBILE])];
    let other = "FTK2000000000002 0 active";
    assert_eq!(rules(&fw(other).users("fw", users)), ["device-missing-token"]);

    let table = "FORTITOKEN  DRIFT  STATUS\nFTK2000000000002  0  active\n\n\
                 Token server status: reachable\n";
    for command in
        ["diagnose fortitoken info FTK2000000000002", "diagnose fortitoken info | grep 2"]
    {
        let fleet = Specimen::new(&["fw"]).answer("fw", None, command, table);
        assert!(rules(&fleet.users("fw", users)).is_empty(), "{command}");
    }
    let secondary = Specimen::new(&["fw"])
        .release("fw", "FGT60F0000000001", "7.4.8", "a-p, secondary")
        .tokens("fw", None, &[], "reachable")
        .users("fw", users);
    assert!(rules(&secondary).is_empty());
}

#[test]
fn an_account_that_needs_no_token_lacks_none() {
    let other = "FTK2000000000002 0 active";
    for settings in [
        &["status disable", TWO_FACTOR, OF_MOBILE][..],
        &["two-factor email", OF_MOBILE],
        &[OF_MOBILE],
    ] {
        let fleet = fw(other).users("fw", &[("alice", settings)]);
        assert!(rules(&fleet).is_empty(), "{settings:?}");
    }
}

#[test]
fn an_administrator_may_hold_a_token_of_any_vdom() {
    let admins: &[(&str, &[&str])] =
        &[("netops", &[SUPER, TWO_FACTOR, OF_MOBILE]), ("admin", &[SUPER])];
    let list = "list virtual firewall info:\nname=root/root index=0 enabled\n\
                name=dmz/dmz index=1 enabled\n";
    let fleet = |dmz: &[&str]| {
        Specimen::new(&["fw"])
            .status("fw", "FGT60F0000000001", "multiple")
            .answer("fw", None, "diagnose sys vd list", list)
            .administrators("fw", admins)
            .tokens("fw", Some("root"), &[], "reachable")
            .tokens("fw", Some("dmz"), dmz, "reachable")
    };
    assert!(rules(&fleet(&["FTKMOB0000000001 0 provisioned"])).is_empty());
    assert_eq!(rules(&fleet(&[])), ["device-missing-token"]);
    let half = Specimen::new(&["fw"])
        .status("fw", "FGT60F0000000001", "multiple")
        .answer("fw", None, "diagnose sys vd list", list)
        .administrators("fw", admins)
        .tokens("fw", Some("root"), &[], "reachable");
    assert!(rules(&half).is_empty(), "the other VDOM may have it");
}

#[test]
fn one_way_in_without_a_token_is_enough() {
    let master: &[&str] = &[SUPER, TWO_FACTOR, OF_MOBILE];
    let row = "FTKMOB0000000001 0 provisioned";
    let with = |name: &str, settings: &[&str]| {
        rules(&fw(row).administrators("fw", &[("netops", master), (name, settings)]))
    };
    assert_eq!(with("auditor", &["accprofile \"audit\""]), ["device-no-break-glass"]);
    assert_eq!(with("old", &["status disable", SUPER]), ["device-no-break-glass"]);
    assert!(with("safe", &[SUPER]).is_empty());
    assert!(with("safe", &[]).is_empty(), "its profile is not known");
    assert!(rules(&fw(row).administrators("fw", &[])).is_empty(), "nobody was seen");
}

#[test]
fn the_members_of_a_cluster_share_a_licence() {
    let license: &[&str] = &["license \"EFTM000000000001\""];
    let member = |fleet: Specimen, host: &str, serial: &str| {
        fleet
            .release(host, serial, "7.4.8", "a-p, primary")
            .tokens(host, None, &["FTKMOB0000000001 0 provisioned"], "reachable")
            .configured(host, &[(MOBILE, license)])
    };
    let fleet = member(Specimen::new(&["a", "b"]), "a", "FGT60F0000000001");
    let fleet = member(fleet, "b", "FGT60F0000000002");
    assert!(!rules(&fleet).contains(&"fleet-licence-spread".to_owned()), "who knows the cluster?");
    let members = "Mode: HA A-P\nfw1 , FGT60F0000000001, HA cluster index = 0\n\
                   fw2 , FGT60F0000000002, HA cluster index = 1\n";
    assert!(rules(&fleet.answer("a", None, "get system ha status", members)).is_empty());
}

#[test]
fn tokens_that_drift_apart_do_not_accuse_the_fortigate() {
    let apart =
        ["FTK2000000000001 9 active", "FTK2000000000002 9 active", "FTK2000000000003 -9 active"];
    let alike =
        ["FTK2000000000001 9 active", "FTK2000000000002 9 active", "FTK2000000000003 9 active"];
    let fleet = |rows: &[&str]| Specimen::new(&["fw"]).tokens("fw", None, rows, "reachable");
    assert_eq!(rules(&fleet(&apart)), ["token-drift"; 3]);
    assert_eq!(rules(&fleet(&alike)), ["device-clock-drift"]);
}

#[test]
fn a_token_that_works_elsewhere_needs_no_ticket() {
    let locked = "FTK2000000000001 0 token already activated, and seed won't be returned";
    let fleet = |first: &str| {
        Specimen::new(&["a", "b"]).tokens("a", None, &[first], "reachable").tokens(
            "b",
            None,
            &[locked],
            "reachable",
        )
    };
    let works = fleet("FTK2000000000001 0 active");
    assert_eq!(rules(&works), ["token-duplicate-serial", "token-held-elsewhere"]);
    let idle = fleet("FTK2000000000001 0 new");
    assert_eq!(
        rules(&idle),
        ["token-duplicate-serial", "token-already-activated", "token-duplicate-serial"]
    );
}

#[test]
fn errors_gather_only_where_they_are_rare_elsewhere() {
    let hosts: Vec<String> = (0..20).map(|number| format!("fw{number:02}")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let fleet = |troubled_others: usize, server: &str| {
        let mut fleet = Specimen::new(&hosts);
        for (number, host) in hosts.iter().enumerate() {
            let troubled = number < 5 || (8..8 + troubled_others).contains(&number);
            let status = if troubled { "locked" } else { "active" };
            let version = if number < 8 { "7.4.8" } else { "7.2.11" };
            fleet = fleet
                .release(host, &format!("FGT60F{number:010}"), version, "standalone")
                .tokens(host, None, &[&format!("FTK200{number:010} 0 {status}")], server);
        }
        rules(&fleet).contains(&"fleet-errors-cluster".to_owned())
    };
    assert!(fleet(1, "reachable"));
    assert!(!fleet(2, "reachable"));
    assert!(!fleet(0, "unknown"), "the statuses may be stale");
}

#[test]
fn a_second_factor_that_another_server_asks_for_is_none_that_is_missing() {
    let with = |settings: &[&str]| {
        let fleet = fw("FTK2000000000001 0 locked").administrators("fw", &[]);
        let found = rules(&fleet.users("fw", &[("reception", settings)]));
        found.contains(&"device-no-capacity".to_owned())
    };
    assert!(with(&["type password"]));
    assert!(!with(&["type radius"]));
    assert!(!with(&["type password", "status disable"]));
    assert!(!with(&["type password", "two-factor email"]));
}

#[test]
fn a_code_that_was_used_does_not_end() {
    let ended: &[&str] = &["license \"EFTM000000000001\"", "activation-expire 1589636215"];
    let fleet = fw("FTKMOB0000000001 0 provisioned").configured("fw", &[(MOBILE, ended)]);
    assert!(rules(&fleet).is_empty());
}

#[test]
fn each_site_draws_its_own_lines() {
    let usual = || Limits { drift: Some(3), ..Limits::default() };
    let alike =
        ["FTK2000000000001 9 active", "FTK2000000000002 9 active", "FTK2000000000003 9 active"];
    let with = |limits: Limits| {
        let fleet = Specimen::new(&["fw"]).limits("fw", limits);
        rules(&fleet.tokens("fw", None, &alike, "reachable"))
    };
    assert_eq!(with(usual()), ["device-clock-drift"]);
    assert_eq!(with(Limits { clock_tokens: Some(4), ..usual() }), ["token-drift"; 3]);
    assert_eq!(with(Limits { clock_tokens: None, ..usual() }), ["token-drift"; 3]);
    assert!(with(Limits { drift: Some(9), ..usual() }).is_empty());
    assert!(with(Limits { drift: None, ..usual() }).is_empty());

    let end = format!("activation-expire {}", Specimen::STARTED.as_second() + 48 * 3600);
    let waiting: &[&str] = &["license \"EFTM000000000001\"", &end];
    let with = |limits: Limits| {
        let fleet = fw("FTKMOB0000000001 0 provisioning").limits("fw", limits);
        rules(&fleet.configured("fw", &[(MOBILE, waiting)]))
    };
    assert!(with(usual()).is_empty());
    let hours = |hours| Limits { expiry_hours: hours, ..usual() };
    assert!(with(hours(Some(47))).is_empty() && with(hours(None)).is_empty());
    for enough in [48, u64::MAX] {
        assert_eq!(with(hours(Some(enough))), ["token-activation-expiring"]);
    }

    let licensed: &[&str] = &["license \"EFTM000000000001\""];
    let with = |row: &str, spare_tokens| {
        let limits = Limits { spare_tokens, ..usual() };
        rules(&fw(row).limits("fw", limits).configured("fw", &[(MOBILE, licensed)]))
    };
    let spare = "FTKMOB0000000001 0 new";
    assert_eq!(with(spare, Some(1)), ["device-spare-tokens"]);
    assert!(with(spare, Some(2)).is_empty() && with(spare, None).is_empty());
    assert!(with("FTKMOB0000000001 0 provisioned", Some(0)).is_empty());
}
