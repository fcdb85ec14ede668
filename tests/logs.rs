//! What a run says of itself while it goes on, through the binary: lines of JSON, and a log of each
//! session.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use desk::Desk;
use serde_json::Value as Json;

const LAB: [&str; 3] = ["playbooks/fortitoken-audit.yml", "-i", "inventories/lab"];

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

#[test]
fn every_line_is_json_and_names_the_run() {
    let desk = Desk::new();
    let outcome = desk.audit(&[&LAB[..], &["--log-format", "json", "-vv"]].concat());
    let lines = lines(&outcome.err);
    let id = desk.json()["run"]["id"].clone();
    let first = lines.iter().position(|line| line.get("run").is_some()).unwrap();
    for line in &lines[first..] {
        assert_eq!(line["run"], id, "{line}");
    }
    for line in &lines {
        assert!(line["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
        assert!(["info", "warning", "error"].contains(&line["level"].as_str().unwrap()), "{line}");
    }
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    let hosts = desk.json()["devices"].as_array().unwrap().len();
    assert_eq!((of("run_started"), of("run_finished"), of("host_finished")), (1, 1, hosts));
    assert!(of("command_answered") > hosts && of("task_finished") > hosts);
    let examined = lines.iter().filter(|line| line["outcome"] == "examined").count();
    assert_eq!(examined, desk.json()["summary"]["hosts"]["examined"].as_u64().unwrap() as usize);
    assert!(outcome.out.contains("FortiGates"), "the summary stays what it is: {}", outcome.out);
}

#[test]
fn without_verbosity_a_line_for_each_host_and_one_for_what_was_found() {
    let desk = Desk::new();
    let outcome = desk.audit(&[&LAB[..], &["--log-format", "json", "-l", "fgt-fra-*"]].concat());
    let lines = lines(&outcome.err);
    let events: BTreeSet<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let known = ["findings", "host_finished", "message", "run_finished", "run_started"];
    assert_eq!(events, BTreeSet::from(known));
}

#[test]
fn a_mistake_is_a_line_with_its_place_and_its_remedy() {
    let desk = Desk::new();
    let play = desk.file("play.yml", "- hosts: all\n  task: []\n");
    let outcome = desk.run(&["check", &play, "--log-format", "json"]);
    let line = &lines(&outcome.err)[0];
    assert_eq!(line["level"], "error");
    assert_eq!((&line["line"], &line["column"]), (&Json::from(2), &Json::from(3)));
    assert_eq!(line["file"], play);
    assert_eq!(line["hint"], "did you mean `tasks`?");
}

#[test]
fn a_session_log_shows_what_was_sent_and_what_came_back_and_no_secret() {
    let desk = Desk::new();
    let folder = desk.path("sessions");
    let log = folder.to_str().unwrap();
    desk.audit(&[&LAB[..], &["--session-log", log]].concat());
    let mut sessions = 0;
    for device in desk.json()["devices"].as_array().unwrap() {
        let host = device["host"].as_str().unwrap();
        let file = folder.join(format!("{host}.log"));
        let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{host} has no log"));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(text.starts_with("# "), "{text}");
        if device["outcome"] == "examined" {
            sessions += 1;
            for part in [" > get system status\n", " > exit\n", " < Version: "] {
                assert!(text.contains(part), "{host}: no `{part}` in {text}");
            }
        } else if device["outcome"] == "unreachable" {
            let stage = device["failure"]["stage"].as_str().unwrap();
            let told = text.contains(&format!(": no session at {stage}: "));
            assert!(told || stage == "login", "{host}: {text}");
        }
        assert!(!text.contains("not-a-secret") && !text.contains("not-its-password"), "{text}");
        for secret in ["ENC ", "PRIVATE KEY-----\nMII"] {
            let lines = text.lines().filter(|line| line.contains(secret));
            for line in lines {
                assert!(line.contains("<redacted>"), "{host}: {line}");
            }
        }
    }
    assert!(sessions > 10);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_the_first_packet() {
    let desk = Desk::new();
    let file = desk.file("file", "");
    let outcome = desk.audit(&[&LAB[..], &["--session-log", &file]].concat());
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("error: cannot write `"), "{}", outcome.err);
    assert!(!outcome.err.contains("hosts, "), "{}", outcome.err);
}
