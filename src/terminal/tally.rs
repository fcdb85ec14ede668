//! How far a run has come.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::model::{HostName, HostOutcome, RunEvent, clean_line};

/// Counts over the events so far. Its time is that of the events.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub total: u64,
    pub done: u64,
    failed: u64,
    unreachable: u64,
    not_attempted: u64,
    started: IndexMap<HostName, Timestamp>,
    /// The same, from the one that has been running for longest.
    by_start: BTreeSet<(Timestamp, HostName)>,
    slowest: Option<(Duration, HostName)>,
    /// Time of the last event that had one.
    pub now: Option<Timestamp>,
}

impl Tally {
    pub(super) fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted { run } => {
                self.total = run.hosts.len() as u64;
                self.now = Some(run.started);
            }
            RunEvent::PartStarted { at, hosts, .. } => {
                self.total = *hosts as u64;
                self.now = Some(*at);
            }
            RunEvent::HostStarted { host, at } => {
                self.now = Some(*at);
                self.started.insert(host.clone(), *at);
                self.by_start.insert((*at, host.clone()));
            }
            RunEvent::HostFinished { host, at, outcome } => {
                self.now = Some(*at);
                self.done += 1;
                self.failed += u64::from(matches!(outcome, HostOutcome::Failed { .. }));
                self.unreachable += u64::from(matches!(outcome, HostOutcome::Unreachable { .. }));
                self.not_attempted +=
                    u64::from(matches!(outcome, HostOutcome::NotAttempted { .. }));
                if let Some(start) = self.started.swap_remove(host) {
                    self.by_start.remove(&(start, host.clone()));
                    let took = (since(start, *at), host.clone());
                    self.slowest = self.slowest.take().max(Some(took));
                }
            }
            RunEvent::HostConnected { at, .. }
            | RunEvent::TaskFinished { at, .. }
            | RunEvent::RunFinished { at, .. } => {
                self.now = Some(*at);
            }
            RunEvent::CommandAnswered { .. } => {}
        }
    }

    /// The host that has taken longest, be it done or not.
    fn slowest(&self) -> Option<(Duration, &HostName)> {
        let finished = self.slowest.as_ref().map(|(took, host)| (*took, host));
        let running = self.by_start.first().zip(self.now);
        let running = running.map(|((start, host), now)| (since(*start, now), host));
        finished.max(running)
    }

    /// `12 running, 1 failed, 2 unreachable, slowest fgt-7 (4 s)`; what is zero is left out.
    pub(super) fn details(&self) -> String {
        let counts = [
            (self.started.len() as u64, "running"),
            (self.failed, "failed"),
            (self.unreachable, "unreachable"),
            (self.not_attempted, "not attempted"),
        ];
        let mut details: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if let Some((took, host)) = self.slowest().filter(|(took, _)| took.as_secs() > 0) {
            details.push(format!("slowest {} ({})", clean_line(host.as_str()), spoken(took)));
        }
        details.join(", ")
    }

    /// The whole state in one line: `30 of 60 hosts, 12 running, …`.
    pub(super) fn sentence(&self) -> String {
        let mut sentence = format!("{} of {} hosts done", self.done, self.total);
        let details = self.details();
        if !details.is_empty() {
            // Writing into a String cannot fail.
            write!(sentence, ", {details}").ok();
        }
        sentence
    }
}

/// 0 where the clock was set back.
fn since(start: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(start)).unwrap_or_default()
}

fn spoken(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{HostFailure, Stage};

    use super::*;

    fn started(host: &str, second: i64) -> RunEvent {
        RunEvent::HostStarted { host: host.into(), at: Timestamp::from_second(second).unwrap() }
    }

    fn finished(host: &str, second: i64, outcome: HostOutcome) -> RunEvent {
        let at = Timestamp::from_second(second).unwrap();
        RunEvent::HostFinished { host: host.into(), at, outcome }
    }

    fn failed(stage: Stage) -> HostOutcome {
        HostFailure::new(stage, "m", "r").into()
    }

    #[test]
    fn it_counts_and_names_the_slowest() {
        let mut tally = Tally { total: 5, ..Tally::default() };
        assert_eq!(tally.sentence(), "0 of 5 hosts done");
        for event in [
            started("a", 0),
            started("b", 1),
            started("c", 2),
            finished("a", 4, HostOutcome::Examined),
        ] {
            tally.apply(&event);
        }
        assert_eq!(tally.sentence(), "1 of 5 hosts done, 2 running, slowest a (4 s)");
        tally.apply(&finished("c", 90, failed(Stage::Task)));
        assert_eq!(
            tally.sentence(),
            "2 of 5 hosts done, 1 running, 1 failed, slowest b (1 min 29 s)"
        );
        tally.apply(&finished("b", 91, failed(Stage::Connect)));
        tally.apply(&finished(
            "d",
            91,
            HostOutcome::NotAttempted { reason: "r".into(), remedy: None },
        ));
        assert_eq!(
            tally.sentence(),
            "4 of 5 hosts done, 1 failed, 1 unreachable, 1 not attempted, \
             slowest b (1 min 30 s)"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_is_survived() {
        let mut tally = Tally { total: 1, ..Tally::default() };
        tally.apply(&started("a", 100));
        tally.apply(&finished("a", 50, HostOutcome::Examined));
        assert_eq!(tally.sentence(), "1 of 1 hosts done");
    }
}
