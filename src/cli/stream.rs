//! The two streams: stdout is data, stderr is conversation.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::cli::exit::Exit;
use crate::cli::log::{is_json, log_issue, log_text};
use crate::model::{InputIssue, SourceFile, clean};
use crate::terminal::{Look, render_issues, write_text};

/// Whether colours are forced or forbidden by the settings.
static COLOUR: OnceLock<bool> = OnceLock::new();

/// Writes data. A reader that went away (`| head`) is no error; a full disk is.
pub(super) fn print(text: &str) -> Exit {
    match write_text(&mut io::stdout().lock(), text) {
        Ok(()) => Exit::SUCCESS,
        Err(error) => {
            say(&format!("error: standard output cannot be written: {error}\n"));
            Exit::INPUT
        }
    }
}

/// Writes data that need not be text.
pub(super) fn print_bytes(bytes: &[u8]) -> Exit {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("error: standard output cannot be written: {error}\n"));
            Exit::INPUT
        }
        _ => Exit::SUCCESS,
    }
}

/// Says something to the person at the terminal. When nobody listens, nothing is lost.
pub(super) fn say(text: &str) {
    if is_json() {
        return log_text(text);
    }
    let _ = write_text(&mut io::stderr().lock(), &clean(text));
}

/// Shows issues with their excerpts.
pub(super) fn say_issues(issues: &[InputIssue], sources: &[SourceFile]) {
    if is_json() {
        return issues.iter().for_each(log_issue);
    }
    if !issues.is_empty() {
        let text = render_issues(issues, sources, stderr_look());
        let _ = write_text(&mut io::stderr().lock(), &text);
    }
}

/// What stderr can show.
pub(super) fn stderr_look() -> Look {
    look(io::stderr().is_terminal())
}

/// What stdout can show.
pub(super) fn stdout_look() -> Look {
    look(io::stdout().is_terminal())
}

fn look(is_terminal: bool) -> Look {
    let look = Look::of(is_terminal, variable);
    match COLOUR.get() {
        Some(colour) => Look { colour: *colour, ..look },
        None => look,
    }
}

/// Decides on colours for good, whatever the streams are.
pub(super) fn set_colour(colour: bool) {
    // Only the first counts, and there is no second.
    let _ = COLOUR.set(colour);
}

/// The variables of the environment whose names begin so, sorted.
pub(super) fn variables(prefix: &str) -> Vec<(String, String)> {
    let all = std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    });
    let mut found: Vec<_> = all.filter(|(name, _)| name.starts_with(prefix)).collect();
    found.sort();
    found
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "the environment is read in cli")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
