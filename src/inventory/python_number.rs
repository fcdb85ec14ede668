//! Numbers as Python reads and spells them.

use crate::model::Value;
use crate::yaml::whole_number;

/// A number while it may still become part of a complex one.
pub(super) enum Number {
    Real(Value),
    /// The imaginary part.
    Imaginary(f64),
}

/// Reads the number at the beginning of `rest` and says where it ends.
pub(super) fn number(rest: &str, negative: bool) -> Option<(Number, &str)> {
    let end = end_of(rest);
    let (text, rest) = rest.split_at(end);
    // Behind a number no letter or digit may follow.
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
        return None;
    }
    let prefix = text.get(..2).unwrap_or("").to_ascii_lowercase();
    if let Some(radix) = [("0x", 16), ("0o", 8), ("0b", 2)]
        .iter()
        .find(|(name, _)| *name == prefix)
        .map(|(_, radix)| *radix)
    {
        // Behind the prefix one `_` may stand.
        let digits = text[2..].strip_prefix('_').unwrap_or(&text[2..]);
        let value = whole_number(&grouped(digits)?, radix, negative)?;
        return Some((Number::Real(value), rest));
    }
    let (text, imaginary) = match text.strip_suffix(['j', 'J']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let is_float = text.contains(['.', 'e', 'E']);
    let digits = grouped_parts(text)?;
    let sign = if negative { -1.0 } else { 1.0 };
    if imaginary {
        return Some((Number::Imaginary(sign * digits.parse::<f64>().ok()?), rest));
    }
    if is_float {
        let value = Value::Float(sign * digits.parse::<f64>().ok()?);
        return Some((Number::Real(value), rest));
    }
    // A leading zero is an error in Python, unless all digits are.
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|b| b != b'0') {
        return None;
    }
    Some((Number::Real(whole_number(&digits, 10, negative)?), rest))
}

/// Python's spelling of a float: `1000.0`, `1e+16`, `inf`.
pub(super) fn float_text(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string().to_ascii_lowercase();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => {
            let plain = value.to_string();
            if plain.contains('.') { plain } else { format!("{plain}.0") }
        }
    }
}

/// Where the number at the beginning of `text` ends.
fn end_of(text: &str) -> usize {
    let is_based = ["0x", "0X", "0o", "0O", "0b", "0B"].iter().any(|base| text.starts_with(base));
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let belongs = c.is_ascii_alphanumeric()
            || c == '_'
            || !is_based && (c == '.' || matches!(c, '+' | '-') && matches!(before, 'e' | 'E'));
        if !belongs {
            return at;
        }
        before = c;
    }
    text.len()
}

/// Digits without their `_`, of which only single ones between two digits are allowed.
fn grouped(digits: &str) -> Option<String> {
    let is_grouped = digits.split('_').all(|part| !part.is_empty());
    is_grouped.then(|| digits.replace('_', ""))
}

/// The same for a decimal number with point and exponent.
fn grouped_parts(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '_';
    let allowed = text.chars().all(|c| is_part(c) || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    let parts_are_grouped = text
        .split(|c: char| !is_part(c))
        .all(|part| part.is_empty() || part.split('_').all(|group| !group.is_empty()));
    (allowed && parts_are_grouped).then(|| text.replace('_', ""))
}

pub(super) fn imaginary_text(part: f64) -> String {
    format!("{}j", part_text(part))
}

pub(super) fn complex_text(real: f64, imaginary: f64) -> String {
    if real == 0.0 && real.is_sign_positive() {
        return imaginary_text(imaginary);
    }
    let sign = if imaginary.is_sign_negative() { "" } else { "+" };
    format!("({}{sign}{}j)", part_text(real), part_text(imaginary))
}

fn part_text(part: f64) -> String {
    let text = float_text(part);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_spelled_as_python_spells_them() {
        for (value, text) in [
            (1000.0, "1000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(float_text(value), text);
        }
    }
}
