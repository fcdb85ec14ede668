//! The two streams: stdout is data, stderr is conversation.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::cli::exit::Exit;
use crate::cli::log::{is_json, log_issue, log_text};
use crate::model::{InputIssue, SourceFile, clean, is_unsafe};
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

/// Writes data that has no colours, byte for byte; to a terminal without what could steer it.
pub(super) fn print_plain(text: &str) -> Exit {
    if io::stdout().is_terminal() { print(&clean(text)) } else { print(text) }
}

/// Writes JSON, byte for byte; to a terminal with escapes for what could steer it.
pub(super) fn print_json(text: &str) -> Exit {
    if !io::stdout().is_terminal() {
        return print(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        // Of these, JSON has line ends alone outside of its strings.
        if c != '\n' && is_unsafe(c) {
            let mut units = [0; 2];
            escaped.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    print(&escaped)
}

/// Writes data that need not be text; a terminal gets text as from [`print_plain`].
pub(super) fn print_bytes(bytes: &[u8]) -> Exit {
    if io::stdout().is_terminal() {
        return print_plain(&String::from_utf8_lossy(bytes));
    }
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
