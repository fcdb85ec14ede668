//! Hosts whose answers were collected by hand, through the binary: what a log says stands in the
//! reports as if the device had been asked, and what it does not say is missing out loud.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::sync::{Arc, Mutex};

use desk::{Desk, Outcome};
use serde_json::Value as Json;
use tokenfleet::lab::{Device, Fleet, Journal, Shell, Step};

const AUDIT: &str = "playbooks/fortitoken-audit.yml";

/// As PuTTY keeps all output of a session: a unit with VDOMs, looked at by a person who shortens
/// words, pages, mistypes, and looks into the configuration of one user.
const PUTTY: &str = "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2026.11.24 09:12:44 =~=~=~=~=~=~=~=~=~=~=~=\r\n\
    login as: netops\r\nnetops@192.0.2.4's password: \r\n\
    ######## Authorised use only ########\r\n\
    fw-hq # get sys stat\r\r\n\
    Version: FortiGate-200F v7.2.8,build1639,240313 (GA.M)\r\n\
    Serial-Number: FG200FTK20000001\r\n\
    --More-- \r         \rHostname: fw-hq\r\n\
    Current virtual domain: root\r\n\
    Virtual domain configuration: multiple\r\n\
    Current HA mode: standalone\r\n\
    \r\n\
    fw-hq # conf global\r\r\n\r\n\
    fw-hq (global) # diag sys vd list\r\r\n\
    list virtual firewall info:\r\n\
    name=root/root index=0 enabled\r\n\
    name=customers-of-the-north/customers-of-the-north index=3 enabled\r\n\
    \r\n\
    fw-hq (global) # show sys admin\r\r\n\
    config system admin\r\n    edit \"netops\"\r\n        set accprofile \"super_admin\"\r\n    next\r\nend\r\n\
    \r\n\
    fw-hq (global) # end\r\r\n\r\n\
    fw-hq # conf vdom\r\r\n\r\n\
    fw-hq (vdom) # edit root\r\r\ncurrent vf=root:0\r\n\r\n\
    fw-hq (root) # diag fortitoken nifo\r\r\n\r\ncommand parse error before 'nifo'\r\nCommand fail. Return code -61\r\n\r\n\
    fw-hq (root) # diag fortitoken info\r\r\n\
    FORTITOKEN        DRIFT  STATUS\r\n\
    FTKMOB0000000011  0      provision timeout\r\n\
    \r\nTotal activated token: 0\r\nTotal global activated token: 1\r\n\r\nToken server status: reachable\r\n\
    \r\n\
    fw-hq (root) # show user local\r\r\n\
    config user local\r\n    edit \"anna\"\r\n        set type password\r\n        set two-factor fortitoken\r\n        \
    set fortitoken \"FTKMOB0000000011\"\r\n        set email-to \"anna@example.net\"\r\n    next\r\nend\r\n\
    \r\n\
    fw-hq (root) # show user fortitoken\r\r\n\
    config user fortitoken\r\n    edit \"FTKMOB0000000011\"\r\n        set license \"EFTM000000000011\"\r\n    next\r\nend\r\n\
    \r\n\
    fw-hq (root) # config user local\r\r\n\r\n\
    fw-hq (local) # show\r\r\nconfig user local\r\nend\r\n\r\n\
    fw-hq (local) # end\r\r\n\r\n\
    fw-hq (root) # next\r\r\n\r\n\
    fw-hq (vdom) # edit customers-of-the-north\r\r\ncurrent vf=customers-of-the-north:3\r\n\r\n\
    fw-hq (customers-of-the-n~) # diagnose fortitoken info\r\r\n\
    FORTITOKEN        DRIFT  STATUS\r\n\
    FTK200A000000012  2      active\r\n\
    \r\nTotal activated token: 1\r\nTotal global activated token: 1\r\n\r\nToken server status: reachable\r\n\
    \r\n\
    fw-hq (customers-of-the-n~) # sh user local\r\r\nconfig user local\r\nend\r\n\r\n\
    fw-hq (customers-of-the-n~) # sh user fortitoken\r\r\nconfig user fortitoken\r\nend\r\n\r\n\
    fw-hq (customers-of-the-n~) # end\r\r\n\r\n\
    fw-hq # exit\r\r\n";

fn audit(desk: &Desk, hosts: &[&str]) -> Outcome {
    let folder = desk.path("collected");
    let vars = format!(
        "[all:vars]\nansible_connection=transcript\ntranscript_dir={}\n",
        folder.to_str().unwrap()
    );
    let inventory = desk.file("hosts.ini", &format!("{}\n\n{vars}", hosts.join("\n")));
    desk.audit(&[AUDIT, "-i", &inventory])
}

/// VDOM, serial, status and owner of each token.
fn rows(report: &Json) -> Vec<(String, String, String, String)> {
    let text = |row: &Json, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let row = |row: &Json| {
        (text(row, "vdom"), text(row, "serial"), text(row, "status"), text(row, "owner"))
    };
    report["tokens"].as_array().unwrap().iter().map(row).collect()
}

fn owned(rows: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    let own = |row: &(&str, &str, &str, &str)| {
        (row.0.to_owned(), row.1.to_owned(), row.2.to_owned(), row.3.to_owned())
    };
    rows.iter().map(own).collect()
}

#[test]
fn a_putty_log_of_a_unit_with_vdoms_gives_its_rows() {
    let desk = Desk::new();
    desk.file("collected/fw-hq/putty.log", PUTTY);
    let outcome = audit(&desk, &["fw-hq"]);
    let report = desk.json();
    let device = &report["devices"][0];
    assert_eq!(
        (&device["outcome"], &device["partial"]),
        (&"examined".into(), &false.into()),
        "{}",
        outcome.err
    );
    assert_eq!(device["device_serial"], "FG200FTK20000001");
    assert_eq!(device["address"], "transcript");
    assert_eq!(
        rows(&report),
        owned(&[
            ("root", "FTKMOB0000000011", "provision timeout", "anna"),
            ("customers-of-the-north", "FTK200A000000012", "active", ""),
        ])
    );
    let note = "the answers of 1 host are transcripts that somebody collected";
    assert_eq!(report["run"]["notes"], serde_json::json!([note]));
}

#[test]
fn what_was_not_collected_is_named_and_is_no_empty_table() {
    let desk = Desk::new();
    let log = PUTTY.replace(
        "fw-hq (customers-of-the-n~) # diagnose fortitoken info",
        "fw-hq (customers-of-the-n~) # diagnose sys top",
    );
    desk.file("collected/fw-hq/putty.log", &log);
    let outcome = audit(&desk, &["fw-hq"]);
    assert_eq!(outcome.code & 2, 2, "{}", outcome.err);
    let report = desk.json();
    let device = &report["devices"][0];
    assert_eq!((&device["outcome"], &device["partial"]), (&"failed".into(), &true.into()));
    assert_eq!(
        device["failure"]["message"],
        "not in the transcripts of fw-hq: the answer to `diagnose fortitoken info` in VDOM \
         customers-of-the-north"
    );
    assert_eq!(rows(&report).len(), 1);
}

#[test]
fn without_the_list_of_vdoms_nothing_is_guessed() {
    let desk = Desk::new();
    desk.file("collected/fw-hq/putty.log", &PUTTY.replace("diag sys vd list", "diag sys vd stats"));
    audit(&desk, &["fw-hq"]);
    let failure = desk.json()["devices"][0]["failure"].clone();
    let message = failure["message"].as_str().unwrap();
    assert!(message.starts_with("not in the transcripts of fw-hq: "), "{failure}");
    assert!(failure["remedy"].as_str().unwrap().starts_with("Run it on the device"), "{failure}");
}

#[test]
fn a_log_that_breaks_off_within_an_answer_does_not_pass_for_whole() {
    let desk = Desk::new();
    let at = PUTTY.find("FTK200A000000012").unwrap();
    desk.file("collected/fw-hq/putty.log", &PUTTY[..at]);
    audit(&desk, &["fw-hq"]);
    let message = desk.json()["devices"][0]["failure"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("the end of the answer to `diagnose fortitoken info`"), "{message}");
}

#[test]
fn one_file_for_each_command_will_do() {
    let desk = Desk::new();
    let status = "Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: FGT60FTK20000002\n\
                  Hostname: branch\nVirtual domain configuration: disable\nCurrent HA mode: standalone\n";
    let table = "FORTITOKEN        DRIFT  STATUS\nFTKMOB0000000021  0      provisioned\n\n\
                 Total activated token: 1\n\nToken server status: reachable\n";
    desk.file("collected/get_system_status.txt", status);
    desk.file("collected/diagnose fortitoken info.txt", table);
    desk.file("collected/show user local.txt", "config user local\nend\n");
    desk.file("collected/show system admin.txt", "config system admin\nend\n");
    let outcome = audit(&desk, &["branch"]);
    let report = desk.json();
    assert_eq!(report["devices"][0]["outcome"], "examined", "{}", outcome.err);
    assert_eq!(rows(&report), owned(&[("", "FTKMOB0000000021", "provisioned", "")]));
}

#[test]
fn nobody_is_answered_from_the_files_of_another() {
    let files = [
        (
            "get system status.txt",
            "Version: FortiGate-60F v7.0.7,build0367,221215 (GA.F)\nSerial-Number: FGT60FTK20000001\nHostname: fw-one\n",
        ),
        ("session.log", PUTTY),
    ];
    for (name, text) in files {
        let desk = Desk::new();
        desk.file(&format!("collected/fw-one/{name}"), text);
        for hosts in [&["fw-one", "fw-two"][..], &["fw-two"]] {
            audit(&desk, hosts);
            let report = desk.json();
            let two =
                report["devices"].as_array().unwrap().iter().find(|row| row["host"] == "fw-two");
            assert_eq!(two.unwrap()["outcome"], "unreachable", "{name}: {report}");
        }
    }
    let desk = Desk::new();
    desk.file("collected/session.log", PUTTY);
    audit(&desk, &["fw-one", "fw-two"]);
    let failure = &desk.json()["devices"][0]["failure"];
    let message = failure["message"].as_str().unwrap();
    assert!(message.starts_with("there is no folder `fw-one` in `"), "{message}");
    // In the folder of all there is one log, and one host is asked: it is not that of this host.
    let status = "Version: FortiGate-60F v7.0.7,build0367,221215 (GA.F)\nSerial-Number: FGT60FTK20000001\nHostname: fw-hq\n";
    for (name, text) in [("session.log", PUTTY), ("get system status.txt", status)] {
        let desk = Desk::new();
        desk.file(&format!("collected/{name}"), text);
        audit(&desk, &["fw-two"]);
        let failure = &desk.json()["devices"][0]["failure"];
        let message = failure["message"].as_str().unwrap();
        assert!(message.ends_with("/collected` are of `fw-hq`, not of `fw-two`"), "{message}");
        for host in ["FW-HQ.example.net", "fw-hq"] {
            audit(&desk, &[host]);
            let outcome = &desk.json()["devices"][0]["outcome"];
            assert_ne!(outcome, "unreachable", "{name}: {host}");
        }
    }
    // A folder of its name is its own, whatever the device calls itself.
    let desk = Desk::new();
    desk.file("collected/fw-two/session.log", PUTTY);
    audit(&desk, &["fw-two"]);
    assert_eq!(desk.json()["devices"][0]["outcome"], "examined");
}

#[test]
fn files_that_cannot_be_used_are_told() {
    for (files, message) in [
        (&[][..], "the transcripts cannot be read: "),
        (
            &[("collected/notes.txt", "call Anna\n")][..],
            "hold no answer of a FortiGate (`notes.txt` shows no prompt)",
        ),
        (
            &[
                ("collected/a.log", "fw-a # get system status\r\n\r\nfw-a # "),
                ("collected/b.log", "fw-b # get system status\r\n\r\nfw-b # "),
            ][..],
            "show two devices, `fw-a` and `fw-b`",
        ),
    ] {
        let desk = Desk::new();
        files.iter().for_each(|(name, text)| {
            desk.file(name, text);
        });
        let outcome = audit(&desk, &["fw-hq"]);
        assert_eq!(outcome.code & 4, 4, "{}", outcome.err);
        let failure = desk.json()["devices"][0]["failure"].clone();
        assert_eq!(failure["stage"], "connect");
        assert!(failure["message"].as_str().unwrap().contains(message), "{failure}");
    }
    let desk = Desk::new();
    let inventory = desk.file("hosts.ini", "fw-hq ansible_connection=transcript\n");
    let outcome = desk.audit(&[AUDIT, "-i", &inventory]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("no `transcript_dir` is set"), "{}", outcome.err);
}

/// What a terminal shows of a session in which a person types these lines.
fn typed(device: &Device, lines: &[String]) -> Vec<u8> {
    let journal = Arc::new(Mutex::new(Journal::default()));
    let mut shell = Shell::new(Arc::new(device.clone()), journal, Some(24));
    let mut log = b"Script started on 2026-11-24 09:00:00+00:00 [TERM=\"xterm\"]\n".to_vec();
    let take = |log: &mut Vec<u8>, steps: Vec<Step>| {
        steps.into_iter().for_each(|step| {
            if let Step::Write(bytes) = step {
                log.extend(bytes);
            }
        });
    };
    let opening = shell.open();
    take(&mut log, opening);
    if log.ends_with(b"accept):") {
        let steps = shell.receive(b"a");
        take(&mut log, steps);
    }
    for line in lines {
        let steps = shell.receive(format!("{line}\r").as_bytes());
        take(&mut log, steps);
        while log.ends_with(b"--More-- ") {
            let steps = shell.receive(b" ");
            take(&mut log, steps);
        }
    }
    log.extend(b"\r\nScript done on 2026-11-24 09:05:00+00:00 [COMMAND_EXIT_CODE=\"0\"]\n");
    log
}

#[test]
fn a_session_of_every_character_typed_by_hand_gives_the_rows_of_the_unit() {
    let fleet = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
    let desk = Desk::new();
    let mut hosts = Vec::new();
    let mut held = Vec::new();
    for device in fleet.devices().iter().filter(|device| device.fault.is_none()) {
        let mut lines = vec!["get system status".to_owned()];
        let confined = device.login.vdom.is_some();
        let divided = device.has_vdoms() && !confined;
        let mut ask = |words: &[&str]| lines.extend(words.iter().map(|&word| word.to_owned()));
        if divided {
            ask(&[
                "config global",
                "diagnose sys vd list",
                "get sys ha status",
                "show system admin",
                "end",
            ]);
        } else if !confined {
            ask(&["get system ha status", "show system admin"]);
        }
        for vdom in device.readable_vdoms() {
            if divided {
                ask(&["config vdom", &format!("edit {}", vdom.name)]);
            }
            ask(&["diag fortitoken info", "show user local"]);
            if divided {
                ask(&["end"]);
            }
            for token in &vdom.tokens {
                let name = if device.has_vdoms() { vdom.name.clone() } else { String::new() };
                held.push((
                    device.name.clone(),
                    name,
                    token.serial.clone(),
                    token.status.to_owned(),
                ));
            }
        }
        ask(&["exit"]);
        let path = desk.path("collected").join(&device.name).join("typescript");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, typed(device, &lines)).unwrap();
        hosts.push(device.name.as_str());
    }
    let outcome = audit(&desk, &hosts);
    let report = desk.json();
    let text = |row: &Json, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    for device in report["devices"].as_array().unwrap() {
        assert_eq!(device["outcome"], "examined", "{device}\n{}", outcome.err);
    }
    let told: Vec<_> = report["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(row, "host"), text(row, "vdom"), text(row, "serial"), text(row, "status")))
        .collect();
    assert_eq!(told, held);
}
