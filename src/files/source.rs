//! Texts that come in.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{FileAttempt, FileCause, FileError};
use crate::model::SourceFile;

/// The most that one input may hold, in bytes: far above any inventory, far below the memory of
/// the machine.
pub const MAX_TEXT: u64 = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands at a path. Links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    File,
    Folder,
    /// A pipe, a device, a socket: it can be read, never replaced.
    Special,
    Missing,
}

/// Tells what stands at `path`. What may not be looked at counts as a file: reading it then says
/// why it cannot be.
pub fn kind_of(path: &Path) -> FileKind {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => FileKind::Folder,
        Ok(metadata) if metadata.is_file() => FileKind::File,
        Ok(_) => FileKind::Special,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => FileKind::File,
        Err(_) => FileKind::Missing,
    }
}

/// The path behind all links; a path of nothing is its own.
pub fn real_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether others than its owner may change what stands at `path`.
pub fn is_writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o022 != 0)
}

/// Whether anybody at all may read what stands at `path`: its folders can be entered, and it can be
/// read, by all. What is not there is nobody's secret.
pub fn is_readable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let allows = |path: &Path, bits: u32| match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & bits == bits,
        Err(_) => true,
    };
    let path = real_path(path);
    let bits = if path.is_dir() { 0o005 } else { 0o004 };
    allows(&path, bits) && path.ancestors().skip(1).all(|folder| allows(folder, 0o001))
}

/// Whether anybody at all may change what stands at `path`.
pub fn is_writable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

/// Reads a whole text file of at most [`MAX_TEXT`] bytes. A byte order mark is skipped.
///
/// # Errors
/// When it is missing, may not be read, is a folder, is too large, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<SourceFile, FileError> {
    read_text_from(path, open(path)?)
}

/// Reads a whole text from an open stream, such as stdin; `name` is what messages call it.
///
/// # Errors
/// As [`read_text`].
pub fn read_text_from(name: &Path, stream: impl Read) -> Result<SourceFile, FileError> {
    let bytes = read_bytes_from(name, stream)?;
    decode(&bytes)
        .map(|text| SourceFile::new(name.to_string_lossy(), text))
        .map_err(|cause| FileError::new(name, FileAttempt::Read, cause))
}

/// Reads a whole file of at most [`MAX_TEXT`] bytes, in whatever encoding it is.
///
/// # Errors
/// When it is missing, may not be read, is a folder, or is too large.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    read_bytes_from(path, open(path)?)
}

fn open(path: &Path) -> Result<File, FileError> {
    let file = File::open(path).map_err(FileError::io(path, FileAttempt::Read))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(FileError::new(path, FileAttempt::Read, FileCause::IsFolder));
    }
    Ok(file)
}

/// Reads all bytes of an open stream, such as stdin; `name` is what messages call it.
///
/// # Errors
/// As [`read_bytes`].
pub fn read_bytes_from(name: &Path, stream: impl Read) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    stream
        .take(MAX_TEXT + 1)
        .read_to_end(&mut bytes)
        .map_err(FileError::io(name, FileAttempt::Read))?;
    if bytes.len() as u64 > MAX_TEXT {
        let cause = FileCause::TooLarge { limit: MAX_TEXT };
        return Err(FileError::new(name, FileAttempt::Read, cause));
    }
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Result<&str, FileCause> {
    let body = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    std::str::from_utf8(body).map_err(|error| {
        let good = String::from_utf8_lossy(&body[..error.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        FileCause::NotUtf8 {
            offset: bytes.len() - body.len() + error.valid_up_to(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::io;

    use super::*;

    fn read(bytes: &[u8]) -> Result<SourceFile, FileError> {
        read_text_from(Path::new("in.yml"), bytes)
    }

    #[test]
    fn the_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(read(b"\xef\xbb\xbfall:\n").unwrap(), SourceFile::new("in.yml", "all:\n"));
    }

    #[test]
    fn bytes_that_are_no_text_are_placed() {
        let error = read(b"\xef\xbb\xbfa\n\xc3\xa4b\xff").unwrap_err();
        assert!(
            matches!(error.cause, FileCause::NotUtf8 { offset: 8, line: 2, column: 3 }),
            "{error:?}"
        );
    }

    #[test]
    fn an_endless_stream_is_refused_at_the_limit() {
        let error = read_text_from(Path::new("-"), io::repeat(b'a')).unwrap_err();
        assert_eq!(error.to_string(), "cannot read `-`: it is larger than 64 MiB");
    }

    #[test]
    fn a_text_keeps_the_name_that_the_user_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".").join("hosts");
        fs::write(&path, "fgt-1\n").unwrap();
        assert_eq!(&*read_text(&path).unwrap().name, path.to_string_lossy());
    }

    #[test]
    fn a_folder_and_a_missing_file_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none");
        assert!(
            read_text(folder.path()).unwrap_err().to_string().ends_with("`: it is a folder"),
            "a folder was read"
        );
        let error = read_text(&missing).unwrap_err();
        assert!(error.is_missing());
        assert!(error.to_string().ends_with("none`: there is no such file or folder"), "{error}");
        assert_eq!(kind_of(folder.path()), FileKind::Folder);
        assert_eq!(kind_of(&missing), FileKind::Missing);
        assert_eq!(kind_of(Path::new("/dev/null")), FileKind::Special);
    }
}
