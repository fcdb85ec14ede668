//! A year of nightly audits of 2,000 FortiGates: the questions that a person asks are answered in a moment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use desk::Desk;
use jiff::{Timestamp, ToSpan};
use tokenfleet::history::{
    Counts, DeviceState, FindingState, HostState, Overview, RunHead, Sight, Snapshot, States,
    TokenState,
};
use tokenfleet::model::{RunEvent, RunHeader};
use tokenfleet::store::{Holder, Store, StoredSnapshot};

const NIGHTS: usize = 365;
const DEVICES: usize = 2_000;
const TOKENS: usize = 25;

/// What a person waits for without thinking of it, even of a program that is not optimised.
const MOMENT: Duration = Duration::from_secs(2);

/// The time that the processes took which this one has waited for: unlike that of a clock it is the same
/// whatever else the machine does. Zero where it is not Linux.
fn taken() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn name(device: usize) -> String {
    format!("fgt-{device:05}")
}

/// The rows of one FortiGate in one night.
fn states_of(device: usize, night: usize) -> String {
    let host = name(device);
    let state = DeviceState {
        serial: format!("FGT60FTK{device:08}"),
        model: "FortiGate-60F".to_owned(),
        firmware: format!("7.4.{} build2795", night / 60),
        ha: "standalone".to_owned(),
        members: String::new(),
    };
    // Spread over the alphabet as real ones are, so that they are not packed to nothing.
    let digits = |number: usize| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
    let token = |token: usize| {
        let number = device * TOKENS + token;
        TokenState {
            host: host.clone(),
            vdom: "root".to_owned(),
            serial: format!("FTKMOB{:010X}", digits(number)),
            status: ["provisioned", "provisioned", "new", "provision timeout"]
                [(number + night) % 4]
                .to_owned(),
            owner: Some(format!("user.{:x}", digits(number) & 0xff_ffff)),
        }
    };
    let mut states = States::default();
    states.tokens.insert(host.clone(), (0..TOKENS).map(token).collect());
    states.devices.insert(host, state);
    states.to_text()
}

fn overview(header: &RunHeader, night: usize) -> Overview {
    let is_away = |device: usize| (device + night).is_multiple_of(97);
    let host = |device: usize| HostState {
        host: name(device),
        outcome: if is_away(device) { "unreachable" } else { "examined" }.to_owned(),
        sight: if is_away(device) { Sight::None } else { Sight::Whole },
        limits: "3/3/24/10".to_owned(),
        unjudged: vec![],
    };
    let finding = |number: usize| FindingState {
        rule: "token-provision-timeout".to_owned(),
        severity: "error".to_owned(),
        action: "reprovision".to_owned(),
        host: name(number),
        vdom: "root".to_owned(),
        token: format!("FTKMOB{number:010X}"),
        subject: String::new(),
        muted: false,
        fleet: vec![],
    };
    let is_open = |number: &usize| {
        !is_away(*number) && (number.is_multiple_of(2) || (number + night) % 40 < 20)
    };
    Overview {
        head: RunHead::new(header, ["token-provision-timeout"]),
        hosts: (0..DEVICES).map(host).collect(),
        findings: (0..DEVICES).filter(is_open).map(finding).collect(),
    }
}

fn header(night: usize) -> RunHeader {
    let first: Timestamp = "2025-11-25T03:15:00Z".parse().unwrap();
    let started = first + (24 * i64::try_from(night).unwrap()).hours();
    RunHeader {
        id: format!("{}-{night:04x}", started.strftime("%Y%m%dT%H%M%SZ")),
        version: "0.1.0".to_owned(),
        playbook: "audit.yml".to_owned(),
        inventories: vec!["hosts.yml".to_owned()],
        limit: None,
        started,
        hosts: vec![],
        notes: vec![],
        reports: vec![],
        rules: vec![],
        mutes: vec![],
        baseline: None,
        origin: None,
    }
}

async fn fill(location: &str) {
    let store = Store::open(location).await.unwrap();
    let mut states: Vec<String> = (0..DEVICES).map(|device| states_of(device, 0)).collect();
    let holder = Holder::this_process("anna", "audit-1");
    for night in 0..NIGHTS {
        let header = header(night);
        let writer = store.begin(&header, &holder).await.unwrap();
        writer.append(RunEvent::RunFinished { at: header.started, interrupted: false }).await;
        writer.finish().await.unwrap();
        for device in (night % 50..DEVICES).step_by(50) {
            states[device] = states_of(device, night);
        }
        let mut counts = Counts::default();
        counts.hosts.total = DEVICES;
        counts.hosts.examined = DEVICES - DEVICES / 97;
        counts.tokens.total = DEVICES * TOKENS;
        counts.tokens.by_status.insert("provisioned".to_owned(), DEVICES * TOKENS - night);
        counts.tokens.by_status.insert("locked".to_owned(), night);
        let snapshot = StoredSnapshot {
            overview: overview(&header, night).to_text(),
            states: states.concat(),
        };
        let counts = serde_json::to_string(&counts).unwrap();
        store.keep_summary(&header.id, Snapshot::FORMAT, &counts, &snapshot).await.unwrap();
    }
    store.close().await;
}

#[test]
fn a_year_of_a_large_fleet_answers_in_a_moment() {
    let desk = Desk::new();
    let file = desk.path("year.db");
    let store = file.to_str().unwrap();
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(fill(store));
    let size = std::fs::metadata(&file).unwrap().len() >> 20;
    println!("a store of {NIGHTS} nights: {:.1?}, {size} MiB", begun.elapsed());

    let (first, last) = (header(0).id, header(NIGHTS - 1).id);
    let token = format!("FTKMOB{:010X}", 0);
    let mut times = HashMap::new();
    for (arguments, wanted) in [
        // The first time, what the newest twenty come to is found and kept.
        (&["history"][..], last.as_str()),
        (&["history", "-n", "365", "--format", "csv"], first.as_str()),
        (&["history", "-n", "365"], "5-11-25 03:15"),
        (&["diff"], "Changes from "),
        (&["diff", &first, &last], "firmware: 7.4.0 build2795 -> 7.4.6 build2795"),
        (&["history", "--host", "fgt-00007"], "FGT60FTK00000007"),
        (&["history", "--token", &token, "-n", "30"], "user."),
        // The pictures and how long everything has lasted, of the last run.
        (
            &["report", "latest", "--only-changes", "-o", desk.path("reports").to_str().unwrap()],
            "FortiToken audit",
        ),
    ] {
        let begun = taken();
        let outcome = desk.run(&[arguments, &["--store", store]].concat());
        let took = taken() - begun;
        assert_eq!(outcome.code & 1, 0, "{arguments:?}: {}", outcome.err);
        assert!(outcome.out.contains(wanted), "{arguments:?}: {}", outcome.out);
        println!("{took:>8.2?}  {}", arguments.join(" "));
        times.insert(arguments.join(" "), took);
    }
    for (question, took) in times {
        // What is done once, and what is asked for all nights at once, may take longer.
        let is_large = question.contains("365") || question.contains(&first);
        assert!(is_large || took < MOMENT, "{question} took {took:.1?}");
    }
}
