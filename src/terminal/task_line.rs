//! `-v`: one line per task and host, worded as Ansible words it.

use std::collections::HashSet;

use crate::model::{HostName, HostOutcome, RunEvent, TaskStatus, clean_line};

/// Turns events into lines.
#[derive(Debug)]
pub(super) struct TaskLines {
    /// 0: what a `debug` says; 1: tasks and hosts; 2 and more: commands too.
    verbosity: u8,
    /// Hosts whose failure was told with the task it befell.
    told: HashSet<HostName>,
}

impl TaskLines {
    pub(super) fn new(verbosity: u8) -> Self {
        Self { verbosity, told: HashSet::new() }
    }

    /// The line of an event, if it has one at this verbosity.
    pub(super) fn of(&mut self, event: &RunEvent) -> Option<String> {
        if self.verbosity == 0 && !is_said_on_purpose(event) {
            return None;
        }
        let line = match event {
            RunEvent::TaskFinished { host, task, outcome, .. } => {
                let message = outcome.message.as_deref().unwrap_or_default();
                match outcome.status {
                    TaskStatus::Ok if message.is_empty() => {
                        format!("ok: [{host}] => {}", task.name)
                    }
                    TaskStatus::Ok => format!("ok: [{host}] => {}: {message}", task.name),
                    TaskStatus::Unreachable => {
                        self.told.insert(host.clone());
                        format!("fatal: [{host}]: UNREACHABLE! => {}: {message}", task.name)
                    }
                    // What a rescue does about it is told by its own tasks.
                    TaskStatus::Rescued => {
                        format!("fatal: [{host}]: FAILED! => {}: {message}", task.name)
                    }
                    TaskStatus::Skipped => format!("skipping: [{host}] => {}", task.name),
                    TaskStatus::Failed => {
                        self.told.insert(host.clone());
                        format!("fatal: [{host}]: FAILED! => {}: {message}", task.name)
                    }
                    TaskStatus::Ignored => {
                        format!("fatal: [{host}]: FAILED! => {}: {message} ...ignoring", task.name)
                    }
                }
            }
            RunEvent::HostFinished { host, outcome, .. } => match outcome {
                HostOutcome::Unreachable { failure } if !self.told.contains(host) => {
                    format!("fatal: [{host}]: UNREACHABLE! => {failure}")
                }
                HostOutcome::Failed { failure } if !self.told.contains(host) => {
                    format!("fatal: [{host}]: FAILED! => {failure}")
                }
                HostOutcome::NotAttempted { reason, .. } => {
                    format!("skipping: [{host}]: not attempted: {reason}")
                }
                HostOutcome::Interrupted => format!("skipping: [{host}]: interrupted"),
                HostOutcome::Examined
                | HostOutcome::Failed { .. }
                | HostOutcome::Unreachable { .. } => return None,
            },
            RunEvent::HostConnected { host, negotiated, .. } if self.verbosity > 1 => {
                format!("{host}: {negotiated}")
            }
            RunEvent::CommandAnswered { host, transcript } if self.verbosity > 1 => {
                let place =
                    transcript.vdom.as_ref().map(|vdom| format!(" ({vdom})")).unwrap_or_default();
                let lines = transcript.text.lines().count();
                format!(
                    "{host}{place} # {}: {lines} lines in {} ms",
                    transcript.command, transcript.elapsed_ms
                )
            }
            _ => return None,
        };
        Some(clean_line(&line).into_owned())
    }
}

/// A `debug` is there to be read.
fn is_said_on_purpose(event: &RunEvent) -> bool {
    matches!(event, RunEvent::TaskFinished { task, outcome, .. }
        if task.action == "debug" && outcome.status == TaskStatus::Ok)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::model::{HostFailure, Stage, TaskOutcome, TaskRef, Transcript};

    use super::*;

    fn task(status: TaskStatus, message: Option<&str>) -> RunEvent {
        RunEvent::TaskFinished {
            host: "fgt-1".into(),
            at: Timestamp::UNIX_EPOCH,
            task: TaskRef {
                play: 0,
                task: 0,
                inside: vec![],
                name: "Read tokens".into(),
                action: "cli".into(),
            },
            outcome: TaskOutcome::new(status, message.map(str::to_owned)),
        }
    }

    fn finished(outcome: HostOutcome) -> RunEvent {
        RunEvent::HostFinished { host: "fgt-1".into(), at: Timestamp::UNIX_EPOCH, outcome }
    }

    fn lines(verbosity: u8, events: &[RunEvent]) -> Vec<String> {
        let mut lines = TaskLines::new(verbosity);
        events.iter().filter_map(|event| lines.of(event)).collect()
    }

    #[test]
    fn each_state_reads_as_in_ansible() {
        assert_eq!(
            lines(
                1,
                &[
                    task(TaskStatus::Ok, None),
                    task(TaskStatus::Ok, Some("42 \u{1b}[1mtokens\nfound")),
                    task(TaskStatus::Skipped, None),
                    task(TaskStatus::Ignored, Some("no")),
                    finished(HostFailure::new(Stage::Connect, "refused", "r").into()),
                ]
            ),
            [
                "ok: [fgt-1] => Read tokens",
                "ok: [fgt-1] => Read tokens: 42 tokens found",
                "skipping: [fgt-1] => Read tokens",
                "fatal: [fgt-1]: FAILED! => Read tokens: no ...ignoring",
                "fatal: [fgt-1]: UNREACHABLE! => refused",
            ]
        );
    }

    #[test]
    fn a_failure_is_told_once() {
        let failure = finished(HostFailure::new(Stage::Task, "bad", "r").into());
        assert_eq!(lines(1, &[task(TaskStatus::Failed, Some("bad")), failure.clone()]).len(), 1);
        assert_eq!(lines(1, &[failure]), ["fatal: [fgt-1]: FAILED! => bad"]);
    }

    #[test]
    fn what_a_debug_says_is_always_told() {
        let RunEvent::TaskFinished { host, at, task, outcome } = task(TaskStatus::Ok, Some("hi"))
        else {
            return;
        };
        let task = TaskRef { action: "debug".into(), ..task };
        let said = RunEvent::TaskFinished { host, at, task, outcome };
        assert_eq!(lines(0, &[said]), ["ok: [fgt-1] => Read tokens: hi"]);
    }

    #[test]
    fn commands_are_for_the_curious() {
        let answer = RunEvent::CommandAnswered {
            host: "fgt-1".into(),
            transcript: Transcript {
                command: "get system status".into(),
                vdom: Some("root".into()),
                text: "a\nb".into(),
                elapsed_ms: 7,
                truncated: false,
                refusal: None,
            },
        };
        let events = [task(TaskStatus::Ok, None), answer];
        assert_eq!(lines(0, &events), [""; 0]);
        assert_eq!(lines(1, &events).len(), 1);
        assert_eq!(lines(2, &events)[1], "fgt-1 (root) # get system status: 2 lines in 7 ms");
    }
}
