//! What a session is doing, as a list of commands and the places where they belong.

use std::collections::VecDeque;

use super::event::{SessionEvent, Survey};
use super::limits::Limits;
use super::navigation::Place;
use super::sent::VdomName;
use super::survey::SurveyJob;
use crate::fortios::command::Command;
use crate::model::{HostFailure, Stage, Transcript};

/// One place where a command should run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub place: Place,
    /// The VDOM for which its answer counts.
    pub vdom: Option<String>,
}

/// The work in hand.
#[derive(Debug)]
pub enum Job {
    Survey(SurveyJob),
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

/// The places of a device, as its survey found them.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The device has VDOMs.
    pub divided: bool,
    /// The global context is open to this administrator.
    pub global: bool,
    /// The VDOM in which a login without global context stands.
    pub home_vdom: Option<String>,
    /// All VDOMs that the device lists, each with the name to enter it by, or the reason why it
    /// is not entered.
    pub vdoms: Vec<(String, Result<VdomName, &'static str>)>,
}

/// FortiOS keeps this VDOM for its management port, and its name cannot be edited.
const RESERVED: &str = "dmgmt-vdom";
const RESERVED_REASON: &str = "FortiOS reserves it for dedicated management";
const UNSAFE_REASON: &str = "its name would need quoting, and a misread name creates a VDOM";

impl Places {
    /// The VDOMs of a device whose global context is open.
    pub fn of_listed(names: Vec<String>) -> Self {
        let vdoms = names
            .into_iter()
            .map(|name| {
                let way = match VdomName::from_listed(&name) {
                    _ if name == RESERVED => Err(RESERVED_REASON),
                    Some(safe) => Ok(safe),
                    None => Err(UNSAFE_REASON),
                };
                (name, way)
            })
            .collect();
        Self { divided: true, global: true, home_vdom: None, vdoms }
    }

    /// The one VDOM of an administrator without global context.
    pub fn of_one(vdom: String) -> Self {
        Self { divided: true, global: false, home_vdom: Some(vdom), vdoms: Vec::new() }
    }

    /// Names of all VDOMs that the device lists.
    pub fn listed(&self) -> Vec<String> {
        self.vdoms.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Whether FortiOS keeps this VDOM for itself, which is no failure of an audit.
    pub fn is_reserved(&self, name: &str) -> bool {
        name == RESERVED
    }

    /// Where the login led.
    pub fn home(&self) -> Visit {
        Visit { place: Place::Home, vdom: self.home_vdom.clone() }
    }

    /// Fills in what a survey says of the places.
    pub fn describe(&self, survey: &mut Survey) {
        survey.global = self.global;
        survey.vdoms.extend(self.home_vdom.clone());
        for (name, way) in &self.vdoms {
            match way {
                Ok(_) => survey.vdoms.push(name.clone()),
                Err(reason) => survey.not_examined.push((name.clone(), (*reason).to_owned())),
            }
        }
    }
}
