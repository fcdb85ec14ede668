//! Findings that a playbook mutes, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;

use desk::Desk;
use serde_json::Value as Json;

const TASKS: &str = "- name: Audit\n  hosts: all\n  vars: {fortitoken_drift_limit: 3}\n  tasks:\n    - fortios_facts:\n    - fortitoken_info:\n    - fortitoken_owners:\n    - fortitoken_config:\n";
const HOSTS: [&str; 4] = ["-i", "inventories/lab", "-l", "fgt-vie-01,fgt-ath-01"];

/// A playbook that reads everything and mutes these.
fn playbook(desk: &Desk, mutes: &str) -> String {
    desk.file("muted.yml", &format!("{TASKS}  mute:\n{mutes}"))
}

/// Rule, host and token of each entry of a list.
fn listed(json: &Json, list: &str) -> Vec<(String, String, String)> {
    let text = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let entries = json[list].as_array().unwrap().iter();
    entries.map(|entry| (text(entry, "rule"), text(entry, "host"), text(entry, "token"))).collect()
}

#[test]
fn what_is_muted_is_counted_and_shown_and_nothing_is_gone() {
    let desk = Desk::new();
    desk.audit(&[&[playbook(&desk, "").as_str()], &HOSTS[..]].concat());
    let all = listed(&desk.json(), "findings");
    let token = all.iter().find(|(_, host, token)| host == "fgt-ath-01" && !token.is_empty());
    let (_, _, token) = token.unwrap();

    let mutes = format!(
        "    - {{rule: '*', match: fgt-vie-*, until: 2999-12-31, because: Being replaced.}}\n    \
         - {{rule: token-*, token: {token}, until: 2999-12-31, because: Lost.}}\n    \
         - {{rule: device-trial-tokens, match: fgt-ath-01, until: 2999-12-31, because: Fine.}}\n"
    );
    let playbook = playbook(&desk, &mutes);
    let outcome = desk.audit(&[&[playbook.as_str()], &HOSTS[..]].concat());
    assert!(!outcome.err.contains("warning"), "{}", outcome.err);
    let json = desk.json();
    let is_muted =
        |(_, host, serial): &&(String, String, String)| host == "fgt-vie-01" || serial == token;
    let muted: Vec<_> = all.iter().filter(is_muted).cloned().collect();
    let told: Vec<_> = all.iter().filter(|finding| !is_muted(finding)).cloned().collect();
    assert!(muted.len() == 3 && !told.is_empty(), "{all:?}");
    assert_eq!(listed(&json, "muted"), muted);
    assert_eq!(listed(&json, "findings"), told);
    let summary = &json["summary"]["findings"];
    assert_eq!((&summary["total"], &summary["muted"]), (&told.len().into(), &muted.len().into()));
    let states: Vec<_> = json["mutes"].as_array().unwrap().iter().map(|m| &m["state"]).collect();
    assert_eq!(states, ["active", "active", "unused"]);
    assert!(json["tickets"].as_array().unwrap().iter().all(|t| t["host"] != "fgt-vie-01"));
    assert!(json["reprovision"].as_array().unwrap().iter().all(|t| t["host"] != "fgt-vie-01"));

    assert!(
        outcome.out.contains(&format!("{:6} muted          0 of 3 mutes expired", muted.len())),
        "{}",
        outcome.out
    );
    for page in ["report.html", "report.md"] {
        let page = desk.report(page);
        assert!(page.contains("Being replaced.") && page.contains("unused"), "{page}");
    }
    let file = std::fs::File::open(desk.path("reports/findings.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> =
        csv::Reader::from_reader(file).deserialize().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), all.len());
    let (first, last) = rows.split_at(told.len());
    assert!(first.iter().all(|row| row["muted_until"].is_empty()), "{first:?}");
    assert!(last.iter().all(|row| row["muted_until"] == "2999-12-31"), "{last:?}");

    // As of then, from the store.
    let again = desk.path("again");
    let second = desk.run(&["report", "latest", "-o", again.to_str().unwrap()]);
    assert_eq!((second.code, second.out), (outcome.code, outcome.out));
    let read = |folder: &str| std::fs::read(desk.path(folder).join("report.json")).unwrap();
    assert_eq!(read("again"), read("reports"));
}

#[test]
fn what_is_muted_does_not_count_for_the_exit_code_until_it_has_expired() {
    let desk = Desk::new();
    for (until, code) in [("2999-12-31", 0), ("2026-01-31", 8)] {
        let mutes =
            format!("    - {{rule: '*', match: fgt-*-01, until: {until}, because: Known.}}\n");
        let playbook = playbook(&desk, &mutes);
        let outcome =
            desk.audit(&[&[playbook.as_str()], &HOSTS[..], &["--fail-on", "info"]].concat());
        assert_eq!(outcome.code, code, "{}", outcome.err);
        let json = desk.json();
        if code == 0 {
            assert_eq!(listed(&json, "findings"), []);
            continue;
        }
        let count = listed(&json, "findings").len();
        assert_eq!(
            (&json["mutes"][0]["state"], &json["mutes"][0]["findings"]),
            (&"expired".into(), &count.into())
        );
        let (_, warning) = outcome.err.split_once("warning: ").unwrap();
        let warning = format!("warning: {warning}").replace(&playbook, "muted.yml");
        let wanted = format!(
            "warning: the mute of `*` ended on 2026-01-31: {count} findings are back\n  --> muted.yml:10:14\n   |\n10 |     - {{rule: '*', match: fgt-*-01, until: 2026-01-31, because: Known.}}\n   |              ^^^\n   |\n   = help: mend what it is about and take it out, or give it a new `until` and `because`\n\n1 warning\n"
        );
        assert_eq!(warning, wanted);
        assert!(outcome.out.contains("0 muted          1 of 1 mutes expired"), "{}", outcome.out);
    }
}

#[test]
fn nothing_mutes_every_finding_of_a_play() {
    let desk = Desk::new();
    let check = |rest: &str, more: &[&str]| {
        let mutes = format!("    - {{rule: {rest}, until: 2999-12-31, because: x}}\n");
        let playbook = playbook(&desk, &mutes);
        let outcome = desk.run(&[&["check", playbook.as_str()], more].concat());
        (outcome.code, outcome.err.replace(&playbook, "muted.yml"))
    };
    let inventory = ["-i", "inventories/lab"];
    assert_eq!(
        check("'*-*'", &[]),
        (1, "error: this mutes every finding of the play\n  --> muted.yml:10:14\n   |\n10 |     - {rule: '*-*', until: 2999-12-31, because: x}\n   |              ^^^^^\n   |\n   = help: name rules, or fewer hosts with `match`, or tokens with `token`\n\n1 error\n".to_owned())
    );
    // What `match` leaves out, an inventory says.
    for (rest, more, code) in [
        ("'?*', match: all", &inventory[..], 1),
        ("'*', match: 'fgt-*:lab'", &inventory, 1),
        ("'*', match: all", &[], 0),
        ("'*', match: emea", &inventory, 0),
        ("'*', token: FTK*", &inventory, 0),
        ("token-*", &inventory, 0),
    ] {
        let (found, told) = check(rest, more);
        assert_eq!(found, code, "{rest}: {told}");
        assert_eq!(told.contains("this mutes every finding"), code == 1, "{rest}: {told}");
    }
    // Nor is it run, whatever the limit.
    let playbook =
        playbook(&desk, "    - {rule: '*', match: all, until: 2999-12-31, because: x}\n");
    let outcome = desk.audit(&[&[playbook.as_str()], &HOSTS[..]].concat());
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("this mutes every finding"), "{}", outcome.err);
}

#[test]
fn a_mute_that_holds_for_no_host_is_told() {
    let desk = Desk::new();
    let text = TASKS.replace("hosts: all", "hosts: emea");
    let playbook = desk.file(
        "muted.yml",
        &format!(
            "{text}  mute:\n    - {{rule: token-*, match: amer, until: 2999-12-31, because: x}}\n    \
             - {{rule: token-*, match: amer, until: 2020-12-31, because: x}}\n    \
             - {{rule: token-*, match: fgt-ath-01, until: 2999-12-31, because: x}}\n    \
             - {{rule: token-*, match: fgt-ath-01, until: 2020-12-31, because: x}}\n"
        ),
    );
    let inventory = ["-i", "inventories/lab"];
    let states = || {
        let json = desk.json();
        let mutes = json["mutes"].as_array().unwrap().iter();
        mutes.map(|mute| mute["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let here = desk.audit(&[&[playbook.as_str()], &inventory[..], &["-l", "fgt-ath-01"]].concat());
    let told = here.err.replace(&playbook, "muted.yml");
    let idle = "warning: this mutes nothing: `amer` means none of the play's hosts\n  --> muted.yml:10:30\n   |\n10 |     - {rule: token-*, match: amer, until: 2999-12-31, because: x}\n   |                              ^^^^\n   |\n   = help: correct `match`, or take the mute out\n";
    assert!(told.contains(idle), "{told}");
    assert!(
        told.contains("ended on 2020-12-31: no finding is back\n  --> muted.yml:11:14"),
        "{told}"
    );
    assert_eq!(states(), ["unused", "expired", "active", "expired"]);
    // What only the limit leaves out says nothing about this run, until it has expired.
    let there = desk.audit(&[&[playbook.as_str()], &inventory[..], &["-l", "fgt-vie-01"]].concat());
    assert!(!there.err.contains("`fgt-ath-01` means none"), "{}", there.err);
    assert_eq!(states(), ["unused", "expired", "expired"]);
    let checked = desk.run(&[&["check", playbook.as_str()], &inventory[..]].concat());
    assert_eq!(checked.err.matches("this mutes nothing").count(), 2, "{}", checked.err);
}

#[test]
fn a_mute_of_no_rule_and_of_no_host_is_told() {
    let desk = Desk::new();
    let playbook = playbook(
        &desk,
        "    - {rule: token-lokced, until: 2999-12-31, because: x}\n    \
         - {rule: tokens-*, until: 2999-12-31, because: x}\n",
    );
    let outcome = desk.run(&["check", &playbook]);
    assert_eq!(outcome.code, 1);
    let told = outcome.err.replace(&playbook, "muted.yml");
    insta::assert_snapshot!(told);
    let mutes = "    - {rule: token-*, match: fgt-nowhere, until: 2999-12-31, because: x}\n";
    let playbook = self::playbook(&desk, mutes);
    let outcome = desk.run(&["check", &playbook, "-i", "inventories/lab"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.err.contains("fgt-nowhere"), "{}", outcome.err);
}
