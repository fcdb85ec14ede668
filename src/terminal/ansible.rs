//! The whole run as `ansible-playbook` prints it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::recap::{banner, recap};
use crate::model::{
    HostName, HostOutcome, HostRecord, RunRecord, Stage, TaskDetail, TaskRecord, TaskStatus, clean,
    clean_line,
};

/// A play as the stream heads it.
#[derive(Debug, Clone)]
pub struct PlayHeading {
    /// Position in the file, counted from 0.
    pub index: usize,
    pub name: String,
    /// The hosts in order, in the batches in which they were let in.
    pub batches: Vec<Vec<HostName>>,
    /// `max_fail_percentage`
    pub max_fail: Option<f64>,
}

/// `PLAY`, `TASK` and `PLAY RECAP` with a line or more for each host: task by task and in the order
/// of the hosts, whatever order they came in.
pub fn ansible_stream(record: &RunRecord, plays: &[PlayHeading]) -> String {
    let mut text = String::new();
    let mut told = Vec::new();
    // Ansible ends a run with the batch that fails whole; who has failed before does not count.
    let mut is_over = false;
    for play in plays {
        let heading = banner(&format!("PLAY [{}]", play.name));
        if play.batches.is_empty() {
            text.push_str(&format!("\n{heading}\nskipping: no hosts matched\n"));
        }
        for batch in &play.batches {
            let hosts: Vec<_> =
                batch.iter().filter_map(|host| Some((host, record.hosts.get(host)?))).collect();
            let tasks = tasks(&hosts, play.index);
            let lost = hosts.iter().filter(|(_, host)| is_lost_before(host, play.index));
            let lost: Vec<_> = lost.filter(|(host, _)| !told.contains(host)).copied().collect();
            let is_left = hosts.iter().any(|(_, host)| !has_failed(host));
            if is_over && tasks.is_empty() && lost.is_empty() && !is_left {
                continue;
            }
            let ended: Vec<_> =
                hosts.iter().filter(|(_, host)| has_ended(host, play.index)).collect();
            is_over |= !ended.is_empty() && ended.len() == hosts.len()
                || ended.iter().any(|(_, host)| is_stopped(host));
            text.push_str(&format!("\n{heading}\n"));
            if !lost.is_empty() {
                text.push_str(&format!("\n{}\n", banner("TASK [Gathering Facts]")));
                for (host, record) in &lost {
                    text.push_str(&end_of(host, record));
                    told.push(host);
                }
            }
            for records in tasks.values() {
                let name = records.first().map_or("", |(_, task)| task.task.name.as_str());
                text.push_str(&format!("\n{}\n", banner(&format!("TASK [{name}]"))));
                for (host, task) in records {
                    text.push_str(&lines(host, task));
                }
                text.push_str(&included(records));
            }
            let may_stop = play.max_fail.is_some_and(|most| most < 100.0);
            if may_stop && !is_left && !ended.is_empty() {
                // Once for the percentage, and once for those whom it stopped.
                text.push_str(&format!("\n{0}\n\n{0}\n", banner("NO MORE HOSTS LEFT")));
            }
        }
    }
    text.push('\n');
    text.push_str(&recap(record));
    text.push('\n');
    clean(&text).into_owned()
}

type Records<'r> = Vec<(&'r HostName, &'r TaskRecord)>;

/// What was done in a play, by the place of the task.
fn tasks<'r>(
    hosts: &[(&'r HostName, &'r HostRecord)],
    play: usize,
) -> BTreeMap<Vec<usize>, Records<'r>> {
    let mut tasks: BTreeMap<Vec<usize>, Records<'r>> = BTreeMap::new();
    for (host, record) in hosts {
        for task in record.tasks.iter().filter(|task| task.task.play == play) {
            let place = [&[task.task.task], task.task.inside.as_slice()].concat();
            tasks.entry(place).or_default().push((host, task));
        }
    }
    tasks
}

fn has_failed(host: &HostRecord) -> bool {
    matches!(host.outcome, Some(HostOutcome::Unreachable { .. } | HostOutcome::Failed { .. }))
}

/// Whether it failed in this play, and not in one before.
fn has_ended(host: &HostRecord, play: usize) -> bool {
    has_failed(host) && host.tasks.last().is_none_or(|task| task.task.play == play)
}

fn is_stopped(host: &HostRecord) -> bool {
    match &host.outcome {
        Some(HostOutcome::Failed { failure }) => failure.stage == Stage::Stopped,
        _ => false,
    }
}

/// A host that was not reached, or failed, before its first task.
fn is_lost_before(host: &HostRecord, play: usize) -> bool {
    let has_begun = host.tasks.iter().any(|task| task.task.play == play);
    let has_told = host
        .tasks
        .iter()
        .any(|task| matches!(task.outcome.status, TaskStatus::Failed | TaskStatus::Unreachable));
    let is_lost = match &host.outcome {
        Some(HostOutcome::Unreachable { .. }) => true,
        Some(HostOutcome::Failed { failure }) => failure.stage != Stage::Stopped,
        _ => false,
    };
    is_lost && !has_begun && !has_told
}

fn end_of(host: &HostName, record: &HostRecord) -> String {
    match &record.outcome {
        Some(HostOutcome::Unreachable { failure }) => {
            let json = serde_json::json!({
                "changed": false, "msg": failure.to_string(), "unreachable": true,
            });
            format!("fatal: [{host}]: UNREACHABLE! => {}\n", compact(&json))
        }
        Some(HostOutcome::Failed { failure }) => {
            let json = serde_json::json!({"msg": failure.to_string()});
            format!("fatal: [{host}]: FAILED! => {}\n", compact(&json))
        }
        _ => String::new(),
    }
}

/// Hosts that included the same file stand in one line.
fn included(records: &Records<'_>) -> String {
    let mut files: Vec<(String, Vec<&str>)> = Vec::new();
    for (host, task) in records.iter().filter(|(_, task)| is_included(task)) {
        let message = task.outcome.message.as_deref().unwrap_or_default();
        let known = message.replacen(&format!(" for {host}"), " for {}", 1);
        // What one host does twice is told twice.
        let is_it = |(file, hosts): &&mut (String, Vec<&str>)| {
            *file == known && !hosts.contains(&host.as_str())
        };
        match files.iter_mut().find(is_it) {
            Some((_, hosts)) => hosts.push(host.as_str()),
            None => files.push((known, vec![host.as_str()])),
        }
    }
    let line = |(file, hosts): (String, Vec<&str>)| {
        format!("{}\n", file.replacen(" for {}", &format!(" for {}", hosts.join(", ")), 1))
    };
    files.into_iter().map(line).collect()
}

fn is_included(task: &TaskRecord) -> bool {
    let message = task.outcome.message.as_deref().unwrap_or_default();
    task.task.action == "include_tasks" && message.starts_with("included: ")
}

fn lines(host: &HostName, task: &TaskRecord) -> String {
    let Some(detail) = task.outcome.detail.as_deref() else { return String::new() };
    let mut text = String::new();
    // Files that were included are told of by their names.
    let is_include = task.task.action == "include_tasks";
    for item in detail.items.iter().filter(|item| !is_include || item.status != TaskStatus::Ok) {
        text.push_str(&retries(host, &task.task.name, item));
        text.push_str(&line(host, item));
    }
    text.push_str(&retries(host, &task.task.name, detail));
    if is_included(task) {
        return text;
    }
    // The items of a loop have said all, unless none of them was done. Those of a `debug` never
    // say that the task failed, unless they are hidden.
    let is_told = match detail.status {
        TaskStatus::Ok => detail.items.is_empty(),
        TaskStatus::Skipped => true,
        _ => {
            let is_hidden = detail.result.contains("\"censored\": ");
            detail.items.is_empty() || task.task.action == "debug" && !is_hidden
        }
    };
    if is_told {
        text.push_str(&line(host, detail));
    }
    if task.outcome.status == TaskStatus::Ignored {
        text.push_str("...ignoring\n");
    }
    text
}

/// The host, and in whose name it did the task.
fn label(host: &HostName, detail: &TaskDetail) -> String {
    match &detail.delegate {
        Some(other) if other != host.as_str() => format!("[{host} -> {other}]"),
        _ => format!("[{host}]"),
    }
}

fn retries(host: &HostName, task: &str, detail: &TaskDetail) -> String {
    let (again, most) = detail.retries;
    let host = label(host, detail);
    let line = |left| format!("FAILED - RETRYING: {host}: {task} ({left} retries left).\n");
    (0..again).map(|run| line(most - run)).collect()
}

fn line(host: &HostName, detail: &TaskDetail) -> String {
    // Who skips a task does not come to where it would be delegated.
    let host = match detail.status {
        TaskStatus::Skipped => format!("[{host}]"),
        _ => label(host, detail),
    };
    let result: Json = serde_json::from_str(&detail.result).unwrap_or_default();
    let item = detail.item.as_ref().map(|item| format!("(item={})", clean_line(item)));
    let said = match detail.is_said {
        true => format!(" => {}", pretty(&result, 0)),
        false => String::new(),
    };
    match (detail.status, item) {
        (TaskStatus::Skipped, None) => format!("skipping: {host}\n"),
        (TaskStatus::Skipped, Some(item)) => format!("skipping: {host} => {item} \n"),
        (TaskStatus::Ok, item) => {
            let word = if detail.changed { "changed" } else { "ok" };
            let item = item.map(|item| format!(" => {item}")).unwrap_or_default();
            format!("{word}: {host}{item}{said}\n")
        }
        (TaskStatus::Unreachable, _) => {
            format!("fatal: {host}: UNREACHABLE! => {}\n", compact(&result))
        }
        (_, Some(item)) if detail.is_said => format!("failed: {host} {item}{said}\n"),
        (_, Some(item)) => format!("failed: {host} {item} => {}\n", compact(&result)),
        (_, None) if detail.is_said => format!("fatal: {host}: FAILED!{said}\n"),
        (_, None) => format!("fatal: {host}: FAILED! => {}\n", compact(&result)),
    }
}

/// As Python writes JSON: keys sorted, a blank behind commas and colons.
fn compact(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(compact).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let pair = |(key, value): (&String, &Json)| {
                format!("{}: {}", Json::from(key.as_str()), compact(value))
            };
            format!("{{{}}}", keys.into_iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The same over lines, indented by four.
fn pretty(value: &Json, depth: usize) -> String {
    let margin = "    ".repeat(depth + 1);
    let end = "    ".repeat(depth);
    match value {
        Json::Array(items) if !items.is_empty() => {
            let items: Vec<_> =
                items.iter().map(|item| format!("{margin}{}", pretty(item, depth + 1))).collect();
            format!("[\n{}\n{end}]", items.join(",\n"))
        }
        Json::Object(map) if !map.is_empty() => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let pair = |(key, value): (&String, &Json)| {
                format!("{margin}{}: {}", Json::from(key.as_str()), pretty(value, depth + 1))
            };
            let pairs: Vec<_> = keys.into_iter().map(pair).collect();
            format!("{{\n{}\n{end}}}", pairs.join(",\n"))
        }
        other => compact(other),
    }
}
