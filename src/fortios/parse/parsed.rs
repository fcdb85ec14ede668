//! What a parser made of an answer.

/// The result of a parser: always a value, never a panic, and nothing dropped in silence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed<T> {
    pub value: T,
    /// Lines that were not understood, as they were given.
    pub unparsed: Vec<String>,
    /// Why the text is not an answer to the command at all: a refusal, another command's output,
    /// nothing. `None` for an answer, an empty one included. With `Some`, `value` means nothing.
    pub problem: Option<String>,
}

impl<T> Parsed<T> {
    /// The value of an answer.
    ///
    /// # Errors
    /// The problem, where the text is not an answer.
    pub fn answer(self) -> Result<T, String> {
        match self.problem {
            None => Ok(self.value),
            Some(problem) => Err(problem),
        }
    }
}
