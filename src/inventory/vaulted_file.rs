//! Files that are vaulted as a whole.

use crate::model::{InputIssue, Place, SourceFile};
use crate::vault::{Keyring, VaultError, is_vaulted};

/// A file with its text opened; one that is not vaulted is given back as it is.
///
/// # Errors
/// It cannot be opened.
pub fn open_file(file: &SourceFile, keyring: &Keyring) -> Result<SourceFile, InputIssue> {
    if !is_vaulted(&file.text) {
        return Ok(file.clone());
    }
    let refused = |error: VaultError| {
        let place = match error {
            VaultError::Malformed { line, column, .. } => (line, column),
            _ => (1, 1),
        };
        InputIssue::error(format!("this vaulted file cannot be opened: {error}"))
            .at(Place::new(file.name.clone(), place.0, place.1), 1)
            .hint(error.remedy())
    };
    let (bytes, _) = keyring.open_file(&file.text).map_err(refused)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| refused(VaultError::NotText))?;
    Ok(SourceFile::new(file.name.clone(), text))
}
