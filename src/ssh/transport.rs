//! The command line of one device.

use std::io;

use async_ssh2_lite::{AsyncChannel, AsyncSession};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fault::Fault;
use super::hangup::Hangup;
use super::socket::Socket;
use super::stream::SshStream;
use super::way::Way;
use crate::model::{HostFailure, Negotiated};
use crate::runner::Transport;

/// The shell of a device that accepted the login.
///
/// A write that was cancelled may have sent a part of an SSH packet: nothing but dropping the
/// transport is sensible then. A cancelled read loses nothing.
pub struct SshTransport {
    // Dropped in this order: see `Hangup`.
    _hangup: Hangup<Socket>,
    channel: AsyncChannel<SshStream>,
    session: AsyncSession<SshStream>,
    negotiated: Negotiated,
    way: Way,
}

impl SshTransport {
    pub(super) fn new(
        hangup: Hangup<Socket>,
        channel: AsyncChannel<SshStream>,
        session: AsyncSession<SshStream>,
        negotiated: Negotiated,
    ) -> Self {
        Self { _hangup: hangup, channel, session, negotiated, way: Way::Direct }
    }

    /// Keeps the way alive by which the device is reached.
    pub(super) fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// libssh2 keeps the cause in the session; the error of a read or write has lost it.
    async fn caused(&self, error: io::Error) -> io::Error {
        let fault =
            self.session.last_error().map_or_else(|| Fault::from(&error), |last| (&last).into());
        match fault {
            Fault::Lost => {
                let cause = self.way.fault().await.map(|(message, _)| message);
                let cause = cause.unwrap_or_else(|| Fault::Lost.to_string());
                io::Error::new(io::ErrorKind::ConnectionReset, cause)
            }
            other => io::Error::new(error.kind(), format!("SSH: {other}")),
        }
    }
}

impl Transport for SshTransport {
    fn negotiated(&self) -> Option<&Negotiated> {
        Some(&self.negotiated)
    }

    async fn explain(&self, failure: HostFailure) -> HostFailure {
        self.way.explain(failure).await
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A device that never pauses must not keep the others from their turn.
        tokio::task::consume_budget().await;
        match self.channel.read(buffer).await {
            Ok(count) => Ok(count),
            Err(error) => Err(self.caused(error).await),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.channel.write_all(bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.caused(error).await),
        }
    }
}
