//! The cryptography of Ansible Vault: PBKDF2, AES-256 in counter mode, HMAC-SHA256.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Envelope, Password};
use crate::model::Secret;

/// Bytes of the salt of new ciphertext.
pub const SALT: usize = 32;

/// Fixed by Ansible. They cost some milliseconds for each password and salt.
const ROUNDS: u32 = 10_000;
const KEY: usize = 32;
const BLOCK: usize = 16;

/// What a password and a salt give: the key of the cipher, that of the HMAC, the first counter.
pub(super) struct Keys(Zeroizing<[u8; KEY + KEY + BLOCK]>);

impl Keys {
    /// `None` never happens: HMAC takes passwords of any length.
    pub fn derive(password: &Secret, salt: &[u8]) -> Option<Self> {
        let mut keys = Zeroizing::new([0; KEY + KEY + BLOCK]);
        let password = password.expose().as_bytes();
        pbkdf2::pbkdf2::<Hmac<Sha256>>(password, salt, ROUNDS, keys.as_mut_slice()).ok()?;
        Some(Self(keys))
    }

    /// The plain text; `None` when the ciphertext was not made with these keys. That is told, in
    /// constant time, before anything is decrypted.
    pub fn open(&self, envelope: &Envelope) -> Option<Zeroizing<Vec<u8>>> {
        self.authenticator(&envelope.ciphertext)?.verify_slice(&envelope.tag).ok()?;
        let mut text = Zeroizing::new(envelope.ciphertext.clone());
        self.apply(&mut text)?;
        let padding = usize::from(*text.last()?);
        let length = text.len().checked_sub(padding)?;
        let is_padding = (1..=BLOCK).contains(&padding)
            && text.get(length..)?.iter().all(|byte| usize::from(*byte) == padding);
        is_padding.then(|| text.truncate(length))?;
        Some(text)
    }

    /// The ciphertext and its tag.
    fn seal(&self, plain: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let padding = BLOCK - plain.len() % BLOCK;
        // Of its final size, so that no copy of the plain text is left behind by its growing.
        let mut text = Vec::with_capacity(plain.len() + padding);
        text.extend_from_slice(plain);
        text.resize(plain.len() + padding, u8::try_from(padding).ok()?);
        self.apply(&mut text)?;
        let tag = self.authenticator(&text)?.finalize().into_bytes().to_vec();
        Some((text, tag))
    }

    /// Encrypts or decrypts: in counter mode they are the same.
    fn apply(&self, text: &mut [u8]) -> Option<()> {
        let (key, counter) = (self.0.get(..KEY)?, self.0.get(KEY + KEY..)?);
        let mut cipher = ctr::Ctr128BE::<Aes256>::new_from_slices(key, counter).ok()?;
        cipher.try_apply_keystream(text).ok()
    }

    fn authenticator(&self, ciphertext: &[u8]) -> Option<Hmac<Sha256>> {
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.0.get(KEY..KEY + KEY)?).ok()?;
        hmac.update(ciphertext);
        Some(hmac)
    }
}

/// Encrypts with a password, in the envelope that `ansible-vault` writes. The salt must be random,
/// and used for nothing else.
///
/// `None` never happens: it stands for what the types of the ciphers allow to fail, which must not
/// give out plain text.
pub fn seal(plain: &[u8], password: &Password, salt: [u8; SALT]) -> Option<String> {
    let (ciphertext, tag) = Keys::derive(&password.secret, &salt)?.seal(plain)?;
    let envelope = Envelope { label: password.label.clone(), salt: salt.to_vec(), tag, ciphertext };
    Some(envelope.print())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(label: &str, secret: &str) -> Password {
        Password::new(label, Secret::new(secret))
    }

    fn opened(text: &str, secret: &str) -> Option<Vec<u8>> {
        let envelope = Envelope::parse(text).unwrap();
        let keys = Keys::derive(&Secret::new(secret), &envelope.salt).unwrap();
        keys.open(&envelope).map(|text| text.to_vec())
    }

    #[test]
    fn all_lengths_around_a_block_come_back() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let plain: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
            let text = seal(&plain, &password("default", "correct horse"), [9; SALT]).unwrap();
            assert_eq!(opened(&text, "correct horse"), Some(plain), "{length}");
            assert_eq!(opened(&text, "wrong horse"), None, "{length}");
        }
    }

    #[test]
    fn one_changed_digit_is_noticed() {
        let text = seal(b"secret", &password("default", "correct horse"), [9; SALT]).unwrap();
        let last = text.trim_end().len() - 1;
        let other = if text.as_bytes()[last] == b'0' { "1" } else { "0" };
        let damaged = format!("{}{other}\n", &text[..last]);
        assert_eq!(opened(&damaged, "correct horse"), None);
    }

    /// Made with `ansible-vault` of ansible-core 2.19.
    #[test]
    fn the_bytes_are_those_of_ansible() {
        let salt = *b"a salt of thirty-two bytes, fix!";
        let text = seal("gr\u{fc}n\n".as_bytes(), &password("lab", "p\u{e4}ss w\u{f6}rd"), salt);
        insta::assert_snapshot!(text.unwrap(), @r"
        $ANSIBLE_VAULT;1.2;AES256;lab
        36313230373336313663373432303666363632303734363836393732373437393264373437373666
        3230363237393734363537333263323036363639373832310a333362343839666539626561633862
        39393832346437396535613338626134623630396361383934613461303138343338663562306131
        6565346662353465650a373639393732643332366662643034663238383164666264356231303135
        6161
        ");
    }
}
