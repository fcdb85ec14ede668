//! Answers by which FortiOS refuses a command. A refused command is never read as an empty answer.

use super::text::lines;
use crate::model::{HostFailure, Stage, Transcript};

/// How the stand-in for a device, whose answers were collected by hand, says that one was not.
pub const NOT_COLLECTED: &str = "not in the transcripts of ";

/// The line of an answer that says that the command was refused.
///
/// Recognised, at the beginning of a line: `Unknown action 0` (also behind the process id that
/// newer builds print), `Command fail. Return code -1`, `command parse error before 'x'` and
/// `'x' is reserved and cannot be edited directly`.
pub fn recognise(text: &str) -> Option<&str> {
    lines(text).filter(|line| may_refuse(line)).map(str::trim_end).find(|line| is_refusal(line))
}

/// Why a transcript is no answer, with a remedy; `None` when the command was not refused.
pub fn failure(transcript: &Transcript) -> Option<HostFailure> {
    let line = without_pid(transcript.refusal.as_deref()?);
    let (message, remedy) = match line.starts_with(NOT_COLLECTED) {
        true => (line.to_owned(), NOT_COLLECTED_REMEDY),
        false => (format!("the device refused the command: `{line}`"), remedy(&transcript.command)),
    };
    Some(
        HostFailure::new(Stage::Command, message, remedy)
            .during(&transcript.command, transcript.vdom.clone()),
    )
}

/// Whether this line says that the command was refused.
pub fn is_refusal(line: &str) -> bool {
    if !may_refuse(line) {
        return false;
    }
    let said = without_pid(line);
    let begins = |words: &str| {
        said.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words))
    };
    begins("Unknown action")
        || line.starts_with(NOT_COLLECTED)
        || begins("Command fail. Return code")
        || begins("Command fail. CLI parsing error")
        || begins("command parse error before")
        || (line.starts_with('\'') && line.ends_with("is reserved and cannot be edited directly"))
}

/// Whether the line begins like one that refuses; hardly any does.
fn may_refuse(line: &str) -> bool {
    matches!(line.as_bytes(), [b'0'..=b'9' | b'u' | b'U' | b'c' | b'C' | b'n' | b'\'', ..])
}

const NOT_COLLECTED_REMEDY: &str = "Run it on the device, in the same place, and put the log of that \
                                    session into the folder; or its answer alone, in a file of \
                                    its name.";

/// The line without the process id that newer builds print before it, another one each time.
fn without_pid(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(": ") {
        Some(said) if rest.len() < line.len() => said,
        _ => line,
    }
}

/// What a person can do about a refused command.
fn remedy(command: &str) -> &'static str {
    match command.split(' ').next() {
        Some("diagnose") => {
            "The administrator's profile may not run `diagnose`. Since FortiOS 7.4.2 this right is \
             called `cli-diagnose`, and the upgrade to 7.4.2 or later takes it from every profile \
             but super_admin, whatever it was before; from 6.4.0 to 7.4.1 it is called \
             `system-diagnostics`, and before 6.4.0 read-only profiles never have it. An \
             administrator can mend it: `config system accprofile`, `edit PROFILE`, `set \
             cli-diagnose enable`, `end`."
        }
        Some("get" | "show") => {
            "This release may not know the command, it may belong to another context (global or \
             a VDOM), or the administrator's profile may not read this part. Since FortiOS 7.4.2 \
             a profile needs `cli-get` and `cli-show` as well."
        }
        _ => "See the profile of the administrator with `show system accprofile`.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_recognised_in_their_wordings() {
        for line in [
            "Unknown action 0",
            "8278: Unknown action 0",
            "Command fail. Return code -1",
            "Command fail. Return code 1",
            "Command fail. Return code -61",
            "command parse error before 'console'",
            "'dmgmt-vdom' is reserved and cannot be edited directly",
        ] {
            assert_eq!(recognise(&format!("\n{line}\n")), Some(line));
        }
    }

    #[test]
    fn answers_that_speak_of_failures_are_not_refusals() {
        for text in [
            "",
            "FTK2000000000001  0  activation error (token not exist in FortiGuard)",
            "    set comment \"Unknown action 0\"",
            "Unknown: Unknown action 0",
            "Last reboot reason: Command fail. Return code -1",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }

    #[test]
    fn a_refused_diagnose_explains_how_the_right_was_lost() {
        let transcript = Transcript {
            command: "diagnose fortitoken info".to_owned(),
            vdom: Some("root".to_owned()),
            text: "Unknown action 0".into(),
            elapsed_ms: 1,
            truncated: false,
            refusal: Some("Unknown action 0".to_owned()),
        };
        let failure = failure(&transcript).unwrap();
        assert_eq!(failure.message, "the device refused the command: `Unknown action 0`");
        assert!(failure.remedy.contains("7.4.2") && failure.remedy.contains("cli-diagnose enable"));
        assert_eq!(failure.vdom.as_deref(), Some("root"));
    }
}
