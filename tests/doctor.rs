//! `tokenfleet doctor` through the binary: for each fault of the lab, the step at which it stops and
//! what it says to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;

use desk::{Desk, Outcome};
use lab_process::LabProcess;
use serde_json::Value as Json;
use tokenfleet::lab::Fault;

fn doctor(lab: &LabProcess, more: &[&str]) -> Outcome {
    let (hosts, known) = (lab.path("hosts.yml"), lab.path("known_hosts"));
    let fixed = ["doctor", "-i", &hosts, "--known-hosts", &known, "-l", "all", "-T", "3"];
    Desk::new().run(&[&fixed[..], more].concat())
}

/// The step that a person is told of, for a fault; `None` where nothing is in the way.
fn obstacle(fault: Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::PortRefused | Fault::PacketsSwallowed => "connection",
        Fault::Silent
        | Fault::SilentAfterVersion
        | Fault::SilentInKeyExchange
        | Fault::ResetAtOnce
        | Fault::ResetAfterVersion
        | Fault::ResetInKeyExchange
        | Fault::EndlessVersion
        | Fault::Sha1Only => "ssh",
        Fault::PasswordRefused | Fault::SlowLogin => "login",
        Fault::SilentAfterLogin
        | Fault::ResetAfterLogin
        | Fault::PasswordExpired
        | Fault::SessionsTaken
        | Fault::NoPrompt
        | Fault::LinuxServer => "prompt",
        Fault::FortiManager => "device",
        Fault::DiagnoseLost
        | Fault::Hangs
        | Fault::Drops
        | Fault::PromptLost
        | Fault::Drips
        | Fault::Floods
        | Fault::EndlessPager
        | Fault::Garbage
        | Fault::DropsBetweenVdoms
        | Fault::VdomVanishes => "permissions",
        Fault::InvalidUtf8 | Fault::TerminalEscapes | Fault::Crumbles => return None,
    })
}

/// Looks at one unit with each of these faults, all at once, and holds what is told against
/// [`obstacle`].
fn told_at_its_step(faults: &[Fault]) {
    let names: Vec<&str> = faults.iter().map(|fault| fault.as_str()).collect();
    let lab = LabProcess::start(&names, names.len());
    let outcome = doctor(&lab, &["--format", "json"]);
    let told: Json = serde_json::from_str(&outcome.out).unwrap();
    let hosts = told["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), faults.len());
    let mut wrong = Vec::new();
    for (host, fault) in hosts.iter().zip(faults) {
        let steps = host["steps"].as_array().unwrap();
        let failed = steps.iter().find(|step| step["state"] == "failed");
        let step = failed.map(|step| step["step"].as_str().unwrap());
        let is_early = *fault == Fault::ResetAtOnce && step == Some("connection");
        if step != obstacle(*fault) && !is_early {
            wrong.push(format!("{fault}: {step:?} instead of {:?}: {host}", obstacle(*fault)));
        }
        if let Some(failed) = failed {
            assert!(!failed["remedy"].as_str().unwrap().is_empty(), "{fault}");
            let after = steps.iter().skip_while(|step| step["state"] != "failed").skip(1);
            for step in after {
                assert!(step["state"] != "ok" || step["step"] == "token_server", "{step}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_is_told_at_its_step_with_what_to_do() {
    // What is refused to one, or not decided on, withdraws the password from all others.
    let alone = [Fault::PasswordRefused, Fault::SlowLogin];
    let mut others = Fault::ALL.to_vec();
    others.retain(|fault| !alone.contains(fault));
    // Those whose answers have no end are cut after a minute, all at once.
    told_at_its_step(&others);
    alone.iter().for_each(|fault| told_at_its_step(&[*fault]));
}

#[test]
fn a_person_reads_how_far_it_came_and_what_to_do() {
    let lab = LabProcess::start(&["diagnose-lost"], 1);
    let outcome = doctor(&lab, &[]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    let lines: Vec<&str> = outcome.out.lines().collect();
    assert!(lines[0].starts_with("fgt-diagnose-lost"), "{}", outcome.out);
    for (line, begin) in lines[1..].iter().zip([
        "  ok       name          127.0.0.1 is an address",
        "  ok       connection    port ",
        "  ok       ssh           SSH-2.0-",
        "  ok       host key      ssh-ed25519 SHA256:",
        "  ok       login         `auditor` is let in",
        "  ok       prompt        ",
        "  ok       device        FortiGate",
        "  FAILED   permissions   the device refused the command: ",
    ]) {
        assert!(line.starts_with(begin), "`{begin}` is not how this begins: {line}");
    }
    assert!(outcome.out.contains("cli-diagnose"), "the remedy: {}", outcome.out);
}

#[test]
fn a_password_is_tried_once_whatever_comes_of_it() {
    let lab = LabProcess::start(&["password-refused"], 3);
    let outcome = doctor(&lab, &["--format", "json"]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let told: Json = serde_json::from_str(&outcome.out).unwrap();
    let refused = told["hosts"].as_array().unwrap().iter().filter(|host| {
        let login = &host["steps"][4];
        assert_eq!(login["state"], "failed");
        login["message"].as_str().unwrap().contains("refused the password")
    });
    assert_eq!(refused.count(), 1, "{}", outcome.out);
}

#[test]
fn a_host_of_the_lab_without_a_fault_is_well() {
    let desk = Desk::new();
    let outcome = desk.run(&["doctor", "-i", "inventories/lab", "-l", "fgt-fra-01"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.err, outcome.out);
    assert!(outcome.out.contains("  ok       token server  it is reached\n"), "{}", outcome.out);
    assert!(!outcome.out.contains("FAILED"), "{}", outcome.out);
}

#[test]
fn names_and_hosts_that_are_not_there_are_told() {
    let desk = Desk::new();
    let hosts = desk.file(
        "hosts.yml",
        "all:\n  hosts:\n    fw:\n      ansible_host: no-such-name.invalid\n      ansible_password: x\n",
    );
    let outcome = desk.run(&["doctor", "-i", &hosts, "-l", "fw", "-T", "5"]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let line = outcome.out.lines().nth(1).unwrap();
    assert!(
        line.starts_with("  FAILED   name          the name `no-such-name.invalid` "),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains("name servers"), "{}", outcome.out);
    let last = outcome.out.lines().last().unwrap();
    assert_eq!(last, "  -        token server");
}
