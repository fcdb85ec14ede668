//! One host, or one token, over the runs.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::cli::history::{pretty, table};
use crate::cli::history_arguments::HistoryFormat;
use crate::cli::memory::Memory;
use crate::history::{FindingState, Sight, TokenState};
use crate::model::{InputIssue, nearest_hint};
use crate::report::{CsvStyle, plain_csv};
use crate::store::StoredRun;
use crate::terminal::state_list;

/// Rows with a column for each name, the newest run first.
pub(super) struct Timeline {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Timeline {
    pub fn told(self, format: HistoryFormat) -> Result<String, InputIssue> {
        match format {
            HistoryFormat::Text => Ok(state_list(self.columns, &self.rows)),
            HistoryFormat::Csv => {
                table(|out| plain_csv(self.columns, self.rows, CsvStyle::default(), out))
            }
            HistoryFormat::Json => {
                let object = |row: &Vec<String>| {
                    let pairs = self.columns.iter().zip(row);
                    let pairs = pairs.map(|(name, cell)| ((*name).to_owned(), Json::from(&**cell)));
                    Json::Object(pairs.collect::<Map<_, _>>())
                };
                pretty(&Json::from(self.rows.iter().map(object).collect::<Vec<_>>()))
            }
        }
    }
}

/// What each run saw of a host.
pub(super) async fn host_timeline(
    memory: &mut Memory<'_>,
    runs: &[StoredRun],
    host: &str,
) -> Result<Timeline, InputIssue> {
    const COLUMNS: &[&str] =
        &["run", "started", "outcome", "serial", "firmware", "ha", "tokens", "findings"];
    let mut rows = Vec::new();
    let mut names = Vec::new();
    for run in runs {
        let Some(overview) = memory.overview(&run.id).await? else { continue };
        let Some(state) = overview.hosts.iter().find(|state| state.host == host) else {
            if names.is_empty() {
                names = overview.hosts.iter().map(|state| state.host.clone()).collect();
            }
            continue;
        };
        let states = memory.states_of(&run.id, |name| name == host).await?;
        let device = states.devices.get(host).cloned().unwrap_or_default();
        let is_read = state.sight > Sight::None;
        let count = |number: usize| if is_read { number.to_string() } else { String::new() };
        let rules = overview.findings.iter().filter(|found| found.host == host && !found.muted);
        rows.push(vec![
            run.id.clone(),
            time(run),
            match state.sight {
                Sight::Part => format!("{} (partial)", state.outcome),
                _ => state.outcome.clone(),
            },
            device.serial,
            device.firmware,
            device.ha,
            count(states.tokens.get(host).map_or(0, Vec::len)),
            counted(rules),
        ]);
    }
    if rows.is_empty() {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(InputIssue::error(format!(
            "none of the {} last runs knows a host `{host}`",
            runs.len()
        ))
        .hint(nearest_hint(host, &names)));
    }
    Ok(Timeline { columns: COLUMNS, rows })
}

/// `token-locked (2), token-drift (1)`
fn counted<'a>(found: impl Iterator<Item = &'a FindingState>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for found in found {
        match counts.iter_mut().find(|(rule, _)| *rule == found.rule) {
            Some((_, count)) => *count += 1,
            None => counts.push((&found.rule, 1)),
        }
    }
    let told = counts.iter().map(|(rule, count)| format!("{rule} ({count})"));
    told.collect::<Vec<_>>().join(", ")
}

/// What each run saw of a token.
pub(super) async fn token_timeline(
    memory: &mut Memory<'_>,
    runs: &[StoredRun],
    token: &str,
) -> Result<Timeline, InputIssue> {
    const COLUMNS: &[&str] = &["run", "started", "state", "status", "owner", "place", "findings"];
    let token = token.to_ascii_uppercase();
    let mut rows = Vec::new();
    // Where it was last, by playbook and inventories: who did not look there says nothing of it.
    let mut last: HashMap<(&str, &[String]), Vec<TokenState>> = HashMap::new();
    for run in runs.iter().rev() {
        let Some(overview) = memory.overview(&run.id).await? else { continue };
        let states = memory.states_with(&run.id, &token).await?;
        let shown: Vec<TokenState> =
            states.tokens.into_values().flatten().filter(|row| row.serial == token).collect();
        let line = (run.playbook.as_str(), run.inventories.as_slice());
        let before = last.get(&line);
        if shown.is_empty() && before.is_none() {
            continue;
        }
        let found = overview.findings.iter().filter(|found| found.token == token && !found.muted);
        let is_whole = |host: &str| {
            overview.hosts.iter().any(|state| state.host == host && state.sight == Sight::Whole)
        };
        let state = match (shown.is_empty(), before) {
            (false, _) => "shown",
            (true, Some(before)) if before.iter().all(|row| is_whole(&row.host)) => "gone",
            // The last known state stays.
            (true, _) => "not seen",
        };
        let told = if shown.is_empty() { before.cloned().unwrap_or_default() } else { shown };
        let joined = |what: &dyn Fn(&TokenState) -> Option<String>| {
            let mut all: Vec<String> = told.iter().filter_map(what).collect();
            all.sort();
            all.dedup();
            all.join(", ")
        };
        rows.push(vec![
            run.id.clone(),
            time(run),
            state.to_owned(),
            joined(&|row| Some(row.status.clone())),
            joined(&|row| row.owner.clone()),
            joined(&|row| Some(row.place())),
            counted(found),
        ]);
        last.insert(line, told);
    }
    if rows.is_empty() {
        let number = runs.len();
        return Err(InputIssue::error(format!(
            "none of the {number} last runs shows a token `{token}`"
        ))
        .hint("write its whole serial number; `-n` looks further back"));
    }
    rows.reverse();
    Ok(Timeline { columns: COLUMNS, rows })
}

fn time(run: &StoredRun) -> String {
    run.started.strftime("%Y-%m-%d %H:%M").to_string()
}
