//! What a session is doing, as a list of commands and the places where they belong.

use std::collections::VecDeque;

use super::event::SessionEvent;
use super::limits::Limits;
use super::places::Visit;
use super::survey::SurveyJob;
use crate::fortios::command::Command;
use crate::model::{HostFailure, Stage, Transcript};

/// The work in hand.
#[derive(Debug)]
pub enum Job {
    Survey(Box<SurveyJob>),
    Run(RunJob),
    Leave,
}

/// A submitted command and the places that are left to visit.
#[derive(Debug)]
pub struct RunJob {
    pub command: Command,
    pub visits: VecDeque<Visit>,
}

impl Job {
    /// Where to go and what to send there; `None` when all is done.
    pub fn next(&self) -> Option<(Visit, Command)> {
        match self {
            Self::Survey(survey) => Some(survey.next()),
            Self::Run(run) => Some((run.visits.front()?.clone(), run.command.clone())),
            Self::Leave => None,
        }
    }

    /// Takes an answer; returns what to report of it at once.
    ///
    /// # Errors
    /// The survey cannot go on.
    pub fn answered(
        &mut self,
        transcript: Transcript,
        limits: &Limits,
    ) -> Result<Option<SessionEvent>, HostFailure> {
        match self {
            Self::Survey(survey) => survey.answered(transcript, limits).map(|()| None),
            Self::Run(run) => {
                run.visits.pop_front();
                Ok(Some(SessionEvent::Answered(transcript)))
            }
            Self::Leave => Ok(None),
        }
    }

    /// Takes the news that the place of the next visit cannot be entered.
    pub fn barred(&mut self, reason: &str) -> Option<SessionEvent> {
        match self {
            Self::Survey(survey) => {
                survey.global_is_closed(reason);
                None
            }
            Self::Run(run) => {
                let vdom = run.visits.pop_front().and_then(|visit| visit.vdom);
                Some(not_run(&run.command, vdom, reason))
            }
            Self::Leave => None,
        }
    }
}

/// The report that a command was not sent to a place.
pub fn not_run(command: &Command, vdom: Option<String>, reason: &str) -> SessionEvent {
    let place = match &vdom {
        Some(vdom) => format!("VDOM {vdom}"),
        None => "the global context".to_owned(),
    };
    SessionEvent::NotRun(
        HostFailure::new(
            Stage::Vdom,
            format!("{place} was not entered: {reason}"),
            "See with this administrator, by hand, whether the place can be entered; its profile \
             decides that. The other places were examined.",
        )
        .during(command.as_str(), vdom),
    )
}
