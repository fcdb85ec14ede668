//! `tokenfleet history`: the runs in the store, and one host or token over the runs.

use std::io;

use serde_json::{Value as Json, json};

use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::history_arguments::{HistoryArguments, HistoryFormat};
use crate::cli::memory::Memory;
use crate::cli::store_location::{in_runtime, open_existing_store};
use crate::cli::stream::print_plain;
use crate::cli::timeline::{host_timeline, token_timeline};
use crate::model::InputIssue;
use crate::report::{CsvStyle, plain_csv};
use crate::store::StoredRun;
use crate::terminal::{ListedRun, run_list};

pub(super) fn history(arguments: &HistoryArguments) -> Exit {
    in_runtime(async {
        match text(arguments).await {
            Ok(text) => print_plain(&text),
            Err(issue) => Complaint::from(issue).say(),
        }
    })
}

async fn text(arguments: &HistoryArguments) -> Result<String, InputIssue> {
    let store = open_existing_store(arguments.store.store.as_deref()).await?;
    let mut memory = Memory::of(&store).await?;
    let runs = runs(&memory, arguments)?;
    let text = match (&arguments.host, &arguments.token) {
        (Some(host), _) => host_timeline(&mut memory, &runs, host).await?.told(arguments.format),
        (None, Some(token)) => {
            token_timeline(&mut memory, &runs, token).await?.told(arguments.format)
        }
        (None, None) => list(&mut memory, &runs, arguments.format).await,
    }?;
    store.close().await;
    Ok(text)
}

/// The runs that are asked for, the newest first.
fn runs(memory: &Memory<'_>, arguments: &HistoryArguments) -> Result<Vec<StoredRun>, InputIssue> {
    let all = memory.runs();
    let is_meant =
        |run: &&StoredRun| arguments.playbook.as_ref().is_none_or(|wanted| *wanted == run.playbook);
    let runs: Vec<StoredRun> =
        all.iter().filter(is_meant).take(arguments.number.get()).cloned().collect();
    match (&arguments.playbook, runs.is_empty()) {
        (_, false) => Ok(runs),
        (Some(wanted), true) if !all.is_empty() => {
            let mut known: Vec<&str> = all.iter().map(|run| run.playbook.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            Err(InputIssue::error(format!("the store holds no run of the playbook `{wanted}`"))
                .hint(format!("as they were given: {}", known.join(", "))))
        }
        _ => Err(InputIssue::error("the store holds no run")
            .hint("run a playbook first, or name another store")),
    }
}

async fn list(
    memory: &mut Memory<'_>,
    runs: &[StoredRun],
    format: HistoryFormat,
) -> Result<String, InputIssue> {
    let mut ids: Vec<String> = runs.iter().map(|run| run.id.clone()).collect();
    ids.extend(ids.last().and_then(|last| memory.previous(last)).map(|run| run.id.clone()));
    // The oldest first, so that what is missing is made in the order in which it came about.
    ids.reverse();
    memory.make(&ids).await?;
    let mut listed = Vec::with_capacity(runs.len());
    for run in runs {
        let counts = memory.counts(&run.id).await.ok();
        let changes = match counts {
            Some(_) => memory.new_and_gone(&run.id).await?,
            None => None,
        };
        listed.push(ListedRun {
            id: run.id.clone(),
            started: run.started,
            finished: run.finished,
            interrupted: run.interrupted,
            playbook: run.playbook.clone(),
            limit: run.limit.clone(),
            counts,
            changes,
        });
    }
    match format {
        HistoryFormat::Text => Ok(run_list(&listed)),
        HistoryFormat::Json => {
            let rows: Vec<Json> =
                listed.iter().zip(runs).map(|(row, run)| row_json(row, run)).collect();
            pretty(&Json::from(rows))
        }
        HistoryFormat::Csv => csv(&listed),
    }
}

pub(super) fn pretty(json: &Json) -> Result<String, InputIssue> {
    let text = serde_json::to_string_pretty(json);
    text.map(|text| text + "\n").map_err(|error| InputIssue::error(error.to_string()))
}

/// A table as text.
pub(super) fn table(
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<String, InputIssue> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| InputIssue::error(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn row_json(row: &ListedRun, run: &StoredRun) -> Json {
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let remark = row.remark();
    json!({
        "run": row.id,
        "started": time(row.started),
        "finished": row.finished.map(time),
        "state": if remark.is_empty() { "complete" } else { remark },
        "version": run.version,
        "playbook": row.playbook,
        "inventories": run.inventories,
        "limit": row.limit,
        "hosts": row.counts.as_ref().map(|counts| counts.hosts),
        "tokens": row.counts.as_ref().map(|counts| &counts.tokens),
        "findings": row.counts.as_ref().map(|counts| counts.findings),
        "muted": row.counts.as_ref().map(|counts| counts.muted),
        "new": row.changes.map(|(new, _)| new),
        "gone": row.changes.map(|(_, gone)| gone),
    })
}

fn csv(runs: &[ListedRun]) -> Result<String, InputIssue> {
    const COLUMNS: [&str; 24] = [
        "run",
        "started",
        "finished",
        "state",
        "playbook",
        "limit",
        "hosts",
        "examined",
        "failed",
        "unreachable",
        "not_attempted",
        "tokens",
        "in_use",
        "pending",
        "spare",
        "trouble",
        "unknown",
        "critical",
        "error",
        "warning",
        "info",
        "muted",
        "new",
        "gone",
    ];
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let rows = runs.iter().map(|run| {
        let remark = run.remark();
        let mut cells = vec![
            run.id.clone(),
            time(run.started),
            run.finished.map(time).unwrap_or_default(),
            if remark.is_empty() { "complete" } else { remark }.to_owned(),
            run.playbook.clone(),
            run.limit.clone().unwrap_or_default(),
        ];
        if let Some(counts) = &run.counts {
            let (hosts, tokens, findings) = (&counts.hosts, &counts.tokens, &counts.findings);
            let numbers = [
                hosts.total,
                hosts.examined,
                hosts.failed,
                hosts.unreachable,
                hosts.not_attempted,
                tokens.total,
                tokens.class("in_use"),
                tokens.class("pending"),
                tokens.class("spare"),
                tokens.class("trouble"),
                tokens.class("unknown"),
                findings.critical,
                findings.error,
                findings.warning,
                findings.info,
                counts.muted,
            ];
            cells.extend(numbers.map(|number| number.to_string()));
        }
        cells.resize(COLUMNS.len() - 2, String::new());
        let (new, gone) = run.changes.unzip();
        cells.extend([new, gone].map(|count| count.map_or_else(String::new, |n| n.to_string())));
        cells
    });
    table(|out| plain_csv(&COLUMNS, rows, CsvStyle::default(), out))
}
