//! Times: read, and written in the form of `strftime`.

use std::fmt;
use std::sync::Arc;

use jiff::civil;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use minijinja::value::{Object, ObjectRepr, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::text_form::text;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("strftime", &["second", "utc"], strftime),
    Filter::new("to_datetime", &["format"], to_datetime),
    Filter::new("dateformat", &["format"], dateformat),
];

/// A moment, in UTC: reports must not depend on where they are made.
#[derive(Debug, Clone, Copy)]
pub(in crate::template) struct DateTime(civil::DateTime);

impl DateTime {
    pub fn of(now: Timestamp) -> Self {
        Self(TimeZone::UTC.to_datetime(now))
    }

    fn timestamp(self) -> Result<Timestamp, Error> {
        TimeZone::UTC.to_timestamp(self.0).map_err(|_| invalid("the time is out of range"))
    }

    pub fn strftime(self, format: &str) -> Result<String, Error> {
        let moment = ZonedDateTime::new(self.timestamp()?, TimeZone::UTC);
        strtime::format(of_python(format, "%6f"), &moment)
            .map_err(|_| invalid("the format of the time is not known"))
    }

    fn iso(self) -> String {
        let nanos = self.0.subsec_nanosecond();
        let seconds = self.0.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        match nanos / 1000 {
            0 => seconds,
            micros => format!("{seconds}.{micros:06}"),
        }
    }
}

/// A format of Python's in the syntax of this crate: `%f` has six digits.
fn of_python(format: &str, fraction: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, c == '%') {
            (_, true) => match chars.next() {
                Some('f') => out.push_str(fraction),
                next => out.extend(Some('%').into_iter().chain(next)),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso().replace('T', " "))
    }
}

impl Object for DateTime {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let part = match key.as_str()? {
            "year" => i64::from(self.0.year()),
            "month" => i64::from(self.0.month()),
            "day" => i64::from(self.0.day()),
            "hour" => i64::from(self.0.hour()),
            "minute" => i64::from(self.0.minute()),
            "second" => i64::from(self.0.second()),
            "microsecond" => i64::from(self.0.subsec_nanosecond() / 1000),
            _ => return None,
        };
        Some(Value::from(part))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "strftime" => {
                let (format,): (&str,) = from_args(arguments)?;
                self.strftime(format).map(Value::from)
            }
            "isoformat" => {
                let () = from_args(arguments)?;
                Ok(Value::from(self.iso()))
            }
            "timestamp" => {
                let () = from_args(arguments)?;
                Ok(Value::from(self.timestamp()?.as_nanosecond() as f64 / 1e9))
            }
            "date" => {
                let () = from_args(arguments)?;
                Ok(Value::from(self.0.date().to_string()))
            }
            "weekday" => {
                let () = from_args(arguments)?;
                Ok(Value::from(self.0.weekday().to_monday_zero_offset()))
            }
            _ => Err(Error::new(ErrorKind::UnknownMethod, format!("a time has no `{method}`"))),
        }
    }

    fn custom_cmp(
        self: &Arc<Self>,
        other: &minijinja::value::DynObject,
    ) -> Option<std::cmp::Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Takes the format as its value, and seconds since 1970 as its argument.
fn strftime(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let format = value.as_str().ok_or_else(|| {
        invalid("`strftime` takes the format as its value: `'%Y-%m-%d' | strftime(seconds)`")
    })?;
    let moment = match arguments.given("second") {
        None => {
            let now = state.lookup(super::super::functions::NOW);
            *now.as_ref()
                .and_then(Value::downcast_object_ref::<DateTime>)
                .ok_or_else(|| invalid("the time is not known"))?
        }
        Some(seconds) => {
            let seconds = match seconds.kind() {
                ValueKind::Number => f64::try_from(seconds.clone())?,
                _ => text(seconds)?.trim().parse().map_err(|_| invalid("the time is no number"))?,
            };
            let nanos = (seconds * 1e9) as i128;
            let moment = Timestamp::from_nanosecond(nanos);
            DateTime::of(moment.map_err(|_| invalid("the time is out of range"))?)
        }
    };
    moment.strftime(format).map(Value::from)
}

/// The filter `dateformat`: a time of the view, or one that was read, in another form.
fn dateformat(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let moment = match value.downcast_object_ref::<DateTime>() {
        Some(moment) => *moment,
        None => {
            let written = text(value)?;
            let timestamp = written.parse::<Timestamp>().map(DateTime::of);
            timestamp.or_else(|_| written.parse().map(DateTime)).map_err(|_| {
                invalid("`dateformat` takes a time such as `2026-11-24T03:15:00Z`, or a date")
            })?
        }
    };
    moment.strftime(&arguments.text("format", "%Y-%m-%d")?).map(Value::from)
}

fn to_datetime(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let format = arguments.text("format", "%Y-%m-%d %H:%M:%S")?;
    let written = text(value)?;
    let wrong = || invalid("the text is not a time of the given format");
    let parsed = strtime::parse(of_python(&format, "%f"), &written).map_err(|_| wrong())?;
    let date = parsed.to_date().map_err(|_| wrong())?;
    let time = parsed.to_time().unwrap_or(civil::Time::midnight());
    let moment = DateTime(date.to_datetime(time));
    // Times with an offset become what they are in UTC.
    Ok(Value::from_object(match parsed.to_timestamp() {
        Ok(timestamp) => DateTime::of(timestamp),
        Err(_) => moment,
    }))
}
