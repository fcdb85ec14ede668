//! From the opened shell to the learned prompt.

use std::time::Duration;

use super::exchange::{excerpt, is_question, seconds};
use super::limits::Limits;
use super::sent::Sent;
use crate::fortios::prompt::Prompt;
use crate::model::{HostFailure, Stage};

/// The wait for the first prompt.
///
/// A post-login banner is accepted once. What asks for anything else is never answered: a carriage
/// return can mean yes. Where text with `#` or `$` came before, or the name has blanks, the prompt
/// might be part of a banner; then one empty line is sent, and the same prompt must come again.
#[derive(Debug, Default)]
pub struct Login {
    heard: Duration,
    accepted: bool,
    probed: bool,
    /// Text came before the prompt.
    noisy: bool,
    /// Text with `#` or `$` came before the prompt.
    doubtful: bool,
    /// The last line that was not blank, for messages.
    last: String,
    /// The last complete line that was not blank, where it was a prompt.
    before: Option<Prompt>,
    guess: Guess,
}

/// What the incomplete line looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Guess {
    #[default]
    Nothing,
    Prompt(Prompt),
    /// The end of a post-login banner.
    Banner,
    /// A question that is never answered.
    Question,
    /// A prompt as other systems have it.
    Foreign,
}

/// What must happen next.
#[derive(Debug)]
pub enum LoginStep {
    Wait,
    /// Write this. The incomplete line has been dealt with, but for a probed prompt, which
    /// becomes a complete line when the device answers.
    Write(Sent),
    Learned(Prompt),
    Failed(HostFailure),
}

/// Silence after which a prompt that is not FortiOS's is believed to be all that comes.
const FOREIGN_SILENCE: Duration = Duration::from_secs(3);

impl Login {
    /// Takes a complete line.
    pub fn line(&mut self, line: &str) -> Result<(), HostFailure> {
        let text = line.trim();
        if text.is_empty() {
            return Ok(());
        }
        self.last = text.to_owned();
        self.before = Prompt::parse(line);
        self.noisy = true;
        self.doubtful |= text.contains(['#', '$']);
        let lower = text.to_ascii_lowercase();
        if lower.contains("forced to change your password") {
            return Err(password_change());
        }
        if lower.contains("maximum number of logged in administrators") {
            return Err(HostFailure::new(
                Stage::Login,
                "the device has reached its maximum number of logged in administrators",
                "Log out idle sessions, or raise `admin-login-max` in `config system global`.",
            ));
        }
        Ok(())
    }

    /// Looks at the incomplete line after all complete ones have been taken.
    pub fn look(&mut self, partial: Option<&str>, now: Duration) {
        self.heard = now;
        let line = partial.unwrap_or_default();
        if !line.trim().is_empty() {
            self.last = line.trim().to_owned();
        }
        self.guess = guess(line);
    }

    /// Accepts the banner, once.
    fn accept(&mut self, now: Duration) -> LoginStep {
        if self.accepted {
            return LoginStep::Failed(HostFailure::new(
                Stage::Login,
                "the device asks for acceptance of its banner again",
                "It was accepted once. Log in by hand and see what it wants.",
            ));
        }
        *self = Self { accepted: true, heard: now, ..Self::default() };
        LoginStep::Write(Sent::AcceptBanner)
    }

    /// Acts on what the time decides. `now` counts from the beginning of the session.
    pub fn elapse(&mut self, limits: &Limits, now: Duration) -> LoginStep {
        if self.silence(limits).is_some_and(|silence| now >= self.heard + silence) {
            match std::mem::take(&mut self.guess) {
                Guess::Nothing => {}
                Guess::Prompt(prompt) => {
                    if let Some(step) = self.judge(prompt) {
                        return step;
                    }
                }
                Guess::Banner => return self.accept(now),
                Guess::Question => return LoginStep::Failed(self.question()),
                Guess::Foreign => return LoginStep::Failed(self.foreign()),
            }
        }
        if now >= limits.login {
            return LoginStep::Failed(self.late(limits));
        }
        LoginStep::Wait
    }

    pub fn deadline(&self, limits: &Limits) -> Duration {
        match self.silence(limits) {
            Some(silence) => limits.login.min(self.heard + silence),
            None => limits.login,
        }
    }

    /// The device closed the stream.
    pub fn closed(&self) -> HostFailure {
        HostFailure::new(
            Stage::Login,
            format!("the device closed the session before a prompt came{}", self.last_words()),
            "It may have too many sessions (`admin-login-max`, `admin-concurrent`), or it refuses \
             the command line to this administrator.",
        )
    }

    /// How long the incomplete line must stand before it is believed. After other text, which
    /// may go on, it takes longer.
    fn silence(&self, limits: &Limits) -> Option<Duration> {
        match self.guess {
            Guess::Nothing => None,
            Guess::Foreign => Some(FOREIGN_SILENCE.min(limits.login)),
            Guess::Banner => Some(limits.settle),
            Guess::Prompt(_) if !self.noisy => Some(limits.settle),
            _ => Some(limits.settle * 5),
        }
    }

    /// Learns a prompt, or makes sure of it first; `None` to wait for more.
    fn judge(&mut self, prompt: Prompt) -> Option<LoginStep> {
        let certain = !self.doubtful && !prompt.name.contains(' ');
        let came_again = self.probed && self.before.as_ref() == Some(&prompt);
        if certain || came_again {
            return Some(LoginStep::Learned(prompt));
        }
        let first = !std::mem::replace(&mut self.probed, true);
        first.then_some(LoginStep::Write(Sent::ProbePrompt))
    }

    fn question(&self) -> HostFailure {
        let lower = self.last.to_ascii_lowercase();
        if lower.contains("new password") {
            return password_change();
        }
        let what = excerpt(&self.last);
        if ["token", "code", "otp"].iter().any(|word| lower.contains(word)) {
            return HostFailure::new(
                Stage::Login,
                format!("the device asks for a second factor: {what}"),
                "Use an administrator with an SSH key, which needs no second factor, or one \
                 without two-factor authentication and with trusted hosts.",
            );
        }
        HostFailure::new(
            Stage::Login,
            format!("the device asks {what} after the login"),
            "Questions are never answered. Log in by hand once and settle it.",
        )
    }

    fn foreign(&self) -> HostFailure {
        HostFailure::new(
            Stage::Login,
            format!("this is not a FortiGate's prompt: {}", excerpt(&self.last)),
            "Check the host's address: nothing was sent to it.",
        )
    }

    fn late(&self, limits: &Limits) -> HostFailure {
        let limit = seconds(limits.login);
        HostFailure::new(
            Stage::Login,
            format!("no prompt came within {limit} of the login{}", self.last_words()),
            "Log in by hand and see what it waits for; raise the time limit for a slow unit.",
        )
    }

    fn last_words(&self) -> String {
        if self.last.is_empty() {
            "; it said nothing".to_owned()
        } else {
            format!("; its last line was {}", excerpt(&self.last))
        }
    }
}

fn guess(line: &str) -> Guess {
    if let Some(prompt) = Prompt::parse(line) {
        return Guess::Prompt(prompt);
    }
    let text = line.trim_end();
    if text == "(Press 'a' to accept):" {
        return Guess::Banner;
    }
    let asks = text.ends_with(':')
        && ["password", "passcode", "token", "code", "otp", "login"]
            .iter()
            .any(|word| text.to_ascii_lowercase().contains(word));
    if asks || is_question(text) {
        Guess::Question
    } else if text.ends_with(['#', '$', '>', '%']) {
        Guess::Foreign
    } else {
        Guess::Nothing
    }
}

fn password_change() -> HostFailure {
    HostFailure::new(
        Stage::Login,
        "the device demands a new password",
        "The administrator's password has expired or was never set. Log in by hand and change it.",
    )
}
