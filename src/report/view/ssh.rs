//! How a device was spoken with.

use serde::Serialize;

use super::Text;
use crate::model::Negotiated;

/// What the two sides of the SSH connection agreed on, by SSH's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SshView {
    /// The device's version line: `SSH-2.0-OpenSSH_9.2`.
    pub server: Text,
    /// `curve25519-sha256`
    pub key_exchange: Text,
    /// How it proved its key: `ssh-ed25519`, `rsa-sha2-512`.
    pub host_key: Text,
    /// `aes256-ctr`
    pub cipher: Text,
    /// `hmac-sha2-256`; `None` where the cipher does that by itself.
    pub mac: Option<Text>,
}

impl SshView {
    pub(super) fn new(negotiated: &Negotiated) -> Self {
        Self {
            server: Text::from(&negotiated.server),
            key_exchange: Text::from(&negotiated.key_exchange),
            host_key: Text::from(&negotiated.host_key),
            cipher: Text::from(&negotiated.cipher),
            mac: Text::maybe(negotiated.mac.as_ref()),
        }
    }
}
