//! A desk before a fleet: runs over a lab, in a store that outlives them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, spawn};

use regex::Regex;
use tokenfleet::model::RunEvent;
use tokenfleet::store::Store;

use crate::desk::{Desk, Outcome};
use crate::lab_process::LabProcess;

pub const AUDIT: &str = "playbooks/fortitoken-audit.yml";

/// A desk before a fleet.
pub struct Office {
    pub desk: Desk,
    pub lab: LabProcess,
    pub store: String,
}

impl Office {
    /// With its store in a file.
    pub fn new(devices: usize, latency: u32) -> Self {
        let desk = Desk::new();
        let store = desk.path("store.db").to_str().unwrap().to_owned();
        Self { desk, lab: LabProcess::start_slow(&[], devices, latency), store }
    }

    /// A run of this playbook over the fleet, with its reports in `reports` of the desk.
    pub fn command(&self, playbook: &str, more: &[&str]) -> Command {
        let (hosts, keys) = (self.lab.path("hosts.yml"), self.lab.path("known_hosts"));
        let reports = self.desk.path("reports");
        let mut all = vec!["run", playbook, "-i", &hosts, "--known-hosts", &keys];
        all.extend(["-o", reports.to_str().unwrap()]);
        all.extend(more);
        let mut command = self.desk.command(&all);
        command.env("TOKENFLEET_STORE", &self.store);
        command
    }

    pub fn run(&self, more: &[&str]) -> Outcome {
        self.desk.finish(&mut self.command(AUDIT, more))
    }

    /// Starts a run and waits until so many hosts are done.
    pub fn start(&self, playbook: &str, more: &[&str], done: usize) -> Child {
        self.listen(playbook, more, done).0
    }

    /// A run that so many hosts are done of when `trouble` comes over it, and what came of it.
    pub fn disturb(&self, more: &[&str], done: usize, trouble: impl FnOnce()) -> Outcome {
        let (mut run, rest) = self.listen(AUDIT, more, done);
        trouble();
        let code = run.wait().unwrap().code().unwrap_or(-1);
        Outcome { out: String::new(), err: rest.join().unwrap(), code }
    }

    /// Starts a run and waits until so many hosts are done; what it says from then on comes later.
    pub fn listen(
        &self,
        playbook: &str,
        more: &[&str],
        done: usize,
    ) -> (Child, JoinHandle<String>) {
        let mut command = self.command(playbook, more);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let far = |line: &str| {
            let count = line.split(" of ").next().and_then(|count| count.parse::<usize>().ok());
            count.is_some_and(|count| count >= done) || (done == 0 && line.contains(" at a time"))
        };
        assert!(lines.any(|line| far(&line.unwrap())), "the run did not come so far");
        let rest = spawn(move || lines.map(|line| line.unwrap() + "\n").collect());
        (child, rest)
    }

    /// The reports of an old run.
    pub fn again(&self, run: &str) -> Outcome {
        let mut command = self.desk.command(&["report", run]);
        command.env("TOKENFLEET_STORE", &self.store).arg("-o").arg(self.desk.path("reports"));
        self.desk.finish(&mut command)
    }

    pub fn with_store<T>(&self, read: impl AsyncFnOnce(&Store) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&self.store).await.unwrap();
            let read = read(&store).await;
            store.close().await;
            read
        })
    }

    /// The events of the newest run.
    pub fn events(&self) -> Vec<RunEvent> {
        self.with_store(async |store| store.events("latest").await.unwrap())
    }

    pub fn runs(&self) -> usize {
        self.with_store(async |store| store.runs(u32::MAX).await.unwrap().len())
    }

    /// The report, with a placeholder for all that no two runs have in common, and without the runs
    /// before it.
    pub fn report(&self) -> String {
        // Codes of the lab end hours after each visit, told to the minute.
        let times = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d{8}T\d{6}Z-[0-9a-f]{4}";
        let mut report = self.desk.json();
        report.as_object_mut().unwrap().remove("trend");
        let report = serde_json::to_string_pretty(&report).unwrap();
        let report = report.replace("nightly-7", "WHEN");
        let report = Regex::new(times).unwrap().replace_all(&report, "WHEN");
        let lengths = Regex::new(r#""(duration_s|duration)": [^,\n]+"#).unwrap();
        lengths.replace_all(&report, "$1").into_owned()
    }
}

pub fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

pub fn id_of(events: &[RunEvent]) -> String {
    let Some(RunEvent::RunStarted { run }) = events.first() else { panic!("no header") };
    run.id.clone()
}

/// What a run said of its being not whole in the store, with its remedy, and placeholders for what is
/// another each time.
pub fn loss(err: &str, run: &str) -> String {
    let mut lines =
        err.lines().skip_while(|line| !line.starts_with("error: this run is not whole"));
    let (error, help) = (lines.next().unwrap_or(err), lines.nth(1).unwrap_or(err));
    let told = format!("{error}\n{help}").replace(run, "RUN");
    let told = Regex::new(r"has \d+ of").unwrap().replace(&told, "has N of").into_owned();
    Regex::new(r"other \d+ again").unwrap().replace(&told, "other N again").into_owned()
}

/// The hosts that were started in each part.
pub fn started(events: &[RunEvent]) -> Vec<BTreeSet<String>> {
    let mut parts: Vec<BTreeSet<String>> = Vec::new();
    for event in events {
        match event {
            RunEvent::RunStarted { .. } | RunEvent::PartStarted { .. } => parts.push([].into()),
            RunEvent::HostStarted { host, .. } => {
                parts.last_mut().unwrap().insert(host.to_string());
            }
            _ => {}
        }
    }
    parts
}

/// The first lines of two reports that are not the same.
pub fn differing(report: &str, expected: &str) -> Option<(String, String)> {
    let mut lines = report.lines().zip(expected.lines());
    let found = lines.find(|(line, wanted)| line != wanted);
    let lengths = (report.lines().count().to_string(), expected.lines().count().to_string());
    let found = found.map(|(line, wanted)| (line.to_owned(), wanted.to_owned()));
    found.or_else(|| (lengths.0 != lengths.1).then_some(lengths))
}
