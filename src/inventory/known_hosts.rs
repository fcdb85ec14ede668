//! Which files a host's key is held against.

use std::path::{Path, PathBuf};

use crate::model::{KnownHostsFiles, Target};

use super::percent::{Sequence, fill};
use super::ssh_options::{SshOptions, Wrong};
use super::target::Reader;
use super::{SshConfig, connection};

/// The files that the arguments for OpenSSH name, else the `flag`, else the configuration. What
/// is wrong goes to the reader's issues.
pub(super) fn known_hosts_files(
    reader: &mut Reader<'_>,
    arguments: &SshOptions,
    flag: &KnownHostsFiles,
    config: &SshOptions,
    ssh_config: &SshConfig,
    target: &Target,
) -> KnownHostsFiles {
    let mut named = |names: &Option<Vec<String>>| {
        let names = names.as_ref()?.iter();
        let paths: Result<Vec<_>, _> =
            names.map(|name| path_of(name, ssh_config, target)).collect();
        match paths {
            Ok(paths) => Some(paths),
            Err((message, hint)) => {
                let arguments = connection::SSH_ARGUMENTS.iter().rev();
                let located = arguments.into_iter().find_map(|name| reader.variables.get(name));
                reader.report(located, message, hint);
                None
            }
        }
    };
    KnownHostsFiles {
        user: named(&arguments.user_known_hosts)
            .or_else(|| flag.user.clone())
            .or_else(|| named(&config.user_known_hosts)),
        global: named(&arguments.global_known_hosts)
            .or_else(|| flag.global.clone())
            .or_else(|| named(&config.global_known_hosts)),
    }
}

fn path_of(written: &str, ssh_config: &SshConfig, target: &Target) -> Result<PathBuf, Wrong> {
    let path = ssh_config.expanded(Path::new(written));
    let port = target.port.to_string();
    let host = target.host.as_str();
    let sequences = [
        Sequence::new('h', "address", &target.address),
        Sequence::new('k', "name", host),
        Sequence::new('n', "name", host),
        Sequence::new('p', "port", &port),
        Sequence::new('r', "login name", &target.user),
    ];
    fill("name of the known_hosts file", &path.to_string_lossy(), &sequences, |_| Ok(()))
        .map(PathBuf::from)
}
