//! A delivery, tried again while that may help.

use std::thread;
use std::time::Duration;

use crate::model::{Secret, clean_line};

/// The pause before the first further attempt; each one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest that is quoted of what a server says, in characters.
const LONGEST: usize = 200;

/// Why something was not delivered, one sentence without a full stop and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryError {
    pub message: String,
    /// Another attempt may help.
    pub may_pass: bool,
}

impl DeliveryError {
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { message: message.into(), may_pass: false }
    }

    pub fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), may_pass: true }
    }
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// At least one.
    pub attempts: u32,
    pub outcome: Result<(), DeliveryError>,
}

/// Tries once, and up to `retries` times again where that may help, with growing pauses.
pub fn deliver(retries: u32, mut send: impl FnMut() -> Result<(), DeliveryError>) -> Delivered {
    let mut pause = FIRST_PAUSE;
    let mut attempts = 0;
    loop {
        attempts += 1;
        match send() {
            Err(error) if error.may_pass && attempts <= retries => thread::sleep(pause),
            outcome => return Delivered { attempts, outcome },
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What somebody else said, in one short line and without secrets.
pub(super) fn quoted<'s>(text: &str, secrets: impl IntoIterator<Item = &'s Secret>) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if !secret.expose().is_empty() {
            text = text.replace(secret.expose(), "<redacted>");
        }
    }
    clean_line(&text).trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_pass_is_tried_once() {
        let delivered = deliver(3, || Err(DeliveryError::lasting("no")));
        assert_eq!(delivered.attempts, 1);
        assert!(delivered.outcome.is_err());
    }

    #[test]
    fn what_may_pass_is_tried_again_until_it_does() {
        let mut left = 1;
        let delivered = deliver(3, || {
            left -= 1;
            if left < 0 { Ok(()) } else { Err(DeliveryError::passing("busy")) }
        });
        assert_eq!(delivered, Delivered { attempts: 2, outcome: Ok(()) });
    }

    #[test]
    fn a_server_cannot_say_a_secret_back() {
        let secret = Secret::new("hunter2");
        assert_eq!(quoted("no hunter2\nhere", [&secret]), "no <redacted> here");
    }
}
