//! Going on with a run that did not come to its end.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::cli::baseline::told;
use crate::model::{HostName, HostOutcome, HostRecord, InputIssue, RunEvent, RunHeader, RunRecord};
use crate::playbook::Plan;
use crate::store::Store;

/// A run as far as it came, and what is left of it.
pub(super) struct Resumption {
    pub record: RunRecord,
    /// How many parts it was written in.
    pub parts: usize,
    /// The hosts that are left and can still be examined.
    pub left: HashSet<HostName>,
    /// Those of its hosts that are left and that the plan has no more.
    pub gone: Vec<HostName>,
    /// What is not as it was when the run began, each a sentence for the report.
    pub changes: Vec<String>,
}

/// Reads the run that `given` names, and holds it against what is planned now: `plan`, and the header
/// that a new run would have.
pub(super) async fn read_resumption(
    store: &Store,
    given: &str,
    plan: &Plan,
    now: &RunHeader,
) -> Result<Resumption, InputIssue> {
    let id = match given {
        "latest" => latest(store, &now.playbook).await?,
        given => store.resolve(given).await.map_err(told)?,
    };
    let events = store.events(&id).await.map_err(told)?;
    let is_first =
        |e: &&RunEvent| matches!(e, RunEvent::RunStarted { .. } | RunEvent::PartStarted { .. });
    let parts = events.iter().filter(is_first).count();
    let record = RunRecord::from_events(events).ok_or_else(|| {
        InputIssue::error(format!("the run `{id}` has no beginning in the store"))
            .hint("the store may be damaged: begin a new run, without `--resume`")
    })?;
    if record.header.playbook != now.playbook && !has_same_playbook(&record.header, now) {
        return Err(InputIssue::error(format!(
            "the run `{id}` is one of `{}`, not of `{}`",
            record.header.playbook, now.playbook
        ))
        .hint("name its playbook, or begin a new run, without `--resume`"));
    }
    let planned: HashSet<&HostName> = plan.hosts.iter().map(|host| &host.entry.host).collect();
    let wanted = wanted(&record, plan);
    let gone = record.hosts.keys().filter(|host| wanted.contains(*host) && !planned.contains(host));
    let gone: Vec<HostName> = gone.cloned().collect();
    let left = planned.iter().filter(|host| wanted.contains(**host)).map(|host| (**host).clone());
    let left: HashSet<HostName> = left.collect();
    let new = planned.iter().filter(|host| !record.hosts.contains_key(host.as_str())).count();
    let changes = changes(&record.header, now, gone.len(), new);
    Ok(Resumption { parts, left, gone, changes, record })
}

/// The newest run of this playbook: that of another, which may have been run since, is not meant.
async fn latest(store: &Store, playbook: &str) -> Result<String, InputIssue> {
    let runs = store.runs(u32::MAX).await.map_err(told)?;
    let run = runs.into_iter().find(|run| run.playbook == playbook);
    run.map(|run| run.id).ok_or_else(|| {
        InputIssue::error(format!("the store holds no run of `{playbook}` to go on with"))
            .hint("begin one, without `--resume`")
    })
}

fn has_same_playbook(a: &RunHeader, b: &RunHeader) -> bool {
    let (Some(a), Some(b)) = (&a.origin, &b.origin) else { return false };
    a.playbook == b.playbook
}

/// The hosts that have no outcome of their own yet. Where hosts see what others came to know, which is
/// in no store, either all are examined or none.
fn wanted(record: &RunRecord, plan: &Plan) -> HashSet<HostName> {
    let is_open = |host: &HostRecord| !host.outcome.as_ref().is_some_and(HostOutcome::is_final);
    let open = record.hosts.iter().filter(|(_, host)| is_open(host));
    let open: HashSet<HostName> = open.map(|(name, _)| name.clone()).collect();
    if !open.is_empty() && plan.hosts_depend_on_others() {
        return record.hosts.keys().cloned().collect();
    }
    open
}

fn changes(then: &RunHeader, now: &RunHeader, gone: usize, new: usize) -> Vec<String> {
    let mut changes = Vec::new();
    if let (Some(then), Some(now)) = (&then.origin, &now.origin) {
        for what in then.differences(now) {
            changes.push(format!("{what} changed before the run was resumed"));
        }
    }
    if then.version != now.version {
        let (then, now) = (&then.version, &now.version);
        changes.push(format!("the run was begun by tokenfleet {then} and resumed by {now}"));
    }
    if gone > 0 {
        changes.push(format!("{gone} hosts of the run were left out when it was resumed"));
    }
    if new > 0 {
        changes.push(format!("{new} hosts that came to the inventory later are not in the run"));
    }
    changes
}

impl Resumption {
    /// The first event of the part that goes on with the run.
    pub fn part_started(&self, now: &RunHeader, at: Timestamp) -> RunEvent {
        let known = &self.record.header.notes;
        let notes = now.notes.iter().chain(&self.changes).filter(|note| !known.contains(note));
        RunEvent::PartStarted {
            at,
            version: now.version.clone(),
            hosts: self.left.len() + self.gone.len(),
            notes: notes.cloned().collect(),
        }
    }

    /// What becomes of the hosts that the plan has no more.
    pub fn leaving(&self, at: Timestamp) -> impl Iterator<Item = RunEvent> {
        self.gone.iter().map(move |host| {
            let reason = "it was left out when the run was resumed".to_owned();
            let remedy = Some("See the inventory and `--limit`.".to_owned());
            let outcome = HostOutcome::NotAttempted { reason, remedy };
            RunEvent::HostFinished { host: host.clone(), at, outcome }
        })
    }

    /// What has changed.
    pub fn warning(&self) -> Option<InputIssue> {
        let hint = "what was examined before stays as it was found; to have all of one cast, begin a new \
                    run, without `--resume`";
        let changes = self.changes.join("; ");
        (!changes.is_empty()).then(|| InputIssue::warning(changes).hint(hint))
    }
}
