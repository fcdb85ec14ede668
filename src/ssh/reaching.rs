//! From a name to a socket behind which somebody speaks SSH.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::line::seconds;
use super::socket::Socket;
use super::version::{self, NoVersion};
use crate::model::{HostFailure, Stage, Target};

pub(super) async fn resolve(
    target: &Target,
    limit: Duration,
) -> Result<Vec<SocketAddr>, HostFailure> {
    let failed = |cause: String| {
        HostFailure::new(
            Stage::Resolve,
            format!("the name `{}` {cause}", target.address),
            "Check the name and this machine's name servers, or set `ansible_host` to an address.",
        )
    };
    match timeout(limit, lookup_host((target.address.as_str(), target.port))).await {
        Ok(Ok(addresses)) => {
            let addresses: Vec<_> = addresses.collect();
            if addresses.is_empty() {
                Err(failed("has no address".to_owned()))
            } else {
                Ok(addresses)
            }
        }
        Ok(Err(error)) => Err(failed(format!("cannot be resolved: {error}"))),
        Err(_) => Err(failed(format!("was not resolved within {}", seconds(limit)))),
    }
}

/// Tries the addresses one after the other, each with an equal share of the time that is left.
pub(super) async fn open_socket(
    addresses: &[SocketAddr],
    target: &Target,
    limit: Duration,
) -> Result<TcpStream, HostFailure> {
    let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut last = connect_failure(target, limit, &io::ErrorKind::TimedOut.into());
    for address in addresses {
        let error = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => {
                // Commands are short: none should wait for the one before to be acknowledged.
                // Where that cannot be set, they do.
                let _ = socket.set_nodelay(true);
                return Ok(socket);
            }
            Ok(Err(error)) => error,
            Err(_) => io::ErrorKind::TimedOut.into(),
        };
        last = connect_failure(target, limit, &error);
    }
    Err(last)
}

fn connect_failure(target: &Target, limit: Duration, error: &io::Error) -> HostFailure {
    // Too many open files, of this process or of the system.
    const NO_FILE_LEFT: [Option<i32>; 2] = [Some(24), Some(23)];
    let place = format!("{} port {}", target.address, target.port);
    let (message, remedy) = match error.kind() {
        _ if NO_FILE_LEFT.contains(&error.raw_os_error()) => (
            "this machine has no file handle left for another connection".to_owned(),
            "Raise the limit of open files (`ulimit -n`), or lower `--forks`.",
        ),
        io::ErrorKind::TimedOut => (
            format!("{place} did not answer within {}", seconds(limit)),
            "Check the address, the route and the firewalls between. FortiOS is silent as well towards \
             an address that is not among the account's trusted hosts.",
        ),
        io::ErrorKind::ConnectionRefused => (
            format!("{place} refused the connection"),
            "Check the port (`ansible_port`, `admin-ssh-port` on the device), that SSH is allowed on \
             this interface, and the trusted hosts.",
        ),
        _ => (
            format!("{place} cannot be reached: {error}"),
            "Check the address and the route to it.",
        ),
    };
    HostFailure::new(Stage::Connect, message, remedy)
}

pub(super) async fn wait_for_version(
    socket: &Socket,
    target: &Target,
    limit: Duration,
) -> Result<(), HostFailure> {
    let (message, remedy) = match timeout(limit, version::wait_for(socket)).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(NoVersion::Closed)) => (
            "the device closed the connection before it said anything".to_owned(),
            "It may have no session left (`admin-login-max`) or refuse this address: look at its \
             sessions, and try again with fewer `--forks`.",
        ),
        Ok(Err(NoVersion::NotSsh(said))) => (
            format!("port {} does not speak SSH: it said `{said}`", target.port),
            "Check the port (`ansible_port`, `admin-ssh-port` on the device).",
        ),
        Ok(Err(NoVersion::Failed(error))) => (
            format!("the connection failed before SSH began: {error}"),
            "Check the network between this machine and the device.",
        ),
        Err(_) => (
            format!(
                "the connection was accepted, but no SSH version line came within {}",
                seconds(limit)
            ),
            "Check that the port speaks SSH. A device under heavy load is slow to answer too.",
        ),
    };
    Err(HostFailure::new(Stage::Handshake, message, remedy))
}
