//! JSON to nodes, as Python reads it.
//!
//! YAML's scanner would read most of it, but not all: a tab between two tokens, an escaped pair of
//! surrogates, `1e3`.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use crate::model::{InputIssue, Place, SourceFile};

use super::parse::{MOST_DEPTH, place, unite};
use super::{Node, NodeValue, Parsed};

/// Reads a text that must be JSON.
pub fn parse_json(source: &SourceFile) -> Parsed {
    match read(source) {
        Ok(parsed) => parsed,
        Err(issue) => Parsed { node: None, issues: vec![*issue] },
    }
}

/// The document, or why the text is none.
pub(super) fn read(source: &SourceFile) -> Result<Parsed, Box<InputIssue>> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut reader = Reader {
        file: source.name.clone(),
        rest: text.chars().peekable(),
        line: 1,
        column: 0,
        issues: Vec::new(),
    };
    let node = reader.value(0)?;
    reader.blanks();
    match reader.rest.peek() {
        None => {
            let mut issues = reader.issues;
            issues.sort_by_key(|issue| issue.place.as_ref().map(|at| (at.line, at.column)));
            Ok(Parsed { node: Some(node), issues })
        }
        Some(_) => Err(reader.wrong("something stands behind the end of the JSON")),
    }
}

struct Reader<'a> {
    file: Arc<str>,
    rest: Peekable<Chars<'a>>,
    /// From 1.
    line: usize,
    /// From 0.
    column: usize,
    issues: Vec<InputIssue>,
}

type Read<T> = Result<T, Box<InputIssue>>;

impl Reader<'_> {
    fn wrong(&self, message: &str) -> Box<InputIssue> {
        let issue = InputIssue::error(message).at(self.place(), 1);
        Box::new(issue.hint("this must be one JSON document"))
    }

    fn place(&self) -> Place {
        place(&self.file, self.line, self.column)
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn blanks(&mut self) {
        while self.rest.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    /// The next character that is no blank, when it is `wanted`.
    fn eat(&mut self, wanted: char) -> bool {
        self.blanks();
        let is_there = self.rest.peek() == Some(&wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        self.blanks();
        if depth > MOST_DEPTH {
            return Err(self.wrong(&format!("the JSON is nested more than {MOST_DEPTH} deep")));
        }
        let (start, line, column) = (self.place(), self.line, self.column);
        let (value, tag) = match self.rest.peek() {
            Some('{') => (self.map(depth)?, None),
            Some('[') => (self.list(depth)?, None),
            Some('"') => (NodeValue::Scalar { text: self.text()?.into(), plain: false }, None),
            Some(_) => self.word()?,
            None => return Err(self.wrong("the JSON ends before it is complete")),
        };
        let width = if self.line == line { self.column - column } else { 1 };
        let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
        Ok(tagged(Node { value, place: start, width, tag }))
    }

    fn list(&mut self, depth: usize) -> Read<NodeValue> {
        self.next();
        let mut items = Vec::new();
        if self.eat(']') {
            return Ok(NodeValue::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(']') {
                return Ok(NodeValue::List(items));
            }
            if !self.eat(',') {
                return Err(self.wrong("a comma or the `]` of a list is missing here"));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Read<NodeValue> {
        self.next();
        let mut entries = Vec::new();
        if self.eat('}') {
            return Ok(NodeValue::Map(entries));
        }
        loop {
            self.blanks();
            if self.rest.peek() != Some(&'"') {
                return Err(self.wrong("the name of an entry, in double quotes, is missing here"));
            }
            let key = self.value(depth + 1)?;
            if !self.eat(':') {
                return Err(self.wrong("the colon behind the name of an entry is missing here"));
            }
            let value = self.value(depth + 1)?;
            entries.push((key, value));
            if self.eat('}') {
                return Ok(NodeValue::Map(unite(Vec::new(), entries, &mut self.issues)));
            }
            if !self.eat(',') {
                return Err(self.wrong("a comma or the `}` of a mapping is missing here"));
            }
        }
    }

    /// A number, or one of the words.
    fn word(&mut self) -> Read<(NodeValue, Option<Box<str>>)> {
        let before = self.wrong("no value of JSON begins here");
        let mut word = String::new();
        while self.rest.peek().is_some_and(|c| c.is_ascii_alphanumeric() || "+-.".contains(*c)) {
            word.extend(self.next());
        }
        let scalar = |text: &str| NodeValue::Scalar { text: text.into(), plain: true };
        let float: Option<Box<str>> = Some("!!float".into());
        Ok(match word.as_str() {
            "null" | "true" | "false" => (scalar(&word), None),
            "NaN" => (scalar(".nan"), float),
            "Infinity" => (scalar(".inf"), float),
            "-Infinity" => (scalar("-.inf"), float),
            number if serde_json::from_str::<serde::de::IgnoredAny>(number).is_ok() => {
                let is_float = number.contains(['.', 'e', 'E']);
                (scalar(number), float.filter(|_| is_float))
            }
            _ => return Err(before),
        })
    }

    fn text(&mut self) -> Read<String> {
        let open = self.wrong("this text is not closed");
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c >= ' ' => text.push(c),
                Some(_) | None => return Err(open),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.code(),
            _ => return Err(self.wrong("this escape is none of JSON's")),
        })
    }

    /// Behind `\u`: four digits, or two times four that are one character together.
    fn code(&mut self) -> Read<char> {
        let first = self.digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            let broken = self.wrong("half of a pair of surrogates is no character");
            return char::from_u32(first).ok_or(broken);
        }
        let broken = self.wrong("half of a pair of surrogates is no character");
        if self.next() != Some('\\') || self.next() != Some('u') {
            return Err(broken);
        }
        let second = self.digits()?.checked_sub(0xdc00).filter(|low| *low < 0x400);
        second
            .and_then(|low| char::from_u32(0x10000 + ((first - 0xd800) << 10) + low))
            .ok_or(broken)
    }

    fn digits(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|c| c.to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wrong("four digits are missing here"))?;
        }
        Ok(code)
    }
}

/// JSON has no tags: Ansible writes `{"__ansible_vault": TEXT}` and `{"__ansible_unsafe": TEXT}`.
fn tagged(mut node: Node) -> Node {
    let NodeValue::Map(entries) = &node.value else { return node };
    let [(key, Node { value: NodeValue::Scalar { text, plain: false }, .. })] = entries.as_slice()
    else {
        return node;
    };
    let tag = match key.scalar_text() {
        Some("__ansible_vault") => "!vault",
        Some("__ansible_unsafe") => "!unsafe",
        _ => return node,
    };
    node.value = NodeValue::Scalar { text: text.clone(), plain: false };
    node.tag = Some(tag.into());
    node
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> String {
        let parsed = parse_json(&SourceFile::new("x.json", text));
        match parsed.node {
            Some(node) => serde_json::to_string(&node.to_value()).unwrap(),
            None => parsed.issues[0].to_string(),
        }
    }

    #[test]
    fn json_is_read_as_python_reads_it() {
        for (text, expected) in [
            ("{\"a\":\t[1, -0, 1.5, 1e3, true, null]}", "{\"a\":[1,0,1.5,1000.0,true,null]}"),
            ("\"\\ud83d\\ude00\\u00e9\\/\\n\"", "\"😀é/\\n\""),
            ("[\"0644\", \"yes\", \"<<\", \"\"]", "[\"0644\",\"yes\",\"<<\",\"\"]"),
            (" {} ", "{}"),
        ] {
            assert_eq!(value(text), expected);
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, told) in [
            ("", "x.json:1:1: the JSON ends before it is complete"),
            ("{\n  \"a\" 1}", "x.json:2:7: the colon behind the name of an entry is missing here"),
            ("[1 2]", "x.json:1:4: a comma or the `]` of a list is missing here"),
            ("{\"a\": 1,}", "x.json:1:9: the name of an entry, in double quotes, is missing here"),
            ("Traceback: x", "x.json:1:1: no value of JSON begins here"),
            ("[01]", "x.json:1:2: no value of JSON begins here"),
            ("{} x", "x.json:1:4: something stands behind the end of the JSON"),
            ("[\"a\nb\"]", "x.json:1:2: this text is not closed"),
        ] {
            assert_eq!(value(text), format!("{told} (this must be one JSON document)"));
        }
        assert!(value(&"[".repeat(5000)).contains("more than 100 deep"));
    }

    #[test]
    fn a_name_that_comes_twice_is_told() {
        let parsed = parse_json(&SourceFile::new("x.json", "{\"a\": 1,\n \"a\": 2}"));
        assert_eq!(
            parsed.issues[0].to_string(),
            "x.json:2:2: the key `a` was already set in line 1; this value wins (remove one of \
             the two)"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\":,0-9eE.ntu\\\\ -]{0,40}") {
            parse_json(&SourceFile::new("x.json", text));
        }
    }
}
