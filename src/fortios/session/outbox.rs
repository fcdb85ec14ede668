//! What a session has to say: bytes for the device, events for the caller.

use std::collections::VecDeque;

use super::event::SessionEvent;
use super::sent::Sent;

/// Collects output and events until they are fetched.
#[derive(Debug, Default)]
pub struct Outbox {
    pub output: Vec<u8>,
    pub events: VecDeque<SessionEvent>,
    /// The incomplete line was a prompt or a question, and has been dealt with.
    answered: bool,
}

impl Outbox {
    /// The only way to the device.
    pub fn write(&mut self, sent: &Sent) {
        self.output.extend_from_slice(&sent.bytes());
    }

    pub fn report(&mut self, event: SessionEvent) {
        self.events.push_back(event);
    }

    pub fn partial_is_answered(&mut self) {
        self.answered = true;
    }

    /// Whether the incomplete line must be forgotten; asked once per step.
    pub fn take_answered(&mut self) -> bool {
        std::mem::take(&mut self.answered)
    }
}
