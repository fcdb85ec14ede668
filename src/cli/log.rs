//! The conversation as JSON, a line for each thing that happens: `--log-format json`.

use std::io::{self, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use serde_json::{Map, Value as Json, json};

use crate::cli::system_clock::SystemClock;
use crate::model::{HostOutcome, InputIssue, RunEvent, Severity, clean_line};
use crate::runner::Clock;

/// How the conversation on standard error is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Sentences, and a progress bar
    Human,
    /// One JSON object a line
    Json,
}

static FORMAT: OnceLock<LogFormat> = OnceLock::new();
static RUN: OnceLock<String> = OnceLock::new();

/// Decides for good how the conversation is written.
pub(super) fn set_format(format: LogFormat) {
    // Only the first counts, and there is no second.
    let _ = FORMAT.set(format);
}

/// Names the run that all further lines are about.
pub(super) fn set_run(id: &str) {
    let _ = RUN.set(id.to_owned());
}

pub(super) fn is_json() -> bool {
    FORMAT.get() == Some(&LogFormat::Json)
}

/// Sentences for a person, one a line.
pub(super) fn log_text(text: &str) {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let levels = [("error: ", "error"), ("warning: ", "warning"), ("note: ", "info")];
        let level =
            levels.iter().find_map(|(prefix, level)| Some((line.strip_prefix(prefix)?, *level)));
        let (message, level) = level.unwrap_or((line, "info"));
        write(level, "message", json!({"message": clean_line(message)}));
    }
}

/// An issue, without an excerpt: the place says where to look.
pub(super) fn log_issue(issue: &InputIssue) {
    let level = if issue.is_error() { "error" } else { "warning" };
    let mut fields = json!({"message": clean_line(&issue.message)});
    if let Some(hint) = &issue.hint {
        fields["hint"] = json!(clean_line(hint));
    }
    if let Some(place) = &issue.place {
        fields["file"] = json!(place.file);
        fields["line"] = json!(place.line);
        fields["column"] = json!(place.column);
    }
    write(level, "issue", fields);
}

/// What happens in a run. As with sentences, `-v` tells of tasks and the beginnings of hosts, `-vv` of
/// commands too.
pub(super) fn log_event(event: &RunEvent, verbosity: u8) {
    let (needs, level, name, fields) = match event {
        RunEvent::RunStarted { run } => {
            let fields = json!({"playbook": run.playbook, "inventories": run.inventories,
                "limit": run.limit, "hosts": run.hosts.len(), "version": run.version});
            (0, "info", "run_started", fields)
        }
        RunEvent::PartStarted { version, hosts, notes, .. } => {
            (0, "info", "run_resumed", json!({"hosts": hosts, "version": version, "notes": notes}))
        }
        RunEvent::HostStarted { host, .. } => (1, "info", "host_started", json!({"host": host})),
        RunEvent::HostConnected { host, negotiated, .. } => {
            (1, "info", "host_connected", json!({"host": host, "ssh": negotiated}))
        }
        RunEvent::CommandAnswered { host, transcript } => {
            let fields = json!({"host": host, "command": transcript.command,
                "vdom": transcript.vdom, "elapsed_ms": transcript.elapsed_ms,
                "refused": transcript.refusal.is_some()});
            (2, "info", "command_answered", fields)
        }
        RunEvent::TaskFinished { host, task, outcome, .. } => {
            let fields = json!({"host": host, "task": task.name, "action": task.action,
                "status": outcome.status, "message": outcome.message});
            (1, "info", "task_finished", fields)
        }
        RunEvent::HostFinished { host, outcome, .. } => {
            (0, level_of(outcome), "host_finished", host_finished(host.as_str(), outcome))
        }
        RunEvent::RunFinished { interrupted, .. } => {
            (0, "info", "run_finished", json!({"interrupted": interrupted}))
        }
    };
    if verbosity >= needs {
        write(level, name, fields);
    }
}

fn level_of(outcome: &HostOutcome) -> &'static str {
    match outcome {
        HostOutcome::Examined => "info",
        HostOutcome::NotAttempted { .. } | HostOutcome::Interrupted => "warning",
        HostOutcome::Failed { .. } | HostOutcome::Unreachable { .. } => "error",
    }
}

fn host_finished(host: &str, outcome: &HostOutcome) -> Json {
    let mut fields = json!({"host": host, "outcome": outcome.as_str()});
    if let Some(failure) = outcome.failure() {
        fields["stage"] = json!(failure.stage);
        fields["message"] = json!(clean_line(&failure.message));
        fields["hint"] = json!(clean_line(&failure.remedy));
    }
    if let HostOutcome::NotAttempted { reason, .. } = outcome {
        fields["message"] = json!(clean_line(reason));
    }
    fields
}

/// How many findings there are, once they are known.
pub(super) fn log_findings(counts: [(Severity, usize); 4]) {
    let counts: Map<String, Json> = counts
        .into_iter()
        .map(|(severity, count)| (severity.as_str().to_owned(), json!(count)))
        .collect();
    write("info", "findings", json!({ "findings": counts }));
}

fn write(level: &str, event: &str, fields: Json) {
    let mut line = json!({"time": SystemClock.now(), "level": level, "event": event});
    if let Some(run) = RUN.get() {
        line["run"] = json!(run);
    }
    let Json::Object(fields) = fields else { return };
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
        line[name] = value;
    }
    // When nobody listens, nothing is lost.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
