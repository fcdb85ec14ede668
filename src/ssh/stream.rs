//! How a session waits for its socket.

use std::future::poll_fn;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_ssh2_lite::ssh2::{self, BlockDirections, Session};
use async_ssh2_lite::{AsyncSessionStream, Error};
use async_trait::async_trait;
use tokio::io::Interest;

use super::socket::Socket;

/// The socket under a libssh2 session.
///
/// The stream that async-ssh2-lite brings for tokio's sockets never clears their readiness, and
/// so tries again every millisecond for as long as a device is silent. This one sleeps until the
/// socket turns ready in the direction that libssh2 waits for.
pub(super) struct SshStream {
    socket: Arc<Socket>,
}

impl SshStream {
    pub(super) fn new(socket: Arc<Socket>) -> Self {
        Self { socket }
    }

    /// Runs `operation` once, and clears the readiness `interest` when libssh2 found it used up.
    /// `None` when the runtime holds the socket for not ready, so that nothing was run.
    fn attempt<R, E>(
        &self,
        interest: Interest,
        operation: &mut impl FnMut() -> Result<R, E>,
        session: &Session,
    ) -> Option<Attempt<R, E>>
    where
        E: WouldBlock,
    {
        let mut outcome = None;
        // The result only tells tokio what to do with the readiness.
        let _ = self.socket.try_io(interest, || {
            let attempt = Attempt::of(operation(), session);
            let used_up = attempt.waits_for(interest);
            outcome = Some(attempt);
            if used_up { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        outcome
    }

    fn poll<R, E>(
        &self,
        cx: &mut Context<'_>,
        operation: &mut impl FnMut() -> Result<R, E>,
        session: &Session,
    ) -> Poll<Result<R, E>>
    where
        E: WouldBlock,
    {
        // libssh2 may hold an answer already, so the first attempt does not wait for the socket.
        let mut attempt = self
            .attempt(Interest::READABLE, operation, session)
            .unwrap_or_else(|| Attempt::of(operation(), session));
        loop {
            if let Attempt::Done(result) = attempt {
                return Poll::Ready(result);
            }
            // Both wakers are registered before anything is decided.
            let mut ready = None;
            for interest in [Interest::WRITABLE, Interest::READABLE] {
                if attempt.waits_for(interest) {
                    match self.socket.poll_ready(interest, cx) {
                        Poll::Ready(Ok(())) => ready = Some(interest),
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                        Poll::Pending => {}
                    }
                }
            }
            let Some(interest) = ready else { return Poll::Pending };
            if let Some(next) = self.attempt(interest, operation, session) {
                attempt = next;
            }
        }
    }
}

impl AsRawFd for SshStream {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

#[async_trait]
impl AsyncSessionStream for SshStream {
    async fn x_with<R>(
        &self,
        mut op: impl FnMut() -> Result<R, ssh2::Error> + Send,
        sess: &Session,
        _expected_block_directions: BlockDirections,
        _sleep_dur: Option<Duration>,
    ) -> Result<R, Error> {
        poll_fn(|cx| self.poll(cx, &mut || op().map_err(Error::from), sess)).await
    }

    fn poll_x_with<R>(
        &self,
        cx: &mut Context,
        mut op: impl FnMut() -> Result<R, io::Error> + Send,
        sess: &Session,
        _expected_block_directions: BlockDirections,
        _sleep_dur: Option<Duration>,
    ) -> Poll<Result<R, io::Error>> {
        self.poll(cx, &mut op, sess)
    }
}

/// What became of one call into libssh2.
enum Attempt<R, E> {
    Done(Result<R, E>),
    Blocked(BlockDirections),
}

impl<R, E: WouldBlock> Attempt<R, E> {
    fn of(result: Result<R, E>, session: &Session) -> Self {
        match result {
            Err(error) if error.would_block() => Self::Blocked(session.block_directions()),
            result => Self::Done(result),
        }
    }

    /// When libssh2 names no direction it is the peer's turn.
    fn waits_for(&self, interest: Interest) -> bool {
        match self {
            Self::Done(_) => false,
            Self::Blocked(BlockDirections::Both) => true,
            Self::Blocked(BlockDirections::Outbound) => interest.is_writable(),
            Self::Blocked(BlockDirections::Inbound | BlockDirections::None) => {
                interest.is_readable()
            }
        }
    }
}

/// Errors among which "not now" is one.
trait WouldBlock: From<io::Error> {
    fn would_block(&self) -> bool;
}

impl WouldBlock for io::Error {
    fn would_block(&self) -> bool {
        self.kind() == io::ErrorKind::WouldBlock
    }
}

impl WouldBlock for Error {
    fn would_block(&self) -> bool {
        match self {
            Self::Ssh2(error) => async_ssh2_lite::util::ssh2_error_is_would_block(error),
            Self::Io(error) => error.would_block(),
            Self::Other(_) => false,
        }
    }
}
