//! The record of one run: a fold over its events.

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
        Self { header, hosts, finished: None, interrupted: false }
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
            RunEvent::HostStarted { host, at } => {
                self.with(&host, |record| record.started = Some(at));
            }
            RunEvent::HostConnected { host, negotiated, .. } => {
                self.with(&host, |record| record.negotiated = Some(negotiated));
            }
            RunEvent::CommandAnswered { host, transcript } => {
                self.with(&host, |record| record.transcripts.push(transcript));
            }
            RunEvent::TaskFinished { host, task, outcome, .. } => {
                self.with(&host, |record| record.tasks.push(TaskRecord { task, outcome }));
            }
            RunEvent::HostFinished { host, at, outcome } => self.with(&host, |record| {
                record.finished = Some(at);
                record.outcome = Some(outcome);
            }),
            RunEvent::RunFinished { at, interrupted } => {
                self.finished = Some(at);
                self.interrupted = interrupted;
            }
        }
    }

    fn with(&mut self, host: &HostName, change: impl FnOnce(&mut HostRecord)) {
        if let Some(record) = self.hosts.get_mut(host) {
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
