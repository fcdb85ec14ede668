//! Where the key of a host is known from.

use std::path::PathBuf;

/// The files that a host key is held against, in the format of OpenSSH's `known_hosts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct KnownHostsFiles {
    /// `UserKnownHostsFile`, `--known-hosts`: all are read, and a key that is accepted as new goes
    /// to the first; without any it is not kept. `None`: `~/.ssh/known_hosts`.
    pub user: Option<Vec<PathBuf>>,
    /// `GlobalKnownHostsFile`, which is only read. `None`: the system's.
    pub global: Option<Vec<PathBuf>>,
}
