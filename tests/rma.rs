//! Before and after a swap, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;
use std::fs;

use desk::{Desk, Outcome};
use serde_json::Value as Json;
use tokenfleet::lab::{Device, Fleet, Hosting, Token, inventory_text, known_hosts_text};

const PRE: &str = "playbooks/pre-rma.yml";
const POST: &str = "playbooks/post-rma.yml";
const NEW: &str = "FG100FTK99000001";

fn lab() -> Fleet {
    Fleet::new(Fleet::CHARACTERS, Fleet::SEED)
}

/// Judges the swap of one unit of the lab.
fn judge(desk: &Desk, host: &str, more: &[&str]) -> Outcome {
    let mut arguments = vec![PRE, "-i", "inventories/lab", "-l", host];
    arguments.extend(more);
    desk.audit(&arguments)
}

fn swap(desk: &Desk) -> Json {
    desk.json()["rma"][0].clone()
}

/// The Markdown page of a host without what differs from run to run.
fn page(desk: &Desk, host: &str) -> String {
    let page = desk.report(&format!("rma/{host}.md"));
    let differs = |line: &&str| !line.starts_with("Examined ") && !line.starts_with("| Its clock");
    page.lines().filter(differs).map(|line| format!("{}\n", line.trim_end())).collect()
}

fn texts<'j>(list: &'j Json, field: &str) -> Vec<&'j str> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap()).collect()
}

/// What must become of each token of a unit that stands alone, told from the unit itself.
fn fates(device: &Device) -> Vec<(String, &'static str)> {
    let fate = |serial: &str| match &serial[..6] {
        "FTKMOB" => "licence",
        "FTK200" | "FTK220" => "release",
        "FTK211" => "seed_cd",
        other => panic!("{other}"),
    };
    let tokens = device.vdoms.iter().flat_map(|vdom| &vdom.tokens);
    tokens.map(|token| (token.serial.clone(), fate(&token.serial))).collect()
}

/// Who holds a mobile token, in the order of the token table.
fn mobile_users(device: &Device) -> Vec<String> {
    let users = device.vdoms.iter().flat_map(|vdom| &vdom.users);
    let accounts: Vec<_> = users.chain(&device.administrators).collect();
    let tokens = device.vdoms.iter().flat_map(|vdom| &vdom.tokens);
    tokens
        .filter(|token| token.is_mobile())
        .flat_map(|token| {
            accounts.iter().filter(|account| account.token.as_ref() == Some(&token.serial))
        })
        .map(|account| account.name.clone())
        .collect()
}

#[test]
fn units_that_stand_alone_are_judged_right_in_every_row() {
    for host in ["fgt-mia-01", "fgt-sea-01", "fgt-hkg-01"] {
        let desk = Desk::new();
        let outcome = judge(&desk, host, &["-e", &format!("new_serial={NEW}")]);
        assert_eq!(outcome.code, 8, "{host}: {}", outcome.err);
        let fleet = lab();
        let device = fleet.device(host).unwrap();
        let swap = swap(&desk);
        assert_eq!((&swap["verdict"], &swap["survives"]), (&"prepare".into(), &false.into()));
        assert_eq!(
            (swap["device_serial"].as_str().unwrap(), swap["new_serial"].as_str().unwrap()),
            (device.serial.as_str(), NEW)
        );
        let told: Vec<(String, &str)> = swap["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token| {
                (token["serial"].as_str().unwrap().to_owned(), token["fate"].as_str().unwrap())
            })
            .collect();
        assert_eq!(told, fates(device), "{host}");
        assert_eq!(texts(&swap["users"], "name"), mobile_users(device), "{host}");
        assert!(outcome.out.contains(&format!("{host}: May be swapped once ")), "{}", outcome.out);
        assert!(desk.report(&format!("rma/{host}.html")).contains(NEW));
    }
}

#[test]
fn the_page_of_a_unit_that_stands_alone() {
    let desk = Desk::new();
    judge(&desk, "fgt-mia-01", &["-e", &format!("new_serial={NEW}")]);
    insta::assert_snapshot!(page(&desk, "fgt-mia-01"));
}

#[test]
fn the_page_of_a_unit_whose_administrators_hold_tokens() {
    let desk = Desk::new();
    judge(&desk, "fgt-sea-01", &[]);
    insta::assert_snapshot!(page(&desk, "fgt-sea-01"));
}

#[test]
fn the_page_of_a_member_of_a_cluster() {
    let desk = Desk::new();
    let outcome = judge(&desk, "fgt-fra-03", &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let swap = swap(&desk);
    assert_eq!((&swap["verdict"], &swap["survives"]), (&"prepare".into(), &true.into()));
    assert_eq!(swap["users"], Json::Array(vec![]));
    insta::assert_snapshot!(page(&desk, "fgt-fra-03"));
    assert_eq!(judge(&desk, "fgt-fra-03", &["--fail-on", "warning"]).code, 8);
}

#[test]
fn the_page_of_a_unit_with_nothing_to_lose() {
    let desk = Desk::new();
    let outcome = judge(&desk, "fgt-mex-01", &["--fail-on", "info"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(swap(&desk)["verdict"], "ready");
    insta::assert_snapshot!(page(&desk, "fgt-mex-01"));
}

#[test]
fn of_a_unit_that_was_not_examined_nothing_is_said() {
    let desk = Desk::new();
    for (host, code) in [("fgt-bkk-01", 4 | 8), ("fgt-mnl-01", 2 | 8)] {
        assert_eq!(judge(&desk, host, &["--fail-on", "critical"]).code, code, "{host}");
        let swap = swap(&desk);
        assert_eq!(swap["verdict"], "unknown", "{host}");
        assert_eq!(texts(&swap["blockers"], "id"), ["rma-not-examined"], "{host}");
    }
}

#[test]
fn a_unit_that_does_not_reach_its_token_server_is_not_swapped() {
    let desk = Desk::new();
    assert_eq!(judge(&desk, "fgt-prg-02", &["--fail-on", "critical"]).code, 8);
    assert_eq!(texts(&swap(&desk)["blockers"], "id"), ["rma-server"]);
}

#[test]
fn what_a_rule_of_the_playbook_finds_critical_blocks() {
    let desk = Desk::new();
    let pre = fs::read_to_string(PRE).unwrap();
    for (over, severity, verdict, code) in [
        ("device", "critical", "blocked", 8),
        ("device", "error", "prepare", 0),
        // What is found about the fleet is found about no unit of it.
        ("fleet", "critical", "ready", 8),
    ] {
        let rule = format!(
            "  findings:\n    - {{rule: frozen, title: No change now, over: {over}, severity: \
             {severity}, when: true, message: x, remedy: Wait.}}\n"
        );
        let playbook = desk.file("pre.yml", &format!("{pre}{rule}"));
        let host = [playbook.as_str(), "-i", "inventories/lab", "-l", "fgt-mex-01"];
        let outcome = desk.audit(&[&host[..], &["--fail-on", "critical"]].concat());
        let swap = swap(&desk);
        assert_eq!((outcome.code, &swap["verdict"]), (code, &verdict.into()), "{over} {severity}");
        let blockers: &[&str] = if verdict == "blocked" { &["frozen"] } else { &[] };
        assert_eq!(texts(&swap["blockers"], "id"), blockers);
        if verdict == "blocked" {
            assert!(outcome.out.contains("fgt-mex-01: Must not be swapped"), "{}", outcome.out);
            let page = page(&desk, "fgt-mex-01");
            assert!(page.contains("Wrong already: no change now."), "{page}");
            assert!(!page.contains("To prepare"), "{page}");
        }
    }
}

#[test]
fn one_new_unit_replaces_one_host() {
    let desk = Desk::new();
    let outcome = judge(&desk, "fgt-mia-01,fgt-sea-01", &["-e", &format!("new_serial={NEW}")]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("cannot replace both `fgt-"), "{}", outcome.err);
    let outcome = judge(&desk, "fgt-mex-01", &["-e", "new_serial=FG100F"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(texts(&swap(&desk)["preparations"], "id"), ["rma-new-serial-odd"]);
}

/// Runs a playbook over one unit, served for the time of the run.
async fn run_over(desk: &Desk, unit: &Device, playbook: &str, more: &[&str]) -> Outcome {
    let serving = Fleet::of(vec![unit.clone()]).serve(&Hosting::default()).await.unwrap();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    let known = desk.file("known_hosts", &known_hosts_text(&serving));
    let mut arguments = vec![playbook, "-i", &hosts, "--known-hosts", &known];
    arguments.extend(more);
    let outcome = tokio::task::block_in_place(|| desk.audit(&arguments));
    serving.shutdown().await;
    outcome
}

fn rows(desk: &Desk) -> Vec<BTreeMap<String, String>> {
    let file = fs::File::open(desk.path("reports/replacements.csv")).unwrap();
    csv::Reader::from_reader(file).deserialize().map(|row| row.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_token_of_a_replaced_unit_is_accounted_for() {
    let desk = Desk::new();
    let old = lab().device("fgt-mia-01").unwrap().clone();
    assert_eq!(run_over(&desk, &old, PRE, &[]).await.code, 8);

    let mut new = old.clone();
    new.serial = NEW.to_owned();
    let root = &mut new.vdoms[0];
    // Half of the mobile tokens are there again, and not yet activated; the hardware works.
    let mut wanted = BTreeMap::new();
    let mut kept = Vec::new();
    for (index, token) in root.tokens.iter().enumerate() {
        let (status, state) = match (token.is_mobile(), index % 2) {
            (true, 0) => ("", "lost"),
            (true, _) => ("provisioning", "activate"),
            (false, 0) => ("active", "works"),
            (false, _) => ("locked", "trouble"),
        };
        wanted.insert(token.serial.clone(), state.to_owned());
        if state != "lost" {
            kept.push(Token { status, ..token.clone() });
        }
    }
    kept.push(Token {
        serial: "FTKMOB0000000099".into(),
        drift: 0,
        status: "new",
        license: Some("EFTM000000000099".into()),
        code_hours: 0,
    });
    wanted.insert("FTKMOB0000000099".into(), "new".into());
    root.tokens = kept;

    let outcome = run_over(&desk, &new, POST, &["--baseline", "latest"]).await;
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let rows = rows(&desk);
    let told: BTreeMap<_, _> =
        rows.iter().map(|row| (row["serial"].clone(), row["state"].clone())).collect();
    assert_eq!(told, wanted);
    assert_eq!(rows.len(), wanted.len());
    for row in &rows {
        assert_eq!((&*row["old_device_serial"], &*row["device_serial"]), (&*old.serial, NEW));
    }
    let compared = &desk.json()["replacements"][0];
    assert_eq!(compared["verdict"], "lost");
    assert!(outcome.out.contains("fgt-mia-01: Not complete: "), "{}", outcome.out);
    let page = desk.report("replacements/fgt-mia-01.html");
    assert!(page.contains(&old.serial) && page.contains(NEW));

    let page = desk.report("replacements/fgt-mia-01.md");
    let differs = |line: &&str| !line.starts_with("Examined ");
    let page: Vec<&str> = page.lines().filter(differs).collect();
    insta::assert_snapshot!("the_page_after_a_swap", page.join("\n"));

    // The same again from the store; a run is no baseline of itself.
    let again = desk.path("again");
    let outcome = desk.run(&["report", "latest", "-o", again.to_str().unwrap()]);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let read = |folder: &str| fs::read(desk.path(folder).join("replacements.csv")).unwrap();
    assert_eq!(read("again"), read("reports"));
    let folder = again.to_str().unwrap();
    let outcome = desk.run(&["report", "latest", "--baseline", "previous", "-o", folder]);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let outcome = desk.run(&["report", "latest", "--baseline", "latest", "-o", folder]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("cannot be compared with itself"), "{}", outcome.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_kept_everything_is_complete() {
    let desk = Desk::new();
    let mut unit = lab().device("fgt-dub-01").unwrap().clone();
    for token in &mut unit.vdoms[0].tokens {
        token.status = if token.is_mobile() { "provisioned" } else { "active" };
    }
    run_over(&desk, &unit, PRE, &[]).await;
    unit.serial = "FG9H1GTK99000001".to_owned();
    let outcome = run_over(&desk, &unit, POST, &["--baseline", "previous"]).await;
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(desk.json()["replacements"][0]["verdict"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_that_the_run_before_did_not_read() {
    let desk = Desk::new();
    let unit = lab().device("fgt-mia-01").unwrap().clone();
    // The run before knows another host alone.
    assert_eq!(judge(&desk, "fgt-mex-01", &[]).code, 0);
    let outcome = run_over(&desk, &unit, POST, &["--baseline", "latest"]).await;
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let compared = &desk.json()["replacements"][0];
    assert_eq!(compared["verdict"], "unknown");
    assert_eq!(compared["doubts"][0], "The run before the swap does not know this host.");
    let rows = rows(&desk);
    assert_eq!(rows.len(), unit.vdoms[0].tokens.len());
    assert!(rows.iter().all(|row| !["lost", "new"].contains(&&*row["state"])), "{rows:?}");
}

#[test]
fn a_comparison_needs_a_run_to_compare_with() {
    let desk = Desk::new();
    let host = [POST, "-i", "inventories/lab", "-l", "fgt-mex-01"];
    for (more, word) in [
        (vec![], "--baseline RUN"),
        (vec!["--baseline", "latest"], "holds no run"),
        (vec!["--baseline", "latest", "--store", "none"], "--store none"),
    ] {
        let outcome = desk.audit(&[&host[..], &more[..]].concat());
        assert_eq!(outcome.code, 1, "{more:?}: {}", outcome.err);
        assert!(outcome.err.contains(word), "{more:?}: {}", outcome.err);
        assert!(!desk.path("reports/report.json").exists());
    }
}
