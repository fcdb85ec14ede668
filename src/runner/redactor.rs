//! The secrets of a connection, kept out of everything that leaves the runner.

use std::borrow::Cow;

use crate::fortios::redact::MASK;
use crate::model::{HostFailure, Secret, Target, Transcript};

/// A shorter secret is a word like any other: hiding it would spoil answers (`admin` stands in
/// every configuration) and protect nothing.
const SHORTEST: usize = 8;

/// Hides the password of one target, should a device ever send it back.
#[derive(Debug, Clone)]
pub(super) struct Redactor {
    secret: Option<Secret>,
}

impl Redactor {
    pub fn new(target: &Target) -> Self {
        let long = |secret: &&Secret| secret.expose().chars().count() >= SHORTEST;
        Self { secret: target.password.as_ref().filter(long).cloned() }
    }

    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.secret {
            Some(secret) if text.contains(secret.expose()) => {
                Cow::Owned(text.replace(secret.expose(), MASK))
            }
            _ => Cow::Borrowed(text),
        }
    }

    pub fn transcript(&self, mut transcript: Transcript) -> Transcript {
        if let Cow::Owned(text) = self.hide(&transcript.text) {
            transcript.text = text;
            transcript.refusal = transcript.refusal.map(|line| self.hide(&line).into_owned());
        }
        transcript
    }

    pub fn failure(&self, mut failure: HostFailure) -> HostFailure {
        for text in [&mut failure.message, &mut failure.remedy] {
            if let Cow::Owned(hidden) = self.hide(text) {
                *text = hidden;
            }
        }
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Connection, HostKeyPolicy};

    fn redactor(password: &str) -> Redactor {
        Redactor::new(&Target {
            host: "fw".into(),
            connection: Connection::Ssh,
            address: "192.0.2.1".into(),
            port: 22,
            user: "auditor".into(),
            password: Some(Secret::new(password)),
            private_key_file: None,
            private_key_passphrase: None,
            legacy: false,
            host_key: HostKeyPolicy::Strict,
            connect_timeout: None,
            command_timeout: None,
        })
    }

    #[test]
    fn a_password_that_comes_back_is_hidden() {
        assert_eq!(redactor("canary-123").hide("echo canary-123!"), format!("echo {MASK}!"));
    }

    #[test]
    fn a_short_password_spoils_no_answer() {
        assert_eq!(redactor("admin").hide("config system admin"), "config system admin");
    }
}
