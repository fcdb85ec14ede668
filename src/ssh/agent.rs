//! The user's ssh-agent (draft-ietf-sshm-ssh-agent): which keys it holds.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use russh::keys::agent::client::AgentClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::PublicKey;
use crate::model::{HostFailure, Stage};

/// An agent lists its keys at once, or is not there.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that an answer may hold, in bytes.
const MOST_BYTES: usize = 256 * 1024;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;

/// The agent of a run, asked for its keys once. It signs for libssh2, which finds it by the same
/// environment variable, and for jump hosts by [`Agent::signer`].
#[derive(Debug)]
pub(super) struct Agent {
    /// `SSH_AUTH_SOCK`
    socket: Option<PathBuf>,
    keys: OnceCell<Result<Vec<PublicKey>, String>>,
}

impl Agent {
    pub fn new(socket: Option<PathBuf>) -> Self {
        Self { socket, keys: OnceCell::new() }
    }

    pub fn is_there(&self) -> bool {
        self.socket.is_some()
    }

    /// The only key that it holds. Which of several is meant, is not guessed: each that is tried
    /// counts on the device.
    pub async fn only_key(&self, user: &str) -> Result<PublicKey, HostFailure> {
        match self.keys().await? {
            [key] => Ok(key.clone()),
            [] => Err(failure(
                format!(
                    "there is neither a password nor a key for `{user}`, and the agent holds none"
                ),
                "Add the key with `ssh-add`, or set `ansible_password` or \
                 `ansible_ssh_private_key_file`.",
            )),
            keys => Err(failure(
                format!("the agent holds {} keys, and none is named for `{user}`", keys.len()),
                "Name the public key that is meant: `ansible_ssh_private_key_file: KEY.pub`. Each \
                 that is tried counts as a login on the device.",
            )),
        }
    }

    pub async fn holds(&self, key: &PublicKey) -> Result<bool, HostFailure> {
        Ok(self.keys().await?.contains(key))
    }

    /// A connection on which it signs the login at a jump host.
    pub async fn signer(&self) -> Result<AgentClient<UnixStream>, HostFailure> {
        let socket = self.socket.as_deref().unwrap_or(Path::new(""));
        AgentClient::connect_uds(socket).await.map_err(|error| {
            failure(format!("the agent could not be asked to sign: {error}"), CHECK)
        })
    }

    async fn keys(&self) -> Result<&[PublicKey], HostFailure> {
        let keys = self.keys.get_or_init(|| async {
            let Some(socket) = &self.socket else { return Ok(Vec::new()) };
            let answer = timeout(PATIENCE, ask(socket)).await;
            let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            let keys = answer.map_err(|error| error.to_string())?;
            keys_in(&keys).ok_or_else(|| "its answer cannot be read".to_owned())
        });
        keys.await.as_deref().map_err(|error| {
            failure(format!("the agent could not be asked for its keys: {error}"), CHECK)
        })
    }
}

const CHECK: &str = "Check that `ssh-add -l` works here, or unset `SSH_AUTH_SOCK`.";

/// The body of the agent's answer.
async fn ask(socket: &Path) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(&[0, 0, 0, 1, REQUEST_IDENTITIES]).await?;
    let length = usize::try_from(stream.read_u32().await?).unwrap_or(usize::MAX);
    if length > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

/// The keys of an answer that libssh2 can use: no certificates, no kinds that it does not know.
fn keys_in(body: &[u8]) -> Option<Vec<PublicKey>> {
    let (kind, rest) = body.split_first()?;
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    if *kind != IDENTITIES_ANSWER {
        return None;
    }
    let mut keys = Vec::new();
    for _ in 0..u32::from_be_bytes(*count) {
        let blob = take_string(&mut rest)?;
        let _comment = take_string(&mut rest)?;
        let key = PublicKey::from_wire(blob);
        keys.extend(key.filter(|key| !key.algorithms().is_empty()));
    }
    Some(keys)
}

fn take_string<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(text)
}

fn failure(message: String, remedy: &str) -> HostFailure {
    HostFailure::new(Stage::Authenticate, message, remedy)
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSC";

    fn string(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    fn answer(blobs: &[&[u8]]) -> Vec<u8> {
        let mut body = vec![IDENTITIES_ANSWER];
        body.extend(u32::try_from(blobs.len()).unwrap().to_be_bytes());
        for blob in blobs {
            body.extend(string(blob));
            body.extend(string(b"me@here"));
        }
        body
    }

    /// What the only key is, of an agent that answers so.
    async fn only_key(body: Vec<u8>) -> Result<PublicKey, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent");
        let listener = UnixListener::bind(&path).unwrap();
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 5];
            stream.read_exact(&mut request).await.unwrap();
            assert_eq!(request, [0, 0, 0, 1, REQUEST_IDENTITIES]);
            stream.write_all(&string(&body)).await.unwrap();
        });
        let key = Agent::new(Some(path)).only_key("auditor").await;
        serving.await.unwrap();
        key.map_err(|failure| failure.message)
    }

    #[tokio::test]
    async fn one_key_is_taken_and_of_several_none_is_guessed() {
        let key = PublicKey::parse(KEY).unwrap();
        let mut other = key.blob().to_vec();
        other[40] ^= 1;
        let foreign = string(b"ssh-ed25519-cert-v01@openssh.com");
        assert_eq!(only_key(answer(&[&foreign, key.blob()])).await, Ok(key.clone()));
        assert_eq!(
            only_key(answer(&[key.blob(), &other])).await.unwrap_err(),
            "the agent holds 2 keys, and none is named for `auditor`"
        );
        assert!(only_key(answer(&[])).await.unwrap_err().ends_with("the agent holds none"));
    }

    #[tokio::test]
    async fn an_answer_that_is_none_is_told() {
        let unreadable = "the agent could not be asked for its keys: its answer cannot be read";
        let cut = answer(&[b"x"])[..7].to_vec();
        for body in [vec![5], vec![], cut, vec![IDENTITIES_ANSWER, 255, 255, 255, 255]] {
            assert_eq!(only_key(body).await.unwrap_err(), unreadable);
        }
        let gone = Agent::new(Some("/nonexistent/agent".into()));
        let failure = gone.only_key("auditor").await.unwrap_err();
        assert!(failure.message.starts_with("the agent could not be asked"), "{failure}");
    }
}
