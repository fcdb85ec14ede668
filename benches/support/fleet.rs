//! What a fleet of like units answers, and the record of a run over it.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::fmt::Write;

use jiff::Timestamp;
use tokenfleet::model::{
    HostEntry, HostName, HostOutcome, Limits, ReportRequest, RunEvent, RunHeader, RunRecord,
    Transcript,
};

pub fn name(device: usize) -> HostName {
    HostName::new(format!("fgt-{device:05}"))
}

/// What the unit says to each command of the audit. Most tokens are well, three in four have a
/// holder.
pub fn answers(device: usize, tokens: usize) -> [(&'static str, String); 5] {
    let mut table = String::from("FORTITOKEN        DRIFT  STATUS\n");
    let mut users = String::from("config user local\n");
    let mut configured = String::from("config user fortitoken\n");
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
        // Writing into a String cannot fail.
        let _ = writeln!(table, "{serial}  {}      {status}", number % 5);
        let _ = writeln!(
            configured,
            "    edit \"{serial}\"\n        set license \"EFTM{device:012}\"\n        \
             set activation-code <redacted>\n        set activation-expire 1795564800\n        \
             set reg-id <redacted>\n    next"
        );
        if token % 4 != 0 {
            let _ = writeln!(
                users,
                "    edit \"user.{number}\"\n        set type password\n        \
                 set two-factor fortitoken\n        set fortitoken \"{serial}\"\n        \
                 set email-to \"u{number}@example.com\"\n        set passwd <redacted>\n    next"
            );
        }
    }
    table.push_str("\nTotal activated token: 0\n\nToken server status: reachable\n");
    users.push_str("end\n");
    configured.push_str("end\n");
    let status = format!(
        "Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: FGT60F{device:010}\n\
         Hostname: fgt-{device:05}\nVirtual domain configuration: disable\n\
         Current HA mode: standalone\n"
    );
    let administrators = "config system admin\n    edit \"admin\"\n        \
                          set accprofile \"super_admin\"\n    next\nend\n";
    [
        ("get system status", status),
        ("diagnose fortitoken info", table),
        ("show user local", users),
        ("show system admin", administrators.to_owned()),
        ("show user fortitoken", configured),
    ]
}

/// The record of a finished audit.
pub fn record(devices: usize, tokens: usize) -> RunRecord {
    let entry = |device: usize| HostEntry {
        host: name(device),
        address: format!("fgt-{device:05}.example.net:22"),
        groups: vec!["all_regions".into()],
        limits: Limits { drift: Some(3), ..Limits::default() },
        new_serial: None,
        is_controller: false,
    };
    let mut record = RunRecord::new(RunHeader {
        id: "20261124T031500Z-0000".into(),
        version: "0.1.0".into(),
        playbook: "audit.yml".into(),
        inventories: vec!["hosts.yml".into()],
        limit: None,
        started: Timestamp::UNIX_EPOCH,
        hosts: (0..devices).map(entry).collect(),
        notes: vec![],
        reports: ReportRequest::usual(),
        rules: vec![],
        mutes: vec![],
        baseline: None,
        origin: None,
    });
    for device in 0..devices {
        for event in events(device, tokens) {
            record.apply(event);
        }
    }
    record.apply(RunEvent::RunFinished { at: Timestamp::UNIX_EPOCH, interrupted: false });
    record
}

/// What a run tells of one unit.
pub fn events(device: usize, tokens: usize) -> Vec<RunEvent> {
    let answered = |(command, text): (&str, String)| RunEvent::CommandAnswered {
        host: name(device),
        transcript: Transcript {
            command: command.into(),
            vdom: None,
            text: text.into(),
            elapsed_ms: 1,
            truncated: false,
            refusal: None,
        },
    };
    let mut events: Vec<_> = answers(device, tokens).into_iter().map(answered).collect();
    events.push(RunEvent::HostFinished {
        host: name(device),
        at: Timestamp::UNIX_EPOCH,
        outcome: HostOutcome::Examined,
    });
    events
}
