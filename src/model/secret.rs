//! A value that must never be seen: password, passphrase, key material.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A secret text, wiped from memory when dropped.
///
/// It has no `Display` and no `Serialize`, and its `Debug` is fixed, so that no log, report or
/// error can print it by accident. [`Secret::expose`] is called in `ssh` and `vault` alone, and
/// by the redactor of `runner`, which must know what to hide, and by `notification`, which must say it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes ownership of `text`; the caller drops every other copy.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. Never store, print or template what this returns.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "Secret(hidden)");
    }
}
