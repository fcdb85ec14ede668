//! Sizes as people write them.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::text_form::text;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("human_readable", &["isbits", "unit"], human_readable),
    Filter::new("human_to_bytes", &["default_unit", "isbits"], human_to_bytes),
];

/// From the largest; each is 1,024 times the next.
const UNITS: [char; 8] = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K'];

/// How many bytes a unit has; 1 for the one without a letter.
fn factor(unit: char) -> Option<f64> {
    let at = UNITS.iter().position(|known| *known == unit)?;
    i32::try_from(UNITS.len() - at).ok().map(|power| 1024_f64.powi(power))
}

fn human_readable(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let size = match value.kind() {
        ValueKind::Number => f64::try_from(value.clone())?,
        ValueKind::String => {
            text(value)?.trim().parse().map_err(|_| invalid("the text is not a number"))?
        }
        _ => return Err(invalid("a number is needed, and this is none")),
    };
    let base = if arguments.flag("isbits", false) { "bits" } else { "Bytes" };
    let wanted = arguments.text("unit", "")?.chars().next().map(|unit| unit.to_ascii_uppercase());
    let unit = UNITS.into_iter().find(|unit| match wanted {
        Some(wanted) => wanted == *unit,
        None => factor(*unit).is_some_and(|factor| size >= factor),
    });
    let (shown, suffix) = match unit.and_then(|unit| Some((unit, factor(unit)?))) {
        Some((unit, factor)) => (size / factor, format!("{unit}{}", &base[..1])),
        None => (size, base.to_owned()),
    };
    Ok(Value::from(format!("{shown:.2} {suffix}")))
}

fn human_to_bytes(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let written = text(value)?;
    let written = written.trim();
    let digits = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
    let (number, unit) = written.split_at(digits);
    let number: f64 =
        number.parse().map_err(|_| invalid("the text does not begin with a number"))?;
    let unit = match unit.trim() {
        "" => arguments.text("default_unit", "")?,
        unit => unit.to_owned(),
    };
    let (one, many) = if arguments.flag("isbits", false) { ('b', "bit") } else { ('B', "byte") };
    let is_plain = |unit: &str| {
        unit.is_empty()
            || unit == one.to_string()
            || unit.to_lowercase().trim_end_matches('s') == many
    };
    let size = match unit.chars().next().and_then(|c| factor(c.to_ascii_uppercase())) {
        Some(factor) if is_plain(&unit[1..]) => Some(number * factor),
        _ if is_plain(&unit) => Some(number),
        _ => None,
    };
    let size = size.ok_or_else(|| invalid("the unit of the size is not known"))?;
    Ok(Value::from(size.round_ties_even() as i128))
}
