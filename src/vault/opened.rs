//! What was opened for one host.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Keyring, VaultError};
use crate::model::{Secret, Value};

/// The secrets out of vaults that one host used: whoever lets something of this host out hides
/// them. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct Opened(Arc<Mutex<Vec<Secret>>>);

impl Opened {
    /// Opens a value for an expression, and remembers it. It is not templated again.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn open(&self, keyring: &Keyring, ciphertext: &str) -> Result<Value, VaultError> {
        let value = keyring.value(ciphertext)?;
        self.remember(&value);
        Ok(value)
    }

    /// Remembers the texts and numbers in a value out of a vaulted file.
    pub fn remember(&self, value: &Value) {
        match value {
            Value::Text(text) | Value::Unsafe(text) | Value::BigInt(text) => self.add(text),
            Value::Int(number) => self.add(&number.to_string()),
            Value::Float(number) => self.add(&number.to_string()),
            Value::List(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Map(map) => map.values().for_each(|item| self.remember(item)),
            Value::Null | Value::Bool(_) | Value::Vault(_) => {}
        }
    }

    /// Remembers all that `other` holds: what was made of it is going to be used here too.
    pub fn learn(&self, other: &Self) {
        if !Arc::ptr_eq(&self.0, &other.0) {
            let secrets = other.look(<[Secret]>::to_vec);
            secrets.iter().for_each(|secret| self.add(secret.expose()));
        }
    }

    /// A text of several lines is a secret as a whole, and so is each of its lines.
    fn add(&self, text: &str) {
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = text.lines().filter(|line| *line != text);
        for text in [text].into_iter().chain(lines) {
            if !text.is_empty() && !secrets.iter().any(|known| known.expose() == text) {
                secrets.push(Secret::new(text));
            }
        }
    }

    /// Whether exactly this text was opened.
    pub fn holds(&self, text: &str) -> bool {
        self.look(|secrets| secrets.iter().any(|secret| secret.expose() == text))
    }

    /// A message, with what was opened out of sight where it is quoted in backquotes.
    pub fn conceal(&self, message: String) -> String {
        self.look(|secrets| {
            secrets.iter().fold(message, |message, secret| {
                message.replace(&format!("`{}`", secret.expose()), "what the vault holds")
            })
        })
    }

    /// Whether nothing was opened.
    pub fn is_empty(&self) -> bool {
        self.look(<[Secret]>::is_empty)
    }

    /// Looks at all that was opened so far.
    pub fn look<T>(&self, look: impl FnOnce(&[Secret]) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_does_not_quote_what_was_opened() {
        let opened = Opened::default();
        opened.remember(&Value::text("ssh"));
        let message = opened.conceal("`ansible_port` is `ssh`, which is no port".to_owned());
        assert_eq!(message, "`ansible_port` is what the vault holds, which is no port");
    }

    #[test]
    fn what_was_opened_is_remembered_once_with_each_of_its_lines() {
        let opened = Opened::default();
        let list = Value::List(vec![Value::text("one\ntwo\n"), Value::Int(12_345_678)]);
        opened.clone().remember(&list);
        opened.remember(&Value::text("two"));
        let known =
            opened.look(|all| all.iter().map(|s| s.expose().to_owned()).collect::<Vec<_>>());
        assert_eq!(known, ["one\ntwo\n", "one", "two", "12345678"]);
    }
}
