//! Texts of others in Markdown.

use minijinja::{Error, State, Value};

use super::super::arguments::Arguments;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[Filter::new("md", &[], call)];

fn call(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    Ok(Value::from(md(&value.to_string())))
}

/// The filter `md`: a text that reads in Markdown as it is, on one line and in a table too.
///
/// What would begin or end a format, a link, an element of HTML or a column is escaped. A `_`
/// between letters and digits formats nothing and stays, so that names stay readable.
fn md(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let escaped = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '!' => true,
            '_' => !(within(before) && within(after)),
            // A mention; but an address stays as it is.
            '@' => !within(before),
            // A link begins.
            ':' => after == Some('/'),
            '.' if safe.ends_with("www") => true,
            // A heading, a list, a rule.
            '#' | '-' | '+' | '=' => safe.trim_start().is_empty(),
            '.' | ')' => {
                after.is_none_or(char::is_whitespace)
                    && safe.trim_start().chars().all(|c| c.is_ascii_digit())
            }
            _ => false,
        };
        if escaped {
            safe.push('\\');
        }
        safe.push(if c.is_control() { ' ' } else { c });
        before = Some(c);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_readable() {
        for text in [
            "fgt-fra-01",
            "FW-LAB.dc_2",
            "alice@example.com",
            "2026-11-24",
            "7.4.8",
            "In the window. Then",
        ] {
            assert_eq!(md(text), text);
        }
    }

    #[test]
    fn nothing_is_formatted() {
        for (text, expected) in [
            ("a|b", "a\\|b"),
            ("<script>", "\\<script\\>"),
            ("`x`", "\\`x\\`"),
            ("[a](http://x)", "\\[a\\](http\\://x)"),
            ("www.evil.example", "www\\.evil.example"),
            ("# title", "\\# title"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("__init__", "\\_\\_init\\_\\_"),
            ("@everyone", "\\@everyone"),
            ("a\n\n# b", "a  # b"),
            ("a\\|b", "a\\\\\\|b"),
            ("&lt;", "\\&lt;"),
        ] {
            assert_eq!(md(text), expected, "{text:?}");
        }
    }
}
