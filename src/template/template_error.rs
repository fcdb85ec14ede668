//! What is wrong with a template or an expression.

use std::fmt;

use crate::model::{InputIssue, Place};

/// A mistake in a template, or one that showed when it was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// The remedy, one sentence without a full stop.
    pub hint: Option<String>,
    /// Where in the text it stands.
    pub spot: Option<Spot>,
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

impl TemplateError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, spot: None }
    }

    /// As an issue with the text that begins at `place`.
    pub fn at(self, place: &Place, width: u32) -> InputIssue {
        let issue = InputIssue::error(self.message).at(place.clone(), width);
        match self.hint {
            Some(hint) => issue.hint(hint),
            None => issue,
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        // The innermost error is the cause: an include only says that it failed.
        let message = match error.detail() {
            Some(detail) => detail.to_owned(),
            None => error.kind().to_string(),
        };
        let spot = error.line().map(|line| Spot {
            template: error.name().filter(|name| *name != "<string>").map(str::to_owned),
            line: line as u32,
            column: 1,
            width: 1,
        });
        Self { message, hint: None, spot }
    }
}
