//! A line for cron.

use super::Job;

/// A line for a user's crontab, and one before it where the time is of another zone. Cron has no
/// notion of a delay by chance: the program waits itself.
pub fn cron_line(job: &Job) -> String {
    let mut command = format!("cd {} && ", quoted(&job.folder));
    if let Some(splay) = job.splay {
        command.push_str(&format!("TOKENFLEET_SPLAY={}s ", splay.as_secs()));
    }
    command.push_str(&quoted(&job.program));
    for argument in job.written(|secret| secret.path.clone()) {
        command.push(' ');
        command.push_str(&quoted(&argument));
    }
    // To cron, a bare per cent sign ends the command.
    let command = command.replace('%', "\\%");
    let zone = job.time_zone.as_ref().map(|zone| format!("CRON_TZ={zone}\n")).unwrap_or_default();
    format!("{zone}{} {command}\n", job.calendar)
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
