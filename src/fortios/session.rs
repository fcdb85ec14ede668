//! One login on one device, as a machine without I/O.
//!
//! Comes in: received bytes and the time since the session began. Goes out: bytes to write
//! ([`Sent`] is all of them), events, and the time at which it wants to be woken.
//!
//! `login` waits for the prompt; `conversation` then turns jobs (`job`, `survey`) into exchanges
//! (`exchange`) and moves between VDOMs (`navigation`).

mod answer;
mod conversation;
mod event;
mod exchange;
mod job;
mod limits;
mod login;
mod navigation;
mod outbox;
mod places;
mod sent;
mod survey;

pub use event::{Reach, SessionEvent, Survey};
pub use limits::Limits;
pub use sent::{Listing, Sent, VdomName};

use std::time::Duration;

use super::command::Command;
use super::screen::Screen;
use crate::model::{HostFailure, Stage};
use conversation::{Conversation, Going, Progress};
use login::{Login, LoginStep};
use outbox::Outbox;

/// Leads one login from its first byte to `exit`.
///
/// `now` is the time since the session began, on any steady clock. After each call the caller
/// writes [`Session::take_output`], takes the events, and waits for bytes or for
/// [`Session::deadline`], whichever comes first. How the stream is cut into calls of
/// [`Session::receive`] makes no difference to what comes out.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    screen: Screen,
    received: usize,
    out: Outbox,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Login(Login),
    Open(Box<Conversation>),
    Over,
}

impl Session {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            screen: Screen::default(),
            received: 0,
            out: Outbox::default(),
            phase: Phase::Login(Login::default()),
        }
    }

    /// Takes bytes that the device sent.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        self.received = self.received.saturating_add(bytes.len());
        if self.received > self.limits.session_bytes {
            return self.fail(HostFailure::new(
                Stage::Command,
                format!("the device sent more than {} bytes", self.limits.session_bytes),
                "No audit needs so much: see what the device sends, by hand.",
            ));
        }
        let mut lines = Vec::new();
        self.screen.receive(bytes, |line| lines.push(line));
        for line in &lines {
            let taken = match &mut self.phase {
                Phase::Login(login) => login.line(&line.text),
                Phase::Open(conversation) => conversation.line(line),
                Phase::Over => Ok(()),
            };
            if let Err(failure) = taken {
                return self.fail(failure);
            }
        }
        let partial = self.screen.partial();
        match &mut self.phase {
            Phase::Login(login) => login.look(partial.as_deref(), now),
            Phase::Open(conversation) => conversation.look(partial.as_deref(), now),
            Phase::Over => {}
        }
    }

    /// Tells that the device closed the stream.
    pub fn hang_up(&mut self, _now: Duration) {
        let failure = match &self.phase {
            Phase::Login(login) => login.closed(),
            Phase::Open(conversation) => conversation.closed(),
            Phase::Over => return,
        };
        self.fail(failure);
    }

    /// Tells the time; to be called when [`Session::deadline`] has passed.
    pub fn elapse(&mut self, now: Duration) {
        match &mut self.phase {
            Phase::Login(login) => {
                let step = login.elapse(&self.limits, now);
                self.login_step(step, now);
            }
            Phase::Open(conversation) => {
                let progress = conversation.elapse(&self.limits, now, &mut self.out);
                self.settle(progress);
            }
            Phase::Over => {}
        }
    }

    /// When [`Session::elapse`] must be called, unless bytes come first. It changes with each call.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Login(login) => Some(login.deadline(&self.limits)),
            Phase::Open(conversation) => conversation.deadline(&self.limits),
            Phase::Over => None,
        }
    }

    /// The bytes to write now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out.output)
    }

    pub fn next_event(&mut self) -> Option<SessionEvent> {
        self.out.events.pop_front()
    }

    /// Runs a command. To be called after `Ready`, and after `Done` of the one before.
    ///
    /// A refusal in one VDOM does not keep the command from the others: each answer carries its
    /// own. Only what makes the session uncertain of where it stands ends it.
    pub fn submit(&mut self, command: &Command, reach: Reach, now: Duration) {
        match &mut self.phase {
            Phase::Open(conversation) => {
                let progress =
                    conversation.submit(command, &reach, &self.limits, now, &mut self.out);
                self.settle(progress);
            }
            Phase::Login(_) => self.fail(
                HostFailure::new(
                    Stage::Task,
                    "a command was submitted before the session was ready",
                    "This is a bug in tokenfleet: please report it.",
                )
                .during(command.as_str(), None),
            ),
            Phase::Over => {}
        }
    }

    /// Logs out as far as the state allows; `Left` follows, or `Failed`.
    pub fn leave(&mut self, now: Duration) {
        match &mut self.phase {
            Phase::Open(conversation) => {
                let progress = conversation.leave(&self.limits, now, &mut self.out);
                self.settle(progress);
            }
            Phase::Login(_) => {
                self.out.report(SessionEvent::Left);
                self.phase = Phase::Over;
            }
            Phase::Over => {}
        }
    }

    fn login_step(&mut self, step: LoginStep, now: Duration) {
        match step {
            LoginStep::Wait => {}
            LoginStep::Write(sent) => {
                self.out.write(&sent);
                if sent != Sent::ProbePrompt {
                    self.screen.clear_partial();
                }
            }
            LoginStep::Learned(prompt) => {
                self.screen.clear_partial();
                let mut conversation = Box::new(Conversation::new(prompt));
                let progress = conversation.begin(&self.limits, now, &mut self.out);
                self.phase = Phase::Open(conversation);
                self.settle(progress);
            }
            LoginStep::Failed(failure) => self.fail(failure),
        }
    }

    fn settle(&mut self, progress: Progress) {
        if self.out.take_answered() {
            self.screen.clear_partial();
        }
        match progress {
            Ok(Going::On) => {}
            Ok(Going::Left) => self.phase = Phase::Over,
            Err(failure) => self.fail(failure),
        }
    }

    /// Ends the session. On the way out a failure no longer matters: all answers are there.
    fn fail(&mut self, failure: HostFailure) {
        let leaving = matches!(&self.phase, Phase::Open(conversation) if conversation.is_leaving());
        self.phase = Phase::Over;
        self.out.report(match leaving {
            true => SessionEvent::Left,
            false => SessionEvent::Failed(failure),
        });
    }
}
