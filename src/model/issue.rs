//! What is wrong with an input that a user wrote.

use std::fmt;

use super::Place;

/// Whether an issue stops the run or is only worth saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IssueLevel {
    Warning,
    Error,
}

/// One thing wrong with an inventory, playbook, template or flag: place, cause, remedy.
///
/// Readers of a file collect all of them, in file order, before anything is refused. The excerpt
/// is not in here: the printer takes it from the source text by `place`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputIssue {
    pub level: IssueLevel,
    /// Where it stands; `None` for input without a text, such as a flag.
    pub place: Option<Place>,
    /// How many characters from `place` on are concerned; at least 1.
    pub width: u32,
    /// The cause, one sentence without a full stop: "unknown key `whenn`".
    pub message: String,
    /// The remedy, one sentence without a full stop: "did you mean `when`?".
    pub hint: Option<String>,
}

impl InputIssue {
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            level: IssueLevel::Error,
            place: None,
            width: 1,
            message: message.into(),
            hint: None,
        }
    }

    pub fn warning(message: impl Into<String>) -> Self {
        Self { level: IssueLevel::Warning, ..Self::error(message) }
    }

    /// Puts the issue at `place`, underlining `width` characters.
    pub fn at(mut self, place: Place, width: u32) -> Self {
        self.place = Some(place);
        self.width = width.max(1);
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.level == IssueLevel::Error
    }
}

impl fmt::Display for InputIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}
