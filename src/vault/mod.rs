//! Ansible Vault: ciphertext and passwords to secrets, and back.
//!
//! Comes in: text in Ansible's envelope, passwords with their labels (vault ids), a salt. Goes
//! out: secrets, ciphertext, or why it cannot be opened.
//! Does not know: where files and passwords are kept, what the secrets mean.
//! Start reading at [`Keyring`], which opens what an `Envelope` holds.

mod cipher;
mod envelope;
mod keyring;
mod opened;
mod password;
mod vault_error;

pub use cipher::{SALT, seal};
pub use envelope::{Envelope, is_vaulted};
pub use keyring::Keyring;
pub use opened::Opened;
pub use password::{DEFAULT_LABEL, Password};
pub use vault_error::VaultError;
