//! How to reach one host: everything a connector needs, decided before any packet.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{HostName, KnownHostsFiles, Secret};

/// By what a host is reached (`ansible_connection`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    /// `ssh`, `network_cli`, `ansible.netcommon.network_cli`, or nothing said.
    #[default]
    Ssh,
    /// `lab`: the simulated FortiGate of that name inside this process.
    Lab,
    /// `local`: nobody is contacted, so that no task may ask a device.
    Local,
    /// `transcript`: answers that somebody collected, in this folder (`transcript_dir`).
    Transcript(PathBuf),
}

/// What to do with a host key (`ansible_host_key_checking`, `--host-key-checking`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum HostKeyPolicy {
    /// The key must stand in `known_hosts`.
    #[default]
    Strict,
    /// An unknown key is accepted and remembered; a changed one stops the host.
    AcceptNew,
    /// No check at all. Said out loud in the summary.
    Off,
    /// Exactly this key, in OpenSSH's public form (`ssh-ed25519 AAAA…`): the lab's own.
    Pinned(String),
}

/// By what way a host is reached (`ansible_ssh_proxy_jump`, `ProxyJump`, `ProxyCommand`).
#[derive(Debug, Clone, Default)]
pub enum Route {
    #[default]
    Direct,
    /// Through an SSH server that passes connections on, and may itself be behind another. It is
    /// a target of its own: its own address, credential and host key.
    Jump(Arc<Target>),
    /// Through what this command of a shell reads and writes.
    Command(String),
}

/// One host, its address and its credential.
#[derive(Debug, Clone)]
pub struct Target {
    pub host: HostName,
    pub connection: Connection,
    /// Name or address to connect to (`ansible_host`, else the host's name).
    pub address: String,
    /// TCP port (`ansible_port`), 22 by default.
    pub port: u16,
    /// Login name (`ansible_user`, `-u`, else `admin`).
    pub user: String,
    /// `ansible_password` and its aliases, or `-k`.
    pub password: Option<Secret>,
    /// `ansible_ssh_private_key_file`, `--private-key`.
    pub private_key_file: Option<PathBuf>,
    /// `ansible_ssh_private_key_passphrase`, `--ask-key-passphrase`.
    pub private_key_passphrase: Option<Secret>,
    /// Whether no key is tried that is not named (`IdentitiesOnly`): the agent then gives none of
    /// its own accord.
    pub identities_only: bool,
    /// Whether algorithms of the SHA-1 era may be used (`ssh_legacy`).
    pub legacy: bool,
    pub route: Route,
    pub host_key: HostKeyPolicy,
    /// What the host key is held against.
    pub known_hosts: KnownHostsFiles,
    /// Limit of each stage of the connection up to the first prompt (`ansible_connect_timeout`,
    /// else `ansible_timeout`); `None`: the settings of the run.
    pub connect_timeout: Option<Duration>,
    /// Longest silence of the device during a command (`ansible_command_timeout`); `None`: the
    /// settings of the run.
    pub command_timeout: Option<Duration>,
}

impl Target {
    /// The jump hosts on the way to it, the nearest to it first.
    pub fn jump_hosts(&self) -> impl Iterator<Item = &Target> {
        std::iter::successors(self.jump_host(), |hop| hop.jump_host())
    }

    fn jump_host(&self) -> Option<&Target> {
        match &self.route {
            Route::Jump(hop) => Some(hop),
            Route::Direct | Route::Command(_) => None,
        }
    }
}
