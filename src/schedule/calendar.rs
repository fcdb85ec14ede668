//! When something shall happen, again and again.

use super::field::{DAY, Field, HOUR, MINUTE, MONTH, WEEKDAY};
use std::fmt;

/// A time that comes back, in cron's five fields. Whose clock counts is told apart from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
}

/// As systemd writes them, from Sunday on.
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// The last day of each month, in a year that has the 29th of February.
const LAST_DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Calendar {
    /// Reads cron's five fields (`15 3 * * mon-fri`), its words (`@daily`), or a time of day
    /// (`03:15`).
    ///
    /// # Errors
    /// A sentence without a full stop: what cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<String> = match text.trim() {
            "@hourly" => return Self::parse("0 * * * *"),
            "@daily" | "@midnight" => return Self::parse("0 0 * * *"),
            "@weekly" => return Self::parse("0 0 * * 0"),
            "@monthly" => return Self::parse("0 0 1 * *"),
            "@yearly" | "@annually" => return Self::parse("0 0 1 1 *"),
            text => match text.split_once(':') {
                Some((hour, minute)) => [minute, hour, "*", "*", "*"].map(str::to_owned).into(),
                None => text.split_ascii_whitespace().map(str::to_owned).collect(),
            },
        };
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(format!("`{text}` has {} fields, and a time has five", fields.len()));
        };
        let calendar = Self {
            minute: Field::parse(minute, MINUTE)?,
            hour: Field::parse(hour, HOUR)?,
            day: Field::parse(day, DAY)?,
            month: Field::parse(month, MONTH)?,
            weekday: Field::parse(weekday, WEEKDAY)?,
        };
        if calendar.comes() {
            Ok(calendar)
        } else {
            Err(format!("the day of `{text}` never comes"))
        }
    }

    /// Whether some month has such a day.
    fn comes(&self) -> bool {
        let last = |month: &u8| LAST_DAYS[usize::from(month - 1)];
        let longest = self.month.values().iter().map(last).max();
        self.is_either_day() || self.day.values().first().copied() <= longest
    }

    /// Whether a day counts when either of its fields has it, as cron means it where both are
    /// restricted.
    fn is_either_day(&self) -> bool {
        !self.day.is_open() && !self.weekday.is_open()
    }

    /// What `OnCalendar=` has to say, in as many lines as it takes: each adds its times.
    pub fn on_calendar(&self, time_zone: Option<&str>) -> Vec<String> {
        let zone = time_zone.map(|zone| format!(" {zone}")).unwrap_or_default();
        let list = |field: &Field| {
            let values: Vec<_> = field.values().iter().map(|value| format!("{value:02}")).collect();
            if field.is_every() { "*".to_owned() } else { values.join(",") }
        };
        let weekdays: Vec<&str> =
            self.weekday.values().iter().map(|day| WEEKDAYS[usize::from(*day)]).collect();
        let weekdays = match weekdays.len() {
            7 => String::new(),
            _ => format!("{} ", weekdays.join(",")),
        };
        let (month, time) =
            (list(&self.month), format!("{}:{}:00{zone}", list(&self.hour), list(&self.minute)));
        if self.is_either_day() {
            return vec![
                format!("*-{month}-{} {time}", list(&self.day)),
                format!("{weekdays}*-{month}-* {time}"),
            ];
        }
        vec![format!("{weekdays}*-{month}-{} {time}", list(&self.day))]
    }
}

/// In cron's five fields.
impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minute, hour, day, month, weekday } = self;
        write!(f, "{minute} {hour} {day} {month} {weekday}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn systemd(text: &str) -> String {
        Calendar::parse(text).unwrap().on_calendar(None).join(" | ")
    }

    #[test]
    fn a_time_is_the_same_to_cron_and_to_systemd() {
        for (text, cron, expected) in [
            ("15 3 * * *", "15 3 * * *", "*-*-* 03:15:00"),
            ("03:15", "15 03 * * *", "*-*-* 03:15:00"),
            ("@weekly", "0 0 * * 0", "Sun *-*-* 00:00:00"),
            (
                "*/15 8-18/5 * * MON-FRI",
                "*/15 8-18/5 * * MON-FRI",
                "Mon,Tue,Wed,Thu,Fri *-*-* 08,13,18:00,15,30,45:00",
            ),
            ("0 0 1 jan,jul *", "0 0 1 jan,jul *", "*-01,07-01 00:00:00"),
            ("50/5 0 * * 7", "50/5 0 * * 7", "Sun *-*-* 00:50,55:00"),
            ("0 6 29 2 *", "0 6 29 2 *", "*-02-29 06:00:00"),
        ] {
            assert_eq!(systemd(text), expected, "{text}");
            assert_eq!(Calendar::parse(text).unwrap().to_string(), cron);
        }
    }

    #[test]
    fn of_two_restricted_days_either_counts() {
        assert_eq!(systemd("0 6 1,15 * fri"), "*-*-01,15 06:00:00 | Fri *-*-* 06:00:00");
        // Not where one begins with a star, be it restricted or not: crontab(5).
        assert_eq!(systemd("0 6 */16 * fri"), "Fri *-*-01,17 06:00:00");
    }

    #[test]
    fn a_time_has_a_zone() {
        let calendar = Calendar::parse("03:15").unwrap();
        assert_eq!(calendar.on_calendar(Some("Asia/Tokyo")), ["*-*-* 03:15:00 Asia/Tokyo"]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (text, expected) in [
            ("15 3 * *", "`15 3 * *` has 4 fields, and a time has five"),
            ("", "`` has 0 fields, and a time has five"),
            ("60 3 * * *", "`60` is no minute: 0 to 59"),
            ("24:00", "`24` is no hour: 0 to 23"),
            ("0 0 * * fre", "`fre` is no day of the week: 0 to 7"),
            ("0 0 * 12-2 *", "the month `12-2` ends before it begins"),
            ("*/0 0 * * *", "`0` in the minute `*/0` is no step"),
            ("0 0 1, * *", "`` is no day of the month: 1 to 31"),
            ("0 0 30 2 *", "the day of `0 0 30 2 *` never comes"),
            ("03:15:00", "`15:00` is no minute: 0 to 59"),
        ] {
            assert_eq!(Calendar::parse(text).unwrap_err(), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[-*/, :0-9a-z@]{0,24}") {
            if let Ok(calendar) = Calendar::parse(&text) {
                let again = Calendar::parse(&calendar.to_string()).unwrap();
                proptest::prop_assert_eq!(again.on_calendar(None), calendar.on_calendar(None));
            }
        }
    }
}
