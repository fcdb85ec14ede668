//! Runs an executable inventory.

use std::path::Path;
use std::time::Duration;

use crate::cli::stream::{say, variable};
use crate::files::{self, FileCause, FileError, Speech};
use crate::inventory::{ScriptAnswers, hosts_to_ask_for};
use crate::model::{InputIssue, SourceFile};

const LIMIT: &str = "TOKENFLEET_SCRIPT_TIMEOUT";

/// How many lines an error shows of what the script said.
const MOST_LINES: usize = 5;

/// Asks a script for its groups, and for its hosts where the groups do not tell of them.
pub(super) fn ask_script(path: &Path) -> Result<ScriptAnswers, InputIssue> {
    let limit = limit()?;
    let list = ask(path, &["--list"], limit)?;
    let hosts = hosts_to_ask_for(&list)
        .into_iter()
        .map(|host| Ok((host.clone(), ask(path, &["--host", &host], limit)?)))
        .collect::<Result<Vec<_>, InputIssue>>()?;
    Ok(ScriptAnswers { script: path.to_string_lossy().into(), list, hosts })
}

/// How long it may take to answer.
fn limit() -> Result<Duration, InputIssue> {
    let Some(text) = variable(LIMIT) else { return Ok(Duration::from_secs(300)) };
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => {
            let issue = InputIssue::error(format!("`{LIMIT}` is `{text}`, which is no time limit"));
            Err(issue.hint("a limit is a whole number of seconds, from 1 to 86400"))
        }
    }
}

/// One answer, named after the command; what was said besides is passed on.
fn ask(path: &Path, arguments: &[&str], limit: Duration) -> Result<SourceFile, InputIssue> {
    let name = [&[&*path.to_string_lossy()], arguments].concat().join(" ");
    let wrong = |what: String| InputIssue::error(format!("the inventory script `{name}` {what}"));
    let output = files::run_script(path, arguments, Speech::Kept, limit).map_err(|error| {
        let limit = format!("set `{LIMIT}` to more seconds, or make it faster");
        match &error {
            FileError { cause: FileCause::TooSlow { .. }, .. } => {
                InputIssue::from(error).hint(limit)
            }
            _ => error.into(),
        }
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let ending = match output.status.code() {
            Some(code) => format!("ended with exit code {code}"),
            None => "was ended by a signal".to_owned(),
        };
        return Err(wrong(ending).hint(match last_lines(&said) {
            Some(lines) => format!("it said: {lines}"),
            None => "run it by hand to see why: it said nothing".to_owned(),
        }));
    }
    say(&said);
    let text = String::from_utf8(output.stdout).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        wrong(format!("answered with what is not UTF-8 text (byte {at})"))
            .hint("let it write UTF-8")
    })?;
    Ok(SourceFile::new(name.clone(), text))
}

fn last_lines(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let first = lines.len().saturating_sub(MOST_LINES);
    (!lines.is_empty()).then(|| lines[first..].join("; "))
}
