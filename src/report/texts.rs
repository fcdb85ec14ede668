//! Texts that come again and again.

use std::collections::HashSet;

use super::Text;

/// Texts that are kept once each. Of one FortiGate, the name of a user stands at the token and at the
/// account, and most tokens have one of a few statuses; of all findings, most say what others say.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Text>);

impl Texts {
    /// The same as [`Text::new`].
    pub fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new = Text::new(text);
        // What was changed is not found again under what it was made of.
        if new.as_str() == text {
            self.0.insert(new.clone());
        }
        new
    }

    /// The same as [`Text::maybe`].
    pub fn maybe<T: AsRef<str>>(&mut self, text: Option<T>) -> Option<Text> {
        text.map(|text| self.text(text.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_cleaned_each_time() {
        let mut texts = Texts::default();
        let first = texts.text("active");
        assert_eq!(first.as_str().as_ptr(), texts.text("active").as_str().as_ptr());
        for text in ["a\u{1b}b", "a b", "", "a\nb"] {
            assert_eq!(texts.text(text), Text::new(text));
            assert_eq!(texts.text(text), Text::new(text));
        }
    }
}
