//! The audit of served units in this process: the runner over real SSH, with the limits of a test.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokenfleet::fortios::session::Limits;
use tokenfleet::inventory::{InventorySource, Sources, load};
use tokenfleet::model::{HostRecord, KnownHostsFiles, RunHeader, RunRecord, SourceFile};
use tokenfleet::playbook::{self, Plan, Request};
use tokenfleet::runner::{Clock, Interrupter, Runner, RunnerSettings};
use tokenfleet::ssh::{KnownHosts, SshConnector, SshSettings};
use tokenfleet::template::Templar;
use tokio::sync::mpsc;

const PLAYBOOK: &str = "- hosts: all
  tasks:
    - fortitoken_info:
    - fortitoken_owners:
";

/// What is audited, and how patiently.
pub struct Rehearsal {
    inventories: Vec<SourceFile>,
    known_hosts: String,
    /// Limit of each stage of a connection, of the login and of a command.
    pub limit: Duration,
    pub forks: usize,
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Rehearsal {
    pub fn new(limit: Duration, forks: usize) -> Self {
        Self { inventories: Vec::new(), known_hosts: String::new(), limit, forks }
    }

    /// Adds units by their inventory and their host keys.
    pub fn with(mut self, inventory: &str, known_hosts: &str) -> Self {
        let name = format!("hosts-{}.yml", self.inventories.len());
        self.inventories.push(SourceFile::new(name, inventory));
        self.known_hosts.push_str(known_hosts);
        self
    }

    fn plan(&self, templar: &Templar) -> Plan {
        let checked = playbook::check(&SourceFile::new("audit.yml", PLAYBOOK), templar);
        let playbook = checked.playbook.unwrap_or_else(|| panic!("{:?}", checked.issues));
        let inventories = self.inventories.iter().cloned().map(InventorySource::File).collect();
        let loaded = load(&Sources { inventories, ..Sources::default() });
        assert!(!loaded.has_errors(), "{:?}", loaded.issues);
        let inventory = Arc::new(loaded.inventory);
        let planned = playbook::plan(&playbook, inventory, Request::default(), templar);
        planned.unwrap_or_else(|issues| panic!("{issues:?}")).plan
    }

    /// Audits, and says how long it took.
    pub async fn audit(&self) -> (RunRecord, Duration) {
        let templar = Templar::new(Timestamp::UNIX_EPOCH);
        let plan = self.plan(&templar);
        let header = RunHeader {
            id: "rehearsal".into(),
            version: "0".into(),
            playbook: "audit.yml".into(),
            inventories: vec![],
            limit: None,
            started: Timestamp::UNIX_EPOCH,
            hosts: plan.hosts.iter().map(|host| host.entry.clone()).collect(),
            notes: vec![],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        };
        let mut known = KnownHosts::default();
        assert_eq!(known.read(&SourceFile::new("known_hosts", self.known_hosts.as_str())), []);
        let limit = self.limit;
        let connector = SshConnector::new(SshSettings {
            resolve: limit,
            connect: limit,
            handshake: limit,
            authenticate: limit,
            login: limit,
            known_hosts: [(KnownHostsFiles::default(), vec![Arc::new(known)])].into(),
            ..SshSettings::default()
        });
        let settings = RunnerSettings {
            forks: self.forks,
            session: Limits { login: limit, command: limit, idle: limit, ..Limits::default() },
            ..RunnerSettings::default()
        };
        let runner = Runner::new(Arc::new(plan), connector, SystemClock, settings, templar);
        let (_interrupter, interrupt) = Interrupter::new();
        let (sender, mut events) = mpsc::channel(64);
        let begun = Instant::now();
        let driving = tokio::spawn(runner.drive(sender, interrupt));
        let mut record = RunRecord::new(header);
        while let Some(event) = events.recv().await {
            record.apply(event);
        }
        driving.await.unwrap();
        (record, begun.elapsed())
    }
}

/// How a host ended: `examined`, or the stage at which it failed and why.
pub fn end_of(record: &HostRecord) -> (String, String) {
    let outcome = record.outcome.as_ref().expect("every host has an outcome");
    match outcome.failure() {
        Some(failure) => (failure.stage.to_string(), failure.to_string()),
        None => (outcome.as_str().to_owned(), format!("{outcome:?}")),
    }
}
