//! What an SSH session runs over.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf, Ready};
use tokio::net::{TcpStream, UnixStream};

/// A socket known to the runtime: readiness, and a try that clears it.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    /// One end of a pair; a jump host's channel or a command is at the other.
    Unix(UnixStream),
}

macro_rules! either {
    ($self:ident, $socket:ident => $call:expr) => {
        match $self {
            Socket::Tcp($socket) => $call,
            Socket::Unix($socket) => $call,
        }
    };
}

impl Socket {
    pub(super) fn poll_ready(
        &self,
        interest: Interest,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, socket => if interest.is_writable() {
            socket.poll_write_ready(cx)
        } else {
            socket.poll_read_ready(cx)
        })
    }

    /// Waits until the socket is ready.
    pub(super) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        either!(self, socket => socket.ready(interest).await)
    }

    /// Runs `attempt` when the socket is thought to be ready, and forgets exactly the readiness
    /// that was seen before it when the attempt would block.
    pub(super) fn try_io<R>(
        &self,
        interest: Interest,
        attempt: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        either!(self, socket => socket.try_io(interest, attempt))
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, socket => socket.as_fd())
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        either!(self, socket => socket.as_raw_fd())
    }
}

// For the connection to a jump host, whose session reads and writes by itself.

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        either!(socket, socket => Pin::new(socket).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        either!(socket, socket => Pin::new(socket).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        either!(socket, socket => Pin::new(socket).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        either!(socket, socket => Pin::new(socket).poll_shutdown(cx))
    }
}
