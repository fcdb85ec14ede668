//! Where a secret comes from.

/// What stands in a file in place of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// The text itself, where that is no secret everywhere: an address.
    Text(String),
    /// Ciphertext behind `!vault`.
    Vault(String),
    /// A variable of the environment.
    Env(String),
    /// The first line of a file, relative to the file that names it.
    File(String),
    /// A credential that systemd hands to the service (`LoadCredential=`).
    Credential(String),
}

impl SecretSource {
    /// The keys of a mapping that names one.
    pub const KEYS: [&str; 3] = ["env", "file", "credential"];
}
