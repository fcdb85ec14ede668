//! Files with keys to log in with.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use russh::keys::ssh_key::{LineEnding, PrivateKey};
use tokio::sync::OnceCell;

use super::PublicKey;
use crate::model::{HostFailure, Secret, Stage};

/// No key is larger; what is, is something else.
const MOST_BYTES: u64 = 64 * 1024;

/// What a key file holds.
#[derive(Debug, Clone)]
pub(super) enum KeyFile {
    /// A private key, with the passphrase that it still needs.
    Private {
        text: Secret,
        passphrase: Option<Secret>,
    },
    /// A private key whose passphrase is not known; the public key beside it.
    Locked(Option<PublicKey>),
    Public(PublicKey),
}

/// The key files of a run. Each is read once, and unlocked once: that takes a tenth of a second
/// of computing, by design, and libssh2 would do it twice for every host.
#[derive(Debug, Default)]
pub(super) struct KeyFiles {
    hasher: RandomState,
    /// By the hash of path and passphrase.
    read: Mutex<HashMap<u64, Arc<Once>>>,
}

/// What comes of reading one file, for all who wait for it.
type Once = OnceCell<Result<KeyFile, HostFailure>>;

impl KeyFiles {
    /// Reads a key file, and tells in advance what libssh2 could only call unusable.
    pub async fn read(
        &self,
        path: &Path,
        passphrase: Option<&Secret>,
    ) -> Result<KeyFile, HostFailure> {
        let id = self.hasher.hash_one((path, passphrase.map(Secret::expose)));
        let cell = {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            read.entry(id).or_default().clone()
        };
        let (path, passphrase) = (path.to_owned(), passphrase.cloned());
        let read = cell.get_or_init(|| async move {
            // Not on the runtime's own threads: the file may be far away, and unlocking computes.
            tokio::task::spawn_blocking(move || understand(&path, passphrase)).await.unwrap_or_else(
                |_| Err(failure("a key file could not be read".to_owned(), "Try again.")),
            )
        });
        read.await.clone()
    }
}

fn understand(path: &PathBuf, passphrase: Option<Secret>) -> Result<KeyFile, HostFailure> {
    let name = path.display();
    let text = read_file(path).map_err(|error| {
        failure(
            format!("the private key file {name} cannot be read: {error}"),
            "Check the path (`ansible_ssh_private_key_file`, `--private-key`) and who may read it.",
        )
    })?;
    if let Some(key) = PublicKey::parse(text.expose()) {
        return Ok(KeyFile::Public(key));
    }
    if let Some((what, remedy)) = fault_of(text.expose()) {
        return Err(failure(format!("the private key file {name} {what}"), remedy));
    }
    if !is_encrypted(text.expose()) {
        return Ok(KeyFile::Private { text, passphrase: None });
    }
    let Some(passphrase) = passphrase else {
        let beside = path.with_file_name(format!(
            "{}.pub",
            path.file_name().unwrap_or_default().to_string_lossy()
        ));
        let public = read_file(&beside).ok();
        return Ok(KeyFile::Locked(public.and_then(|text| PublicKey::parse(text.expose()))));
    };
    if !text.expose().contains(OPENSSH) {
        // OpenSSL's own forms are unlocked in no time.
        return Ok(KeyFile::Private { text, passphrase: Some(passphrase) });
    }
    let unlocked = PrivateKey::from_openssh(text.expose())
        .and_then(|key| key.decrypt(passphrase.expose()))
        .and_then(|key| key.to_openssh(LineEnding::LF));
    match unlocked {
        Ok(text) => Ok(KeyFile::Private { text: Secret::new(text.as_str()), passphrase: None }),
        Err(error) => Err(failure(
            format!("the private key file {name} cannot be unlocked: {error}"),
            "Check the passphrase (`ansible_ssh_private_key_passphrase`, `--ask-key-passphrase`).",
        )),
    }
}

fn read_file(path: &PathBuf) -> io::Result<Secret> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Secret::new(text))
}

const OPENSSH: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// Why a text cannot be used as a private key, and what to do.
fn fault_of(text: &str) -> Option<(&'static str, &'static str)> {
    if text.starts_with("PuTTY-User-Key-File") {
        return Some((
            "is in PuTTY's format",
            "Convert it with `puttygen KEY -O private-openssh -o NEWKEY`.",
        ));
    }
    if !text.trim_start().starts_with("-----BEGIN ") || !text.contains("PRIVATE KEY-----") {
        return Some((
            "holds no private key",
            "Name a file that `ssh-keygen` wrote (OpenSSH's format or PEM).",
        ));
    }
    None
}

fn is_encrypted(text: &str) -> bool {
    if text.contains("ENCRYPTED") {
        return true;
    }
    let Some((_, body)) = text.split_once(OPENSSH) else { return false };
    // The magic and the name of the cipher stand in the first characters of the body.
    let head: String = body.chars().filter(|c| !c.is_whitespace()).take(40).collect();
    STANDARD
        .decode(head)
        .ok()
        .and_then(|bytes| bytes.strip_prefix(b"openssh-key-v1\0\0\0\0\x04").map(<[u8]>::to_vec))
        .is_none_or(|rest| !rest.starts_with(b"none"))
}

fn failure(message: String, remedy: &str) -> HostFailure {
    HostFailure::new(Stage::Authenticate, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let files = KeyFiles::default();
        let failure = files.read(Path::new("/nonexistent/id"), None).await.unwrap_err();
        assert!(
            failure.message.starts_with("the private key file /nonexistent/id cannot be read"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn what_is_no_usable_key_is_told_apart() {
        let what = |text: &str| fault_of(text).map(|(what, _)| what);
        assert_eq!(what("PuTTY-User-Key-File-3: ssh-ed25519"), Some("is in PuTTY's format"));
        assert_eq!(what("hello"), Some("holds no private key"));
        assert!(is_encrypted("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII="));
        // "openssh-key-v1", 0, and the cipher "aes256-ctr" or "none".
        let openssh = |body: &str| format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END");
        assert!(is_encrypted(&openssh(
            "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABC"
        )));
        assert!(!is_encrypted(&openssh(
            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz"
        )));
        assert!(!is_encrypted("-----BEGIN RSA PRIVATE KEY-----\nMII=\n"));
    }
}
