//! A command to a device, and all of its answers.

use super::context::Context;
use crate::fortios::command::Command;
use crate::fortios::refusal;
use crate::fortios::session::{Reach, Survey};
use crate::model::{HostFailure, Stage, Transcript};
use crate::runner::device_session::{DeviceSession, Step};
use crate::runner::port::{Clock, Transport};

/// An open session, and what it found out about the device.
pub(in crate::runner) struct Device<T> {
    pub session: DeviceSession<T>,
    pub survey: Box<Survey>,
}

/// What a command brought in from all places that it ran in.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The answers that are none of them refusals, in the order given.
    pub transcripts: Vec<Transcript>,
    /// The places that refused the command, could not be entered, or said more than is kept.
    pub failures: Vec<HostFailure>,
}

impl Answers {
    /// The first failure; the others have the same cause more often than not, and their answers
    /// are reported.
    pub fn failure(&self) -> Option<HostFailure> {
        self.failures.first().cloned()
    }
}

impl<T: Transport> Device<T> {
    /// Whether the global context can be entered, or is all that there is.
    pub(super) fn sees_global(&self) -> bool {
        self.survey.global || !self.survey.status.vdom_mode.has_vdoms()
    }

    /// Asks, and reports each answer as it comes.
    ///
    /// # Errors
    /// The session is lost; what came before is reported.
    pub(super) async fn ask<K: Clock>(
        &mut self,
        command: &Command,
        reach: Reach,
        context: &Context<'_, K>,
    ) -> Result<Answers, HostFailure> {
        let mut answers = Answers::default();
        self.session.submit(command, reach);
        loop {
            match self.session.step().await? {
                Step::Answered(transcript) => {
                    let transcript = match context.is_hidden {
                        true => transcript,
                        false => context.reporter.answered(transcript).await,
                    };
                    match refusal::failure(&transcript) {
                        Some(failure) => answers.failures.push(failure),
                        None => {
                            answers.failures.extend(cut(&transcript));
                            answers.transcripts.push(transcript);
                        }
                    }
                }
                Step::NotRun(failure) => answers.failures.push(failure),
                Step::Done => return Ok(answers),
            }
        }
    }
}

/// What is kept of an answer may be in order, and rows are missing all the same.
fn cut(transcript: &Transcript) -> Option<HostFailure> {
    let failure = || {
        HostFailure::new(
            Stage::Command,
            "the answer is longer than what is kept of one: its end is missing",
            "See by hand what the device sends, or ask for less: add ` | grep WORD` to the command.",
        )
        .during(&transcript.command, transcript.vdom.clone())
    };
    transcript.truncated.then(failure)
}
