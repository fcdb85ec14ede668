//! The first words of a server.

use std::io;
use std::net::TcpStream as StdTcpStream;
use std::os::fd::AsFd;

use tokio::io::Interest;

use super::fault::printable;
use super::socket::Socket;

/// Why no SSH version line came.
#[derive(Debug)]
pub(super) enum NoVersion {
    /// The connection ended before the server had said anything.
    Closed,
    /// Something else than SSH, with the first line of it.
    NotSsh(String),
    Failed(io::Error),
}

/// Lines before the version line are allowed (RFC 4253, section 4.2), within reason.
const MOST_BYTES: usize = 16 * 1024;
const PREFIX: &[u8] = b"SSH-";

/// Waits until the server begins its version line, and takes what it says before.
///
/// The version line itself is left in the socket for libssh2. Doing this first tells a server
/// that is not SSH from one that is silent, needs no turn at the key exchange, and keeps an
/// endless greeting out of libssh2, which would read it to its end.
pub(super) async fn wait_for(socket: &Socket) -> Result<(), NoVersion> {
    // tokio cannot look into a socket and clear its readiness at once; a second handle can. What
    // it asks the system for is the same for a Unix socket.
    let handle = socket.as_fd().try_clone_to_owned().map(StdTcpStream::from);
    let handle = handle.map_err(NoVersion::Failed)?;
    let mut said = Vec::new();
    loop {
        let ready = socket.ready(Interest::READABLE).await.map_err(NoVersion::Failed)?;
        let at_line_start = said.last().is_none_or(|byte| *byte == b'\n');
        let mut begun = false;
        let taken = socket.try_io(Interest::READABLE, || {
            let mut chunk = [0; 512];
            let count = handle.peek(&mut chunk)?;
            let seen = &chunk[..count];
            if at_line_start && seen.starts_with(PREFIX) {
                begun = true;
                return Ok(0);
            }
            if at_line_start && !seen.is_empty() && PREFIX.starts_with(seen) {
                // Cut within its first letters: wait for more, if more can come.
                let kind = if ready.is_read_closed() {
                    io::ErrorKind::UnexpectedEof
                } else {
                    io::ErrorKind::WouldBlock
                };
                return Err(kind.into());
            }
            let line = seen.iter().position(|byte| *byte == b'\n').map_or(seen.len(), |at| at + 1);
            io::Read::read(&mut &handle, &mut chunk[..line]).inspect(|count| {
                said.extend_from_slice(&chunk[..*count]);
            })
        });
        match taken {
            Ok(_) if begun => return Ok(()),
            Ok(0) if said.is_empty() => return Err(NoVersion::Closed),
            Ok(0) => return Err(NoVersion::NotSsh(first_line(&said))),
            Ok(_) if said.len() > MOST_BYTES => return Err(NoVersion::NotSsh(first_line(&said))),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && said.is_empty() => {
                return Err(NoVersion::Closed);
            }
            Err(error) => return Err(NoVersion::Failed(error)),
        }
    }
}

fn first_line(said: &[u8]) -> String {
    let line = said.split(|byte| *byte == b'\n').next().unwrap_or_default();
    printable(&String::from_utf8_lossy(line))
}
