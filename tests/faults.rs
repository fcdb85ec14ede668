//! Every fault of the lab, over real SSH: each ends at its stage, in its time, and harms neither
//! the healthy units beside it nor itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/rehearsal.rs"]
mod rehearsal;

use std::time::Duration;

use rehearsal::{Rehearsal, end_of};
use tokenfleet::lab::{Fault, Fleet, Hosting, inventory_text, known_hosts_text};

/// Units of each fault.
const EACH: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_at_its_stage_and_costs_the_others_nothing() {
    let faulty = Fleet::faulty(Fault::ALL.len() * EACH, 1, &Fault::ALL);
    let healthy = Fleet::faulty(10, 2, &[Fault::Crumbles]);
    let hosting = Hosting { slow_login: Duration::from_secs(6), ..Hosting::default() };
    let serving = faulty.serve(&hosting).await.unwrap();
    let beside = healthy.serve(&Hosting::default()).await.unwrap();
    let beside_inventory = inventory_text(&beside).replace("fgt-crumbles", "fgt-healthy");
    let (record, elapsed) = Rehearsal::new(Duration::from_secs(3), 250)
        .with(&inventory_text(&serving), &known_hosts_text(&serving))
        .with(&beside_inventory, &known_hosts_text(&beside))
        .audit()
        .await;

    let mut wrong = Vec::new();
    for (host, record) in &record.hosts {
        let fault = faulty.device(host.as_str()).and_then(|device| device.fault);
        let wanted = fault.and_then(Fault::stage).map_or("examined", |stage| stage.as_str());
        let (ended, said) = end_of(record);
        let early = fault == Some(Fault::ResetAtOnce) && ended == "connect";
        if ended != wanted && !early {
            wrong.push(format!("{host}: {ended} instead of {wanted}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(elapsed < Duration::from_secs(30), "{elapsed:?}");
    assert_eq!(serving.harm(), []);
    assert_eq!(beside.harm(), []);
}
