//! JSON as Python writes it: keys sorted, four blanks of indentation, `Infinity`, numbers of any
//! size. serde_json writes none of the last three.

use crate::model::Value;

use super::Located;
use super::python_number::float_text;

/// A document to be printed, borrowed from the inventory.
pub(super) enum Json<'a> {
    Variable(&'a Located),
    Text(&'a str),
    Int(i64),
    List(Vec<Json<'a>>),
    Map(Vec<(&'a str, Json<'a>)>),
}

impl Json<'_> {
    /// The document, without a line break at its end. Text that is never templated is marked as
    /// such, if wished.
    pub fn print(&self, marks_unsafe: bool) -> String {
        let mut text = String::new();
        self.write(0, marks_unsafe, &mut text);
        text
    }

    fn write(&self, depth: usize, marks_unsafe: bool, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::List(items) => write_list(items.iter(), depth, out, |item, depth, out| {
                item.write(depth, marks_unsafe, out);
            }),
            Self::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().map(|(k, v)| (*k, v)).collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                write_map(&entries, depth, out, |value, depth, out| {
                    value.write(depth, marks_unsafe, out);
                });
            }
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Variable(variable) => write_value(&variable.value, depth, marks_unsafe, out),
        }
    }
}

fn write_value(value: &Value, depth: usize, marks_unsafe: bool, out: &mut String) {
    let write = |value: &Value, depth: usize, out: &mut String| {
        write_value(value, depth, marks_unsafe, out);
    };
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::BigInt(digits) => out.push_str(digits),
        Value::Float(value) if value.is_nan() => out.push_str("NaN"),
        Value::Float(value) if value.is_infinite() => {
            out.push_str(if *value > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Float(value) => out.push_str(&float_text(*value)),
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::Unsafe(text) if !marks_unsafe => out.push_str(&quoted(text)),
        Value::Unsafe(text) => write_tagged("__ansible_unsafe", text, depth, out),
        Value::Vault(text) => write_tagged("__ansible_vault", text, depth, out),
        Value::List(items) => write_list(items.iter(), depth, out, write),
        Value::Map(map) => {
            let mut entries: Vec<_> =
                map.iter().map(|(key, value)| (key.as_str(), value)).collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            write_map(&entries, depth, out, write);
        }
    }
}

fn write_tagged(tag: &str, text: &str, depth: usize, out: &mut String) {
    write_map(&[(tag, text)], depth, out, |text, _, out| out.push_str(&quoted(text)));
}

fn write_list<'a, T: 'a>(
    items: impl ExactSizeIterator<Item = &'a T>,
    depth: usize,
    out: &mut String,
    write: impl Fn(&'a T, usize, &mut String),
) {
    if items.len() == 0 {
        out.push_str("[]");
        return;
    }
    for (position, item) in items.enumerate() {
        out.push(if position == 0 { '[' } else { ',' });
        new_line(depth + 1, out);
        write(item, depth + 1, out);
    }
    new_line(depth, out);
    out.push(']');
}

fn write_map<T: ?Sized>(
    entries: &[(&str, &T)],
    depth: usize,
    out: &mut String,
    write: impl Fn(&T, usize, &mut String),
) {
    if entries.is_empty() {
        out.push_str("{}");
        return;
    }
    for (position, (key, value)) in entries.iter().enumerate() {
        out.push(if position == 0 { '{' } else { ',' });
        new_line(depth + 1, out);
        out.push_str(&quoted(key));
        out.push_str(": ");
        write(value, depth + 1, out);
    }
    new_line(depth, out);
    out.push('}');
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth * 4));
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
