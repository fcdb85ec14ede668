//! A password of vaults.

use crate::model::Secret;

/// The label of a password that was given without one, and of ciphertext in the format 1.1.
pub const DEFAULT_LABEL: &str = "default";

/// A password and its label, Ansible's vault id.
#[derive(Debug, Clone)]
pub struct Password {
    pub label: String,
    pub secret: Secret,
}

impl Password {
    pub fn new(label: impl Into<String>, secret: Secret) -> Self {
        Self { label: label.into(), secret }
    }
}
