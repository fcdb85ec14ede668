//! The socket of one visitor, which can be cut at any time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::algorithms;
use super::fault::Fault;

/// A stream that ends when `end` does. The SSH session above it then ends as well, whatever it is
/// waiting for, and the socket is closed.
pub struct Wire {
    stream: TcpStream,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    ended: bool,
    stop: Option<Stop>,
    said: usize,
}

/// Where a unit stops in the midst of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Bytes that still go out.
    after: usize,
    /// The connection ends there; otherwise all that follows is swallowed.
    ends: bool,
}

impl Stop {
    /// Where a unit with this fault stops before the login, if it does.
    pub fn of(fault: Fault) -> Option<Self> {
        let version = algorithms::VERSION_LINE.len();
        // Within the list of algorithms, which is longer.
        let exchange = version + 200;
        let (after, ends) = match fault {
            Fault::Silent => (0, false),
            Fault::SilentAfterVersion => (version, false),
            Fault::SilentInKeyExchange => (exchange, false),
            Fault::ResetAtOnce => (0, true),
            Fault::ResetAfterVersion => (version, true),
            Fault::ResetInKeyExchange => (exchange, true),
            _ => return None,
        };
        Some(Self { after, ends })
    }
}

impl Wire {
    pub fn new(
        stream: TcpStream,
        stop: Option<Stop>,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self { stream, end: Box::pin(end), ended: false, stop, said: 0 }
    }

    fn has_ended(&mut self, context: &mut Context<'_>) -> bool {
        self.ended = self.ended || self.end.as_mut().poll(context).is_ready();
        self.ended
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.has_ended(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(Stop { after, ends }) = self.stop {
            match after.saturating_sub(self.said) {
                0 if ends => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                0 => return Poll::Ready(Ok(bytes.len())),
                room => bytes = &bytes[..bytes.len().min(room)],
            }
        }
        // What is ready to go out goes out before the end is looked at.
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending if self.has_ended(context) => {
                Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
            }
            Poll::Ready(Ok(count)) => {
                self.said = self.said.saturating_add(count);
                Poll::Ready(Ok(count))
            }
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
