//! The secrets of a connection, kept out of everything that leaves the runner.

use std::borrow::Cow;

use crate::fortios::redact::MASK;
use crate::model::{HostFailure, Secret, Target, Transcript};

/// A shorter secret is a word like any other: hiding it would spoil answers (`admin` stands in
/// every configuration) and protect nothing.
const SHORTEST: usize = 8;

/// Hides the passwords of one target, its own and those of its jump hosts, should they ever come
/// back.
#[derive(Debug, Clone)]
pub(super) struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    pub fn new(target: &Target) -> Self {
        let long = |secret: &&Secret| secret.expose().chars().count() >= SHORTEST;
        let passwords = [target].into_iter().chain(target.jump_hosts());
        let passwords = passwords.filter_map(|target| target.password.as_ref());
        Self { secrets: passwords.filter(long).cloned().collect() }
    }

    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = Cow::Borrowed(text);
        for secret in &self.secrets {
            if hidden.contains(secret.expose()) {
                hidden = Cow::Owned(hidden.replace(secret.expose(), MASK));
            }
        }
        hidden
    }

    pub fn transcript(&self, mut transcript: Transcript) -> Transcript {
        self.mend(&mut transcript.text);
        self.mend(&mut transcript.command);
        self.mend_each([&mut transcript.vdom, &mut transcript.refusal]);
        transcript
    }

    pub fn failure(&self, mut failure: HostFailure) -> HostFailure {
        self.mend(&mut failure.message);
        self.mend(&mut failure.remedy);
        self.mend_each([&mut failure.command, &mut failure.vdom]);
        failure
    }

    fn mend(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden;
        }
    }

    fn mend_each(&self, texts: [&mut Option<String>; 2]) {
        texts.into_iter().flatten().for_each(|text| self.mend(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Connection, HostKeyPolicy, KnownHostsFiles, Route};

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
            identities_only: false,
            legacy: false,
            host_key: HostKeyPolicy::Strict,
            route: Route::Direct,
            known_hosts: KnownHostsFiles::default(),
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
