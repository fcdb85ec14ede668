//! The files that playbooks name.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::files::{self, FileKind};
use crate::inventory::open_file;
use crate::model::{InputIssue, SourceFile};
use crate::playbook::Library;
use crate::vault::{Keyring, is_vaulted};

/// Reads them from the disk, and opens those that are vaulted.
#[derive(Debug)]
pub(super) struct PlaybookFiles {
    keyring: Arc<Keyring>,
    /// The names of those.
    opened: Mutex<HashSet<Arc<str>>>,
}

impl PlaybookFiles {
    pub fn new(keyring: Arc<Keyring>) -> Self {
        Self { keyring, opened: Mutex::default() }
    }
}

impl Library for PlaybookFiles {
    fn read(&self, path: &str) -> Result<Option<SourceFile>, InputIssue> {
        let file = match files::read_text(Path::new(path)) {
            Ok(file) => file,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if is_vaulted(&file.text) {
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            opened.insert(file.name.clone());
        }
        open_file(&file, &self.keyring).map(Some)
    }

    fn list(&self, folder: &str) -> Result<Option<Vec<String>>, InputIssue> {
        let folder = Path::new(if folder.is_empty() { "." } else { folder });
        if files::kind_of(folder) != FileKind::Folder {
            return Ok(None);
        }
        let files = files::list_tree(folder)?;
        Ok(Some(files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect()))
    }

    fn has_opened(&self, name: &str) -> bool {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }
}
