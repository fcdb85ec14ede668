//! A run that is not whole in the store: what is there of it, and how to go on.

use crate::model::{Division, HostOutcome, HostRecord, InputIssue, RunRecord};
use crate::store::StoreError;

/// Why a run is not whole in the store.
#[derive(Debug)]
pub(super) enum NotKept {
    /// The store took no more.
    Failed {
        error: StoreError,
        /// Of how many hosts it has the outcome.
        hosts: usize,
    },
    /// The user had no patience left for it.
    Abandoned,
}

impl NotKept {
    /// How many hosts of a record need not be examined again.
    pub fn settled(record: &RunRecord) -> usize {
        let is_settled =
            |host: &&HostRecord| host.outcome.as_ref().is_some_and(HostOutcome::is_final);
        record.hosts.values().filter(is_settled).count()
    }

    /// What a person must know of it: `record` is what this process knows of the run, which is divided
    /// so.
    pub fn told(&self, record: &RunRecord, division: Division) -> InputIssue {
        let id = &record.header.id;
        let (error, hosts) = match self {
            Self::Failed { error, hosts } => (error, *hosts),
            Self::Abandoned => {
                return InputIssue::error("this run may not be whole in the store").hint(format!(
                    "it was interrupted twice, and the store was slow to take the rest: `--resume {id}` \
                     examines what is missing"
                ));
            }
        };
        let remedy = error.remedy();
        if division != Division::Whole {
            let all = Self::settled(record);
            return InputIssue::error(format!(
                "the store has {hosts} of the {all} hosts that were examined here: {error}"
            ))
            .hint(format!(
                "{remedy}; then examine the others again, with the same command and `--run-id {id}`"
            ));
        }
        let all = record.hosts.len();
        let going_on = match all.saturating_sub(hosts) {
            0 => "brings it to its end".to_owned(),
            left => format!("examines the other {left} again"),
        };
        InputIssue::error(format!(
            "this run is not whole in the store, which has {hosts} of its {all} hosts: {error}"
        ))
        .hint(format!(
            "{remedy}; then the same command with `--resume {id}` {going_on}; the reports of now have \
             all hosts, but are compared with no earlier run"
        ))
    }
}
