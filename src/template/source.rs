//! Template text as minijinja is given it, with the way back to what the user wrote.

use std::ops::Range;

use super::template_error::Spot;
use super::token::{Code, Token, TokenKind, cut, tokens};

/// The function that looks names up one after the other and is not troubled by an undefined one.
pub(super) const LOOK_UP: &str = "__look_up";

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// A value of a playbook: Ansible keeps the backslashes in the string literals of `{{ … }}`,
    /// so that `'\n'` is a backslash and an n.
    Value,
    /// A template file, or an expression: `'\n'` is the end of a line.
    File,
}

/// A text made ready for minijinja.
#[derive(Debug)]
pub(super) struct Source {
    original: String,
    /// What minijinja reads.
    pub ready: String,
    /// Where a piece of `ready` begins, and where that piece begins in `original`.
    anchors: Vec<(usize, usize)>,
    /// How many brackets of paths lie around what is being read.
    depth: usize,
}

/// Paths in brackets of paths that are made to bear an undefined part.
const MOST_DEPTH: usize = 10;

impl Source {
    /// A text that may hold `{{ … }}`.
    pub fn template(text: &str, reading: Reading) -> Self {
        let mut source = Self::empty(text);
        let mut done = 0;
        if reading == Reading::File && header(text).is_some() {
            done = text.find('\n').map_or(text.len(), |end| end + 1);
        }
        for code in cut(text).codes {
            if code.range.start < done {
                continue;
            }
            source.keep(text, done..code.range.start);
            done = code.range.end;
            source.code(text, code, reading);
        }
        source.keep(text, done..text.len());
        source
    }

    /// One expression that stands at `range` of a text.
    pub fn expression(text: &str, range: Range<usize>, reading: Reading) -> Self {
        let mut source = Self::empty(text);
        source.code(text, Code { range, is_expression: true }, reading);
        source
    }

    fn empty(text: &str) -> Self {
        Self {
            original: text.to_owned(),
            ready: String::with_capacity(text.len()),
            anchors: Vec::new(),
            depth: 0,
        }
    }

    fn keep(&mut self, text: &str, range: Range<usize>) {
        if !range.is_empty() {
            self.anchors.push((self.ready.len(), range.start));
            self.ready.push_str(&text[range]);
        }
    }

    fn insert(&mut self, text: &str, original: usize) {
        self.anchors.push((self.ready.len(), original));
        self.ready.push_str(text);
    }

    fn code(&mut self, text: &str, code: Code, reading: Reading) {
        let range = code.range;
        let keeps_backslashes = reading == Reading::Value && code.is_expression;
        let tokens = tokens(text, range.clone());
        let mut done = range.start;
        let mut at = 0;
        // The numbers of the tokens before which a bracket is to be closed.
        let mut closers = Vec::new();
        while let Some(token) = tokens.get(at) {
            while closers.pop_if(|closer| *closer == at).is_some() {
                let end = tokens[at - 1].end();
                self.keep(text, done..end);
                self.insert(")", end);
                done = end;
            }
            if let Some(operand) = formatted(&tokens, at) {
                self.keep(text, done..token.start);
                // In brackets the operands stand already.
                let is_bracketed = tokens[at + 1].is("(");
                self.insert(if is_bracketed { "| format" } else { "| format(" }, token.start);
                closers.extend((!is_bracketed).then_some(operand));
                done = if is_bracketed { tokens[at + 1].start } else { token.end() };
                at += 1;
                continue;
            }
            if let Some(path) = guarded_path(&tokens, at).filter(|_| self.depth < MOST_DEPTH) {
                self.keep(text, done..token.start);
                self.look_up(text, &tokens[at..path], keeps_backslashes);
                done = tokens[path - 1].end();
                at = path;
                continue;
            }
            if keeps_backslashes && token.kind == TokenKind::Text && token.text.contains('\\') {
                self.keep(text, done..token.start);
                self.insert(&doubled(token.text), token.start);
                done = token.end();
            }
            at += 1;
        }
        for _ in closers {
            let end = tokens.last().map_or(done, Token::end);
            self.keep(text, done..end);
            self.insert(")", end);
            done = end;
        }
        self.keep(text, done..range.end);
    }

    /// Writes `a.b['c']` as a call that gives undefined when any of it is.
    fn look_up(&mut self, text: &str, path: &[Token<'_>], keeps_backslashes: bool) {
        let start = path[0].start;
        self.insert(&format!("{LOOK_UP}({}", path[0].text), start);
        let mut at = 1;
        while let Some(token) = path.get(at) {
            if token.is(".") {
                let key = &path[at + 1];
                let quoted = match key.kind {
                    TokenKind::Number => format!(", {}", key.text),
                    _ => format!(", '{}'", key.text),
                };
                self.insert(&quoted, key.start);
                at += 2;
            } else {
                let end = bracket_end(path, at).unwrap_or(path.len());
                self.insert(", ", token.start);
                let inside = token.end()..path[end - 1].start;
                self.depth += 1;
                self.code(
                    text,
                    Code { range: inside, is_expression: keeps_backslashes },
                    Reading::Value,
                );
                self.depth -= 1;
                at = end;
            }
        }
        self.insert(")", start);
    }

    /// The place of a part of `ready` in what the user wrote.
    pub fn spot(&self, range: Range<usize>) -> Spot {
        let start = self.original_of(range.start);
        Spot::within(&self.original, start..self.original_of(range.end).max(start))
    }

    /// A line of `ready` without the white space around it; lines count from 1.
    pub fn line(&self, number: usize) -> Option<Range<usize>> {
        let line = self.ready.split('\n').nth(number.checked_sub(1)?)?.trim();
        let start = line.as_ptr().addr() - self.ready.as_ptr().addr();
        Some(start..start + line.len())
    }

    /// Where a name stands that is the last of its kind before `end`.
    pub fn last_before(&self, end: usize, name: &str) -> Option<Range<usize>> {
        let start = self.ready.get(..end)?.rfind(name)?;
        Some(start..start + name.len())
    }

    /// What the filter or test at a place of `ready` was applied to: `a.b` of `a.b | upper`.
    pub fn subject(&self, range: Range<usize>) -> Option<&str> {
        let before = self.ready.get(..range.start)?.trim_end();
        let before = before.strip_suffix('|').or_else(|| before.strip_suffix(" is"))?.trim_end();
        let is_part = |c: char| c.is_alphanumeric() || "_.[]'\"".contains(c);
        let subject = &before[before.trim_end_matches(is_part).len()..];
        Some(subject).filter(|subject| !subject.is_empty())
    }

    fn original_of(&self, at: usize) -> usize {
        let next = self.anchors.partition_point(|(ready, _)| *ready <= at);
        let Some((ready, original)) = next.checked_sub(1).and_then(|i| self.anchors.get(i)) else {
            return 0;
        };
        let limit = self.anchors[next..]
            .iter()
            .map(|(_, original)| *original)
            .find(|next| next > original)
            .unwrap_or(self.original.len());
        let mut at = (original + (at - ready)).min(limit.max(*original));
        while !self.original.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The first line of a template file that begins with `#jinja2:`, which sets how it is read.
pub(super) fn header(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("#jinja2:")
}

/// The number of the token behind a path of a step or more, when what follows asks whether it
/// is defined: `a.b.c | default(…)`, `a['b'].c is defined`.
fn guarded_path(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    let follows_another = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|t| t.is(".") || t.is("|"));
    if first.kind != TokenKind::Name || follows_another {
        return None;
    }
    let mut end = at + 1;
    let mut steps = 0;
    while let Some(token) = tokens.get(end) {
        if token.is(".")
            && tokens
                .get(end + 1)
                .is_some_and(|t| matches!(t.kind, TokenKind::Name | TokenKind::Number))
        {
            end += 2;
        } else if token.is("[") {
            end = bracket_end(tokens, end)?;
        } else {
            break;
        }
        steps += 1;
    }
    let rest = tokens.get(end..)?;
    (steps >= 1 && asks_whether_defined(rest)).then_some(end)
}

/// The number of the token behind the operand of a `%` at `at` that has a string literal before it,
/// which is Python's way to format: minijinja has the filter `format` for it.
fn formatted(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let is_format = tokens.get(at)?.is("%")
        && at.checked_sub(1).and_then(|before| tokens.get(before))?.kind == TokenKind::Text;
    let first = tokens.get(at + 1).filter(|_| is_format)?;
    if first.is("(") {
        let end = bracket_end(tokens, at + 1)?;
        let goes_on = tokens.get(end).is_some_and(|t| [".", "[", "(", "|"].iter().any(|m| t.is(m)));
        return (!goes_on).then_some(end);
    }
    (first.kind != TokenKind::Mark).then_some(())?;
    let mut end = at + 2;
    while let Some(token) = tokens.get(end) {
        if token.is(".") || token.is("|") {
            end += 2;
        } else if token.is("[") || token.is("(") {
            end = bracket_end(tokens, end)?;
        } else {
            break;
        }
    }
    (end <= tokens.len()).then_some(end)
}

/// The number of the token behind the `]` that ends the `[` at `open`; `None` for a slice.
fn bracket_end(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "[" | "(" | "{" => depth += 1,
            "]" | ")" | "}" => depth -= 1,
            ":" if depth == 1 => return None,
            _ => {}
        }
        if depth == 0 {
            return (at > open + 1).then_some(at + 1);
        }
    }
    None
}

fn asks_whether_defined(tokens: &[Token<'_>]) -> bool {
    let words: Vec<&str> = tokens.iter().take(6).map(|token| token.text).collect();
    matches!(
        words.as_slice(),
        ["|", "default" | "d", ..]
            | ["|", "ansible", ".", "builtin", ".", "default" | "d", ..]
            | ["is", "defined" | "undefined", ..]
            | ["is", "not", "defined" | "undefined", ..]
    )
}

/// A string literal whose backslashes stay; only one before a quote still means the quote.
fn doubled(literal: &str) -> String {
    let quote = literal.chars().next();
    let mut written = String::with_capacity(literal.len() + 4);
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                escaped if escaped == quote => {
                    written.extend([Some('\\'), escaped].iter().flatten())
                }
                Some('\\') => written.push_str(r"\\\\"),
                escaped => written.extend(['\\', '\\'].into_iter().chain(escaped)),
            },
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(text: &str, reading: Reading) -> String {
        Source::template(text, reading).ready
    }

    #[test]
    fn backslashes_stay_in_the_string_literals_of_values_only() {
        assert_eq!(ready(r"{{ 'a\nb' }} \n", Reading::Value), r"{{ 'a\\nb' }} \n");
        assert_eq!(ready(r"{% set x = 'a\nb' %}", Reading::Value), r"{% set x = 'a\nb' %}");
        assert_eq!(ready(r"{{ 'a\nb' }}", Reading::File), r"{{ 'a\nb' }}");
        assert_eq!(ready(r"{{ 'it\'s' }}", Reading::Value), r"{{ 'it\'s' }}");
    }

    #[test]
    fn a_path_that_is_asked_about_may_end_anywhere() {
        let ready = |text| ready(text, Reading::File);
        assert_eq!(ready("{{ a.b.c | d(1) }}"), "{{ __look_up(a, 'b', 'c') | d(1) }}");
        assert_eq!(ready("{{ a['x'][0] is defined }}"), "{{ __look_up(a, 'x', 0) is defined }}");
        assert_eq!(ready("{{ a.b | d(1) }}"), "{{ __look_up(a, 'b') | d(1) }}");
        assert_eq!(ready("{{ a.b.c | upper }}"), "{{ a.b.c | upper }}");
        assert_eq!(ready("{{ a[1:2].c.d | d(1) }}"), "{{ a[1:2].c.d | d(1) }}");
        assert_eq!(ready("{{ a.b() | d(1) }}"), "{{ a.b() | d(1) }}");
    }

    #[test]
    fn text_is_formatted_by_the_operator_of_python() {
        let ready = |text| ready(text, Reading::File);
        for (text, expected) in [
            ("{{ '%s-%d' % (a, 3) }}", "{{ '%s-%d' | format(a, 3) }}"),
            ("{{ '%s' % a ~ 'x' }}", "{{ '%s' | format( a) ~ 'x' }}"),
            ("{{ '%s' % a.b[0] | upper }}", "{{ '%s' | format( a.b[0] | upper) }}"),
            ("{{ '%s' % a.b.c | d('') }}", "{{ '%s' | format( __look_up(a, 'b', 'c') | d('')) }}"),
            ("{% set x = '%s' % ('%s' % a) %}", "{% set x = '%s' | format('%s' | format( a)) %}"),
            ("{{ a % 3 }}", "{{ a % 3 }}"),
            ("{{ '%s' % (a) | upper }}", "{{ '%s' % (a) | upper }}"),
            ("{{ '%s' % ", "{{ '%s' % "),
            ("{{ '%s' % a |", "{{ '%s' % a |"),
        ] {
            assert_eq!(ready(text), expected);
        }
    }

    #[test]
    fn a_part_of_the_ready_text_is_found_in_the_original() {
        let source = Source::template("x\n{{ a.b.c | d(1) + nope }}", Reading::File);
        let at = source.ready.find("nope").unwrap();
        let spot = source.spot(at..at + 4);
        assert_eq!((spot.line, spot.column, spot.width), (2, 19, 4));
    }

    #[test]
    fn the_line_that_sets_how_a_file_is_read_is_left_out() {
        let source = Source::template("#jinja2: trim_blocks:False\n{{ a }}", Reading::File);
        assert_eq!(source.ready, "{{ a }}");
        assert_eq!(source.spot(3..4).line, 2);
    }
}
