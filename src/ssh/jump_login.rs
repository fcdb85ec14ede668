//! Logging in to a jump host.

use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::ssh_key::PublicKey as SshPublicKey;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, decode_secret_key};
use russh::{AgentAuthError, MethodKind, MethodSet};

use super::PublicKey;
use super::agent::Agent;
use super::authentication::{Credential, asks_for_password};
use super::fault::printable;
use super::jump_host::Client;
use crate::model::{HostFailure, Secret, Stage};

/// Logs in with exactly one attempt: a jump host counts refused logins, too.
pub(super) async fn log_in(
    session: &mut Handle<Client>,
    user: &str,
    credential: &Credential,
    agent: &Agent,
) -> Result<(), HostFailure> {
    match credential {
        Credential::Key { text, passphrase, file } => {
            with_key(session, user, text, passphrase.as_ref(), file).await
        }
        Credential::Agent(key) => with_agent(session, user, key, agent).await,
        Credential::Password(password) => with_password(session, user, password).await,
    }
}

async fn with_key(
    session: &mut Handle<Client>,
    user: &str,
    text: &Secret,
    passphrase: Option<&Secret>,
    file: &str,
) -> Result<(), HostFailure> {
    let key =
        decode_secret_key(text.expose(), passphrase.map(Secret::expose)).map_err(|error| {
            failure(
                format!("the key {file} cannot be used: {}", printable(&error.to_string())),
                "Use an ed25519, ECDSA or RSA key that `ssh-keygen` made.",
            )
        })?;
    let hash = hash_for(session, key.algorithm()).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let result = session.authenticate_publickey(user, key).await.map_err(lost)?;
    judge(session, &result, &format!("the key {file} of `{user}`"))
}

/// The private key stays with the agent, which signs for this login alone.
async fn with_agent(
    session: &mut Handle<Client>,
    user: &str,
    key: &PublicKey,
    agent: &Agent,
) -> Result<(), HostFailure> {
    let name = key.fingerprint();
    let unusable = |cause: &str| {
        failure(
            format!("the key {name} of the agent cannot be used: {}", printable(cause)),
            "Check that `ssh-add -T KEY.pub` works here.",
        )
    };
    let mut signer = agent.signer().await?;
    let shown =
        SshPublicKey::from_bytes(key.blob()).map_err(|error| unusable(&error.to_string()))?;
    let hash = hash_for(session, shown.algorithm()).await?;
    let login = session.authenticate_publickey_with(user, shown, hash, &mut signer).await;
    match login {
        Ok(result) => judge(session, &result, &format!("the key {name} of `{user}`")),
        Err(AgentAuthError::Key(error)) => Err(unusable(&error.to_string())),
        Err(AgentAuthError::Send(_)) => Err(closed()),
    }
}

/// How an RSA key signs; the others have one way only.
async fn hash_for(
    session: &Handle<Client>,
    algorithm: Algorithm,
) -> Result<Option<HashAlg>, HostFailure> {
    if !algorithm.is_rsa() {
        return Ok(None);
    }
    // A server that does not say what it takes is an old one, and may still take it.
    let best = session.best_supported_rsa_hash().await.map_err(lost)?;
    Ok(best.unwrap_or(Some(HashAlg::Sha512)))
}

async fn with_password(
    session: &mut Handle<Client>,
    user: &str,
    password: &Secret,
) -> Result<(), HostFailure> {
    let offered = match session.authenticate_none(user).await.map_err(lost)? {
        AuthResult::Success => return Ok(()),
        AuthResult::Failure { remaining_methods, .. } => remaining_methods,
    };
    let what = format!("the password of `{user}`");
    if offered.contains(&MethodKind::Password) {
        let result = session.authenticate_password(user, password.expose()).await.map_err(lost)?;
        return judge(session, &result, &what);
    }
    if offered.contains(&MethodKind::KeyboardInteractive) {
        return answer_questions(session, user, password, &what).await;
    }
    if session.is_closed() {
        return Err(closed());
    }
    Err(failure(
        format!("the device does not accept a password: it offers {}", names(&offered)),
        "Give a key (`ansible_ssh_proxy_jump_private_key_file`).",
    ))
}

/// Answers one question for a password, and no other.
async fn answer_questions(
    session: &mut Handle<Client>,
    user: &str,
    password: &Secret,
    what: &str,
) -> Result<(), HostFailure> {
    let start = session.authenticate_keyboard_interactive_start(user, None::<String>);
    let mut response = start.await.map_err(lost)?;
    let mut answered = false;
    // A server may send any number of questions; more rounds than these are no login.
    for _ in 0..4 {
        let prompts = match &response {
            KeyboardInteractiveAuthResponse::Success => return Ok(()),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                let result = AuthResult::Failure {
                    remaining_methods: remaining_methods.clone(),
                    partial_success: *partial_success,
                };
                return judge(session, &result, what);
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
        };
        let answers = match prompts.as_slice() {
            [] => Vec::new(),
            [prompt] if !answered && !prompt.echo && asks_for_password(&prompt.prompt, user) => {
                answered = true;
                vec![password.expose().to_owned()]
            }
            prompts => {
                let asked: Vec<_> = prompts.iter().map(|prompt| prompt.prompt.trim()).collect();
                return Err(failure(
                    format!(
                        "the device asks `{user}` a question that is not answered on its own: `{}`",
                        printable(&asked.join(" / "))
                    ),
                    "Use an account without a second factor, or an SSH key.",
                ));
            }
        };
        let respond = session.authenticate_keyboard_interactive_respond(answers);
        response = respond.await.map_err(lost)?;
    }
    Err(failure("the device asks without end", "Log in by hand to see what it wants."))
}

fn judge(session: &Handle<Client>, result: &AuthResult, what: &str) -> Result<(), HostFailure> {
    match result {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { partial_success: true, remaining_methods } => Err(failure(
            format!("the device accepted {what} and asks for more: {}", names(remaining_methods)),
            "Use an account without a second factor.",
        )),
        AuthResult::Failure { remaining_methods, .. } => {
            // A session that is over looks like a refusal without another way to log in. As the
            // credential has been sent, it is taken for one: it must not be offered again.
            let is_unsure = remaining_methods.is_empty() && session.is_closed();
            let rest = if is_unsure { ", or closed the connection" } else { "" };
            Err(HostFailure {
                login_refused: true,
                ..failure(
                    format!("the device refused {what}{rest}"),
                    "Check the login. It was tried once, and no device behind this jump host is \
                     tried in this run.",
                )
            })
        }
    }
}

fn names(methods: &MethodSet) -> String {
    methods.iter().map(<&str>::from).collect::<Vec<_>>().join(", ")
}

fn lost(_: russh::Error) -> HostFailure {
    closed()
}

fn closed() -> HostFailure {
    failure(
        "the device closed the connection during the login",
        "It may allow no more logins for a while: see its log.",
    )
}

fn failure(message: impl Into<String>, remedy: impl Into<String>) -> HostFailure {
    HostFailure::new(Stage::Authenticate, message, remedy)
}
