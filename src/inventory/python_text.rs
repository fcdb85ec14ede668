//! Values as Python prints them.

use crate::model::Value;

use super::python_number::float_text;

/// Python's `str(value)`. Vaulted text is printed as such, and never its plaintext.
pub(super) fn python_text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Unsafe(text) => text.clone(),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Vault(_)
        | Value::List(_)
        | Value::Map(_) => {
            let mut out = String::new();
            write_repr(value, &mut out);
            out
        }
    }
}

/// Python's `repr(value)`.
fn write_repr(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(flag) => out.push_str(if *flag { "True" } else { "False" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::BigInt(digits) => out.push_str(digits),
        Value::Float(number) => out.push_str(&float_text(*number)),
        Value::Text(text) | Value::Unsafe(text) => write_quoted(text, out),
        Value::Vault(_) => out.push_str("!vault"),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_repr(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_quoted(key, out);
                out.push_str(": ");
                write_repr(value, out);
            }
            out.push('}');
        }
    }
}

fn write_quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() || c == '\u{a0}' => {
                out.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_python_spells_them() {
        let map = |value| Value::Map([("k".to_owned(), value)].into_iter().collect());
        for (value, text) in [
            (Value::text("it's"), "it's"),
            (
                Value::List(vec![Value::text("it's"), Value::text("a\n\"b'")]),
                r#"["it's", 'a\n"b\'']"#,
            ),
            (map(Value::Bool(true)), "{'k': True}"),
            (map(Value::Float(1e16)), "{'k': 1e+16}"),
            (
                Value::List(vec![Value::Null, Value::Int(-3), Value::text("\x07")]),
                r"[None, -3, '\x07']",
            ),
        ] {
            assert_eq!(python_text(&value), text);
        }
    }
}
