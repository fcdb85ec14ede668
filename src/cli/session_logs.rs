//! A file for each host with what went over its sessions: `--session-log FOLDER`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::files::{self, FileError};
use crate::model::{Destinations, HostName, InputIssue};
use crate::runner::SessionLog;

/// Writes `HOST.log`, which only its owner may read. A file of an earlier run is replaced.
#[derive(Debug)]
pub(super) struct SessionLogs {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The files that this run has begun.
    files: HashMap<HostName, PathBuf>,
    taken: Destinations,
    failure: Option<FileError>,
}

impl SessionLogs {
    /// # Errors
    /// When nothing can be written there.
    pub fn new(folder: &Path) -> Result<Self, FileError> {
        files::probe_writable(folder)?;
        Ok(Self { folder: folder.to_owned(), state: Mutex::default() })
    }

    /// Why a log is missing or not whole.
    pub fn failure(&self) -> Option<InputIssue> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failure.take().map(|error| {
            let InputIssue { message, hint, .. } = error.into();
            let issue = InputIssue::error(format!("a session log is not whole: {message}"));
            match hint {
                Some(hint) => issue.hint(hint),
                None => issue,
            }
        })
    }
}

impl SessionLog for SessionLogs {
    fn keep(&self, host: &HostName, text: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match state.files.get(host) {
            Some(file) => files::append_private(file, text.as_bytes()),
            None => {
                let name = format!("{}.log", file_name(host.as_str()));
                let name = state.taken.take_near(&name).unwrap_or(name);
                let file = self.folder.join(name);
                state.files.insert(host.clone(), file.clone());
                files::write_private(&file, text.as_bytes())
            }
        };
        if let Err(error) = written {
            state.failure.get_or_insert(error);
        }
    }
}

/// A host's name as part of a file's; no name leads out of the folder.
fn file_name(host: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let name: String = host.chars().take(200).map(|c| if fits(c) { c } else { '_' }).collect();
    format!("{}{}", if name.starts_with('.') { "_" } else { "" }, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_stays_in_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "_.._.._etc_passwd");
        assert_eq!(file_name("2001:db8::1"), "2001_db8__1");
    }
}
