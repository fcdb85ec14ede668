//! One line sent, and what comes back until the prompt returns.

use std::borrow::Cow;
use std::time::Duration;

use super::answer::Answer;
use super::limits::Limits;
use super::sent::Sent;
use crate::fortios::prompt::Prompt;
use crate::fortios::redact::redact;
use crate::fortios::refusal;
use crate::fortios::screen::ScreenLine;
use crate::model::{HostFailure, Stage};

/// An exchange under way. It began when `sent` was written.
#[derive(Debug)]
pub struct Exchange {
    pub sent: Sent,
    began: Duration,
    /// When the last byte came.
    heard: Duration,
    echoed: bool,
    answer: Answer,
    pages: usize,
    /// A question on entering a VDOM was answered with `n`.
    declined: bool,
    /// What the incomplete last line looks like.
    ending: Ending,
}

/// What an incomplete line can be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    /// Text that is still coming.
    Open,
    /// `--More-- `
    Pager,
    /// `… (y/n)`
    Question(String),
    Prompt(Prompt),
}

/// What an exchange came to.
#[derive(Debug)]
pub struct Reply {
    pub text: String,
    pub truncated: bool,
    pub refusal: Option<String>,
    pub prompt: Prompt,
    pub declined: bool,
    pub elapsed: Duration,
}

/// What must happen next.
#[derive(Debug)]
pub enum Step {
    Wait,
    /// Write a single key; the incomplete line has been dealt with.
    Press(Sent),
    Replied(Reply),
    Failed(HostFailure),
}

impl Exchange {
    pub fn new(sent: Sent, limits: &Limits, now: Duration) -> Self {
        Self {
            sent,
            began: now,
            heard: now,
            echoed: false,
            answer: Answer::new(limits.answer_bytes),
            pages: 0,
            declined: false,
            ending: Ending::Open,
        }
    }

    /// Takes a complete line. The first that is not blank must be the echo of what was sent: any
    /// other belongs to an earlier answer, and one answer would be taken for another.
    pub fn line(&mut self, line: &ScreenLine) -> Result<(), HostFailure> {
        if self.echoed {
            self.answer.push(line);
        } else if is_echo(&line.text, &self.sent.text()) {
            self.echoed = true;
        } else if !line.text.trim().is_empty() {
            return Err(HostFailure::new(
                Stage::Command,
                format!("the device sent {} where the command's echo was due", excerpt(&line.text)),
                "The session was ended, since answers could no longer be told apart. Run it again; \
                 if it happens again, look for messages that the device writes into sessions.",
            ));
        }
        Ok(())
    }

    /// Looks at the incomplete line after all complete ones have been taken.
    pub fn look(&mut self, partial: Option<&str>, home: &Prompt, now: Duration) {
        self.heard = now;
        self.ending = match partial {
            Some(line) if self.echoed || self.declined => ending_of(line, home),
            // A prompt before the echo: what was sent is lost, and so is the session.
            Some(line) => match ending_of(line, home) {
                ending @ Ending::Prompt(_) => ending,
                _ => Ending::Open,
            },
            None => Ending::Open,
        };
    }

    /// Acts on what the time decides: a prompt after which nothing came, or a limit.
    pub fn elapse(&mut self, limits: &Limits, now: Duration) -> Step {
        if self.silence(limits).is_some_and(|silence| now >= self.heard + silence) {
            match std::mem::replace(&mut self.ending, Ending::Open) {
                Ending::Open => {}
                Ending::Pager => return self.next_page(limits),
                Ending::Question(question) => return self.question(&question),
                Ending::Prompt(prompt) => return self.finish(prompt),
            }
        }
        if now >= self.began + limits.command {
            return Step::Failed(HostFailure::new(
                Stage::Command,
                format!("the answer was not complete within {}", seconds(limits.command)),
                "Raise the command's time limit, or ask for less; a unit in conserve mode can be \
                 this slow.",
            ));
        }
        if now >= self.heard + limits.idle {
            return Step::Failed(HostFailure::new(
                Stage::Command,
                format!("the device fell silent for {} within an answer", seconds(limits.idle)),
                "The unit or the way to it hangs: try the command by hand.",
            ));
        }
        Step::Wait
    }

    pub fn deadline(&self, limits: &Limits) -> Duration {
        let limit = (self.began + limits.command).min(self.heard + limits.idle);
        self.silence(limits).map_or(limit, |silence| limit.min(self.heard + silence))
    }

    /// How long the incomplete line must stand before it is believed. The pager comes in great
    /// numbers, and a blank too many does no harm.
    fn silence(&self, limits: &Limits) -> Option<Duration> {
        match self.ending {
            Ending::Open => None,
            Ending::Pager => Some(limits.settle / 10),
            Ending::Question(_) | Ending::Prompt(_) => Some(limits.settle),
        }
    }

    fn next_page(&mut self, limits: &Limits) -> Step {
        self.ending = Ending::Open;
        self.pages += 1;
        if self.pages <= limits.pages {
            return Step::Press(Sent::NextPage);
        }
        Step::Failed(HostFailure::new(
            Stage::Command,
            format!("the answer has more than {} pages", limits.pages),
            "Ask for less: add ` | grep WORD` to the command.",
        ))
    }

    /// Questions are never answered with yes. On entering a VDOM, `n` leads back to where the
    /// question came from; anywhere else the answer to `n` is not known, so the session ends.
    fn question(&mut self, question: &str) -> Step {
        if matches!(self.sent, Sent::EnterVdom(_)) && !self.declined {
            self.declined = true;
            return Step::Press(Sent::Decline);
        }
        Step::Failed(HostFailure::new(
            Stage::Command,
            format!("the device asks {}", excerpt(question)),
            "Questions are never answered. Log in by hand and see what it wants.",
        ))
    }

    fn finish(&mut self, prompt: Prompt) -> Step {
        if !self.echoed {
            return Step::Failed(HostFailure::new(
                Stage::Command,
                "the prompt came again without an answer to what was sent",
                "Run it again; if it happens again, try the command by hand.",
            ));
        }
        let answer = std::mem::replace(&mut self.answer, Answer::new(0));
        let (text, truncated) = answer.finish();
        let text = match redact(&text) {
            Cow::Owned(redacted) => redacted,
            Cow::Borrowed(_) => text,
        };
        let refusal = refusal::recognise(&text).map(str::to_owned);
        let elapsed = self.heard.saturating_sub(self.began);
        Step::Replied(Reply { text, truncated, refusal, prompt, declined: self.declined, elapsed })
    }
}

/// Whether a line is the echo, alone or behind a prompt that was printed again.
fn is_echo(line: &str, sent: &str) -> bool {
    let Some(before) = line.trim_end().strip_suffix(sent) else { return false };
    before.trim().is_empty() || Prompt::parse(before).is_some()
}

fn ending_of(line: &str, home: &Prompt) -> Ending {
    if line.trim_end() == "--More--" {
        return Ending::Pager;
    }
    if is_question(line) {
        return Ending::Question(line.to_owned());
    }
    match Prompt::parse(line) {
        Some(prompt) if prompt.same_device(home) => Ending::Prompt(prompt),
        _ => Ending::Open,
    }
}

/// `Do you want to continue? (y/n)`
pub fn is_question(line: &str) -> bool {
    let line = line.trim_end().trim_end_matches([':', '?']).to_ascii_lowercase();
    ["(y/n)", "[y/n]", "(yes/no)"].iter().any(|choice| line.ends_with(choice))
}

/// A line of the device for a message: short, without secrets.
pub fn excerpt(line: &str) -> String {
    const LONGEST: usize = 100;
    let line = redact(line.trim());
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// A time limit for a message.
pub fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}
