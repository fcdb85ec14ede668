//! A host's public key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

/// A public key as it crosses the wire (RFC 4253, section 6.6): its type, then its numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    blob: Vec<u8>,
}

impl PublicKey {
    /// Reads the wire form. `None` when it does not begin with the name of a type.
    pub fn from_wire(blob: &[u8]) -> Option<Self> {
        kind_of(blob)?;
        Some(Self { blob: blob.to_owned() })
    }

    /// Reads `TYPE BASE64`, where anything may follow. `None` when that is not a key of that
    /// type.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (kind, body) = (words.next()?, words.next()?);
        let key = Self::from_wire(&STANDARD.decode(body).ok()?)?;
        (key.kind() == kind).then_some(key)
    }

    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    pub fn kind(&self) -> &str {
        kind_of(&self.blob).unwrap_or_default()
    }

    /// The wire form.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// `SHA256:` and the hash in base64, as OpenSSH prints it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }

    /// Names of the host key algorithms that prove this key, the best first.
    pub(super) fn algorithms(&self) -> &[&str] {
        match self.kind() {
            "ssh-rsa" => &["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
            "ssh-ed25519" => &["ssh-ed25519"],
            "ecdsa-sha2-nistp256" => &["ecdsa-sha2-nistp256"],
            "ecdsa-sha2-nistp384" => &["ecdsa-sha2-nistp384"],
            "ecdsa-sha2-nistp521" => &["ecdsa-sha2-nistp521"],
            _ => &[],
        }
    }
}

/// `TYPE BASE64`, as in `known_hosts`.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), STANDARD.encode(&self.blob))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// The type's name: a length and that many printable characters.
fn kind_of(blob: &[u8]) -> Option<&str> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let name = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let fits = !name.is_empty() && name.len() <= 64 && name.iter().all(u8::is_ascii_graphic);
    fits.then(|| std::str::from_utf8(name).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    // `ssh-keygen -t ed25519`, and what `ssh-keygen -l` said of it.
    const LINE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSC";
    const FINGERPRINT: &str = "SHA256:T8+loI3p4szJ0EyDnKEfF2QFVSP9nwN8TZvNImDPSkk";

    #[test]
    fn reads_and_prints_what_openssh_writes() {
        let key = PublicKey::parse(&format!("{LINE} admin@example")).unwrap();
        assert_eq!(key.kind(), "ssh-ed25519");
        assert_eq!(key.to_string(), LINE);
        assert_eq!(key.fingerprint(), FINGERPRINT);
    }

    #[test]
    fn refuses_what_is_no_key() {
        for text in ["", "ssh-ed25519", "ssh-ed25519 ????", "ssh-ed25519 AAAA", "a b c"] {
            assert_eq!(PublicKey::parse(text), None, "{text}");
        }
        let disguised = LINE.replacen("ssh-ed25519", "ssh-rsa", 1);
        assert_eq!(PublicKey::parse(&disguised), None);
        assert_eq!(PublicKey::from_wire(b"\0\0\0\x05evil"), None);
        assert_eq!(PublicKey::from_wire(b"\xff\xff\xff\xffx"), None);
        assert_eq!(PublicKey::from_wire(b"\0\0\0\x03a\x1bb"), None);
    }
}
