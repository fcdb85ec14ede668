//! What the two sides of an SSH connection agreed on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The algorithms of one connection, by their names in SSH, and who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiated {
    /// The server's version line: `SSH-2.0-OpenSSH_9.2`.
    pub server: String,
    /// `curve25519-sha256`
    pub key_exchange: String,
    /// How the host proved its key: `ssh-ed25519`, `rsa-sha2-512`.
    pub host_key: String,
    /// `aes256-ctr`
    pub cipher: String,
    /// `hmac-sha2-256`; `None` where the cipher does that by itself.
    pub mac: Option<String>,
}

/// `SSH-2.0-OpenSSH_9.2: curve25519-sha256, ssh-ed25519, aes256-ctr, hmac-sha2-256`
impl fmt::Display for Negotiated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, key_exchange, host_key, cipher, mac } = self;
        write!(f, "{server}: {key_exchange}, {host_key}, {cipher}")?;
        mac.as_ref().map_or(Ok(()), |mac| write!(f, ", {mac}"))
    }
}
