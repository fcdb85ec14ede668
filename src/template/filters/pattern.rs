//! A pattern that a user wrote for Python's `re`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use fancy_regex::{CaptureMatches, Captures, Regex, RegexBuilder};
use minijinja::Error;

use super::super::arguments::invalid;

/// Steps back that one match may take: patterns come from users, texts from devices.
const MOST_BACKTRACKS: usize = 1_000_000;
const MOST_PATTERN: usize = 10_000;
/// Compiled patterns that a thread keeps: one list may be filtered by one pattern row by row.
const MOST_KEPT: usize = 128;

/// Where a match must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::template) enum Anchor {
    None,
    /// At the beginning (`re.match`).
    Start,
    /// From the beginning to the end (`re.fullmatch`).
    Whole,
}

#[derive(Debug, Clone)]
pub(in crate::template) struct Pattern(Arc<Regex>);

type Key = (String, Anchor, bool, bool);

thread_local! {
    static KEPT: RefCell<HashMap<Key, Pattern>> = RefCell::new(HashMap::new());
}

impl Pattern {
    /// # Errors
    /// A mistake in the pattern.
    pub fn new(
        pattern: &str,
        anchor: Anchor,
        ignores_case: bool,
        multiline: bool,
    ) -> Result<Self, Error> {
        let key = (pattern.to_owned(), anchor, ignores_case, multiline);
        if let Some(kept) = KEPT.with(|kept| kept.borrow().get(&key).cloned()) {
            return Ok(kept);
        }
        let made = Self::compile(pattern, anchor, ignores_case, multiline)?;
        KEPT.with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(key, made.clone());
        });
        Ok(made)
    }

    fn compile(
        pattern: &str,
        anchor: Anchor,
        ignores_case: bool,
        multiline: bool,
    ) -> Result<Self, Error> {
        if pattern.len() > MOST_PATTERN {
            return Err(invalid(format!("the pattern is longer than {MOST_PATTERN} bytes")));
        }
        let translated = translated(pattern, multiline);
        let anchored = match anchor {
            Anchor::None => translated,
            Anchor::Start => format!(r"\A(?:{translated})"),
            Anchor::Whole => format!(r"\A(?:{translated})\z"),
        };
        RegexBuilder::new(&anchored)
            .case_insensitive(ignores_case)
            .multi_line(multiline)
            .backtrack_limit(MOST_BACKTRACKS)
            .build()
            .map(|regex| Self(Arc::new(regex)))
            .map_err(|_| invalid("the pattern is not a regular expression"))
    }

    pub fn is_match(&self, text: &str) -> Result<bool, Error> {
        self.0.is_match(text).map_err(|error| failed(&error))
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> Result<Option<Captures<'t, str>>, Error> {
        self.0.captures(text).map_err(|error| failed(&error))
    }

    pub(super) fn all<'r, 't>(&'r self, text: &'t str) -> CaptureMatches<'r, 't, str> {
        self.0.captures_iter(text)
    }

    pub(super) fn has_group(&self, name: &str) -> bool {
        self.0.capture_names().flatten().any(|known| known == name)
    }
}

/// A match that was given up.
pub(super) fn failed(_: &fancy_regex::Error) -> Error {
    invalid("the pattern needs too many steps on this text")
}

/// A pattern of Python's in the syntax of this crate: `\Z` is its `\z`, `$` matches before a last
/// line end too, `[` within a class and `{` that is no count stand for themselves.
fn translated(pattern: &str, multiline: bool) -> String {
    let multiline = multiline || sets_multiline(pattern);
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.char_indices().peekable();
    let mut class_start = None;
    while let Some((at, c)) = chars.next() {
        match (c, class_start) {
            ('\\', _) => match chars.next() {
                Some((_, 'Z')) if class_start.is_none() => out.push_str(r"\z"),
                Some((_, next)) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            ('[', None) => {
                out.push('[');
                if chars.next_if(|(_, c)| *c == '^').is_some() {
                    out.push('^');
                }
                class_start = Some(chars.peek().map_or(at, |(at, _)| *at));
            }
            (']', Some(start)) if start == at => out.push_str(r"\]"),
            (']', Some(_)) => {
                out.push(']');
                class_start = None;
            }
            ('[' | '&' | '~', Some(_)) => out.extend(['\\', c]),
            ('$', None) if !multiline => out.push_str(r"(?=\n?\z)"),
            ('{', None) if !is_count(&pattern[at..]) => out.push_str(r"\{"),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Whether a group of flags such as `(?im)` sets that lines count.
fn sets_multiline(pattern: &str) -> bool {
    pattern.split("(?").skip(1).any(|flags| {
        flags.chars().take_while(char::is_ascii_lowercase).any(|flag| flag == 'm')
            && flags.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with([')', ':'])
    })
}

fn is_count(text: &str) -> bool {
    text.strip_prefix('{').and_then(|inner| inner.split_once('}')).is_some_and(|(count, _)| {
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        match count.split_once(',') {
            Some((least, most)) => is_number(least) && is_number(most),
            None => !count.is_empty() && is_number(count),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, Anchor::None, false, false).unwrap().is_match(text).unwrap()
    }

    #[test]
    fn patterns_mean_what_they_mean_to_python() {
        assert!(is_match("b$", "ab\n"));
        assert!(!is_match("a$", "a\nb\n"));
        assert!(is_match("(?m)a$", "a\nb\n"));
        assert!(is_match(r"b\Z", "ab"));
        assert!(is_match("[[a]", "["));
        assert!(is_match("[]a]", "]"));
        assert!(is_match("{a}", "{a}"));
        assert!(is_match("a{2}", "aa"));
        assert!(is_match(r"(?P<x>a)(?P=x)", "aa"));
        assert!(is_match("a(?!b)", "ac"));
    }

    #[test]
    fn a_pattern_that_runs_wild_is_given_up() {
        let pattern = Pattern::new(r"(a+)+\1b", Anchor::None, false, false).unwrap();
        assert!(pattern.is_match(&"a".repeat(5_000)).is_err());
    }
}
