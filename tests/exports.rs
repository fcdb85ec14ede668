//! What a run writes for other programs, through the binary: JUnit, SARIF, and Prometheus.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;
use std::fs;

use desk::Desk;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value as Json;

const LAB: [&str; 3] = ["playbooks/fortitoken-audit.yml", "-i", "inventories/lab"];

fn audit(desk: &Desk, more: &[&str]) -> desk::Outcome {
    desk.audit(&[&LAB[..], more].concat())
}

#[test]
fn a_pipeline_reads_what_failed_and_what_was_never_examined() {
    let desk = Desk::new();
    audit(&desk, &["--report", "junit"]);
    let report = Report::deserialize_from_str(&desk.report("junit.xml")).unwrap();
    let json = desk.json();
    let grave: usize = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| ["error", "critical"].contains(&finding["severity"].as_str().unwrap()))
        .count();
    assert!(grave > 0 && report.failures > 0);
    let mut errors = BTreeMap::new();
    for case in report.test_suites.iter().flat_map(|suite| &suite.test_cases) {
        match &case.status {
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, message, .. } => {
                let host = case.classname.as_ref().unwrap().as_str().to_owned();
                errors.insert(host, message.as_ref().unwrap().as_str().to_owned());
            }
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => {
                let out = case.system_out.as_ref().unwrap().as_str();
                assert!(out.contains(", line "), "{}: no evidence: {out}", case.name.as_str());
            }
            _ => {}
        }
    }
    let unexamined: BTreeMap<String, String> = json["devices"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|device| device["outcome"] != "examined")
        .map(|device| {
            let text = |value: &Json| value.as_str().unwrap().to_owned();
            (text(&device["host"]), text(&device["failure"]["message"]))
        })
        .collect();
    assert!(!unexamined.is_empty());
    assert_eq!(errors, unexamined);
}

#[test]
fn what_a_flag_asks_for_goes_where_it_says_and_may_be_asked_for_later() {
    let desk = Desk::new();
    let metrics = desk.path("textfile/tokenfleet.prom");
    let flag = format!("prometheus={}", metrics.display());
    let outcome = audit(&desk, &["--report", &flag, "--report", "sarif", "--report", "json"]);
    let told = format!("\nAlso written: {}\n", metrics.display());
    assert!(outcome.err.contains(&told), "{}", outcome.err);
    let first = fs::read_to_string(&metrics).unwrap();
    assert!(first.contains("\ntokenfleet_hosts{audit=\"fortitoken-audit\","), "{first}");
    let sarif: Json = serde_json::from_str(&desk.report("report.sarif")).unwrap();
    let findings = desk.json()["findings"].as_array().unwrap().len();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let told = results.iter().filter(|result| result.get("suppressions").is_none());
    assert_eq!(told.count(), findings);

    fs::remove_file(&metrics).unwrap();
    let reports = desk.path("again");
    desk.run(&["report", "latest", "--report", &flag, "-o", reports.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&metrics).unwrap(), first);
}

#[test]
fn a_playbook_asks_for_them_like_for_any_report() {
    let desk = Desk::new();
    let play = "- hosts: all\n  gather_facts: false\n  tasks: [{fortitoken_info: }]\n  reports:\n    \
                - junit: report\n    - sarif: report\n      dest: scan/fleet.sarif\n    \
                - prometheus: report\n";
    let play = desk.file("play.yml", play);
    let outcome = desk.audit(&[&play, "-i", "inventories/lab"]);
    assert!(outcome.err.contains("junit.xml, scan/ (1), tokenfleet.prom"), "{}", outcome.err);
    assert!(desk.report("scan/fleet.sarif").contains("\"version\": \"2.1.0\""));
}

#[test]
fn a_form_that_does_not_exist_is_told_with_the_nearest_one() {
    let desk = Desk::new();
    let outcome = audit(&desk, &["--report", "junti=a.xml"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.err.lines().next().unwrap(),
        "error: invalid value 'junti=a.xml' for '--report <FORM[=FILE]>': unknown form `junti`: \
         did you mean `junit`?"
    );
}
