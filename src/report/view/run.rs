//! The run itself.

use jiff::Timestamp;
use serde::Serialize;

use super::Text;
use crate::model::RunRecord;

/// What was run, and when. Times are UTC, to the second: `2026-11-24T03:15:00Z`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunView {
    pub id: Text,
    /// Version of tokenfleet that examined the fleet.
    pub version: Text,
    pub playbook: Text,
    pub inventories: Vec<Text>,
    /// `--limit`, as given.
    pub limit: Option<Text>,
    pub started: Text,
    /// `None` when the process ended before the run did.
    pub finished: Option<Text>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// The same for people: `3 min 20 s`.
    pub duration: Option<Text>,
    pub interrupted: bool,
    /// What a reader must know of how the run came about.
    pub notes: Vec<Text>,
    /// Names of the rules that the playbook adds to the built-in ones.
    pub rules: Vec<Text>,
}

impl RunView {
    pub(super) fn new(record: &RunRecord) -> Self {
        let header = &record.header;
        let duration = record.finished.map(|finished| seconds(header.started, finished));
        Self {
            id: Text::from(&header.id),
            version: Text::from(&header.version),
            playbook: Text::from(&header.playbook),
            inventories: Text::list(&header.inventories),
            limit: Text::maybe(header.limit.as_ref()),
            started: time(header.started),
            finished: record.finished.map(time),
            duration_s: duration,
            duration: duration.map(spoken),
            interrupted: record.interrupted,
            notes: Text::list(&header.notes),
            rules: header.rules.iter().map(|rule| Text::from(&rule.id)).collect(),
        }
    }
}

pub(super) fn time(at: Timestamp) -> Text {
    Text::new(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Seconds to one decimal; 0 where a clock was set back.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    let tenths = (to.as_millisecond() - from.as_millisecond()).max(0) as f64 / 100.0;
    tenths.round() / 10.0
}

fn spoken(seconds: f64) -> Text {
    let whole = seconds.round() as u64;
    Text::new(&match whole {
        0 => "less than a second".to_owned(),
        1..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, expected) in [
            (0.2, "less than a second"),
            (4.3, "4 s"),
            (200.0, "3 min 20 s"),
            (3599.7, "1 h 00 min"),
            (7500.0, "2 h 05 min"),
        ] {
            assert_eq!(spoken(seconds).as_str(), expected);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_takes_no_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(seconds(at(10), at(5)), 0.0);
        assert_eq!(seconds(at(5), at(10)), 5.0);
    }
}
