//! Spans of time on the command line.

use std::time::Duration;

use jiff::SignedDuration;

/// A length of time as people write it: `90s`, `30m`, `1h 30m`; a bare number counts seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(Duration::from_secs);
    let read = || Duration::try_from(text.parse::<SignedDuration>().ok()?).ok();
    seconds
        .or_else(read)
        .filter(|read| *read <= Duration::from_hours(24))
        .ok_or_else(|| "write 90s, 30m or 2h, at most 24h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_counts_seconds() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("1h 30m"), Ok(5400));
        for wrong in ["", "m", "-1", "-5m", "5 parsecs", "ü", "25h", "99999999999999999999"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
