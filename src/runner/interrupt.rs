//! The wish to stop.

use tokio::sync::watch;

/// Tells every [`Interrupt`] at once.
#[derive(Debug)]
pub struct Interrupter(watch::Sender<bool>);

/// Hears of it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupter {
    pub fn new() -> (Self, Interrupt) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Interrupt(receiver))
    }

    /// No new host is let in, and those under way are left where they are.
    pub fn interrupt(&self) {
        self.0.send_replace(true);
    }
}

impl Interrupt {
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it; for ever, when the interrupter is gone.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|raised| *raised).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
