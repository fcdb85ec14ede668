//! Texts that a person changes.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use super::{FileAttempt, FileCause, FileError, read_bytes};

/// Gives `bytes` to the user's editor, a command of the shell, and takes back what became of them.
/// They lie, for that time, in a folder that only the user may look into; `name` tells the editor
/// what kind of file it is.
///
/// # Errors
/// When the editor cannot be started or ends with an error, and when there is no room.
pub fn edit(editor: &str, name: &Path, bytes: &[u8]) -> Result<Vec<u8>, FileError> {
    let failed = || FileError::io(name, FileAttempt::Write);
    let folder = tempfile::tempdir().map_err(failed())?;
    let path = folder.path().join(name.file_name().unwrap_or(name.as_os_str()));
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed())?;
    file.write_all(bytes).map_err(failed())?;
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(&path)
        .status()
        .map_err(FileError::io(name, FileAttempt::Run))?;
    let edited = if status.success() {
        read_bytes(&path)
    } else {
        let cause = FileCause::EditorFailed(status);
        Err(FileError::new(name, FileAttempt::Write, cause))
    };
    // What the disk keeps of a removed file is not the text.
    if let Ok(metadata) = fs::metadata(&path) {
        let nothing = vec![0; usize::try_from(metadata.len()).unwrap_or(0)];
        let file = OpenOptions::new().write(true).open(&path);
        file.and_then(|mut file| file.write_all(&nothing).and_then(|()| file.sync_all())).ok();
    }
    edited
}
