//! Numbers out of text, and mathematics.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid};
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("int", &["default", "base"], int),
    Filter::new("float", &["default"], float),
    Filter::new("log", &["base"], log),
    Filter::new("pow", &["y"], pow),
    Filter::new("root", &["base"], root),
];

fn int(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let base = u32::try_from(arguments.size("base", 10, 36)?).unwrap_or(10);
    let found = match value.kind() {
        ValueKind::Number if value.is_integer() => Some(value.clone()),
        ValueKind::Bool => Some(Value::from(i64::from(value.is_true()))),
        ValueKind::Number => whole(f64::try_from(value.clone())?),
        ValueKind::String => whole_of_text(value.as_str().unwrap_or_default(), base),
        _ => None,
    };
    Ok(found.unwrap_or_else(|| arguments.get("default").cloned().unwrap_or(Value::from(0))))
}

fn whole(number: f64) -> Option<Value> {
    let whole = number.trunc();
    // Beyond 2^100 a float is no exact number anyway.
    (whole.is_finite() && whole.abs() < 1e30).then(|| Value::from(whole as i128))
}

fn whole_of_text(text: &str, base: u32) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let prefix = match base {
        16 => "0x",
        8 => "0o",
        2 => "0b",
        _ => "",
    };
    let lower = digits.to_ascii_lowercase();
    let digits = lower.strip_prefix(prefix).unwrap_or(&lower);
    if (2..=36).contains(&base)
        && !digits.starts_with(['+', '-'])
        && let Ok(number) = i128::from_str_radix(&format!("{sign}{digits}"), base)
    {
        return Some(Value::from(number));
    }
    number_of_text(&text).and_then(whole)
}

/// What Python's `float` reads.
fn number_of_text(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse().ok()
}

fn float(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let found = match value.kind() {
        ValueKind::Number => Some(f64::try_from(value.clone())?),
        ValueKind::Bool => Some(if value.is_true() { 1.0 } else { 0.0 }),
        ValueKind::String => number_of_text(value.as_str().unwrap_or_default()),
        _ => None,
    };
    match (found, arguments.get("default")) {
        (Some(number), _) => Ok(Value::from(number)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Ok(Value::from(0.0)),
    }
}

fn number(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()),
        _ => Err(invalid("a number is needed, and this is none")),
    }
}

fn optional(arguments: &Arguments, name: &str, default: f64) -> Result<f64, Error> {
    arguments.given(name).map_or(Ok(default), number)
}

fn log(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let value = number(value)?;
    let base = optional(arguments, "base", std::f64::consts::E)?;
    let found = match base {
        10.0 => value.log10(),
        std::f64::consts::E => value.ln(),
        base => value.ln() / base.ln(),
    };
    real(found)
}

fn pow(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    real(number(value)?.powf(number(arguments.need("y")?)?))
}

fn root(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let value = number(value)?;
    match optional(arguments, "base", 2.0)? {
        2.0 => real(value.sqrt()),
        base => real(value.powf(1.0 / base)),
    }
}

fn real(number: f64) -> Result<Value, Error> {
    match number.is_finite() {
        true => Ok(Value::from(number)),
        false => Err(invalid("the result is no number")),
    }
}
