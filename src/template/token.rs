//! Template text cut into what is text and what is code, and code into tokens.

use std::ops::Range;

/// The inside of one `{{ … }}` or `{% … %}`, without the delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// Where it stands in the template, in bytes.
    pub range: Range<usize>,
    /// `{{ … }}`, and not `{% … %}`.
    pub is_expression: bool,
}

/// The code in a template, and whether there is anything beside it but comments.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub codes: Vec<Code>,
    pub has_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Number,
    /// A string literal, quotes included.
    Text,
    /// One character of any other kind.
    Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Where it begins in the whole template, in bytes.
    pub start: usize,
}

impl Token<'_> {
    pub fn is(&self, mark: &str) -> bool {
        self.kind != TokenKind::Text && self.text == mark
    }

    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The inside of a string literal.
    pub fn inner(&self) -> &str {
        self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or("")
    }
}

/// Finds the code in a template. What lies in comments and between `{% raw %}` and
/// `{% endraw %}` is none.
pub(super) fn cut(text: &str) -> Cut {
    let mut found = Cut::default();
    let mut at = 0;
    while let Some(open) = opening(text, at) {
        found.has_text |= open > at;
        let inside = open + 2;
        match &text[open..inside] {
            "{#" => at = text[inside..].find("#}").map_or(text.len(), |end| inside + end + 2),
            _ if let Some(end) = raw_block(text, open) => {
                found.has_text = true;
                at = end;
            }
            delimiter => {
                let is_expression = delimiter == "{{";
                let close = if is_expression { "}}" } else { "%}" };
                let end = end_of_code(text, inside, close);
                found.codes.push(Code { range: inside..end, is_expression });
                at = (end + 2).min(text.len());
            }
        }
    }
    found.has_text |= at < text.len();
    found
}

/// Where the next `{{`, `{%` or `{#` begins.
fn opening(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(brace) = text.get(at..)?.find('{') {
        at += brace;
        if matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The end of a raw block that begins at `open`.
fn raw_block(text: &str, open: usize) -> Option<usize> {
    let begin = tag_end(text, open, "raw")?;
    let mut at = begin;
    while let Some(next) = text[at..].find("{%") {
        at += next;
        if let Some(end) = tag_end(text, at, "endraw") {
            return Some(end);
        }
        at += 2;
    }
    Some(text.len())
}

/// Where the tag `{% name %}` that begins at `open` ends.
fn tag_end(text: &str, open: usize, name: &str) -> Option<usize> {
    let rest = text[open..].strip_prefix("{%")?;
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).trim_ascii_start();
    let rest = rest.strip_prefix(name)?.trim_ascii_start();
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    Some(text.len() - rest.strip_prefix("%}")?.len())
}

/// Where the code that begins at `from` ends: at its delimiter outside of strings and brackets.
fn end_of_code(text: &str, from: usize, close: &str) -> usize {
    let mut depth = 0_i64;
    let mut at = from;
    while let Some(token) = next_token(text, at, text.len()) {
        if depth == 0 && text[token.start..].starts_with(close) {
            return token.start;
        }
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        at = token.end();
    }
    text.len()
}

/// The tokens of a piece of code.
pub(super) fn tokens(text: &str, range: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(token) = next_token(text, at, range.end) {
        at = token.end();
        found.push(token);
    }
    found
}

fn next_token(text: &str, from: usize, end: usize) -> Option<Token<'_>> {
    let rest = text.get(from..end)?;
    let trimmed = rest.trim_start();
    let start = end - trimmed.len();
    let first = trimmed.chars().next()?;
    let length_while =
        |accepted: fn(char) -> bool| trimmed.find(|c| !accepted(c)).unwrap_or(trimmed.len());
    let (kind, length) = match first {
        '\'' | '"' => (TokenKind::Text, literal_length(trimmed, first)),
        _ if first.is_ascii_digit() => {
            (TokenKind::Number, length_while(|c| c.is_alphanumeric() || c == '_'))
        }
        _ if first.is_alphabetic() || first == '_' => {
            (TokenKind::Name, length_while(|c| c.is_alphanumeric() || c == '_'))
        }
        _ => (TokenKind::Mark, first.len_utf8()),
    };
    Some(Token { kind, text: &trimmed[..length], start })
}

fn literal_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&str> {
        cut(text).codes.into_iter().map(|code| &text[code.range]).collect()
    }

    #[test]
    fn delimiters_in_strings_and_brackets_do_not_end_code() {
        assert_eq!(codes("{{ '}}' }}{% if '%}' %}"), [" '}}' ", " if '%}' "]);
        assert_eq!(codes("{{ {'a': {'b': 1}} }}x"), [" {'a': {'b': 1}} "]);
        assert_eq!(codes(r"{{ 'it\'s }}' }}"), [r" 'it\'s }}' "]);
    }

    #[test]
    fn comments_and_raw_blocks_hold_no_code() {
        assert_eq!(codes("{# {{ a }} #}{%- raw -%}{{ b }}{% endraw %}{{ c }}"), [" c "]);
        assert!(codes("{% raw %}{{ b }}").is_empty());
    }

    #[test]
    fn code_that_never_ends_reaches_to_the_end() {
        assert_eq!(codes("a {{ b"), [" b"]);
        assert_eq!(codes("{{ 'b"), [" 'b"]);
        assert_eq!(codes("{"), [""; 0]);
    }

    #[test]
    fn code_falls_into_names_numbers_strings_and_marks() {
        let text = "a.b|f('x y', 12)";
        let found: Vec<_> = tokens(text, 0..text.len()).iter().map(|t| t.text).collect();
        assert_eq!(found, ["a", ".", "b", "|", "f", "(", "'x y'", ",", "12", ")"]);
    }
}
