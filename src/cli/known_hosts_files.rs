//! The host keys that this user knows.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::cli::complaint::Complaint;
use crate::files;
use crate::model::InputIssue;
use crate::ssh::{HostKeys, KnownHosts};

/// Every user's host keys, where the system keeps them.
const SYSTEM: &str = "/etc/ssh/ssh_known_hosts";

/// `--known-hosts`, else OpenSSH's file of this user.
pub(super) fn known_hosts_file(given: Option<&Path>) -> Option<PathBuf> {
    match given {
        Some(path) => Some(path.to_owned()),
        None => Some(BaseDirs::new()?.home_dir().join(".ssh/known_hosts")),
    }
}

/// Reads the file, and the system's behind it. A file that the user named must be there; a line
/// that cannot be used is a warning.
pub(super) fn read_known_hosts(
    given: Option<&Path>,
    remarks: &mut Complaint,
) -> Result<KnownHosts, InputIssue> {
    let mut known = KnownHosts::default();
    let own = known_hosts_file(given);
    let system = given.is_none().then(|| PathBuf::from(SYSTEM));
    for path in own.into_iter().chain(system) {
        match files::read_text(&path) {
            Ok(source) => {
                remarks.issues.extend(known.read(&source));
                remarks.sources.push(source);
            }
            // Nobody has to have one; with `strict` every host then says that it is not known.
            Err(error) if error.is_missing() && given.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(known)
}

/// Adds the keys that this run accepted as new.
pub(super) fn remember(keys: &HostKeys, given: Option<&Path>) -> Result<usize, InputIssue> {
    let lines = keys.accepted();
    if lines.is_empty() {
        return Ok(0);
    }
    let Some(path) = known_hosts_file(given) else {
        return Err(InputIssue::error("the accepted host keys have no file to go to")
            .hint("name one with `--known-hosts`"));
    };
    let before = match files::read_text(&path) {
        Ok(source) => source.text.to_string(),
        Err(error) if error.is_missing() => String::new(),
        Err(error) => return Err(error.into()),
    };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = format!("{before}{gap}{}\n", lines.join("\n"));
    files::write_atomically(&path, text.as_bytes())?;
    Ok(lines.len())
}
