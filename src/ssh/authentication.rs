//! Logging in.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use async_ssh2_lite::ssh2::{KeyboardInteractivePrompt, Prompt};
use async_ssh2_lite::{AsyncSession, Error};
use futures_util::FutureExt;
use tokio::runtime::Handle;

use super::PublicKey;
use super::agent::Agent;
use super::fault::{Fault, printable};
use super::hangup::Hangup;
use super::key_files::{KeyFile, KeyFiles};
use super::socket::Socket;
use super::stream::SshStream;
use crate::model::{HostFailure, Secret, Stage, Target};

type Session = AsyncSession<SshStream>;

/// The one credential that is tried: which of them, is decided before any packet.
#[derive(Debug)]
pub(super) enum Credential {
    /// A private key, the passphrase that it still needs, and the name of its file.
    Key {
        text: Secret,
        passphrase: Option<Secret>,
        file: String,
    },
    /// A key that the user's agent holds.
    Agent(PublicKey),
    Password(Secret),
}

/// Where credentials come from, besides the target itself.
#[derive(Debug)]
pub(super) struct Credentials {
    files: KeyFiles,
    pub(super) agent: Agent,
}

impl Credentials {
    /// With the agent that listens on `socket`.
    pub(super) fn new(socket: Option<PathBuf>) -> Self {
        Self { files: KeyFiles::default(), agent: Agent::new(socket) }
    }

    /// The key where the target names one, its password otherwise, and the agent's only key where
    /// the target says nothing and does not want such a one.
    pub(super) async fn of(&self, target: &Target) -> Result<Credential, HostFailure> {
        if let Some(file) = &target.private_key_file {
            return self.of_file(file, target.private_key_passphrase.as_ref()).await;
        }
        match &target.password {
            Some(password) => Ok(Credential::Password(password.clone())),
            None if self.agent.is_there() && !target.identities_only => {
                self.agent.only_key(&target.user).await.map(Credential::Agent)
            }
            None => Err(failure(
                format!("there is neither a password nor a key for `{}`", target.user),
                "Set `ansible_password` or `ansible_ssh_private_key_file`, or give `-k` or \
                 `--private-key`.",
            )),
        }
    }

    /// The private key, or the agent's for a file that only says which one is meant: a public key,
    /// or a locked one with the public key beside it.
    async fn of_file(
        &self,
        path: &Path,
        passphrase: Option<&Secret>,
    ) -> Result<Credential, HostFailure> {
        let file = path.display().to_string();
        let (public, what, remedy) = match self.files.read(path, passphrase).await? {
            KeyFile::Private { text, passphrase } => {
                return Ok(Credential::Key { text, passphrase, file });
            }
            KeyFile::Public(key) => (
                Some(key),
                "holds a public key, and no agent holds the private one",
                "Add the key to an agent (`ssh-add`), or name the private key, which is the file \
                 without `.pub`.",
            ),
            KeyFile::Locked(public) => (
                public,
                "is protected by a passphrase",
                "Give it (`--ask-key-passphrase`, `ansible_ssh_private_key_passphrase`), or add the \
                 key to an agent (`ssh-add`).",
            ),
        };
        if self.agent.is_there()
            && let Some(key) = public
            && self.agent.holds(&key).await?
        {
            return Ok(Credential::Agent(key));
        }
        Err(failure(format!("the private key file {file} {what}"), remedy))
    }
}

impl Credential {
    /// What tells two credentials apart; it is hashed and never kept.
    pub(super) fn fingerprint(&self) -> &[u8] {
        match self {
            Self::Key { text, .. } | Self::Password(text) => text.expose().as_bytes(),
            Self::Agent(key) => key.blob(),
        }
    }
}

/// Logs in with exactly one attempt: FortiOS counts refused logins by source address, and locks
/// it out after a few.
pub(super) async fn log_in(
    session: &Session,
    hangup: &Hangup<Socket>,
    user: &str,
    credential: &Credential,
) -> Result<(), HostFailure> {
    let offered = offered_methods(session, user).await?;
    if session.authenticated() {
        return Ok(());
    }
    let offers = |method: &str| offered.iter().any(|name| name == method);
    match credential {
        Credential::Key { text, passphrase, file } if offers("publickey") => {
            let passphrase = passphrase.as_ref().map(Secret::expose);
            match session.userauth_pubkey_memory(user, None, text.expose(), passphrase).await {
                Ok(()) => Ok(()),
                Err(error) => Err(key_failure(&error, user, file)),
            }
        }
        Credential::Agent(key) if offers("publickey") => {
            match log_in_by_agent(session.clone(), user.to_owned(), key.clone()).await {
                Ok(()) => Ok(()),
                Err(error) => Err(key_failure(&error, user, &key.fingerprint())),
            }
        }
        Credential::Password(password) if offers("password") => {
            match session.userauth_password(user, password.expose()).await {
                Ok(()) => Ok(()),
                Err(error) => Err(password_failure(&error, user)),
            }
        }
        Credential::Password(password) if offers("keyboard-interactive") => {
            let mut answers = Answers::new(user, password, hangup);
            let result = session.userauth_keyboard_interactive(user, &mut answers).await;
            match (answers.refused, result) {
                (Some(question), _) => Err(question_failure(&question, user)),
                (None, Ok(())) => Ok(()),
                (None, Err(error)) => Err(password_failure(&error, user)),
            }
        }
        _ => {
            let (what, remedy) = match credential {
                Credential::Key { .. } | Credential::Agent(_) => {
                    ("a key", "Give a password, or allow keys for this account on the device.")
                }
                Credential::Password(_) => (
                    "a password",
                    "Give a key (`ansible_ssh_private_key_file`), or see `admin-ssh-password` on the \
                     device.",
                ),
            };
            Err(failure(
                format!("the device does not accept {what}: it offers {}", offered.join(", ")),
                remedy,
            ))
        }
    }
}

/// Logs in with a key that the agent holds. libssh2 waits for the agent without letting go of its
/// thread, and for as long as the agent likes; so the thread is one of its own.
async fn log_in_by_agent(session: Session, user: String, key: PublicKey) -> Result<(), Error> {
    let runtime = Handle::current();
    let login = move || {
        runtime.block_on(async {
            let mut agent = session.agent()?;
            agent.connect().await?;
            agent.list_identities().await?;
            let identities = agent.identities()?;
            match identities.iter().find(|identity| identity.blob() == key.blob()) {
                Some(identity) => agent.userauth(&user, identity).await,
                None => Err(Error::Other("the agent no longer holds it".into())),
            }
        })
    };
    tokio::task::spawn_blocking(login).await.unwrap_or_else(|error| Err(Error::Other(error.into())))
}

/// The methods by which the server lets this user in; empty when it has let them in already.
async fn offered_methods(session: &Session, user: &str) -> Result<Vec<String>, HostFailure> {
    // The crate panics on a list that is not UTF-8, which a server is free to send.
    let answer = AssertUnwindSafe(session.auth_methods(user)).catch_unwind().await;
    match answer {
        Ok(Ok(list)) => {
            Ok(list.split(',').filter(|name| !name.is_empty()).map(printable).take(20).collect())
        }
        Ok(Err(error)) => Err(lost_or_failed(&error)),
        Err(_) => Err(failure(
            "the device sent an unreadable list of ways to log in",
            "Check that this is the right device.",
        )),
    }
}

/// Answers one question for a password, and hangs up at any other.
struct Answers<'a> {
    user: &'a str,
    password: &'a Secret,
    hangup: &'a Hangup<Socket>,
    answered: bool,
    /// The question that was not answered.
    refused: Option<String>,
}

impl<'a> Answers<'a> {
    fn new(user: &'a str, password: &'a Secret, hangup: &'a Hangup<Socket>) -> Self {
        Self { user, password, hangup, answered: false, refused: None }
    }

    /// What to answer; `None` where no answer is right.
    fn answer(&mut self, prompts: &[Prompt<'_>]) -> Option<Vec<String>> {
        match prompts {
            [prompt]
                if !self.answered && !prompt.echo && asks_for_password(&prompt.text, self.user) =>
            {
                self.answered = true;
                Some(vec![self.password.expose().to_owned()])
            }
            _ => None,
        }
    }
}

impl KeyboardInteractivePrompt for Answers<'_> {
    fn prompt<'b>(&mut self, _: &str, _: &str, prompts: &[Prompt<'b>]) -> Vec<String> {
        self.answer(prompts).unwrap_or_else(|| {
            let asked: Vec<_> = prompts.iter().map(|prompt| prompt.text.trim()).collect();
            self.refused = Some(printable(&asked.join(" / ")));
            // libssh2 sends an answer whatever is returned here, and an empty one would count
            // as a refused login. So there must be no line to send it on.
            self.hangup.now();
            Vec::new()
        })
    }
}

/// Words of questions for a second factor.
const FACTOR: &[&str] = &["token", "code", "otp", "time", "factor", "pin"];
/// Words of questions that want the password changed.
const CHANGE: &[&str] = &["new", "old", "current", "confirm", "retype", "again", "change"];

/// Whether a question is for the present password of `user`, and for nothing besides.
pub(super) fn asks_for_password(question: &str, user: &str) -> bool {
    let has = |words| has_word(question, user, words);
    has(&["password"]) && !has(FACTOR) && !has(CHANGE)
}

/// Whether one of `words` stands in `question`. The user and `user@host` in it may be called anything;
/// only where the user is called as such a word itself (`token`) nobody knows what is meant.
fn has_word(question: &str, user: &str, words: &[&str]) -> bool {
    let is_user = |part: &str| {
        let part = part.trim_matches(|c: char| "\"'`()[]<>,:;".contains(c));
        let part = part.strip_suffix("'s").unwrap_or(part);
        part == user && !user.chars().all(char::is_alphanumeric)
    };
    question
        .split_whitespace()
        .filter(|part| !part.contains('@') && !is_user(part))
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric()))
        .any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
}

const LOCKOUT: &str = "It was tried once and is not tried again: FortiOS locks out the address that \
                       logs in from, after three refused logins and for 60 seconds by default.";

fn key_failure(error: &Error, user: &str, file: &str) -> HostFailure {
    match Fault::from(error) {
        Fault::LoginRefused => refused(
            format!("the device refused the key {file} of `{user}`"),
            format!("Check the account and the public key set for it. {LOCKOUT}"),
        ),
        Fault::Key(said) => failure(
            format!("the key {file} cannot be used: {said}"),
            "Use an ed25519, ECDSA or RSA key that `ssh-keygen` made; and check its passphrase, if it \
             has one.",
        ),
        _ => lost_or_failed(error),
    }
}

fn password_failure(error: &Error, user: &str) -> HostFailure {
    match Fault::from(error) {
        Fault::LoginRefused => refused(
            format!("the device refused the password of `{user}`"),
            format!("Check user name and password before the next run. {LOCKOUT}"),
        ),
        Fault::PasswordExpired => failure(
            format!("the password of `{user}` has expired, and the device asks for a new one"),
            "Log in by hand and change it.",
        ),
        _ => lost_or_failed(error),
    }
}

fn question_failure(question: &str, user: &str) -> HostFailure {
    if has_word(question, user, FACTOR) {
        failure(
            format!("the device asks `{user}` for an interactive second factor: `{question}`"),
            "Use an account without two-factor authentication that is restricted by trusthost, or an \
             SSH key.",
        )
    } else {
        failure(
            format!(
                "the device asks `{user}` a question that is not answered on its own: `{question}`"
            ),
            "Log in by hand to see what it wants.",
        )
    }
}

fn lost_or_failed(error: &Error) -> HostFailure {
    match Fault::from(error) {
        Fault::Lost => failure(
            "the device closed the connection during the login",
            "It may have locked out this address after refused logins, or have no session left: wait \
             a minute, and see `admin-lockout-duration` and `admin-login-max`.",
        ),
        fault => failure(
            format!("the login failed: {fault}"),
            "Try the same account with `ssh -v` to see where it stops.",
        ),
    }
}

fn refused(message: String, remedy: String) -> HostFailure {
    HostFailure { login_refused: true, ..failure(message, remedy) }
}

fn failure(message: impl Into<String>, remedy: impl Into<String>) -> HostFailure {
    HostFailure::new(Stage::Authenticate, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_password_is_a_password() {
        for text in ["Password:", "admin@new-pin's password: ", "Password for admin: "] {
            assert!(asks_for_password(text, "auditor"), "{text}");
        }
        let user = "token-auditor";
        for text in [
            "Password for token-auditor:",
            "(token-auditor) Password: ",
            "token-auditor's password:",
        ] {
            assert!(asks_for_password(text, user), "{text}");
        }
        for text in [
            "Token for token-auditor:",
            "Password and token for token-auditor:",
            "Password for token-user:",
        ] {
            assert!(!asks_for_password(text, user), "{text}");
        }
        assert!(!asks_for_password("Password + code:", "code"));
        for text in [
            "",
            "Token code:",
            "One-time password (OTP): ",
            "Password + code:",
            "New Password: ",
            "(current) UNIX password: ",
            "Retype password:",
            "Password PIN:",
            "Verification",
        ] {
            assert!(!asks_for_password(text, "auditor"), "{text}");
        }
    }
}
