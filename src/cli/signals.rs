//! Ctrl-C and the polite kill.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::runner::{Interrupt, Interrupter};

/// What the user wants of a run that is under way.
#[derive(Debug, Clone)]
pub(super) struct Wishes {
    /// The first signal: leave the devices, and report what is known.
    pub stop: Interrupt,
    /// The second: wait for nothing any more.
    pub abandon: Interrupt,
}

/// Listens from now on, whatever else this program waits for. Within a tokio runtime only.
pub(super) fn listen() -> Wishes {
    let (stopper, stop) = Interrupter::new();
    let (abandoner, abandon) = Interrupter::new();
    tokio::spawn(async move {
        let mut interrupt = signal(SignalKind::interrupt()).ok();
        let mut terminate = signal(SignalKind::terminate()).ok();
        for wish in [&stopper, &abandoner] {
            tokio::select! {
                () = heard(&mut interrupt) => {}
                () = heard(&mut terminate) => {}
            }
            wish.interrupt();
        }
        // The interrupters live for as long as somebody may wait for them.
        std::future::pending::<()>().await;
    });
    Wishes { stop, abandon }
}

/// A kind that cannot be heard never is.
async fn heard(signal: &mut Option<Signal>) {
    let heard = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending::<()>().await;
    }
}
