//! Whether the runtime stays nimble with very many sessions: nothing computes for long on it.
//!
//! Ignored, and run by hand on a machine with nothing else to do:
//! `cargo test --release --test ticker -- --ignored --nocapture`
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stdout)]

#[path = "support/lab_process.rs"]
mod lab_process;
#[path = "support/rehearsal.rs"]
mod rehearsal;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lab_process::LabProcess;
use rehearsal::{Rehearsal, end_of};
use tokio::time::sleep;

const SESSIONS: usize = 2_000;
const TICK: Duration = Duration::from_millis(10);

/// How late a tick may come.
const LATE: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures times: it wants a quiet machine"]
async fn a_ticker_is_not_late_with_two_thousand_sessions() {
    let lab = LabProcess::uniform(SESSIONS, 50);
    let rehearsal = Rehearsal::new(Duration::from_secs(60), SESSIONS)
        .with(&lab.read("hosts.yml"), &lab.read("known_hosts"));
    let latest = Arc::new(AtomicU64::new(0));
    let told = latest.clone();
    let ticking = tokio::spawn(async move {
        loop {
            let due = Instant::now() + TICK;
            sleep(TICK).await;
            let late = due.elapsed().as_micros();
            told.fetch_max(u64::try_from(late).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    });
    let (record, elapsed) = rehearsal.audit().await;
    ticking.abort();
    for (host, record) in &record.hosts {
        assert_eq!(end_of(record).0, "examined", "{host}");
    }
    let latest = Duration::from_micros(latest.load(Ordering::Relaxed));
    println!("{SESSIONS} sessions in {elapsed:.1?}, the latest tick {latest:.1?} late");
    assert!(latest < LATE, "a tick came {latest:.1?} late");
}
