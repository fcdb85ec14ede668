//! Why the lab could not open.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum LabError {
    #[error("the lab cannot listen on {address}: choose another address or first port")]
    Listen { address: SocketAddr, source: io::Error },
    #[error(
        "the lab needs {needed} open files and this system allows {allowed}: \
         raise `ulimit -n`, or simulate fewer devices"
    )]
    OpenFiles { needed: u64, allowed: u64 },
    #[error("{devices} devices do not fit behind port {first_port}: begin at a lower port")]
    Ports { devices: usize, first_port: u16 },
    #[error("the lab's host key could not be made")]
    HostKey(#[source] russh::keys::ssh_key::Error),
}
