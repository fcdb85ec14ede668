//! The text of one answer while it arrives.

use crate::fortios::screen::ScreenLine;

/// Collects lines up to a limit.
#[derive(Debug)]
pub struct Answer {
    text: String,
    limit: usize,
    truncated: bool,
}

impl Answer {
    pub fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, truncated: false }
    }

    /// Keeps a line, or drops it and all that follow when the limit is reached.
    pub fn push(&mut self, line: &ScreenLine) {
        self.truncated |= line.cut || self.text.len() + line.text.len() >= self.limit;
        if self.text.len() + line.text.len() < self.limit {
            self.text.push_str(&line.text);
            self.text.push('\n');
        } else {
            self.limit = 0;
        }
    }

    /// The lines joined by `\n`, without the blank ones before the prompt, and whether something
    /// is missing.
    pub fn finish(mut self) -> (String, bool) {
        self.text.truncate(self.text.trim_end_matches([' ', '\n']).len());
        (self.text, self.truncated)
    }
}
