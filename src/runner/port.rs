//! What the runner needs of the world: a way to a device, and the time.

use std::future::{Future, ready};
use std::io;

use jiff::Timestamp;

use crate::model::{HostFailure, Negotiated, Target};

/// Opens command lines on devices. Every failure is a value with stage, cause and remedy.
pub trait Connector: Send + Sync + 'static {
    type Transport: Transport;

    /// Connects, checks the host key, logs in and opens a shell. The caller bounds the time of
    /// the whole; the connector bounds each stage. Dropping the future frees everything at once.
    fn connect(
        &self,
        target: &Target,
    ) -> impl Future<Output = Result<Self::Transport, HostFailure>> + Send;
}

/// The byte stream of one shell. Dropping it closes the connection at once and never blocks.
pub trait Transport: Send + 'static {
    /// What the two sides agreed on, where there was something to agree on.
    fn negotiated(&self) -> Option<&Negotiated> {
        None
    }

    /// Puts the cause in place of what was noticed of it, when the stream has ended and the fault
    /// was on the way to the device.
    fn explain(&self, failure: HostFailure) -> impl Future<Output = HostFailure> + Send {
        ready(failure)
    }

    /// Reads what there is, at least one byte; 0 means that the device closed the stream.
    fn read(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Writes all of `bytes`.
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
}

/// The wall clock, for the times in events. Waiting is done with tokio's own timers, so that tests can
/// pause them.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

impl<C: Connector> Connector for std::sync::Arc<C> {
    type Transport = C::Transport;

    async fn connect(&self, target: &Target) -> Result<C::Transport, HostFailure> {
        C::connect(self, target).await
    }
}
