//! JSON, written as Python's `json` writes it.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid, pairs};
use super::super::conversion::{MOST_NESTING, key_text, to_jinja};
use super::super::text_form::float_text;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("to_json", &["indent", "sort_keys", "ensure_ascii"], to_json),
    Filter::new("to_nice_json", &["indent", "sort_keys", "ensure_ascii"], to_nice_json),
    Filter::new("tojson", &["indent"], tojson),
    Filter::new("from_json", &[], from_json),
];

fn to_json(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let style = Style {
        indent: arguments.given("indent").map(|_| arguments.size("indent", 4, 40)).transpose()?,
        sorted: arguments.flag("sort_keys", false),
        ascii: arguments.flag("ensure_ascii", true),
    };
    style.write(value).map(Value::from)
}

fn to_nice_json(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let style = Style {
        indent: Some(arguments.size("indent", 4, 40)?),
        sorted: arguments.flag("sort_keys", true),
        ascii: arguments.flag("ensure_ascii", true),
    };
    style.write(value).map(Value::from)
}

/// Jinja's own, which is safe within HTML.
fn tojson(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let indent = arguments.given("indent").map(|_| arguments.size("indent", 4, 40)).transpose()?;
    let text = Style { indent, sorted: true, ascii: true }.write(value)?;
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\'' => write!(safe, "\\u{:04x}", u32::from(c))?,
            c => safe.push(c),
        }
    }
    Ok(Value::from_safe_string(safe))
}

fn from_json(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let text = value.as_str().ok_or_else(|| invalid("`from_json` needs text"))?;
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        invalid(format!("the text is not JSON: a mistake at line {line}, column {column} of it"))
    })?;
    Ok(to_jinja(&crate::model::Value::from(json), "from_json"))
}

struct Style {
    /// Spaces per level; everything on one line where there are none.
    indent: Option<usize>,
    sorted: bool,
    /// Other characters are written as `\u…`.
    ascii: bool,
}

impl Style {
    fn write(&self, value: &Value) -> Result<String, Error> {
        let mut out = String::new();
        self.write_at(&mut out, value, 0)?;
        Ok(out)
    }

    fn write_at(&self, out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > MOST_NESTING {
            return Err(invalid("the value is nested too deep"));
        }
        match value.kind() {
            ValueKind::Undefined => return Err(minijinja::ErrorKind::UndefinedError.into()),
            ValueKind::None => out.push_str("null"),
            ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number if value.is_integer() => write!(out, "{value}")?,
            ValueKind::Number => {
                let number = f64::try_from(value.clone())?;
                out.push_str(&match () {
                    () if number.is_nan() => "NaN".to_owned(),
                    () if number == f64::INFINITY => "Infinity".to_owned(),
                    () if number == f64::NEG_INFINITY => "-Infinity".to_owned(),
                    () => float_text(number),
                });
            }
            ValueKind::Seq | ValueKind::Iterable => {
                let mut between = Between::new(self, depth, '[', ']');
                for item in value.try_iter()?.checked() {
                    between.next(out);
                    self.write_at(out, &item?, depth + 1)?;
                }
                between.end(out);
            }
            ValueKind::Map => {
                let mut between = Between::new(self, depth, '{', '}');
                let mut pairs: Vec<(String, Value)> =
                    pairs(value)?.into_iter().map(|(key, value)| (key_text(&key), value)).collect();
                if self.sorted {
                    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
                }
                for (key, item) in pairs {
                    between.next(out);
                    self.write_text(out, &key)?;
                    out.push_str(": ");
                    self.write_at(out, &item, depth + 1)?;
                }
                between.end(out);
            }
            ValueKind::Invalid => {
                return Err(super::super::conversion::error_of(value).into());
            }
            _ => self.write_text(out, &value.to_string())?,
        }
        Ok(())
    }

    fn write_text(&self, out: &mut String, text: &str) -> Result<(), Error> {
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c < ' ' || (self.ascii && c > '~') => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(out, "\\u{unit:04x}")?;
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
        Ok(())
    }
}

/// What stands between the items of a list or mapping, and around them.
struct Between<'a> {
    style: &'a Style,
    depth: usize,
    open: char,
    close: char,
    is_empty: bool,
}

impl<'a> Between<'a> {
    fn new(style: &'a Style, depth: usize, open: char, close: char) -> Self {
        Self { style, depth, open, close, is_empty: true }
    }

    fn next(&mut self, out: &mut String) {
        if self.is_empty {
            out.push(self.open);
        } else {
            out.push_str(if self.style.indent.is_some() { "," } else { ", " });
        }
        self.is_empty = false;
        self.line(out, self.depth + 1);
    }

    fn end(self, out: &mut String) {
        if self.is_empty {
            out.push(self.open);
        } else {
            self.line(out, self.depth);
        }
        out.push(self.close);
    }

    fn line(&self, out: &mut String, depth: usize) {
        if let Some(indent) = self.style.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }
}
