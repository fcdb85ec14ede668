//! A session machine and the transport that it speaks over.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::port::Transport;
use super::session_log::Recorder;
use crate::fortios::command::Command;
use crate::fortios::session::{Limits, Reach, Session, SessionEvent, Survey};
use crate::model::{HostFailure, Stage, Transcript};

/// Bytes read at once. Each session has so many for itself, and libssh2 holds what is more.
const BUFFER: usize = 4 * 1024;

/// One login on one device, from the first byte to `exit`.
pub(super) struct DeviceSession<T> {
    transport: T,
    session: Session,
    begun: Instant,
    buffer: Vec<u8>,
    /// The stream has ended, whoever ended it.
    is_cut: bool,
    recorder: Option<Recorder>,
}

/// One step of a command.
pub(super) enum Step {
    /// Answered in one place.
    Answered(Transcript),
    /// Not sent to one place, which could not be entered.
    NotRun(HostFailure),
    /// All places are done.
    Done,
}

impl<T: Transport> DeviceSession<T> {
    /// Waits for the prompt and learns what the device is.
    ///
    /// # Errors
    /// No prompt came, or it is not a FortiGate.
    pub async fn open(
        transport: T,
        limits: Limits,
        recorder: Option<Recorder>,
    ) -> Result<(Self, Box<Survey>), HostFailure> {
        let mut session = Self {
            transport,
            session: Session::new(limits),
            begun: Instant::now(),
            buffer: vec![0; BUFFER],
            is_cut: false,
            recorder,
        };
        match session.event().await {
            SessionEvent::Ready(survey) => Ok((session, survey)),
            SessionEvent::Failed(failure) => Err(failure),
            other => Err(unexpected(&other)),
        }
    }

    /// Begins a command; [`DeviceSession::step`] tells of its answers until `Done`.
    pub fn submit(&mut self, command: &Command, reach: Reach) {
        self.session.submit(command, reach, self.begun.elapsed());
    }

    /// # Errors
    /// The session is over.
    pub async fn step(&mut self) -> Result<Step, HostFailure> {
        match self.event().await {
            SessionEvent::Answered(transcript) => Ok(Step::Answered(transcript)),
            SessionEvent::NotRun(failure) => Ok(Step::NotRun(failure)),
            SessionEvent::Done => Ok(Step::Done),
            SessionEvent::Failed(failure) => Err(failure),
            other => Err(unexpected(&other)),
        }
    }

    /// Logs out as far as the state allows, for at most `limit`.
    pub async fn leave(&mut self, limit: Duration) {
        self.session.leave(self.begun.elapsed());
        let left = async {
            while !matches!(self.event().await, SessionEvent::Left | SessionEvent::Failed(_)) {}
            // `exit` may still wait to be written: nobody waits for what it says.
            let output = self.session.take_output();
            if !output.is_empty() {
                self.write(&output).await;
            }
        };
        timeout(limit, left).await.ok();
    }

    /// Moves bytes until something happens, which the machine's deadlines bound.
    async fn event(&mut self) -> SessionEvent {
        loop {
            let output = self.session.take_output();
            if !output.is_empty() {
                self.write(&output).await;
            }
            match self.session.next_event() {
                Some(SessionEvent::Failed(failure)) if self.is_cut => {
                    return SessionEvent::Failed(self.transport.explain(failure).await);
                }
                Some(event) => return event,
                None => {}
            }
            // A machine that waits for nothing has nothing more to say.
            let Some(deadline) = self.session.deadline() else { return SessionEvent::Left };
            let wait = deadline.saturating_sub(self.begun.elapsed());
            match timeout(wait, self.transport.read(&mut self.buffer)).await {
                Ok(Ok(0) | Err(_)) => {
                    self.is_cut = true;
                    self.session.hang_up(self.begun.elapsed());
                }
                Ok(Ok(read)) => {
                    let at = self.begun.elapsed();
                    if let Some(recorder) = &mut self.recorder {
                        recorder.received(&self.buffer[..read], at);
                    }
                    self.session.receive(&self.buffer[..read], at);
                }
                Err(_) => self.session.elapse(self.begun.elapsed()),
            }
        }
    }

    /// A device that takes nothing for as long as the machine would wait for its answer has hung.
    async fn write(&mut self, output: &[u8]) {
        if let Some(recorder) = &mut self.recorder {
            recorder.sent(output, self.begun.elapsed());
        }
        let deadline = self.session.deadline();
        let wait =
            deadline.map_or(Duration::from_secs(10), |at| at.saturating_sub(self.begun.elapsed()));
        match timeout(wait, self.transport.write(output)).await {
            // A cut line shows at the next read.
            Ok(_) => {}
            Err(_) => self.session.elapse(self.begun.elapsed()),
        }
    }
}

fn unexpected(event: &SessionEvent) -> HostFailure {
    let name = match event {
        SessionEvent::Ready(_) => "ready",
        SessionEvent::Answered(_) => "an answer",
        SessionEvent::NotRun(_) => "a place that cannot be entered",
        SessionEvent::Done => "the end of a command",
        SessionEvent::Left => "the end of the session",
        SessionEvent::Failed(_) => "a failure",
    };
    HostFailure::new(
        Stage::Command,
        format!("the session reported {name} where it cannot"),
        "This is a bug in tokenfleet: please report it.",
    )
}
