//! The run before a swap, which `--baseline` names.

use crate::model::{InputIssue, ReportRequest, RunRecord};
use crate::store::{Store, StoreError};

/// Reads the run that `given` names, to compare the run `current` with it, or one that has not
/// begun yet. `None` where no flag names one; a report that asks for one is then told of.
pub(super) async fn read_baseline(
    given: Option<&str>,
    store: Option<&Store>,
    reports: &[ReportRequest],
    current: Option<&str>,
) -> Result<Option<RunRecord>, InputIssue> {
    let asking = reports.iter().find(|request| request.is_of_replacements());
    let Some(given) = given else {
        let Some(request) = asking else { return Ok(None) };
        let issue =
            InputIssue::error("this report compares with an earlier run, and none is named")
                .hint("name the run before the swap: `--baseline RUN`, its id or `latest`");
        return Err(match &request.place {
            Some(place) => issue.at(place.clone(), 1),
            None => issue,
        });
    };
    let Some(store) = store else {
        return Err(InputIssue::error("`--store none` holds no run to compare with")
            .hint("name the store that the run before the swap was kept in"));
    };
    let id = match (given, current) {
        ("previous", Some(current)) => before(store, current).await?,
        ("previous", None) => store.resolve("latest").await.map_err(told)?,
        (given, _) => store.resolve(given).await.map_err(told)?,
    };
    if current == Some(id.as_str()) {
        return Err(InputIssue::error(format!("the run `{id}` cannot be compared with itself"))
            .hint("name the run before the swap, or `previous`"));
    }
    let events = store.events(&id).await.map_err(told)?;
    RunRecord::from_events(events).map(Some).ok_or_else(|| {
        InputIssue::error(format!("the run `{id}` has no beginning in the store"))
            .hint("the store may be damaged: name another run")
    })
}

/// The id of the run that began before `current`.
async fn before(store: &Store, current: &str) -> Result<String, InputIssue> {
    let runs = store.runs(u32::MAX).await.map_err(told)?;
    let earlier = runs.into_iter().skip_while(|run| run.id != current).nth(1);
    earlier.map(|run| run.id).ok_or_else(|| {
        InputIssue::error(format!("the store holds no run before `{current}`"))
            .hint("name the run before the swap by its id")
    })
}

pub(super) fn told(error: StoreError) -> InputIssue {
    InputIssue::error(error.to_string()).hint(error.remedy())
}
