//! The earlier run that `--baseline` names.

use crate::model::{InputIssue, ReportRequest, RunHeader, RunRecord};
use crate::store::{Store, StoreError, StoredRun};

/// What a run is compared with.
pub(super) struct Baseline {
    /// `None`: no earlier run goes before it, so that everything is new.
    pub run: Option<String>,
    /// The run itself, where reports compare FortiGates with the units before them.
    pub replaced: Option<RunRecord>,
}

impl Baseline {
    /// As it is kept with the run, so that its reports can be made anew.
    pub fn to_keep(&self) -> String {
        self.run.clone().unwrap_or_else(|| PREVIOUS.to_owned())
    }
}

/// The run that a run goes on from.
const PREVIOUS: &str = "previous";

/// Finds the run that `given` names, to compare the run of `header` with it. `None` where no flag
/// names one; a report that asks for one is then told of.
pub(super) async fn read_baseline(
    given: Option<&str>,
    store: Option<&Store>,
    header: &RunHeader,
) -> Result<Option<Baseline>, InputIssue> {
    let asking = header.reports.iter().find(|request| request.is_of_replacements());
    let Some(given) = given else {
        let Some(request) = asking else { return Ok(None) };
        return Err(unnamed(request));
    };
    let Some(store) = store else {
        return Err(InputIssue::error("`--store none` holds no run to compare with")
            .hint("name the store that the earlier run was kept in"));
    };
    let run = match (given, asking.is_some()) {
        // A swap lies between two runs of different playbooks.
        (PREVIOUS, true) => Some(before(store, header).await?),
        (PREVIOUS, false) => {
            let runs = earlier(store, header).await?;
            let is_same = |run: &StoredRun| {
                (&run.playbook, &run.inventories) == (&header.playbook, &header.inventories)
            };
            runs.into_iter().find(is_same).map(|run| run.id)
        }
        (given, _) => Some(store.resolve(given).await.map_err(told)?),
    };
    if run.as_deref() == Some(header.id.as_str()) {
        return Err(InputIssue::error(format!(
            "the run `{}` cannot be compared with itself",
            header.id
        ))
        .hint("name an earlier run, or `previous`"));
    }
    let replaced = match (&run, asking) {
        (Some(run), Some(_)) => Some(read_run(store, run).await?),
        _ => None,
    };
    Ok(Some(Baseline { run, replaced }))
}

fn unnamed(request: &ReportRequest) -> InputIssue {
    let issue = InputIssue::error("this report compares with an earlier run, and none is named")
        .hint("name the run before the swap: `--baseline RUN`, its id or `latest`");
    match &request.place {
        Some(place) => issue.at(place.clone(), 1),
        None => issue,
    }
}

/// The record of a run of this id.
pub(super) async fn read_run(store: &Store, run: &str) -> Result<RunRecord, InputIssue> {
    let events = store.events(run).await.map_err(told)?;
    RunRecord::from_events(events).ok_or_else(|| {
        InputIssue::error(format!("the run `{run}` has no beginning in the store"))
            .hint("the store may be damaged: name another run")
    })
}

/// The runs that began before that of `header`, the newest first.
async fn earlier(store: &Store, header: &RunHeader) -> Result<Vec<StoredRun>, InputIssue> {
    let runs = store.runs(u32::MAX).await.map_err(told)?;
    let is_there = runs.iter().any(|run| run.id == header.id);
    Ok(runs
        .into_iter()
        .skip_while(|run| is_there && run.id != header.id)
        .skip(usize::from(is_there))
        .collect())
}

/// The id of the run that began before that of `header`, whatever it was of.
async fn before(store: &Store, header: &RunHeader) -> Result<String, InputIssue> {
    let run = earlier(store, header).await?.into_iter().next();
    run.map(|run| run.id).ok_or_else(|| {
        InputIssue::error(format!("the store holds no run before `{}`", header.id))
            .hint("name the run before the swap by its id")
    })
}

pub(super) fn told(error: StoreError) -> InputIssue {
    InputIssue::error(error.to_string()).hint(error.remedy())
}
