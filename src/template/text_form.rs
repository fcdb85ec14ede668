//! How a value is printed: as Python's `str` and `repr` would, which is what Ansible users know.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Error, ErrorKind, Output, State, Value};

use super::arguments::invalid;
use super::conversion::{MOST_NESTING, to_jinja};
use super::filters::DateTime;
use super::omit::{is_omit, omitted};
use crate::model;

/// What `{{ value }}` writes of a value that holds no templates any more.
pub fn text_of(value: &model::Value) -> String {
    printed(&to_jinja(value, "value")).unwrap_or_else(|error| error.to_string())
}

/// What `{{ value }}` writes.
pub(super) fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let is_html = *state.auto_escape() == AutoEscape::Html && !value.is_safe();
    match value.as_str() {
        Some(text) if is_html => out.write_str(&escaped(text))?,
        Some(text) => out.write_str(text)?,
        None => {
            let text = printed(value)?;
            out.write_str(&if is_html { escaped(&text) } else { text })?;
        }
    }
    Ok(())
}

/// The text of a value where it is printed: nothing for none, lists for tuples.
///
/// # Errors
/// An undefined value, or one in it.
pub(super) fn printed(value: &Value) -> Result<String, Error> {
    if is_omit(value) {
        return Err(omitted().into());
    }
    match value.kind() {
        // The missing else of `{{ 'x' if y }}`; all else that is undefined never comes here.
        ValueKind::None | ValueKind::Undefined => Ok(String::new()),
        _ => text(value),
    }
}

/// Python's `str(value)`.
///
/// # Errors
/// An undefined value, or one in it.
pub(super) fn text(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let mut out = String::new();
    write_repr(&mut out, value, 0)?;
    Ok(out)
}

fn write_repr(out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
    if depth > MOST_NESTING {
        return Err(invalid("the value is nested too deep"));
    }
    match value.kind() {
        ValueKind::Undefined => return Err(ErrorKind::UndefinedError.into()),
        ValueKind::None => out.push_str("None"),
        ValueKind::Number if !value.is_integer() => {
            out.push_str(&float_text(f64::try_from(value.clone())?));
        }
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            let mut separator = "";
            for item in value.try_iter()?.checked() {
                let item = item?;
                if is_omit(&item) {
                    continue;
                }
                out.push_str(std::mem::replace(&mut separator, ", "));
                write_repr(out, &item, depth + 1)?;
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            let mut separator = "";
            for key in value.try_iter()?.checked() {
                let key = key?;
                let item = value.get_item(&key)?;
                if is_omit(&item) {
                    continue;
                }
                out.push_str(std::mem::replace(&mut separator, ", "));
                write_repr(out, &key, depth + 1)?;
                out.push_str(": ");
                write_repr(out, &item, depth + 1)?;
            }
            out.push('}');
        }
        ValueKind::Invalid => return Err(super::conversion::error_of(value).into()),
        ValueKind::String => write!(out, "{value:?}")?,
        ValueKind::Plain if value.downcast_object_ref::<DateTime>().is_none() => {
            return Err(invalid("a function is printed, and not what it gives"));
        }
        _ => write!(out, "{value}")?,
    }
    Ok(())
}

/// Python's `repr` of a float.
pub(super) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        small @ ..-4 => format!("{digits}e-{:02}", -small),
        large @ 16.. => format!("{digits}e+{large:02}"),
        _ if value.fract() == 0.0 => format!("{value:.1}"),
        _ => value.to_string(),
    }
}

/// A text for HTML, with the entities that Jinja2 writes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_python_prints_them() {
        let texts = [3.0, 0.1, -2.5, 1e16, 1e15, 1.5e-5, 0.0001, 123456.789].map(float_text);
        assert_eq!(
            texts,
            [
                "3.0",
                "0.1",
                "-2.5",
                "1e+16",
                "1000000000000000.0",
                "1.5e-05",
                "0.0001",
                "123456.789"
            ]
        );
    }
}
