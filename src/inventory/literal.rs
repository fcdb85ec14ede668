//! Values of INI inventories: what Python's `ast.literal_eval` reads is that value, anything
//! else is text. So `True` is a boolean and `true` is not; `0644` is text and `0o644` a number.

use indexmap::IndexMap;

use crate::model::Value;

use super::python_number::{Number, complex_text, float_text, imaginary_text, number};

/// Python refuses deeper brackets as well.
const MOST_DEPTH: usize = 100;

/// The value of what stands behind a `=` in an INI inventory.
pub(super) fn value_of(text: &str) -> Value {
    literal(text).unwrap_or_else(|| Value::text(text))
}

/// The value that Python reads in `text`; `None` when it is no literal.
fn literal(text: &str) -> Option<Value> {
    // Most values are words or addresses, which no literal begins like.
    let first = text.trim_start_matches([' ', '\t']).chars().next()?;
    let begins_literal = first.is_ascii_digit()
        || matches!(
            first,
            '\'' | '"'
                | '['
                | '('
                | '{'
                | '+'
                | '-'
                | '.'
                | 'T'
                | 'F'
                | 'N'
                | 's'
                | 'b'
                | 'B'
                | 'r'
                | 'R'
                | 'u'
                | 'U'
        );
    if !begins_literal {
        return None;
    }
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']) };
    let value = reader.list_or_one(0)?;
    reader.blanks();
    (reader.rest.is_empty() || reader.rest.starts_with('#')).then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\x0c', '\r', '\n']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// One value, or several with commas: a tuple, which becomes a list.
    fn list_or_one(&mut self, depth: usize) -> Option<Value> {
        let first = self.one(depth)?;
        if !self.eat(",") {
            return Some(first);
        }
        let mut items = vec![first];
        loop {
            self.blanks();
            if self.rest.is_empty() || self.rest.starts_with([')', '#']) {
                return Some(Value::List(items));
            }
            items.push(self.one(depth)?);
            if !self.eat(",") {
                return Some(Value::List(items));
            }
        }
    }

    fn one(&mut self, depth: usize) -> Option<Value> {
        if depth > MOST_DEPTH {
            return None;
        }
        self.blanks();
        match self.rest.chars().next()? {
            '(' => self.parenthesis(depth),
            '[' => {
                self.eat("[");
                self.items("]", depth).map(Value::List)
            }
            '{' => self.set_or_dict(depth),
            '+' | '-' | '0'..='9' => self.sum(),
            '.' if self.eat("...") => Some(Value::text("...")),
            '.' => self.sum(),
            '\'' | '"' => self.texts(),
            _ => self.word(),
        }
    }

    fn parenthesis(&mut self, depth: usize) -> Option<Value> {
        self.eat("(");
        if self.eat(")") {
            return Some(Value::List(Vec::new()));
        }
        let value = self.list_or_one(depth + 1)?;
        self.eat(")").then_some(value)
    }

    fn items(&mut self, end: &str, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.eat(end) {
            items.push(self.one(depth + 1)?);
            if !self.eat(",") {
                return self.eat(end).then_some(items);
            }
        }
        Some(items)
    }

    fn set_or_dict(&mut self, depth: usize) -> Option<Value> {
        self.eat("{");
        if self.eat("}") {
            return Some(Value::Map(IndexMap::new()));
        }
        let first = self.one(depth + 1)?;
        if self.eat(":") {
            return self.dict(first, depth);
        }
        let mut items = vec![first];
        if self.eat(",") {
            items.extend(self.items("}", depth)?);
        } else if !self.eat("}") {
            return None;
        }
        Some(set(items))
    }

    fn dict(&mut self, first: Value, depth: usize) -> Option<Value> {
        let mut map = IndexMap::new();
        let mut key = first;
        loop {
            let value = self.one(depth + 1)?;
            map.insert(key_text(&key)?, value);
            let comma = self.eat(",");
            if self.eat("}") {
                return Some(Value::Map(map));
            }
            if !comma {
                return None;
            }
            key = self.one(depth + 1)?;
            if !self.eat(":") {
                return None;
            }
        }
    }

    /// `True`, `set()`, or the prefix of a text.
    fn word(&mut self) -> Option<Value> {
        let end =
            self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if rest.starts_with(['\'', '"']) {
            return self.texts();
        }
        self.rest = rest;
        match word {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            "set" => (self.eat("(") && self.eat(")")).then_some(Value::List(Vec::new())),
            _ => None,
        }
    }

    /// A signed number, or a complex one, which becomes text.
    fn sum(&mut self) -> Option<Value> {
        let negative = self.rest.starts_with('-');
        self.rest = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
        self.blanks();
        let left = match self.number(negative)? {
            // Python negates both parts.
            Number::Imaginary(part) if negative => {
                return Some(Value::Text(complex_text(-0.0, part)));
            }
            Number::Imaginary(part) => return Some(Value::Text(imaginary_text(part))),
            Number::Real(value) => value,
        };
        self.blanks();
        let minus = match self.rest.chars().next() {
            Some('+') => false,
            Some('-') => true,
            _ => return Some(left),
        };
        self.rest = &self.rest[1..];
        self.blanks();
        let Number::Imaginary(part) = self.number(minus)? else { return None };
        let real = match left {
            #[allow(clippy::cast_precision_loss, reason = "Python converts it to a float too")]
            Value::Int(value) => value as f64,
            Value::Float(value) => value,
            _ => return None,
        };
        Some(Value::Text(complex_text(real, part)))
    }

    fn number(&mut self, negative: bool) -> Option<Number> {
        let (number, rest) = number(self.rest, negative)?;
        self.rest = rest;
        Some(number)
    }

    /// One or more texts side by side, which Python joins. All must be bytes, or none.
    fn texts(&mut self) -> Option<Value> {
        let (mut text, is_bytes) = self.quoted()?;
        loop {
            self.blanks();
            let end = self.rest.find(['\'', '"']).filter(|end| *end <= 2);
            let Some(end) = end else { break };
            if !self.rest[..end].chars().all(|c| c.is_ascii_alphabetic()) {
                break;
            }
            let (more, more_is_bytes) = self.quoted()?;
            if more_is_bytes != is_bytes {
                return None;
            }
            text.push_str(&more);
        }
        // Ansible does not trust bytes with templates.
        Some(if is_bytes { Value::Unsafe(text) } else { Value::Text(text) })
    }

    /// One quoted text with its prefix.
    fn quoted(&mut self) -> Option<(String, bool)> {
        let start = self.rest.find(['\'', '"'])?;
        let prefix = self.rest[..start].to_ascii_lowercase();
        let (is_raw, is_bytes) = match prefix.as_str() {
            "" | "u" => (false, false),
            "r" => (true, false),
            "b" => (false, true),
            "br" | "rb" => (true, true),
            _ => return None,
        };
        let body = &self.rest[start..];
        let quote = if body.starts_with("'''") || body.starts_with("\"\"\"") {
            &body[..3]
        } else {
            &body[..1]
        };
        self.rest = &body[quote.len()..];
        let mut text = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(quote) {
                self.rest = rest;
                return Some((text, is_bytes));
            }
            let c = self.next_char()?;
            if is_bytes && !c.is_ascii() || c == '\n' && quote.len() == 1 {
                return None;
            }
            if c != '\\' {
                text.push(c);
            } else if is_raw {
                text.push(c);
                text.push(self.next_char()?);
            } else {
                self.escape(&mut text, is_bytes)?;
            }
        }
    }

    fn next_char(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn escape(&mut self, text: &mut String, is_bytes: bool) -> Option<()> {
        let c = self.next_char()?;
        let plain = match c {
            '\n' => return Some(()),
            '\\' | '\'' | '"' => c,
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0'..='7' => {
                let more = self.rest.chars().take(2).take_while(|c| c.is_digit(8)).count();
                let digits = format!("{c}{}", &self.rest[..more]);
                self.rest = &self.rest[more..];
                char::from_u32(u32::from_str_radix(&digits, 8).ok()?)?
            }
            'x' => self.hex(2)?,
            'u' if !is_bytes => self.hex(4)?,
            'U' if !is_bytes => self.hex(8)?,
            'N' if !is_bytes => return None,
            other => {
                text.push('\\');
                other
            }
        };
        // Bytes beyond ASCII would have to be decoded together; nobody writes them.
        (!is_bytes || plain.is_ascii()).then(|| text.push(plain))
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let text = self.rest.get(..digits)?;
        if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = &self.rest[digits..];
        char::from_u32(u32::from_str_radix(text, 16).ok()?)
    }
}

/// The text of a value as the key of a mapping, as Python's JSON writes such keys.
fn key_text(key: &Value) -> Option<String> {
    match key {
        Value::Text(text) | Value::Unsafe(text) | Value::BigInt(text) => Some(text.clone()),
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(float_text(*value)),
        Value::Vault(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// A set becomes a list. Python keeps no order of its own but for small numbers, which rise.
fn set(items: Vec<Value>) -> Value {
    let mut unique: Vec<Value> = Vec::new();
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    if unique.iter().all(|item| matches!(item, Value::Int(_))) {
        unique.sort_by_key(|item| if let Value::Int(value) = item { *value } else { 0 });
    }
    Value::List(unique)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> String {
        serde_json::to_string(&value_of(text)).unwrap()
    }

    #[test]
    fn numbers_are_python_s() {
        for (text, value) in [
            ("1", "1"),
            ("-3", "-3"),
            ("+5", "5"),
            ("1.5", "1.5"),
            ("1e3", "1000.0"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("0x10", "16"),
            ("0o644", "420"),
            ("0b11", "3"),
            ("0x_ff", "255"),
            ("1_000", "1000"),
            ("00", "0"),
            ("(1)", "1"),
            ("8080 # port", "8080"),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_literal_is_text() {
        for text in [
            "0644",
            "true",
            "yes",
            "null",
            "1+1",
            "2*3",
            "1__0",
            "1_",
            "0x",
            "1a",
            "10.0.0.1",
            "2024-01-01",
            "a,b",
            "[1,a]",
            "{a:1}",
            "'x",
            "f'x'",
            "--1",
            "-True",
            "1 2",
            "inf",
            "00:11:22:33:44:55",
            "plain # kept",
            "set(1)",
            "[1",
            "{1:}",
            "'a' b'c'",
            "",
            "é1",
            "0_x1",
            "'\\N{BULLET}'",
            "1e",
            ".",
            "True1",
        ] {
            assert_eq!(value_of(text), Value::text(text), "{text}");
        }
    }

    #[test]
    fn collections_nest_and_tuples_become_lists() {
        for (text, value) in [
            ("1,2", "[1,2]"),
            ("(1,)", "[1]"),
            ("()", "[]"),
            ("[]", "[]"),
            ("{}", "{}"),
            ("set()", "[]"),
            ("{3, 1, 3}", "[1,3]"),
            ("['a', ('b',), {'k': None, 1: True,},]", r#"["a",["b"],{"k":null,"1":true}]"#),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
        assert!(value_of(&"[".repeat(5000)).as_str().is_some());
    }

    #[test]
    fn texts_have_prefixes_escapes_and_join() {
        for (text, value) in [
            ("'x' 'y'", "xy"),
            ("\"it's\"", "it's"),
            ("'''a'b'''", "a'b"),
            (r"'\x41\102\u0043\n\q'", "ABC\n\\q"),
            (r"r'\n'", "\\n"),
            ("u'x'", "x"),
            ("...", "..."),
        ] {
            assert_eq!(value_of(text), Value::text(value), "{text}");
        }
        assert_eq!(value_of("b'x' b'y'"), Value::Unsafe("xy".to_owned()));
    }

    #[test]
    fn complex_numbers_are_text() {
        for (text, value) in [
            ("1+2j", "(1+2j)"),
            ("1-2.5j", "(1-2.5j)"),
            ("2j", "2j"),
            ("-2j", "(-0-2j)"),
            ("0+2j", "2j"),
        ] {
            assert_eq!(value_of(text), Value::text(value), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            value_of(&text);
        }

        #[test]
        fn no_soup_of_signs_makes_it_panic(text in "[-+.0-9a-fxojJeE_'\"\\[\\](){},:# \\\\ubrTé]{0,30}") {
            value_of(&text);
        }
    }
}
