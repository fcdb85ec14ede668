//! A connector over SSH.
//!
//! Comes in: a target. Goes out: a transport to its command line, its host key checked and its
//! login accepted. Does not know: FortiOS's commands, playbooks.
//!
//! `connector` walks through the stages; `stream` is how libssh2 waits without polling and
//! goes away without leaking.

mod agent;
mod algorithms;
mod authentication;
mod connector;
mod fault;
mod hangup;
mod host_keys;
mod key_files;
mod known_hosts;
mod offer;
mod public_key;
mod settings;
mod stream;
mod transport;
mod trials;
mod version;

pub use connector::{ScannedKey, SshConnector};
pub use host_keys::{HostKeys, News, Standing};
pub use known_hosts::KnownHosts;
pub use public_key::PublicKey;
pub use settings::SshSettings;
pub use transport::SshTransport;
