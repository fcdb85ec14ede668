//! OpenSSH's `%` sequences.

use super::ssh_options::Wrong;

/// What one sequence stands for.
pub(super) struct Sequence<'t> {
    pub letter: char,
    /// What it is, for a message.
    pub what: &'static str,
    pub text: &'t str,
}

impl<'t> Sequence<'t> {
    pub fn new(letter: char, what: &'static str, text: &'t str) -> Self {
        Self { letter, what, text }
    }
}

/// `text`, which is `what`, with its sequences filled in, `%%` among them. Each is checked by
/// `check` before.
pub(super) fn fill(
    what: &str,
    text: &str,
    sequences: &[Sequence<'_>],
    check: impl Fn(&Sequence<'_>) -> Result<(), Wrong>,
) -> Result<String, Wrong> {
    let mut filled = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            filled.push(c);
            continue;
        }
        let letter = chars.next();
        match sequences.iter().find(|sequence| Some(sequence.letter) == letter) {
            Some(sequence) => {
                check(sequence)?;
                filled.push_str(sequence.text);
            }
            None if letter == Some('%') => filled.push('%'),
            None => {
                let letter: String = letter.into_iter().collect();
                let known = sequences.iter().map(|sequence| format!("`%{}`", sequence.letter));
                return Err((
                    format!("the {what} has `%{letter}`, which is not known here"),
                    format!("known are {} and `%%`", known.collect::<Vec<_>>().join(", ")),
                ));
            }
        }
    }
    Ok(filled)
}
