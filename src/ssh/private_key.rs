//! The file with a private key.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::{HostFailure, Secret, Stage};

/// No private key is larger; what is, is something else.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads a private key, and tells in advance what libssh2 could only call unusable.
pub(super) async fn read(path: &Path) -> Result<Secret, HostFailure> {
    let name = path.display().to_string();
    let owned = path.to_owned();
    // Not on the runtime's own threads: it may lie on a slow file system.
    let text = tokio::task::spawn_blocking(move || read_file(&owned))
        .await
        .unwrap_or_else(|_| Err(io::Error::other("reading it was interrupted")))
        .map_err(|error| {
            failure(
                format!("the private key file {name} cannot be read: {error}"),
                "Check the path (`ansible_ssh_private_key_file`, `--private-key`) and who may read \
                 it.",
            )
        })?;
    match fault_of(text.expose()) {
        None => Ok(text),
        Some((what, remedy)) => Err(failure(format!("the private key file {name} {what}"), remedy)),
    }
}

fn read_file(path: &PathBuf) -> io::Result<Secret> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Secret::new(text))
}

/// Why a text cannot be used as a private key, and what to do.
fn fault_of(text: &str) -> Option<(&'static str, &'static str)> {
    if text.starts_with("PuTTY-User-Key-File") {
        return Some((
            "is in PuTTY's format",
            "Convert it with `puttygen KEY -O private-openssh -o NEWKEY`.",
        ));
    }
    if ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.starts_with(kind)) {
        return Some((
            "holds a public key",
            "Name the private key, which is the file without `.pub`.",
        ));
    }
    if !text.trim_start().starts_with("-----BEGIN ") || !text.contains("PRIVATE KEY-----") {
        return Some((
            "holds no private key",
            "Name a file that `ssh-keygen` wrote (OpenSSH's format or PEM).",
        ));
    }
    if is_encrypted(text) {
        return Some((
            "is protected by a passphrase",
            "Passphrases are not supported: use a key of its own for the audit, without a \
             passphrase and readable by its owner alone.",
        ));
    }
    None
}

fn is_encrypted(text: &str) -> bool {
    if text.contains("ENCRYPTED") {
        return true;
    }
    let Some((_, body)) = text.split_once("-----BEGIN OPENSSH PRIVATE KEY-----") else {
        return false;
    };
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
        let failure = read(Path::new("/nonexistent/id")).await.unwrap_err();
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
        assert_eq!(what("ssh-ed25519 AAAA me"), Some("holds a public key"));
        assert_eq!(what("hello"), Some("holds no private key"));
        assert_eq!(
            what("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII="),
            Some("is protected by a passphrase")
        );
        // "openssh-key-v1", 0, and the cipher "aes256-ctr" or "none".
        let openssh = |body: &str| format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END");
        let locked = openssh("b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABC");
        let open = openssh("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz");
        assert_eq!(what(&locked), Some("is protected by a passphrase"));
        assert_eq!(what(&open), None);
        assert_eq!(what("-----BEGIN RSA PRIVATE KEY-----\nMII=\n"), None);
    }
}
