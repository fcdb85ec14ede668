//! One login on one device, as a machine without I/O.
//!
//! Comes in: received bytes and the time since the session began. Goes out: bytes to write
//! ([`Sent`] is all of them), events, and the time at which it wants to be woken.

mod event;
mod limits;
mod sent;

pub use event::{Reach, SessionEvent, Survey};
pub use limits::Limits;
pub use sent::{Sent, VdomName};

use std::collections::VecDeque;
use std::time::Duration;

use super::command::Command;

/// Leads one login from its first byte to `exit`.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    output: Vec<u8>,
    events: VecDeque<SessionEvent>,
}

impl Session {
    pub fn new(limits: Limits) -> Self {
        Self { limits, output: Vec::new(), events: VecDeque::new() }
    }

    /// Takes bytes that the device sent.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) {
        let _ = (bytes, now);
    }

    /// Tells that the device closed the stream.
    pub fn hang_up(&mut self, now: Duration) {
        let _ = now;
    }

    /// Tells the time; to be called when [`Session::deadline`] has passed.
    pub fn elapse(&mut self, now: Duration) {
        let _ = now;
    }

    /// When [`Session::elapse`] must be called, unless bytes come first. It changes with each call.
    pub fn deadline(&self) -> Option<Duration> {
        Some(self.limits.login)
    }

    /// The bytes to write now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    pub fn next_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Runs a command. To be called after `Ready`, and after `Done` of the one before.
    pub fn submit(&mut self, command: &Command, reach: Reach, now: Duration) {
        let _ = (command, reach, now);
    }

    /// Logs out as far as the state allows; `Left` or `Failed` follows.
    pub fn leave(&mut self, now: Duration) {
        let _ = now;
    }
}
