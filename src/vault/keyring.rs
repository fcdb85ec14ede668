//! All passwords of a run, and what they opened.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::cipher::Keys;
use super::{Envelope, Password, VaultError};
use crate::model::{Secret, Value};

/// Opens vaulted values. Each ciphertext is decrypted once, when it is first used, however many
/// hosts inherit it.
#[derive(Default)]
pub struct Keyring {
    passwords: Vec<Password>,
    labels_must_match: bool,
    /// By the position of the password and the salt.
    keys: Cache<(usize, Vec<u8>), Option<Keys>>,
    opened: Cache<String, Result<Secret, VaultError>>,
}

/// Values that are made once, even when several threads want one at the same time.
type Cache<K, V> = Mutex<HashMap<K, Arc<OnceLock<V>>>>;

impl Keyring {
    /// `labels_must_match`: a password is tried only on ciphertext with its own label, as
    /// `ANSIBLE_VAULT_ID_MATCH` wants it. Otherwise labels only say which is tried first.
    pub fn new(passwords: Vec<Password>, labels_must_match: bool) -> Self {
        Self { passwords, labels_must_match, ..Self::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.passwords.is_empty()
    }

    /// The passwords, in the order given.
    pub fn passwords(&self) -> &[Password] {
        &self.passwords
    }

    /// The secret in a vaulted value.
    ///
    /// # Errors
    /// It is no ciphertext, no password opens it, or it is not text.
    pub fn open(&self, ciphertext: &str) -> Result<Secret, VaultError> {
        let cell = cell(&self.opened, ciphertext.to_owned());
        cell.get_or_init(|| self.decrypt(ciphertext)).clone()
    }

    /// As [`Keyring::open`], for an expression that uses the value: text that is not templated
    /// again.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn value(&self, ciphertext: &str) -> Result<Value, VaultError> {
        self.open(ciphertext).map(|secret| Value::Unsafe(secret.expose().to_owned()))
    }

    /// What a vaulted file holds, which need not be text, and the password that opens it. Nothing
    /// of it is kept.
    ///
    /// # Errors
    /// It is no ciphertext, or no password opens it.
    pub fn open_file(
        &self,
        text: &str,
    ) -> Result<(zeroize::Zeroizing<Vec<u8>>, &Password), VaultError> {
        let envelope = Envelope::parse(text)?;
        if self.passwords.is_empty() {
            return Err(VaultError::NoPassword);
        }
        let tried = self.candidates(&envelope.label);
        if tried.is_empty() {
            return Err(VaultError::NoLabel(envelope.label));
        }
        for position in &tried {
            let Some(password) = self.passwords.get(*position) else { continue };
            let keys = cell(&self.keys, (*position, envelope.salt.clone()));
            let keys = keys.get_or_init(|| Keys::derive(&password.secret, &envelope.salt));
            if let Some(plain) = keys.as_ref().and_then(|keys| keys.open(&envelope)) {
                return Ok((plain, password));
            }
        }
        Err(VaultError::WrongPassword { tried: tried.len(), label: envelope.label })
    }

    fn decrypt(&self, ciphertext: &str) -> Result<Secret, VaultError> {
        let (plain, _) = self.open_file(ciphertext)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::NotText)?;
        Ok(Secret::new(text))
    }

    /// The positions of the passwords to try: those with the label first, the others, where they
    /// may be tried at all, behind them.
    fn candidates(&self, label: &str) -> Vec<usize> {
        let positions = |matches: bool| {
            let passwords = self.passwords.iter().enumerate();
            passwords.filter(move |(_, p)| (p.label == label) == matches).map(|(at, _)| at)
        };
        let others = positions(false).filter(|_| !self.labels_must_match);
        positions(true).chain(others).collect()
    }
}

fn cell<K: Hash + Eq, V>(cache: &Cache<K, V>, key: K) -> Arc<OnceLock<V>> {
    cache.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone()
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} passwords)", self.passwords.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{SALT, seal};

    fn password(label: &str, secret: &str) -> Password {
        Password::new(label, Secret::new(secret))
    }

    fn sealed(label: &str, secret: &str) -> String {
        seal(b"canary", &password(label, secret), [label.len() as u8; SALT]).unwrap()
    }

    fn told(keyring: &Keyring, text: &str) -> String {
        keyring
            .open(text)
            .map_or_else(|error| error.to_string(), |secret| secret.expose().to_owned())
    }

    #[test]
    fn every_password_is_tried_unless_labels_must_match() {
        let passwords = || vec![password("dev", "one"), password("prod", "two")];
        let any = Keyring::new(passwords(), false);
        let strict = Keyring::new(passwords(), true);
        let wrong = "none of the 2 vault passwords is right, or it was damaged";
        for (text, loosely, strictly) in [
            (sealed("dev", "one"), "canary", "canary"),
            (sealed("prod", "two"), "canary", "canary"),
            (
                sealed("dev", "two"),
                "canary",
                "the vault password is wrong (its label is `dev`), or it was damaged",
            ),
            (
                sealed("default", "one"),
                "canary",
                "no vault password has the label `default`, and `ANSIBLE_VAULT_ID_MATCH` is set",
            ),
            (
                sealed("default", "three"),
                wrong,
                "no vault password has the label `default`, and `ANSIBLE_VAULT_ID_MATCH` is set",
            ),
        ] {
            assert_eq!(told(&any, &text), loosely);
            assert_eq!(told(&strict, &text), strictly);
        }
    }

    #[test]
    fn without_a_password_nothing_is_opened() {
        assert_eq!(told(&Keyring::default(), &sealed("dev", "one")), "no vault password was given");
    }

    #[test]
    fn a_ciphertext_is_decrypted_once() {
        let keyring = Keyring::new(vec![password("dev", "one")], false);
        let text = sealed("dev", "one");
        // 40,000 derivations of a key would take minutes.
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..5000).for_each(|_| assert_eq!(told(&keyring, &text), "canary")));
            }
        });
        assert_eq!(keyring.keys.lock().unwrap().len(), 1);
        assert_eq!(keyring.opened.lock().unwrap().len(), 1);
    }

    #[test]
    fn debug_shows_nothing_of_the_passwords() {
        let keyring = Keyring::new(vec![password("dev", "canary")], false);
        assert_eq!(format!("{keyring:?}"), "Keyring(1 passwords)");
        assert!(!format!("{:?}", keyring.passwords()).contains("canary"));
    }
}
