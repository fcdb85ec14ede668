//! What a scalar is: YAML 1.1 as PyYAML resolves it.
//!
//! The rules are those of PyYAML's resolver and constructor, which every Ansible user relies on
//! without knowing: `yes` is true, `0644` is 420, `12:30:45` is 45045, `1e3` is text.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Value;

use super::number::whole_number;

/// A pattern that stands in this file and is tested by it.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static INT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$",
    )
});

static FLOAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
    )
});

static TIMESTAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(?:Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?$",
    )
});

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// The value of a scalar. `plain`: it was written without quotes. `tag`: as users write it.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&str>) -> Value {
    match tag {
        Some("!vault" | "!vault-encrypted") => Value::Vault(text.to_owned()),
        // Only what is text can hold a template.
        Some("!unsafe") => match plain.then(|| resolve_plain(text)) {
            None | Some(Value::Text(_)) => Value::Unsafe(text.to_owned()),
            Some(value) => value,
        },
        Some("!!null") => Value::Null,
        Some("!!bool") => {
            boolean(&text.to_ascii_lowercase()).map_or(Value::text(text), Value::Bool)
        }
        Some("!!int") => int(text).unwrap_or_else(|| Value::text(text)),
        Some("!!float") => float(text).map_or(Value::text(text), Value::Float),
        None if plain => resolve_plain(text),
        Some(_) | None => Value::text(text),
    }
}

/// Whether a scalar is the text that it looks like, told without a copy of it.
pub(super) fn is_text(text: &str, plain: bool, tag: Option<&str>) -> bool {
    if tag.is_none() && (!plain || !may_be_more(text)) {
        return true;
    }
    resolve(text, plain, tag).as_str() == Some(text)
}

/// Whether a plain scalar begins as one that is no text.
fn may_be_more(text: &str) -> bool {
    match text.bytes().next() {
        None | Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'~') => true,
        // The longest are `false` and `False`.
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            text.len() <= 5
        }
        Some(_) => false,
    }
}

/// The value of a plain, that is unquoted, scalar.
pub fn resolve_plain(text: &str) -> Value {
    // Most scalars are words: the patterns are asked only where the first character allows it.
    if !may_be_more(text) {
        return Value::text(text);
    }
    match text.bytes().next() {
        None => Value::Null,
        Some(b'~') if text == "~" => Value::Null,
        Some(b'n' | b'N') if matches!(text, "null" | "Null" | "NULL") => Value::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            boolean(text).map_or(Value::text(text), Value::Bool)
        }
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
            if matches(&INT, text) {
                int(text).unwrap_or_else(|| Value::text(text))
            } else if matches(&FLOAT, text) {
                float(text).map_or(Value::text(text), Value::Float)
            } else {
                Value::Text(timestamp(text).unwrap_or_else(|| text.to_owned()))
            }
        }
        Some(_) => Value::text(text),
    }
}

/// The text that a scalar becomes as the key of a mapping, as Python's JSON writes such keys.
pub(super) fn key_text(text: &str, plain: bool, tag: Option<&str>) -> String {
    if is_text(text, plain, tag) {
        return text.to_owned();
    }
    match resolve(text, plain, tag) {
        Value::Text(text) | Value::Unsafe(text) | Value::Vault(text) | Value::BigInt(text) => text,
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::List(_) | Value::Map(_) => String::new(),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn signed(text: &str) -> (bool, String) {
    let bare = text.replace('_', "");
    match bare.strip_prefix(['-', '+']) {
        Some(rest) => (bare.starts_with('-'), rest.to_owned()),
        None => (false, bare),
    }
}

fn int(text: &str) -> Option<Value> {
    let (negative, digits) = signed(text);
    if let Some(binary) = digits.strip_prefix("0b") {
        return whole_number(binary, 2, negative);
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return whole_number(hex, 16, negative);
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return whole_number(&digits[1..], 8, negative);
    }
    if digits.contains(':') {
        let mut value: i64 = 0;
        for part in digits.split(':') {
            value = value.checked_mul(60)?.checked_add(part.parse().ok()?)?;
        }
        return Some(Value::Int(if negative { -value } else { value }));
    }
    whole_number(&digits, 10, negative)
}

fn float(text: &str) -> Option<f64> {
    let (negative, digits) = signed(text);
    let digits = digits.to_ascii_lowercase();
    let value = match digits.as_str() {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        digits if digits.contains(':') => {
            let mut value = 0.0;
            for part in digits.split(':') {
                value = value * 60.0 + part.parse::<f64>().ok()?;
            }
            value
        }
        digits => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

/// A time as Ansible prints it: `2024-01-02T03:04:05+00:00`. A date alone is printed as written,
/// so it needs no rule here.
fn timestamp(text: &str) -> Option<String> {
    let parts = TIMESTAMP.as_ref()?.captures(text)?;
    let part = |index: usize| parts.get(index).map_or("", |found| found.as_str());
    let mut time = format!(
        "{}-{:0>2}-{:0>2}T{:0>2}:{}:{}",
        part(1),
        part(2),
        part(3),
        part(4),
        part(5),
        part(6)
    );
    let micros = format!("{:0<6.6}", part(7));
    if micros != "000000" {
        time = format!("{time}.{micros}");
    }
    if !part(8).is_empty() {
        let minutes = if part(10).is_empty() { "00" } else { part(10) };
        time = format!("{time}{}{:0>2}:{minutes}", part(8), part(9));
    } else if text.ends_with('Z') {
        time.push_str("+00:00");
    }
    Some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_valid() {
        assert!(INT.is_some() && FLOAT.is_some() && TIMESTAMP.is_some());
    }

    #[test]
    fn booleans_have_three_spellings_and_single_letters_are_text() {
        for text in ["yes", "Yes", "YES", "on", "On", "true", "TRUE"] {
            assert_eq!(resolve_plain(text), Value::Bool(true), "{text}");
        }
        for text in ["no", "Off", "OFF", "False"] {
            assert_eq!(resolve_plain(text), Value::Bool(false), "{text}");
        }
        for text in ["y", "n", "Y", "N", "yEs", "tRUE", "nULL", "none"] {
            assert_eq!(resolve_plain(text), Value::text(text), "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_five_forms() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("+7", 7),
            ("0644", 420),
            ("-010", -8),
            ("0x1F", 31),
            ("0b11", 3),
            ("1_000", 1000),
            ("12:30:45", 45045),
            ("-1:30", -90),
            ("0_", 0),
        ] {
            assert_eq!(resolve_plain(text), Value::Int(value), "{text}");
        }
        for text in ["0o644", "08", "1e3", "0x", "1:60", "-", "+", "12:3:456", "1,000", "0b"] {
            assert_eq!(resolve_plain(text), Value::text(text), "{text}");
        }
    }

    #[test]
    fn floats_need_a_point_and_a_signed_exponent() {
        for (text, value) in [
            ("7.40", 7.4),
            ("1.", 1.0),
            (".5", 0.5),
            ("1.0e+3", 1000.0),
            ("1_0.5", 10.5),
            ("1:30.5", 90.5),
            ("-.inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(resolve_plain(text), Value::Float(value), "{text}");
        }
        for text in ["1e3", "1.0e3", "inf", ".", "1.2.3", "-.nan", "10.0.0.1"] {
            assert_eq!(resolve_plain(text), Value::text(text), "{text}");
        }
    }

    #[test]
    fn times_are_printed_as_ansible_prints_them() {
        for (text, printed) in [
            ("2024-01-02", "2024-01-02"),
            ("2024-01-02 03:04:05", "2024-01-02T03:04:05"),
            ("2024-1-2T3:04:05.5Z", "2024-01-02T03:04:05.500000+00:00"),
            ("2024-01-02 03:04:05 +2", "2024-01-02T03:04:05+02:00"),
        ] {
            assert_eq!(resolve_plain(text), Value::text(printed), "{text}");
        }
    }

    #[test]
    fn quotes_and_tags_decide_before_the_pattern() {
        assert_eq!(resolve("42", false, None), Value::text("42"));
        assert_eq!(resolve("42", true, Some("!!str")), Value::text("42"));
        assert_eq!(resolve("42", false, Some("!!int")), Value::Int(42));
        assert_eq!(resolve("1e3", true, Some("!!float")), Value::Float(1000.0));
        assert_eq!(resolve("x", false, Some("!vault-encrypted")), Value::Vault("x".into()));
        assert_eq!(resolve("yes", true, Some("!unsafe")), Value::Bool(true));
        assert_eq!(resolve("yes", false, Some("!unsafe")), Value::Unsafe("yes".into()));
        assert_eq!(resolve("x y", true, Some("!unsafe")), Value::Unsafe("x y".into()));
    }
}
