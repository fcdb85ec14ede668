//! What is wrong with a template or an expression.

use std::fmt;
use std::ops::Range;

use super::source::Source;
use crate::model::{InputIssue, Place};
use crate::vault::VaultError;

/// A mistake in a template, or one that showed when it was filled in. It never shows the value of
/// a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// The remedy, one sentence without a full stop.
    pub hint: Option<String>,
    /// Where in the text it stands.
    pub spot: Option<Box<Spot>>,
    /// What is undefined, where that is the cause: `tokens`, `result.rows`; empty where it has no
    /// name.
    pub undefined: Option<String>,
    /// Whether the cause is a vaulted value that cannot be opened.
    pub locked: bool,
}

/// A place within a template's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Name of the template, where it is one of a [`super::TemplateSet`].
    pub template: Option<String>,
    /// Both count from 1; the column counts characters.
    pub line: u32,
    pub column: u32,
    /// How many characters from there on are concerned; at least 1.
    pub width: u32,
}

impl Spot {
    /// The place of a part of a text, in bytes; of its first line, where it has several.
    pub(super) fn within(text: &str, range: Range<usize>) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let before = text.get(..range.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let concerned = text.get(range).and_then(|part| part.lines().next()).unwrap_or("");
        Self {
            template: None,
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            width: count(concerned.trim_end().chars().count().max(1)),
        }
    }
}

impl TemplateError {
    /// `message` is one sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, spot: None, undefined: None, locked: false }
    }

    pub(super) fn locked(error: &VaultError) -> Self {
        let message = format!("the vaulted value cannot be opened: {error}");
        Self { locked: true, ..Self::new(message).hint(error.remedy()) }
    }

    pub(super) fn undefined(what: impl Into<String>) -> Self {
        let what = what.into();
        Self { undefined: Some(what.clone()), ..Self::new(format!("`{what}` is undefined")) }
    }

    /// As [`TemplateError::undefined`], for what has no name.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self { undefined: Some(String::new()), ..Self::new(message) }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As an issue with the text that begins at `place`.
    pub fn at(self, place: &Place, width: u32) -> InputIssue {
        let issue = InputIssue::error(self.message).at(place.clone(), width);
        match self.hint {
            Some(hint) => issue.hint(hint),
            None => issue,
        }
    }

    /// What minijinja complains about, at its place in what the user wrote. `source_of` knows the
    /// texts by the names that minijinja knows them by.
    pub(super) fn of<'a>(
        error: &minijinja::Error,
        source_of: impl Fn(&str) -> Option<&'a Source>,
    ) -> Self {
        // The innermost error is the cause: an include only says that it failed.
        let mut cause = error;
        let mut ours = None;
        let mut next = std::error::Error::source(error);
        while let Some(source) = next {
            if let Some(inner) = source.downcast_ref::<minijinja::Error>() {
                cause =
                    if inner.line().is_some() || cause.line().is_none() { inner } else { cause };
            }
            ours = source.downcast_ref::<Self>().or(ours);
            next = source.source();
        }
        let mut found = match ours {
            Some(ours) => ours.clone(),
            None => Self::of_cause(cause, cause.name().and_then(&source_of)),
        };
        found.spot = cause.name().and_then(|name| {
            let source = source_of(name)?;
            let range = cause.range().or_else(|| source.line(cause.line()?))?;
            let undefined = found.undefined.as_deref().filter(|what| !what.is_empty());
            let named = undefined.and_then(|what| source.last_before(range.end, what));
            let mut spot = source.spot(named.unwrap_or(range));
            // minijinja's name for a text that is no template of a set.
            spot.template = Some(name.to_owned()).filter(|name| !name.starts_with('<'));
            Some(Box::new(spot))
        });
        found
    }

    fn of_cause(cause: &minijinja::Error, source: Option<&Source>) -> Self {
        use minijinja::ErrorKind as Kind;
        let detail = cause.detail().unwrap_or_default();
        if let Some((_, rest)) = detail.split_once('`')
            && let Some((what, _)) = rest.split_once("` is undefined")
        {
            return Self::undefined(what);
        }
        match cause.kind() {
            Kind::OutOfFuel => Self::new("the template does too much work")
                .hint("look for a loop in a loop over long lists"),
            Kind::TemplateNotFound => Self::new(not_found(detail)),
            Kind::UndefinedError if detail.is_empty() => {
                match cause.range().and_then(|range| source?.subject(range)) {
                    Some(subject) => Self::undefined(subject),
                    None => Self::missing("a value that is used here is undefined"),
                }
            }
            Kind::UndefinedError => Self::missing(detail),
            Kind::WriteFailure => Self::new("the template writes too much text")
                .hint("look for a loop that repeats what it wrote"),
            Kind::SyntaxError if detail.starts_with("unexpected end of input") => {
                Self::new("the expression is not finished")
            }
            Kind::SyntaxError if detail == "unexpected end of string" => {
                Self::new("a string is not closed")
            }
            // minijinja puts the numbers into its message.
            _ if detail.starts_with("unable to calculate") => Self::new(
                "the numbers cannot be calculated with: one is zero, or the result too large",
            ),
            _ if detail.starts_with("tried to use % operator on unsupported types string") => {
                Self::new("text has no operator `%` here").hint("use `'%s' | format(…)`")
            }
            _ if detail.is_empty() => Self::new(cause.kind().to_string()),
            Kind::BadEscape => Self::new("a string holds an escape that is not known"),
            _ => Self::new(detail.trim_end_matches('.')),
        }
    }
}

/// minijinja's `template "name" does not exist`, with the name as this house quotes names.
fn not_found(detail: &str) -> String {
    detail.replace('"', "`")
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}

impl From<TemplateError> for minijinja::Error {
    fn from(error: TemplateError) -> Self {
        let kind = match error.undefined {
            Some(_) => minijinja::ErrorKind::UndefinedError,
            None => minijinja::ErrorKind::InvalidOperation,
        };
        Self::new(kind, error.message.clone()).with_source(error)
    }
}
