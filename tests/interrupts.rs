//! An interrupt is heard at once at whatever stage of a connection it comes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]
#![cfg(unix)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;

use std::process::Command;
use std::time::{Duration, Instant};

use desk::Desk;
use lab_process::LabProcess;

/// Units that keep whoever comes waiting: at the connection, before the key exchange and in it, at the
/// login, at the shell, before the prompt, in an answer.
const STAGES: [&str; 8] = [
    "packets-swallowed",
    "silent",
    "silent-after-version",
    "silent-in-key-exchange",
    "slow-login",
    "silent-after-login",
    "no-prompt",
    "hangs",
];

#[test]
fn an_interrupt_is_heard_at_every_stage_of_a_connection() {
    let lab = LabProcess::start(&STAGES, STAGES.len());
    let desk = Desk::new();
    let (hosts, known) = (lab.path("hosts.yml"), lab.path("known_hosts"));
    let reports = desk.path("reports");
    let child = desk.start(&[
        "run",
        "playbooks/fortitoken-audit.yml",
        "-i",
        &hosts,
        "--known-hosts",
        &known,
        "-o",
        reports.to_str().unwrap(),
    ]);
    std::thread::sleep(Duration::from_secs(4));
    let begun = Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(output.status.code(), Some(130));
    for device in desk.json()["devices"].as_array().unwrap() {
        assert_eq!(device["outcome"], "interrupted", "{device}");
    }
}
