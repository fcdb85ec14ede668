//! What a session finds out before it is ready: which device this is, and which VDOMs it has.

use super::event::Survey;
use super::exchange::excerpt;
use super::limits::Limits;
use super::navigation::Place;
use super::places::{Places, Visit};
use super::sent::Listing;
use crate::fortios::command::Command;
use crate::fortios::parse::{system_status, vdom_list};
use crate::fortios::prompt::Prompt;
use crate::fortios::refusal;
use crate::model::{HostFailure, Stage, SystemStatus, Transcript};

/// The survey under way.
#[derive(Debug)]
pub struct SurveyJob {
    step: Step,
    transcripts: Vec<Transcript>,
    /// The VDOM in the prompt of the login.
    home_context: Option<String>,
}

#[derive(Debug)]
enum Step {
    Status,
    VdomList(SystemStatus),
    /// `diagnose` was refused.
    VdomProperty(SystemStatus),
    Done(SystemStatus, Places),
}

/// Families of Fortinet products that have the commands of an audit.
const FAMILIES: [(&str, &str); 6] = [
    ("fortigate", "the product itself, rugged and virtual ones included"),
    ("fortiwifi", "a FortiGate with a radio"),
    ("fortiproxy", "has the same `fortitoken` commands and tables"),
    ("forticarrier", "FortiOS for carriers"),
    ("fortifirewall", "FortiOS without FortiGuard's content inspection"),
    ("fortios", "how some virtual machines name themselves"),
];

impl SurveyJob {
    pub fn new(prompt: &Prompt) -> Self {
        Self { step: Step::Status, transcripts: Vec::new(), home_context: prompt.context.clone() }
    }

    pub fn next(&self) -> (Visit, Command) {
        let global = Visit { place: Place::Global, vdom: None };
        match &self.step {
            Step::VdomList(_) => (global, Command::VDOM_LIST),
            Step::VdomProperty(_) => (global, Command::VDOM_PROPERTY),
            Step::Status | Step::Done(..) => {
                (Visit { place: Place::Home, vdom: None }, Command::SYSTEM_STATUS)
            }
        }
    }

    /// Takes the answer to the command of [`SurveyJob::next`].
    pub fn answered(&mut self, transcript: Transcript, limits: &Limits) -> Result<(), HostFailure> {
        let step = std::mem::replace(&mut self.step, Step::Status);
        self.step = match step {
            Step::Status => status_step(&transcript)?,
            Step::VdomList(status) => match listed(&transcript, Listing::Kernel, limits) {
                Ok(places) => Step::Done(status, places),
                Err(Unlisted::Unanswered(_)) => Step::VdomProperty(status),
                Err(Unlisted::TooMany(failure)) => return Err(failure),
            },
            Step::VdomProperty(status) => match listed(&transcript, Listing::Property, limits) {
                Ok(places) => Step::Done(status, places),
                Err(Unlisted::Unanswered(failure) | Unlisted::TooMany(failure)) => {
                    return Err(failure);
                }
            },
            done @ Step::Done(..) => done,
        };
        self.transcripts.push(transcript);
        Ok(())
    }

    /// The administrator has no global context, and so belongs to one VDOM: that of the login.
    pub fn global_is_closed(&mut self, reason: &str) {
        self.step = match std::mem::replace(&mut self.step, Step::Status) {
            Step::VdomList(status) | Step::VdomProperty(status) => {
                let vdom = self.home_context.clone().or_else(|| status.current_vdom.clone());
                Step::Done(
                    status,
                    Places::of_one(vdom.unwrap_or_else(|| "root".to_owned()), reason),
                )
            }
            other => other,
        };
    }

    /// The result, once there is one.
    pub fn finished(&self, prompt: &Prompt) -> Option<(Survey, Places)> {
        let Step::Done(status, places) = &self.step else { return None };
        let mut survey = Survey {
            status: status.clone(),
            vdoms: Vec::new(),
            not_examined: Vec::new(),
            global: true,
            confined: None,
            name: prompt.name.clone(),
            restricted: prompt.restricted,
            transcripts: self.transcripts.clone(),
        };
        places.describe(&mut survey);
        // The status was asked before it was known that this is a VDOM of several.
        for transcript in &mut survey.transcripts {
            transcript.vdom.clone_from(&places.home_vdom);
        }
        Some((survey, places.clone()))
    }
}

fn status_step(transcript: &Transcript) -> Result<Step, HostFailure> {
    if let Some(failure) = refusal::failure(transcript) {
        return Err(failure);
    }
    let command = Command::SYSTEM_STATUS;
    let parsed = system_status(&transcript.text);
    if parsed.value.version.is_empty() {
        let said = transcript.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        return Err(HostFailure::new(
            Stage::Command,
            format!("this is not a FortiGate: its status has no version, but {}", excerpt(said)),
            "Check the host's address.",
        )
        .during(command.as_str(), None));
    }
    let status = parsed.value;
    let model = status.model.to_ascii_lowercase();
    if !FAMILIES.iter().any(|(family, _)| model.starts_with(family)) {
        let named = ["Platform Full Name", "Platform Type"].into_iter();
        let name = named
            .filter_map(|key| status.fields.get(key))
            .chain(Some(&status.model))
            .find(|name| !name.is_empty())
            .map_or("an unnamed product", String::as_str);
        return Err(HostFailure::new(
            Stage::Command,
            format!("this is not a FortiGate: its status says {}", excerpt(name)),
            "Take the host out of the inventory's group of FortiGates, or check its address.",
        )
        .during(command.as_str(), None));
    }
    if status.serial.is_empty() || !status.fields.contains_key("Virtual domain configuration") {
        return Err(HostFailure::new(
            Stage::Parse,
            "the device's status lacks its serial number or its VDOM mode",
            "Run `get system status` by hand; a profile may hide parts of it.",
        )
        .during(command.as_str(), None));
    }
    if !status.vdom_mode.has_vdoms() {
        return Ok(Step::Done(status, Places { global: true, ..Places::default() }));
    }
    Ok(Step::VdomList(status))
}

/// Why there is no list of VDOMs.
enum Unlisted {
    Unanswered(HostFailure),
    TooMany(HostFailure),
}

fn listed(transcript: &Transcript, listing: Listing, limits: &Limits) -> Result<Places, Unlisted> {
    let failure = |message: String, remedy: &str| {
        HostFailure::new(Stage::Vdom, message, remedy).during(&transcript.command, None)
    };
    let not_collected = || {
        let is_one = transcript.text.starts_with(refusal::NOT_COLLECTED);
        refusal::failure(transcript).filter(|_| is_one)
    };
    match vdom_list(&transcript.text).answer() {
        Ok(list) if list.vdoms.len() > limits.vdoms => Err(Unlisted::TooMany(failure(
            format!("the device lists {} VDOMs, more than {}", list.vdoms.len(), limits.vdoms),
            "Raise the limit, if the device really has so many.",
        ))),
        Ok(list) if !transcript.truncated => Ok(Places::of_listed(list.vdoms, listing)),
        Ok(_) => Err(Unlisted::Unanswered(failure(
            "the list of VDOMs is too long to be read".to_owned(),
            "Give the profile `get` in the global context: its list is shorter.",
        ))),
        Err(problem) => Err(Unlisted::Unanswered(not_collected().unwrap_or_else(|| {
            failure(
                format!("the VDOMs of the device could not be listed: {problem}"),
                "The profile needs `diagnose sys vd list` or `get system vdom-property` in the \
                 global context; since FortiOS 7.4.2 these are the rights `cli-diagnose` and \
                 `cli-get`.",
            )
        }))),
    }
}
