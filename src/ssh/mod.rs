//! A connector over SSH.
//!
//! Comes in: a target. Goes out: a transport to its command line, its host key checked and its
//! login accepted. Does not know: FortiOS's commands, playbooks.
//!
//! `connector` walks through the stages: `reaching` finds a socket, `line` leads it to a shell.
//! `stream` is how libssh2 waits without polling and goes away without leaking. `way` is how the
//! socket of a session comes about where there are jump hosts between.

mod agent;
mod algorithms;
mod authentication;
mod bridge;
mod connector;
mod fault;
mod hangup;
mod host_keys;
mod jump_host;
mod jump_hosts;
mod jump_login;
mod key_files;
mod known_hosts;
mod line;
mod offer;
mod proxy_command;
mod public_key;
mod ramp;
mod reaching;
mod settings;
mod socket;
mod stream;
mod transport;
mod trials;
mod version;
mod way;

pub use connector::{ScannedKey, SshConnector};
pub use host_keys::{HostKeys, News, Standing};
pub use known_hosts::KnownHosts;
pub use public_key::PublicKey;
pub use settings::SshSettings;
pub use transport::SshTransport;
