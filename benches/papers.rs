//! From the record of a large fleet to all papers, without a disk: `cargo bench --bench papers`.
//!
//! `PAPERS_DEVICES` (2000) and `PAPERS_TOKENS` of each (25) say what is measured. The memory is the
//! most that the process ever had, the record included; times vary with the machine.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use jiff::Timestamp;
use tokenfleet::findings::{FleetFacts, evaluate};
use tokenfleet::model::{
    HostEntry, HostName, HostOutcome, Limits, ReportRequest, RunEvent, RunHeader, RunRecord,
    Transcript,
};
use tokenfleet::report::{Renderer, View, default_templates};
use tokenfleet::template::TemplateSet;

fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

fn name(device: usize) -> HostName {
    HostName::new(format!("fgt-{device:05}"))
}

/// Most tokens are well, every second one has a holder.
fn record(devices: usize, tokens: usize) -> RunRecord {
    let mut record = RunRecord::new(RunHeader {
        id: "20261124T031500Z-0000".into(),
        version: "0.1.0".into(),
        playbook: "audit.yml".into(),
        inventories: vec!["hosts.yml".into()],
        limit: None,
        started: Timestamp::UNIX_EPOCH,
        hosts: (0..devices)
            .map(|device| HostEntry {
                host: name(device),
                address: format!("fgt-{device:05}.example.net:22"),
                groups: vec!["all_regions".into()],
                limits: Limits { drift: Some(3), ..Limits::default() },
                new_serial: None,
            })
            .collect(),
        notes: vec![],
        reports: ReportRequest::usual(),
        rules: vec![],
        mutes: vec![],
        baseline: None,
        origin: None,
    });
    for device in 0..devices {
        let mut table = String::from("FORTITOKEN        DRIFT  STATUS\n");
        let mut users = String::from("config user local\n");
        for token in 0..tokens {
            let number = device * tokens + token;
            let status = match number % 40 {
                0 => "provision timeout",
                1 if number % 80 == 1 => "token already activated, and seed won't be returned",
                2 if number % 80 == 2 => "activation error (token not exist in FortiGuard)",
                3..9 => "provisioning",
                9..15 => "new",
                _ => ["provisioned", "active"][token % 2],
            };
            let serial = format!("{}{number:010}", ["FTKMOB", "FTK200"][token % 2]);
            writeln!(table, "{serial}  {}      {status}", number % 5).unwrap();
            if token % 4 != 0 {
                writeln!(
                    users,
                    "    edit \"user.{number}\"\n        set two-factor fortitoken\n        \
                     set fortitoken \"{serial}\"\n        set email-to \"u{number}@example.com\"\n    next"
                )
                .unwrap();
            }
        }
        table.push_str("\nTotal activated token: 0\n\nToken server status: reachable\n");
        users.push_str("end\n");
        let status = format!(
            "Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: FGT60F{device:010}\n\
             Hostname: fgt-{device:05}\nVirtual domain configuration: disable\n\
             Current HA mode: standalone\n"
        );
        for (command, text) in [
            ("get system status", status),
            ("show user local", users),
            ("diagnose fortitoken info", table),
        ] {
            let transcript = Transcript {
                command: command.into(),
                vdom: None,
                text,
                elapsed_ms: 1,
                truncated: false,
                refusal: None,
            };
            record.apply(RunEvent::CommandAnswered { host: name(device), transcript });
        }
        record.apply(RunEvent::HostFinished {
            host: name(device),
            at: Timestamp::UNIX_EPOCH,
            outcome: HostOutcome::Examined,
        });
    }
    record.apply(RunEvent::RunFinished { at: Timestamp::UNIX_EPOCH, interrupted: false });
    record
}

/// MiB, by what Linux counts; 0 elsewhere.
fn memory(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

fn show(what: &str, begun: Instant, bytes: usize) {
    let seconds = begun.elapsed().as_secs_f64();
    let (now, most) = (memory("VmRSS:"), memory("VmHWM:"));
    println!("{what:<40} {seconds:>8.2} s {bytes:>12} bytes {now:>6} MiB, most {most:>6} MiB");
}

fn main() {
    let (devices, tokens) = (setting("PAPERS_DEVICES", 2000), setting("PAPERS_TOKENS", 25));
    println!("{devices} devices with {tokens} tokens each");
    let begun = Instant::now();
    let record = record(devices, tokens);
    show("(the record itself)", begun, 0);
    let whole = Instant::now();
    let begun = Instant::now();
    let facts = FleetFacts::from_record(&record);
    show("facts", begun, 0);
    let begun = Instant::now();
    let findings = evaluate(&facts);
    show("findings", begun, 0);
    let begun = Instant::now();
    let view = Arc::new(View::new(&record, &facts, &findings));
    drop((facts, findings));
    show("view", begun, 0);
    let templates = TemplateSet::new(default_templates(), record.header.started).unwrap();
    let mut renderer = Renderer::new(&view, &templates);
    for request in &record.header.reports {
        let begun = Instant::now();
        let documents = renderer.render(request).unwrap();
        show(&request.dest, begun, documents.iter().map(|document| document.bytes.len()).sum());
    }
    let begun = Instant::now();
    show("summary.txt", begun, renderer.summary().unwrap().len());
    show("all", whole, 0);
}
