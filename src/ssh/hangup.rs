//! The end of a connection.

use std::io;
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::sync::Arc;

use socket2::SockRef;

/// Shuts the socket down when dropped.
///
/// libssh2 wants to say goodbye when a channel or session is freed. On a socket that would block
/// it answers "later" instead, which a destructor cannot obey: the memory would be lost. On a
/// socket that is shut down it frees at once. Whoever owns a session therefore declares a
/// `Hangup` before it, so that it is dropped first, on every path and on cancellation too.
pub(super) struct Hangup<T: AsFd> {
    socket: Arc<T>,
}

impl<T: AsFd> Hangup<T> {
    pub(super) fn new(socket: Arc<T>) -> Self {
        Self { socket }
    }

    /// Ends the connection now: nothing more is sent, and what waits for it wakes up.
    pub(super) fn now(&self) {
        // It fails only when the connection is gone already.
        let _ = SockRef::from(&*self.socket).shutdown(Shutdown::Both);
    }

    /// Whether the other side has ended the connection, and all that it had said was read.
    pub(super) fn is_over(&self) -> bool {
        let mut one = [MaybeUninit::uninit()];
        match SockRef::from(&*self.socket).peek(&mut one) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }
}

impl<T: AsFd> Drop for Hangup<T> {
    fn drop(&mut self) {
        self.now();
    }
}
