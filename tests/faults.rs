//! Every fault of the lab, over real SSH: each ends at its stage, in its time, and harms neither
//! the healthy units beside it nor itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;
#[path = "support/rehearsal.rs"]
mod rehearsal;

use std::time::Duration;

use desk::{Desk, Outcome};
use lab_process::LabProcess;
use rehearsal::{Rehearsal, end_of};
use serde_json::Value as Json;
use tokenfleet::lab::{Fault, Fleet, Hosting, inventory_text, known_hosts_text};

/// Units of each fault.
const EACH: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_at_its_stage_and_costs_the_others_nothing() {
    let faulty = Fleet::faulty(Fault::ALL.len() * EACH, 1, &Fault::ALL);
    let healthy = Fleet::faulty(10, 2, &[Fault::Crumbles]);
    let hosting = Hosting { slow_login: Duration::from_secs(6), ..Hosting::default() };
    let serving = faulty.serve(&hosting).await.unwrap();
    let beside = healthy.serve(&Hosting::default()).await.unwrap();
    let beside_inventory = inventory_text(&beside).replace("fgt-crumbles", "fgt-healthy");
    let (record, elapsed) = Rehearsal::new(Duration::from_secs(3), 250)
        .with(&inventory_text(&serving), &known_hosts_text(&serving))
        .with(&beside_inventory, &known_hosts_text(&beside))
        .audit()
        .await;

    let mut wrong = Vec::new();
    for (host, record) in &record.hosts {
        let fault = faulty.device(host.as_str()).and_then(|device| device.fault);
        let wanted = fault.and_then(Fault::stage).map_or("examined", |stage| stage.as_str());
        let (ended, said) = end_of(record);
        let early = fault == Some(Fault::ResetAtOnce) && ended == "connect";
        if ended != wanted && !early {
            wrong.push(format!("{host}: {ended} instead of {wanted}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(elapsed < Duration::from_secs(30), "{elapsed:?}");
    assert_eq!(serving.harm(), []);
    assert_eq!(beside.harm(), []);
}

/// `tokenfleet run` of the audit over a lab that another process serves.
fn audit(desk: &Desk, lab: &LabProcess) -> Outcome {
    let (hosts, known) = (lab.path("hosts.yml"), lab.path("known_hosts"));
    let audit = "playbooks/fortitoken-audit.yml";
    desk.audit(&[audit, "-i", &hosts, "--known-hosts", &known, "--timeout", "5", "-vv"])
}

fn texts<'j>(rows: &'j Json, field: &str) -> Vec<&'j str> {
    rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap_or_default()).collect()
}

#[test]
fn what_was_collected_before_the_line_dropped_stays_and_is_marked() {
    let (desk, lab) = (Desk::new(), LabProcess::start(&["drops-between-vdoms"], 1));
    let outcome = audit(&desk, &lab);
    assert_eq!(outcome.code & 2, 2, "{}", outcome.err);
    let report = desk.json();
    let device = &report["devices"][0];
    assert_eq!((&device["outcome"], &device["partial"]), (&"failed".into(), &true.into()));
    assert_eq!(device["failure"]["message"], "the device closed the session");
    let vdoms = texts(&report["tokens"], "vdom");
    assert!(!vdoms.is_empty() && vdoms.iter().all(|vdom| *vdom == "root"), "{vdoms:?}");
}

#[test]
fn a_vdom_that_vanishes_is_told_and_not_created() {
    let (desk, lab) = (Desk::new(), LabProcess::start(&["vdom-vanishes"], 1));
    audit(&desk, &lab);
    let report = desk.json();
    let device = &report["devices"][0];
    assert_eq!((&device["outcome"], &device["partial"]), (&"failed".into(), &true.into()));
    assert_eq!(device["failure"]["vdom"], "guest");
    let vdoms: std::collections::BTreeSet<_> =
        texts(&report["tokens"], "vdom").into_iter().collect();
    assert_eq!(vdoms, ["root", "users"].into());
}

/// Where `sudo` is not known, VDOMs are entered by `edit`, which would create one.
#[tokio::test(flavor = "multi_thread")]
async fn a_vdom_that_vanishes_from_an_old_unit_is_not_created_again() {
    let mut unit = Fleet::new(Fleet::CHARACTERS, Fleet::SEED).device("fgt-fra-01").unwrap().clone();
    assert_eq!(unit.firmware.to_string(), "v6.0.7,build0302,191112 (GA)");
    unit.fault = Some(Fault::VdomVanishes);
    let serving = Fleet::of(vec![unit]).serve(&Hosting::default()).await.unwrap();
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    let known = desk.file("known_hosts", &known_hosts_text(&serving));
    let audit = "playbooks/fortitoken-audit.yml";
    tokio::task::block_in_place(|| desk.audit(&[audit, "-i", &hosts, "--known-hosts", &known]));
    assert_eq!(serving.harm(), []);
    let lines = serving.journal("fgt-fra-01").unwrap().lines;
    let asked = |line: &str| lines.iter().any(|sent| sent == line);
    assert!(asked("edit dmz") && asked("diagnose sys vd list | grep name=guest"), "{lines:?}");
    assert!(!asked("edit guest"), "{lines:?}");
    let report = desk.json();
    let device = &report["devices"][0];
    assert_eq!((&device["outcome"], &device["partial"]), (&"failed".into(), &true.into()));
    assert_eq!(
        device["failure"]["message"],
        "VDOM guest was not entered: the device does not list it any more"
    );
    let vdoms: std::collections::BTreeSet<_> =
        texts(&report["tokens"], "vdom").into_iter().collect();
    assert_eq!(vdoms, ["root", "dmz"].into());
}

#[test]
fn a_unit_that_writes_in_no_known_encoding_or_to_the_terminal_is_read_and_steers_nothing() {
    let (desk, lab) = (Desk::new(), LabProcess::start(&["invalid-utf8", "terminal-escapes"], 2));
    let outcome = audit(&desk, &lab);
    let report = desk.json();
    assert_eq!(texts(&report["devices"], "outcome"), ["examined"; 2], "{}", outcome.err);
    let statuses = texts(&report["tokens"], "status");
    for status in ["l\u{fffd}cked", "wiped"] {
        assert!(statuses.contains(&status), "{status} in {statuses:?}");
    }
    let mut texts = vec![outcome.out.into_bytes(), outcome.err.into_bytes()];
    let reports = desk.path("reports");
    // The workbook is compressed; its cells are those of the tables.
    let is_text = |path: &std::path::Path| {
        path.starts_with(&reports) && path.extension().is_none_or(|ending| ending != "xlsx")
    };
    texts.extend(desk.files().into_iter().filter(|(path, _)| is_text(path)).map(|file| file.1));
    for text in texts {
        let text = String::from_utf8(text).expect("everything that is written is UTF-8");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']));
    }
}

#[test]
fn the_help_of_the_lab_names_every_fault() {
    let help = Desk::new().run(&["lab", "--help"]).out;
    for fault in Fault::ALL {
        assert!(help.contains(&format!("- {fault}:")), "{fault}: {help}");
    }
    let refused = Desk::new().run(&["lab", "--fault", "hang"]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("'hangs'"), "{}", refused.err);
}
