//! The command line of one device.

use std::io;

use async_ssh2_lite::{AsyncChannel, AsyncSession};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fault::Fault;
use super::hangup::Hangup;
use super::stream::SshStream;
use crate::model::Negotiated;
use crate::runner::Transport;

/// The shell of a device that accepted the login.
///
/// A write that was cancelled may have sent a part of an SSH packet: nothing but dropping the
/// transport is sensible then. A cancelled read loses nothing.
pub struct SshTransport {
    // Dropped in this order: see `Hangup`.
    _hangup: Hangup<TcpStream>,
    channel: AsyncChannel<SshStream<TcpStream>>,
    session: AsyncSession<SshStream<TcpStream>>,
    negotiated: Negotiated,
}

impl SshTransport {
    pub(super) fn new(
        hangup: Hangup<TcpStream>,
        channel: AsyncChannel<SshStream<TcpStream>>,
        session: AsyncSession<SshStream<TcpStream>>,
        negotiated: Negotiated,
    ) -> Self {
        Self { _hangup: hangup, channel, session, negotiated }
    }

    /// libssh2 keeps the cause in the session; the error of a read or write has lost it.
    fn explain(&self, error: io::Error) -> io::Error {
        let fault =
            self.session.last_error().map_or_else(|| Fault::from(&error), |last| (&last).into());
        match fault {
            Fault::Lost => io::Error::new(io::ErrorKind::ConnectionReset, Fault::Lost.to_string()),
            other => io::Error::new(error.kind(), format!("SSH: {other}")),
        }
    }
}

impl Transport for SshTransport {
    fn negotiated(&self) -> Option<&Negotiated> {
        Some(&self.negotiated)
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A device that never pauses must not keep the others from their turn.
        tokio::task::consume_budget().await;
        self.channel.read(buffer).await.map_err(|error| self.explain(error))
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.channel.write_all(bytes).await.map_err(|error| self.explain(error))
    }
}
