//! A run as a point in time.

use jiff::Timestamp;

use super::RunHead;

/// Which run saw something, and when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub run: String,
    pub at: Timestamp,
}

impl Moment {
    pub(super) fn of(run: &RunHead) -> Self {
        Self { run: run.id.clone(), at: run.started }
    }

    /// How long before `later` it was, for people: `3 h`, `12 d`.
    pub fn age_at(&self, later: Timestamp) -> String {
        let minutes = later.duration_since(self.at).as_secs().max(0) / 60;
        match minutes {
            0..120 => format!("{minutes} min"),
            120..2880 => format!("{} h", minutes / 60),
            _ => format!("{} d", minutes / 1440),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_well() {
        let age = |seconds| {
            let moment = Moment { run: String::new(), at: Timestamp::UNIX_EPOCH };
            moment.age_at(Timestamp::from_second(seconds).unwrap())
        };
        assert_eq!(age(-5), "0 min");
        assert_eq!(
            [age(7199), age(7200), age(172_799), age(172_800)],
            ["119 min", "2 h", "47 h", "2 d"]
        );
    }
}
