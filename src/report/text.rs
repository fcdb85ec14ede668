//! Text of others in a report.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{HostName, clean_line};

/// The longest text, in characters. Nothing that a FortiGate says in one line comes near.
const LONGEST: usize = 2_000;

/// A text that a device or a file may have brought in: on one line, without control characters
/// and without anything that cannot be seen or turns the direction of what follows. All texts of
/// the view are of this type, so that no report has to think of it again. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(Arc<str>);

impl Text {
    pub fn new(text: &str) -> Self {
        let clean = clean_line(text);
        // No text has more characters than bytes.
        if clean.len() <= LONGEST {
            return Self(clean.as_ref().into());
        }
        match clean.char_indices().nth(LONGEST) {
            Some((end, _)) => Self(format!("{}…", &clean[..end]).into()),
            None => Self(clean.as_ref().into()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn list<T: AsRef<str>>(texts: &[T]) -> Vec<Self> {
        texts.iter().map(|text| Self::new(text.as_ref())).collect()
    }

    pub(super) fn maybe<T: AsRef<str>>(text: Option<T>) -> Option<Self> {
        text.map(|text| Self::new(text.as_ref()))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// It is equal to another, and has its hash, where their texts are.
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<&HostName> for Text {
    fn from(host: &HostName) -> Self {
        Self::new(host.as_str())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_deceives_gets_into_a_report() {
        assert_eq!(Text::new("a\u{1b}[31mb\r\nc\u{202e}d").as_str(), "ab cd");
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let text = Text::new(&"ü".repeat(LONGEST + 1));
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(text.ends_with("ü…"));
        assert!(!Text::new(&"ü".repeat(LONGEST)).ends_with('…'));
    }
}
