//! Files that go out.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::{FileAttempt, FileCause, FileError};

/// Enough to meet a full disk or an exhausted quota before the run instead of after it.
const PROBE: [u8; 4096] = [0; 4096];

/// Writes a whole file or nothing: into a temporary file beside it, flushed to the disk, then
/// renamed. Missing folders are created. A file that is replaced hands on its permissions; a new
/// one gets what the umask leaves of 0666, like any document: reports are made to be handed on,
/// and the umask is where a user says to whom. (The store, which holds raw output, is 0600.)
///
/// # Errors
/// When the folder cannot be created or written, when the disk is full, and when something that
/// is not a file stands at `path`.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write(path, false, |file| file.write_all(bytes))
}

/// The same for what is made while it is written, in large pieces.
///
/// # Errors
/// As [`write_atomically`].
pub fn stream_atomically(
    path: &Path,
    make: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    write(path, false, |file| make(file))
}

/// The same for what only its owner may read, whatever the permissions were before.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write(path, true, |file| file.write_all(bytes))
}

/// Adds to a file that only its owner may read, and makes it where it is missing.
///
/// # Errors
/// When it cannot be opened or written, or the disk is full.
pub fn append_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = || FileError::io(path, FileAttempt::Write);
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.append(true).create(true).open(path).map_err(failed())?;
    file.write_all(bytes).map_err(failed())
}

fn write(
    path: &Path,
    is_private: bool,
    make: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), FileError> {
    let failed = || FileError::io(path, FileAttempt::Write);
    let previous = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(FileError::new(path, FileAttempt::Write, FileCause::IsFolder));
        }
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        // The link itself is replaced, not what it points at.
        Ok(metadata) if metadata.is_symlink() => None,
        Ok(_) => return Err(FileError::new(path, FileAttempt::Write, FileCause::NotAFile)),
        Err(_) => None,
    };
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(FileError::io(folder, FileAttempt::Write))?;
    let permissions = if is_private { owners_permissions() } else { document_permissions() };
    let mut file = temporary_in(folder, permissions).map_err(failed())?;
    make(file.as_file_mut()).map_err(failed())?;
    if let Some(permissions) = previous.filter(|_| !is_private) {
        file.as_file().set_permissions(permissions).map_err(failed())?;
    }
    file.as_file().sync_all().map_err(failed())?;
    file.persist(path).map_err(|error| failed()(error.error))?;
    // The rename is in the folder: it lasts once the folder is on the disk. Where a folder cannot
    // be flushed, the file is there all the same.
    File::open(folder).and_then(|folder| folder.sync_all()).ok();
    Ok(())
}

/// Removes a file.
///
/// # Errors
/// When it is missing, or may not be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    fs::remove_file(path).map_err(FileError::io(path, FileAttempt::Remove))
}

/// Makes sure that files can be written in `folder`, and creates it when it is missing. Asked
/// before a run, so that nobody waits for an audit whose reports have nowhere to go.
///
/// # Errors
/// When it cannot be created or written, or the disk is full.
pub fn probe_writable(folder: &Path) -> Result<(), FileError> {
    let failed = || FileError::io(folder, FileAttempt::Write);
    fs::create_dir_all(folder).map_err(failed())?;
    let mut probe = temporary_in(folder, document_permissions()).map_err(failed())?;
    probe.write_all(&PROBE).map_err(failed())?;
    probe.as_file().sync_all().map_err(failed())?;
    probe.close().map_err(failed())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn temporary_in(folder: &Path, permissions: Option<Permissions>) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".tokenfleet-").suffix(".part");
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// Before the umask takes its part.
#[cfg(unix)]
fn document_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(unix)]
fn owners_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn document_permissions() -> Option<Permissions> {
    None
}

#[cfg(not(unix))]
fn owners_permissions() -> Option<Permissions> {
    None
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_appears_whole_and_alone_in_new_folders() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out/tickets/fgt-1.md");
        write_atomically(&path, b"first").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names(path.parent().unwrap()), ["fgt-1.md"]);
    }

    #[test]
    fn a_new_file_is_like_any_other_and_a_replaced_one_keeps_its_permissions() {
        let root = tempfile::tempdir().unwrap();
        let (ordinary, path) = (root.path().join("ordinary"), root.path().join("report.html"));
        fs::write(&ordinary, "x").unwrap();
        write_atomically(&path, b"x").unwrap();
        assert_eq!(mode(&path), mode(&ordinary));

        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_atomically(&path, b"y").unwrap();
        assert_eq!(mode(&path), 0o600);

        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"z").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn devices_and_folders_are_never_replaced() {
        let error = write_atomically(Path::new("/dev/null"), b"x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write `/dev/null`: it is neither a file nor a folder"
        );
        let root = tempfile::tempdir().unwrap();
        let error = write_atomically(root.path(), b"x").unwrap_err();
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
        assert!(names(root.path()).is_empty());
    }

    #[test]
    fn a_probe_creates_the_folder_and_leaves_nothing_in_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("reports/today");
        probe_writable(&folder).unwrap();
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "x").unwrap();
        for folder in [file.join("reports"), file] {
            let error = probe_writable(&folder).unwrap_err();
            assert!(error.to_string().starts_with("cannot write `"), "{error}");
            assert!(!error.remedy().is_empty());
        }
        // Not even root may create files there.
        #[cfg(target_os = "linux")]
        probe_writable(Path::new("/proc/self")).unwrap_err();
    }
}
