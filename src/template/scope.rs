//! What names mean while a text is evaluated.

use std::fmt::Debug;
use std::sync::Arc;

use crate::model::Value;
use crate::vault::VaultError;

/// The variables that a text may name. Text in a value may hold templates itself; they are
/// evaluated when the value is used, and not before, so that a bad one that nobody uses does no
/// harm. Secrets of connections are never in a scope: minijinja shows variables in its errors.
pub trait Scope: Debug + Send + Sync {
    /// The value of a variable, its templates not yet filled in; `None` when there is none.
    fn get(&self, name: &str) -> Option<Value>;

    /// The names of all variables, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// What a vaulted value holds, when it is used. Whoever opens it sees to it that it is hidden
    /// where it should not show.
    ///
    /// # Errors
    /// It cannot be opened. A scope without passwords opens nothing.
    fn open(&self, _ciphertext: &str) -> Result<Value, VaultError> {
        Err(VaultError::NoPassword)
    }

    /// What `lookup(NAME, …)` finds; `None` where there is no such lookup.
    ///
    /// # Errors
    /// What is wrong with the terms, as a sentence without a full stop.
    fn look_up(&self, _name: &str, _terms: Vec<Value>) -> Option<Result<Vec<Value>, String>> {
        None
    }

    /// Whether there are `hostvars`, `vars`, and `lookup`.
    fn has_peers(&self) -> bool {
        false
    }

    /// The hosts in `hostvars`.
    fn peers(&self) -> Vec<String> {
        Vec::new()
    }

    /// The variables of one of them.
    fn peer(&self, _host: &str) -> Option<Arc<dyn Scope>> {
        None
    }
}
