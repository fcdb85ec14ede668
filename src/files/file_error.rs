//! Why a file could not be used.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::model::{InputIssue, Place};

/// What was tried with the file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAttempt {
    Read,
    List,
    Write,
    /// To be run as a program.
    Run,
    Remove,
}

/// What stood in the way.
#[derive(Debug)]
pub enum FileCause {
    /// The system said no.
    Io(io::Error),
    /// Bytes that are not UTF-8. `offset` is the position of the first one, in bytes from 0; line
    /// and column count from 1.
    NotUtf8 { offset: usize, line: u32, column: u32 },
    /// More than `limit` bytes.
    TooLarge { limit: u64 },
    /// A folder where a file is needed.
    IsFolder,
    /// A device, a socket or the like, which must not be replaced.
    NotAFile,
    /// The editor of the user ended so.
    EditorFailed(ExitStatus),
    /// The program that its first line names, as written there, is not there.
    NoInterpreter { named: String },
    /// A program that ran longer than `limit`.
    TooSlow { limit: Duration },
    /// A tree with folders more than `limit` deep.
    TooDeep { limit: usize },
    /// A tree with more than `limit` files.
    TooMany { limit: usize },
}

/// One file or folder that could not be used: which one, why, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot {} `{}`: {}", self.verb(), self.path.display(), self.reason())]
pub struct FileError {
    /// The path as the user wrote it.
    pub path: PathBuf,
    pub attempt: FileAttempt,
    pub cause: FileCause,
}

impl FileError {
    pub fn new(path: &Path, attempt: FileAttempt, cause: FileCause) -> Self {
        Self { path: path.to_owned(), attempt, cause }
    }

    pub(super) fn io(path: &Path, attempt: FileAttempt) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::new(path, attempt, FileCause::Io(error))
    }

    /// Whether there is no such file or folder.
    pub fn is_missing(&self) -> bool {
        self.kind() == Some(io::ErrorKind::NotFound)
    }

    fn kind(&self) -> Option<io::ErrorKind> {
        match &self.cause {
            FileCause::Io(error) => Some(error.kind()),
            _ => None,
        }
    }

    fn verb(&self) -> &'static str {
        match self.attempt {
            FileAttempt::Read => "read",
            FileAttempt::List => "list",
            FileAttempt::Write => "write",
            FileAttempt::Run => "run",
            FileAttempt::Remove => "remove",
        }
    }

    fn reason(&self) -> String {
        match &self.cause {
            FileCause::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
                io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
                io::ErrorKind::StorageFull => "the disk is full".to_owned(),
                io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
                io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
                io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
                io::ErrorKind::NotADirectory => "a part of the path is not a folder".to_owned(),
                _ => error.to_string(),
            },
            FileCause::NotUtf8 { offset, line, .. } => {
                format!("it is not UTF-8 text (byte {offset}, line {line})")
            }
            FileCause::TooLarge { limit } => format!("it is larger than {} MiB", limit >> 20),
            FileCause::IsFolder => "it is a folder".to_owned(),
            FileCause::NotAFile => "it is neither a file nor a folder".to_owned(),
            FileCause::EditorFailed(status) => format!("the editor ended with {status}"),
            FileCause::NoInterpreter { named } => {
                format!("its first line asks for `{named}`, which is not there")
            }
            FileCause::TooSlow { limit } => {
                format!("it takes longer than {} seconds", limit.as_secs_f64())
            }
            FileCause::TooDeep { limit } => format!("its folders are more than {limit} deep"),
            FileCause::TooMany { limit } => format!("it holds more than {limit} files"),
        }
    }

    /// What a person can do about it, one sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match (&self.cause, self.attempt) {
            (FileCause::Io(error), attempt) => match (error.kind(), attempt) {
                (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, _) => {
                    "make room on it, or name another folder, and run again"
                }
                (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => "check the path",
                (_, FileAttempt::Remove) => "remove it as a user who may",
                (_, FileAttempt::Write) => "name a folder in which you may write",
                (_, FileAttempt::Run) => "check that it is a program that you may run",
                (io::ErrorKind::PermissionDenied, _) => {
                    "ask its owner for the right to read it, or run as a user who has it"
                }
                _ => "check that the file and its disk are in order",
            },
            (FileCause::NotUtf8 { .. }, _) => "save it as UTF-8",
            (FileCause::TooLarge { .. }, _) => "check that it is the file you mean, or split it",
            (FileCause::IsFolder, _) => "name a file in it",
            (FileCause::EditorFailed(_), _) => "set EDITOR to an editor that runs here",
            (FileCause::NoInterpreter { .. }, _) => {
                "install it, or correct the line that begins with `#!` (mind a carriage return at its end)"
            }
            (FileCause::TooSlow { .. }, _) => "see by hand what it waits for",
            (FileCause::NotAFile, _) => "name an ordinary file",
            (FileCause::TooDeep { .. } | FileCause::TooMany { .. }, _) => {
                "check that it is the folder you mean"
            }
        }
    }
}

impl From<FileError> for InputIssue {
    fn from(error: FileError) -> Self {
        let issue = Self::error(error.to_string()).hint(error.remedy());
        match error.cause {
            FileCause::NotUtf8 { line, column, .. } => {
                issue.at(Place::new(error.path.to_string_lossy(), line, column), 1)
            }
            _ => issue,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_has_its_own_sentence() {
        let full = Path::new("/dev/full");
        let error = OpenOptions::new().write(true).open(full).unwrap().write_all(b"x").unwrap_err();
        let error = FileError::io(full, FileAttempt::Write)(error);
        assert_eq!(error.to_string(), "cannot write `/dev/full`: the disk is full");
        assert_eq!(error.remedy(), "make room on it, or name another folder, and run again");
    }

    #[test]
    fn an_issue_of_undecodable_bytes_has_their_place() {
        let cause = FileCause::NotUtf8 { offset: 9, line: 2, column: 3 };
        let error = FileError::new(Path::new("inv.yml"), FileAttempt::Read, cause);
        let issue = InputIssue::from(error);
        assert_eq!(issue.place, Some(Place::new("inv.yml", 2, 3)));
        assert_eq!(issue.message, "cannot read `inv.yml`: it is not UTF-8 text (byte 9, line 2)");
        assert_eq!(issue.hint.as_deref(), Some("save it as UTF-8"));
    }
}
