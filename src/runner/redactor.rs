//! The secrets of a host, kept out of everything that leaves the runner.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Deref;

use crate::fortios::redact::MASK;
use crate::model::{HostFailure, Secret, Target, Transcript};
use crate::vault::Opened;

/// A shorter secret is a word like any other: hiding it would spoil answers (`admin` stands in
/// every configuration) and protect nothing.
const SHORTEST: usize = 8;

/// Hides the passwords of one target, its own and those of its jump hosts, should they ever come
/// back, and what was opened for it out of vaults.
#[derive(Debug, Clone)]
pub(super) struct Redactor {
    secrets: Vec<Secret>,
    /// What its vaulted values are, as far as they were used by now.
    opened: Opened,
}

impl Redactor {
    pub fn new(target: &Target, opened: Opened) -> Self {
        let passwords = [target].into_iter().chain(target.jump_hosts());
        let passwords = passwords.filter_map(|target| target.password.as_ref());
        Self::of_secrets(passwords.cloned().collect(), opened)
    }

    pub fn of_secrets(secrets: Vec<Secret>, opened: Opened) -> Self {
        Self { secrets, opened }
    }

    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.opened.look(|opened| {
            let secrets = self.secrets.iter().chain(opened).map(Secret::expose);
            let secrets = secrets.filter(|secret| secret.chars().count() >= SHORTEST);
            let forms = secrets.flat_map(|secret| {
                [Some(Cow::Borrowed(secret)), escaped(secret).map(Cow::Owned)].into_iter().flatten()
            });
            let mut found: Vec<Cow<'_, str>> =
                forms.filter(|form| text.contains(form.as_ref())).collect();
            // Of a secret that begins with another, the rest would be left.
            found.sort_by_key(|form| Reverse(form.len()));
            found.iter().fold(Cow::Borrowed(text), |hidden, form| match hidden.contains(&**form) {
                true => Cow::Owned(hidden.replace(&**form, MASK)),
                false => hidden,
            })
        })
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

    fn mend<T: Deref<Target = str> + From<String>>(&self, text: &mut T) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden.into();
        }
    }

    fn mend_each(&self, texts: [&mut Option<String>; 2]) {
        texts.into_iter().flatten().for_each(|text| self.mend(text));
    }
}

/// The text as JSON has it, where that is another: `debug` prints lists and mappings so.
fn escaped(secret: &str) -> Option<String> {
    let is_plain = |c: char| c != '"' && c != '\\' && !c.is_control();
    let quoted = (!secret.chars().all(is_plain)).then(|| serde_json::to_string(secret).ok())??;
    Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Connection, HostKeyPolicy, KnownHostsFiles, Route, Value};

    fn redactor(password: &str) -> Redactor {
        let target = Target {
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
        };
        Redactor::new(&target, Opened::default())
    }

    #[test]
    fn a_password_that_comes_back_is_hidden() {
        assert_eq!(redactor("canary-123").hide("echo canary-123!"), format!("echo {MASK}!"));
    }

    #[test]
    fn what_was_opened_is_hidden_from_then_on_however_it_is_printed() {
        let redactor = redactor("canary-123");
        let secret = "a \"quoted\" key\nsecond line";
        assert_eq!(redactor.hide(secret), secret);
        redactor.opened.remember(&Value::text(secret));
        let json = serde_json::json!({ "key": secret }).to_string();
        assert_eq!(redactor.hide(&json), format!("{{\"key\":\"{MASK}\"}}"));
        assert_eq!(redactor.hide(secret), MASK);
        assert_eq!(redactor.hide("the second line alone"), format!("the {MASK} alone"));
    }

    #[test]
    fn of_a_secret_that_begins_with_another_nothing_is_left() {
        let redactor = redactor("Summer-2026");
        redactor.opened.remember(&Value::text("Summer-2026-at-the-sea"));
        assert_eq!(redactor.hide("Summer-2026-at-the-sea, Summer-2026"), format!("{MASK}, {MASK}"));
    }

    #[test]
    fn a_short_password_spoils_no_answer() {
        assert_eq!(redactor("admin").hide("config system admin"), "config system admin");
    }
}
