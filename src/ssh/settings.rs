//! How patient the connector is, and whom it knows.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::KnownHosts;
use crate::model::KnownHostsFiles;

/// Limits of each stage of a connection, and the known host keys. Time spent waiting for a turn
/// at the key exchange counts against none of them. A target's own `connect_timeout` takes the
/// place of each.
#[derive(Debug, Clone)]
pub struct SshSettings {
    /// Resolving the name.
    pub resolve: Duration,
    /// TCP, all addresses of the name together.
    pub connect: Duration,
    /// Until the server's version line, and from there to the end of the key exchange: each.
    pub handshake: Duration,
    /// From the first question to the accepted login.
    pub authenticate: Duration,
    /// Channel, terminal and shell.
    pub login: Duration,
    /// How many key exchanges may be under way at once, at least one. They compute on the
    /// runtime's threads: with many more, all of them are late.
    pub simultaneous_handshakes: usize,
    /// How many devices may refuse a credential, with none that accepts it between them, before
    /// the run stops offering it; at least one.
    pub most_refused_logins: usize,
    /// How many connections to one jump host may be open at once, at least one. All sessions
    /// with the devices behind it share them.
    pub jump_connections: usize,
    /// How many sessions may begin in one second through each jump host; `None`: as many as there
    /// are. Time spent waiting for it counts against no limit of a stage.
    pub jump_ramp: Option<NonZeroU32>,
    /// What is known of hosts, by the files that their targets name: what each of these says.
    pub known_hosts: HashMap<KnownHostsFiles, Vec<Arc<KnownHosts>>>,
    /// The socket of the user's agent, as `SSH_AUTH_SOCK` names it: libssh2 looks there too.
    pub agent: Option<PathBuf>,
}

impl SshSettings {
    /// The same limit for each stage.
    pub fn with_limit(limit: Duration) -> Self {
        Self {
            resolve: limit,
            connect: limit,
            handshake: limit,
            authenticate: limit,
            login: limit,
            ..Self::default()
        }
    }
}

impl Default for SshSettings {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(20),
            authenticate: Duration::from_secs(20),
            login: Duration::from_secs(15),
            simultaneous_handshakes: 32,
            most_refused_logins: 3,
            jump_connections: 4,
            jump_ramp: None,
            known_hosts: HashMap::new(),
            agent: None,
        }
    }
}
