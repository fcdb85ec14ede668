//! What faults cost the tool: no socket and no task is left behind, memory stays flat, waiting is
//! free, and the healthy units beside are examined on time.
//!
//! The long version is ignored, and run by hand:
//! `cargo test --release --test soak -- --ignored --nocapture --test-threads 1`, with
//! `SOAK_FAULTS=silent,hangs` for some faults alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that measures, and says what it measured"
)]

#[path = "support/lab_process.rs"]
mod lab_process;
#[path = "support/rehearsal.rs"]
mod rehearsal;

use std::fs;
use std::time::{Duration, Instant};

use lab_process::LabProcess;
use rehearsal::{Rehearsal, end_of};
use tokenfleet::lab::Fault;
use tokio::runtime::Handle;

const HEALTHY: usize = 20;

/// What this process holds and has used.
#[derive(Debug, Clone, Copy)]
struct Held {
    files: usize,
    tasks: usize,
    resident_kib: u64,
    cpu: Duration,
}

impl Held {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        // Behind the name, which may hold blanks: utime and stime are the fields 14 and 15, in
        // steps of 10 ms.
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        Self {
            files: fs::read_dir("/proc/self/fd").unwrap().count(),
            tasks: Handle::current().metrics().num_alive_tasks(),
            resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
            cpu: Duration::from_millis(ticks * 10),
        }
    }

    /// What is held once everything that ends by itself has ended.
    async fn settled(before: &Self) -> Self {
        let begun = Instant::now();
        loop {
            let held = Self::now();
            let is_back = held.files <= before.files && held.tasks <= before.tasks;
            if is_back || begun.elapsed() > Duration::from_secs(5) {
                return held;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Audits so many units of one fault beside the healthy ones, with limits of one second.
async fn endure(fault: Fault, units: usize, forks: usize) -> String {
    // 25 gigabytes through the processors that also serve them leave no second for the others.
    let (units, limit) = match fault {
        Fault::Floods => (units.min(40), Duration::from_secs(30)),
        _ => (units, Duration::from_secs(1)),
    };
    let faulty = LabProcess::start(&[fault.as_str()], units);
    let healthy = LabProcess::start(&["crumbles"], HEALTHY);
    // The healthy ones stand first: a credential that nobody has accepted yet is offered to few
    // that do not decide on it in a second.
    let rehearsal = Rehearsal::new(limit, forks)
        .with(
            &healthy.read("hosts.yml").replace("fgt-crumbles", "fgt-healthy"),
            &healthy.read("known_hosts"),
        )
        .with(&faulty.read("hosts.yml"), &faulty.read("known_hosts"));
    let before = Held::now();
    let (record, elapsed) = rehearsal.audit().await;
    let after = Held::settled(&before).await;
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    let mut healthy = 0;
    for (host, record) in &record.hosts {
        let (ended, said) = end_of(record);
        if host.as_str().starts_with("fgt-healthy") {
            assert_eq!(ended, "examined", "{fault}: {host}: {said}");
            healthy += 1;
        } else {
            *ends.entry(ended).or_default() += 1;
        }
    }
    assert_eq!(healthy, HEALTHY);
    assert!(after.files <= before.files, "{fault}: {before:?} {after:?}");
    assert!(after.tasks <= before.tasks, "{fault}: {before:?} {after:?}");
    format!(
        "{fault}: {elapsed:.1?}, {ends:?}, CPU {:.1?}, {} files, {} MiB",
        after.cpu - before.cpu,
        after.files,
        after.resident_kib >> 10
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_units_of_silent_kinds_leave_nothing_behind() {
    for fault in [Fault::Silent, Fault::SilentInKeyExchange, Fault::ResetAfterVersion] {
        endure(fault, 40, 60).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: every fault with 500 units"]
async fn five_hundred_units_of_each_fault_leave_nothing_behind() {
    let only = std::env::var("SOAK_FAULTS").ok();
    for fault in Fault::ALL {
        if only.as_deref().is_none_or(|only| only.split(',').any(|name| name == fault.as_str())) {
            println!("{}", endure(fault, 500, 250).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute: 4,000 sessions that time out"]
async fn memory_is_flat_from_a_thousand_to_four_thousand_timed_out_sessions() {
    let lab = LabProcess::start(&["silent-after-version", "hangs"], 500);
    let mut resident = Vec::new();
    for round in 1..=8 {
        let rehearsal = Rehearsal::new(Duration::from_secs(1), 250)
            .with(&lab.read("hosts.yml"), &lab.read("known_hosts"));
        let (record, _) = rehearsal.audit().await;
        assert_eq!(record.hosts.len(), 500);
        drop(record);
        resident.push(Held::now().resident_kib);
        println!("{} sessions: {} KiB", round * 500, resident[round - 1]);
    }
    assert!(resident[7] < resident[1] + (8 << 10), "{resident:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute: 500 sessions that wait"]
async fn five_hundred_sessions_that_wait_ten_seconds_cost_half_a_second_at_most() {
    for fault in [Fault::Silent, Fault::NoPrompt] {
        let lab = LabProcess::start(&[fault.as_str()], 500);
        let rehearsal = Rehearsal::new(Duration::from_secs(40), 500)
            .with(&lab.read("hosts.yml"), &lab.read("known_hosts"));
        let audit = tokio::spawn(async move { rehearsal.audit().await });
        // By then all are connected, and wait.
        tokio::time::sleep(Duration::from_secs(25)).await;
        let before = Held::now();
        tokio::time::sleep(Duration::from_secs(10)).await;
        let after = Held::now();
        let cost = after.cpu - before.cpu;
        println!("{fault}: {} files, {cost:?} in ten seconds", before.files);
        assert!(before.files > 500, "{before:?}");
        assert!(cost < Duration::from_millis(500), "{cost:?}");
        audit.abort();
    }
}
