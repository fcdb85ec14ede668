//! Files that others write too.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::{FileAttempt, FileError, read_text_from, write_atomically};
use crate::model::SourceFile;

/// Changes a text file that other processes change in the same way: each sees what the one before
/// has written, and readers see the old text or the new one whole. `change` gets the present text
/// and gives the new one, or `None` to leave it. A missing file is created for its owner alone,
/// with its folders.
///
/// # Errors
/// When it cannot be created, read, locked or written; it is then as before.
pub fn update_shared(
    path: &Path,
    change: impl FnOnce(&SourceFile) -> Option<String>,
) -> Result<(), FileError> {
    let lock = locked(path)?;
    let text = read_text_from(path, &lock)?;
    let Some(text) = change(&text) else { return Ok(()) };
    // A link stays one: what it points at is replaced.
    let whole = fs::canonicalize(path).map_err(FileError::io(path, FileAttempt::Write))?;
    write_atomically(&whole, text.as_bytes())
}

/// Opens and locks the file that stands at `path` now. A writer replaces the file while others
/// wait for its lock, so whoever gets the lock of a file that is no longer there tries again.
fn locked(path: &Path) -> Result<File, FileError> {
    let failed = || FileError::io(path, FileAttempt::Write);
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed())?;
    }
    loop {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(failed())?;
        file.lock().map_err(failed())?;
        let held = file.metadata().map_err(failed())?;
        match fs::metadata(path) {
            Ok(there) if (there.dev(), there.ino()) == (held.dev(), held.ino()) => return Ok(file),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::thread;

    use super::*;

    fn append(path: &Path, line: &str) {
        update_shared(path, |now| Some(format!("{}{line}\n", now.text))).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn writers_at_the_same_time_lose_nothing() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("known_hosts");
        thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for line in 0..25 {
                        append(path, &format!("{writer}-{line}"));
                    }
                });
            }
        });
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!((lines.len(), text.lines().count()), (200, 200));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_permissions() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".ssh/known_hosts");
        append(&path, "a");
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        append(&path, "b");
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn a_link_is_followed_and_stays() {
        let root = tempfile::tempdir().unwrap();
        let (link, file) = (root.path().join("link"), root.path().join("file"));
        fs::write(&file, "a\n").unwrap();
        symlink(&file, &link).unwrap();
        append(&link, "b");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "a\nb\n");
    }

    #[test]
    fn what_needs_no_change_is_left() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        append(&path, "a");
        let before = fs::metadata(&path).unwrap().ino();
        update_shared(&path, |_| None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().ino(), before);
    }
}
