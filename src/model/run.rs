//! The record of one run: a fold over its events.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{
    HostEntry, HostName, HostOutcome, Negotiated, RunEvent, RunHeader, TaskOutcome, TaskRef,
    TaskStatus, Transcript,
};

/// Everything that is known of a run, live or from the store. All reports are pure functions of
/// it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    pub header: RunHeader,
    /// Every host of the header, in its order.
    pub hosts: IndexMap<HostName, HostRecord>,
    /// `None` while it runs, and for ever when the process was killed.
    pub finished: Option<Timestamp>,
    pub interrupted: bool,
    /// Hosts that have an outcome and are being examined again: it counts until they have another.
    again: HashMap<HostName, HostRecord>,
}

/// What is known of one host in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct HostRecord {
    pub entry: HostEntry,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// What its connection agreed on; `None` where none came about, and in runs of versions that
    /// did not keep it.
    pub negotiated: Option<Negotiated>,
    /// `None` while it runs, and for ever when the process was killed.
    pub outcome: Option<HostOutcome>,
    pub tasks: Vec<TaskRecord>,
    pub transcripts: Vec<Transcript>,
}

/// One task that ended on one host.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    pub task: TaskRef,
    pub outcome: TaskOutcome,
}

impl RunRecord {
    /// The record before its first event: every host known, none started.
    pub fn new(header: RunHeader) -> Self {
        let hosts = header
            .hosts
            .iter()
            .map(|entry| (entry.host.clone(), HostRecord::new(entry.clone())))
            .collect();
        Self { header, hosts, finished: None, interrupted: false, again: HashMap::new() }
    }

    /// Folds a whole run. `None` when the first event is not `RunStarted`.
    pub fn from_events(events: impl IntoIterator<Item = RunEvent>) -> Option<Self> {
        let mut events = events.into_iter();
        let Some(RunEvent::RunStarted { run }) = events.next() else { return None };
        let mut record = Self::new(run);
        events.for_each(|event| record.apply(event));
        Some(record)
    }

    /// Applies one event. Events of hosts that the header does not name are ignored.
    pub fn apply(&mut self, event: RunEvent) {
        match event {
            RunEvent::RunStarted { run } => *self = Self::new(run),
            RunEvent::PartStarted { at, notes, .. } => self.go_on(at, notes),
            RunEvent::HostStarted { host, at } => self.begin(&host, Some(at)),
            RunEvent::HostConnected { host, negotiated, .. } => {
                self.with(&host, |record| record.negotiated = Some(negotiated));
            }
            RunEvent::CommandAnswered { host, transcript } => {
                self.with(&host, |record| record.transcripts.push(transcript));
            }
            RunEvent::TaskFinished { host, task, outcome, .. } => {
                self.with(&host, |record| record.tasks.push(TaskRecord { task, outcome }));
            }
            RunEvent::HostFinished { host, at, outcome } => self.finish(&host, at, outcome),
            RunEvent::RunFinished { at, interrupted } => {
                self.finished = Some(at);
                self.interrupted = interrupted;
            }
        }
    }

    /// What another part had begun and not finished is not gone on with: a part that has hosts at all
    /// examines them from their beginning.
    fn go_on(&mut self, at: Timestamp, notes: Vec<String>) {
        // Of parts that were written at once, the one that ended the run need not be the last.
        if self.finished.is_some_and(|finished| finished <= at) {
            (self.finished, self.interrupted) = (None, false);
        }
        for note in notes {
            if !self.header.notes.contains(&note) {
                self.header.notes.push(note);
            }
        }
        self.again.clear();
        for record in self.hosts.values_mut().filter(|record| record.outcome.is_none()) {
            *record = HostRecord::new(record.entry.clone());
        }
    }

    fn begin(&mut self, host: &HostName, at: Option<Timestamp>) {
        let Some(record) = self.hosts.get_mut(host) else { return };
        let begun = HostRecord { started: at, ..HostRecord::new(record.entry.clone()) };
        if record.outcome.is_some() {
            self.again.insert(host.clone(), begun);
        } else {
            *record = begun;
        }
    }

    fn finish(&mut self, host: &HostName, at: Timestamp, outcome: HostOutcome) {
        let Some(record) = self.hosts.get_mut(host) else { return };
        if let Some(known) = &record.outcome {
            // What is known of a device is worth more than that nobody got round to it again.
            if known.is_final() && !outcome.is_final() {
                self.again.remove(host);
                return;
            }
            // An end without a beginning says of a host that it was not begun.
            let again = self.again.remove(host);
            *record = again.unwrap_or_else(|| HostRecord::new(record.entry.clone()));
        }
        record.finished = Some(at);
        record.outcome = Some(outcome);
    }

    /// Drops what the devices answered, which is most of a record, once it is understood.
    pub fn forget_transcripts(&mut self) {
        for host in self.hosts.values_mut().chain(self.again.values_mut()) {
            host.transcripts = Vec::new();
        }
    }

    fn with(&mut self, host: &HostName, change: impl FnOnce(&mut HostRecord)) {
        if let Some(record) = self.again.get_mut(host).or_else(|| self.hosts.get_mut(host)) {
            change(record);
        }
    }
}

impl HostRecord {
    fn new(entry: HostEntry) -> Self {
        Self {
            entry,
            started: None,
            finished: None,
            negotiated: None,
            outcome: None,
            tasks: Vec::new(),
            transcripts: Vec::new(),
        }
    }

    /// How many tasks ended with `status`.
    pub fn count(&self, status: TaskStatus) -> usize {
        self.tasks.iter().filter(|task| task.outcome.status == status).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Limits;

    const A: &str = "fgt-a";
    const B: &str = "fgt-b";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn header() -> RunHeader {
        let entry = |name: &str| HostEntry {
            host: HostName::from(name),
            address: "192.0.2.1:22".to_owned(),
            groups: vec![],
            limits: Limits::default(),
            new_serial: None,
            is_controller: false,
        };
        RunHeader {
            id: "run".to_owned(),
            version: "0".to_owned(),
            playbook: "audit.yml".to_owned(),
            inventories: vec![],
            limit: None,
            started: at(0),
            hosts: vec![entry(A), entry(B)],
            notes: vec!["first".to_owned()],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        }
    }

    fn started(host: &str, second: i64) -> RunEvent {
        RunEvent::HostStarted { host: host.into(), at: at(second) }
    }

    fn answered(host: &str, text: &str) -> RunEvent {
        let transcript = Transcript {
            command: "get system status".to_owned(),
            vdom: None,
            text: text.into(),
            elapsed_ms: 1,
            truncated: false,
            refusal: None,
        };
        RunEvent::CommandAnswered { host: host.into(), transcript }
    }

    fn finished(host: &str, second: i64, outcome: HostOutcome) -> RunEvent {
        RunEvent::HostFinished { host: host.into(), at: at(second), outcome }
    }

    fn part(notes: &[&str]) -> RunEvent {
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        RunEvent::PartStarted { at: at(9), version: "0".to_owned(), hosts: 1, notes }
    }

    fn fold(events: Vec<RunEvent>) -> RunRecord {
        let begun = RunEvent::RunStarted { run: header() };
        RunRecord::from_events([begun].into_iter().chain(events)).unwrap()
    }

    fn texts(record: &RunRecord, host: &str) -> Vec<String> {
        record.hosts[host]
            .transcripts
            .iter()
            .map(|transcript| transcript.text.to_string())
            .collect()
    }

    #[test]
    fn a_host_that_is_begun_again_forgets_the_attempt_that_did_not_end() {
        let record = fold(vec![
            started(A, 1),
            answered(A, "examined"),
            finished(A, 2, HostOutcome::Examined),
            started(B, 1),
            answered(B, "cut off"),
            part(&["first", "second"]),
            started(B, 10),
            answered(B, "whole"),
            finished(B, 11, HostOutcome::Examined),
            RunEvent::RunFinished { at: at(12), interrupted: false },
        ]);
        assert_eq!(texts(&record, A), ["examined"]);
        assert_eq!(texts(&record, B), ["whole"]);
        assert_eq!(record.hosts[B].started, Some(at(10)));
        assert_eq!(record.header.notes, ["first", "second"]);
        assert_eq!((record.finished, record.interrupted), (Some(at(12)), false));
    }

    #[test]
    fn an_outcome_counts_until_there_is_another() {
        let examined = vec![started(A, 1), answered(A, "1"), finished(A, 2, HostOutcome::Examined)];
        let attempt = |events: &[RunEvent]| {
            let mut all = examined.clone();
            all.push(part(&[]));
            all.extend(events.iter().cloned());
            fold(all)
        };
        let cut = attempt(&[started(A, 10), answered(A, "2"), part(&[])]);
        assert_eq!(texts(&cut, A), ["1"]);
        assert_eq!(cut.hosts[A].finished, Some(at(2)));
        let again = [started(A, 10), answered(A, "2")];
        let end = |outcome| attempt(&[&again[..], &[finished(A, 11, outcome)]].concat());
        assert_eq!(texts(&end(HostOutcome::Examined), A), ["2"]);
        assert_eq!(end(HostOutcome::Examined).hosts[A].finished, Some(at(11)));
        assert_eq!(texts(&end(HostOutcome::Interrupted), A), ["1"]);
    }

    #[test]
    fn what_is_not_begun_again_has_nothing_of_the_attempt_before() {
        let reason = "the run was interrupted before its turn".to_owned();
        let outcome = HostOutcome::NotAttempted { reason, remedy: None };
        let record = fold(vec![
            started(A, 1),
            answered(A, "partial"),
            finished(A, 2, HostOutcome::Interrupted),
            part(&[]),
            finished(A, 10, outcome.clone()),
        ]);
        assert!(texts(&record, A).is_empty());
        assert_eq!(record.hosts[A].outcome, Some(outcome));
        assert_eq!(record.hosts[A].started, None);
    }
}
