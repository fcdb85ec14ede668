//! The session behind the login: jobs become exchanges, and exchanges reports.

use std::collections::VecDeque;
use std::time::Duration;

use super::event::{Reach, SessionEvent};
use super::exchange::{Exchange, Reply, Step, excerpt};
use super::job::{Job, RunJob, not_run};
use super::limits::Limits;
use super::navigation::{Arrival, Confirmed, Place, arrival, confirmation};
use super::outbox::Outbox;
use super::places::{Places, Visit};
use super::sent::Sent;
use super::survey::SurveyJob;
use crate::fortios::command::Command;
use crate::fortios::parse;
use crate::fortios::prompt::Prompt;
use crate::fortios::screen::ScreenLine;
use crate::model::{HostFailure, Stage, Transcript};

/// What is known since the prompt was learned, and what is going on.
#[derive(Debug)]
pub struct Conversation {
    /// The prompt of the login.
    home: Prompt,
    place: Place,
    places: Places,
    /// Whether this device takes `sudo`; `None` until it was tried.
    sudo: Option<bool>,
    /// The VDOM that may be entered next.
    confirmed: Option<Confirmed>,
    job: Option<Job>,
    exchange: Option<Exchange>,
}

/// Whether the session goes on.
pub type Progress = Result<Going, HostFailure>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    On,
    /// `exit` was written.
    Left,
}

impl Conversation {
    /// Nothing is sent before [`Conversation::begin`].
    pub fn new(home: Prompt) -> Self {
        let survey = SurveyJob::new(&home);
        Self {
            home,
            place: Place::Home,
            places: Places::default(),
            sudo: None,
            confirmed: None,
            job: Some(Job::Survey(Box::new(survey))),
            exchange: None,
        }
    }

    /// Begins with the survey.
    pub fn begin(&mut self, limits: &Limits, now: Duration, out: &mut Outbox) -> Progress {
        self.proceed(limits, now, out)
    }

    pub fn line(&mut self, line: &ScreenLine) -> Result<(), HostFailure> {
        let Some(exchange) = &mut self.exchange else { return self.unasked(line) };
        exchange.line(line).map_err(|failure| self.located(failure))
    }

    /// Nothing was asked: a line but the prompt again means that the last answer was not over.
    fn unasked(&self, line: &ScreenLine) -> Result<(), HostFailure> {
        let prompt = Prompt::parse(&line.text);
        if line.text.trim().is_empty() || prompt.is_some_and(|p| p.same_device(&self.home)) {
            return Ok(());
        }
        Err(HostFailure::new(
            Stage::Command,
            format!("the device went on after its prompt: {}", excerpt(&line.text)),
            "The answer before may be incomplete. Run it again; if it happens again, look for \
             messages that the device writes into sessions.",
        ))
    }

    /// Looks at the incomplete line after all complete ones have been taken.
    pub fn look(&mut self, partial: Option<&str>, now: Duration) {
        if let Some(exchange) = &mut self.exchange {
            exchange.look(partial, &self.home, now);
        }
    }

    pub fn elapse(&mut self, limits: &Limits, now: Duration, out: &mut Outbox) -> Progress {
        let Some(exchange) = &mut self.exchange else { return Ok(Going::On) };
        let step = exchange.elapse(limits, now);
        self.act(step, limits, now, out)
    }

    pub fn deadline(&self, limits: &Limits) -> Option<Duration> {
        self.exchange.as_ref().map(|exchange| exchange.deadline(limits))
    }

    pub fn is_leaving(&self) -> bool {
        matches!(self.job, Some(Job::Leave))
    }

    /// The device closed the stream.
    pub fn closed(&self) -> HostFailure {
        self.located(HostFailure::new(
            Stage::Command,
            "the device closed the session",
            "Its idle limit (`admintimeout`) may be short, or somebody ended the session, or the \
             line broke: run it again.",
        ))
    }

    pub fn submit(
        &mut self,
        command: &Command,
        reach: &Reach,
        limits: &Limits,
        now: Duration,
        out: &mut Outbox,
    ) -> Progress {
        if self.job.is_some() {
            return Err(HostFailure::new(
                Stage::Task,
                "a command was submitted while the session was busy",
                "This is a bug in tokenfleet: please report it.",
            )
            .during(command.as_str(), None));
        }
        let visits = self.visits(command, reach, out);
        self.job = Some(Job::Run(RunJob { command: command.clone(), visits }));
        self.proceed(limits, now, out)
    }

    /// Logs out. In the midst of an answer nothing can be sent, and closing the line has to do.
    pub fn leave(&mut self, limits: &Limits, now: Duration, out: &mut Outbox) -> Progress {
        if self.exchange.is_some() {
            out.report(SessionEvent::Left);
            return Ok(Going::Left);
        }
        self.job = Some(Job::Leave);
        self.proceed(limits, now, out)
    }

    /// The places that a command should visit. What cannot be visited is reported at once.
    fn visits(&self, command: &Command, reach: &Reach, out: &mut Outbox) -> VecDeque<Visit> {
        let places = &self.places;
        let visit = |place: Place, vdom: Option<String>| VecDeque::from([Visit { place, vdom }]);
        let home = || VecDeque::from([places.home()]);
        match reach {
            Reach::Current => home(),
            Reach::Global if !places.divided => home(),
            Reach::Global if places.global => visit(Place::Global, None),
            Reach::Global => {
                let reason = "it is closed to this administrator, who belongs to one VDOM";
                out.report(not_run(command, None, reason));
                VecDeque::new()
            }
            Reach::EveryVdom if !places.global || !places.divided => home(),
            Reach::EveryVdom => self.every_vdom(command, out),
            Reach::Vdom(name) if places.home_vdom.as_deref() == Some(name) => home(),
            // Without VDOMs there is one, and it is called so.
            Reach::Vdom(name) if !places.divided && name == "root" => home(),
            Reach::Vdom(name) => match places.vdoms.iter().find(|(listed, _)| listed == name) {
                Some((_, Ok(safe))) => visit(Place::Vdom(safe.clone()), Some(name.clone())),
                Some((_, Err(reason))) => {
                    out.report(not_run(command, Some(name.clone()), reason));
                    VecDeque::new()
                }
                None => {
                    let reason = "the device does not list it for this administrator";
                    out.report(not_run(command, Some(name.clone()), reason));
                    VecDeque::new()
                }
            },
        }
    }

    /// Names that cannot be sent are reported for each command; the survey told of them as well.
    fn every_vdom(&self, command: &Command, out: &mut Outbox) -> VecDeque<Visit> {
        let mut visits = VecDeque::new();
        for (name, way) in &self.places.vdoms {
            match way {
                Ok(safe) => visits.push_back(Visit {
                    place: Place::Vdom(safe.clone()),
                    vdom: Some(name.clone()),
                }),
                Err(reason) if !self.places.is_reserved(name) => {
                    out.report(not_run(command, Some(name.clone()), reason));
                }
                Err(_) => {}
            }
        }
        visits
    }

    fn act(&mut self, step: Step, limits: &Limits, now: Duration, out: &mut Outbox) -> Progress {
        match step {
            Step::Wait => Ok(Going::On),
            Step::Press(key) => {
                out.write(&key);
                out.partial_is_answered();
                Ok(Going::On)
            }
            Step::Failed(failure) => Err(self.located(failure)),
            Step::Replied(reply) => {
                out.partial_is_answered();
                self.replied(reply, limits, now, out)
            }
        }
    }

    fn replied(
        &mut self,
        reply: Reply,
        limits: &Limits,
        now: Duration,
        out: &mut Outbox,
    ) -> Progress {
        let Some(exchange) = self.exchange.take() else { return Ok(Going::On) };
        let Some(job) = &mut self.job else { return Ok(Going::On) };
        let visit = job.next().map(|(visit, _)| visit);
        match &exchange.sent {
            Sent::Command(command) | Sent::InVdom(_, command) => {
                if !self.place.has_prompt(&reply.prompt, &self.home) {
                    return Err(lost("the context changed under a command", visit));
                }
                if matches!(exchange.sent, Sent::InVdom(..)) && self.sudo.is_none() {
                    let works = is_answer(command, &reply);
                    self.sudo = Some(works);
                    if !works {
                        // The same visit again, by way of `edit`.
                        return self.proceed(limits, now, out);
                    }
                }
                let transcript = Transcript {
                    command: command.as_str().to_owned(),
                    vdom: visit.and_then(|visit| visit.vdom),
                    text: reply.text.into(),
                    elapsed_ms: u64::try_from(reply.elapsed.as_millis()).unwrap_or(u64::MAX),
                    truncated: reply.truncated,
                    refusal: reply.refusal,
                };
                if let Some(event) = job.answered(transcript, limits)? {
                    out.report(event);
                }
            }
            sent @ Sent::StillListed(name, _) => {
                if !self.place.has_prompt(&reply.prompt, &self.home) {
                    return Err(lost("the context changed under a command", visit));
                }
                match confirmation(sent, name, &reply) {
                    Ok(confirmed) => self.confirmed = Some(confirmed),
                    Err(reason) => out.events.extend(job.barred(&reason)),
                }
            }
            sent => {
                // It holds for the next entry alone.
                let confirmed = match sent {
                    Sent::EnterVdom(_) => self.confirmed.take(),
                    _ => None,
                };
                let confirmed = confirmed.as_ref();
                match arrival(sent, &reply, &self.home, &self.places, confirmed) {
                    Arrival::At(place) => self.place = place,
                    Arrival::Barred(place, reason) => {
                        self.place = place;
                        self.confirmed = None;
                        out.events.extend(job.barred(&reason));
                    }
                    Arrival::Lost(message) => return Err(lost(message, visit)),
                    Arrival::Replaced(message) => return Err(replaced(message, visit)),
                }
            }
        }
        self.proceed(limits, now, out)
    }

    /// Sends what comes next, or ends the job.
    fn proceed(&mut self, limits: &Limits, now: Duration, out: &mut Outbox) -> Progress {
        if let Some(Job::Survey(survey)) = &self.job
            && let Some((survey, places)) = survey.finished(&self.home)
        {
            self.places = places;
            self.job = None;
            out.report(SessionEvent::Ready(Box::new(survey)));
            return Ok(Going::On);
        }
        let Some(job) = &self.job else { return Ok(Going::On) };
        let sent = match (job.next(), job) {
            (Some((visit, command)), _) => self.next(visit.place, command),
            (None, Job::Leave) => match self.place.step_towards(&Place::Home) {
                Some(up) => up,
                None => {
                    out.write(&Sent::Exit);
                    out.report(SessionEvent::Left);
                    return Ok(Going::Left);
                }
            },
            (None, _) => {
                self.job = None;
                out.report(SessionEvent::Done);
                return Ok(Going::On);
            }
        };
        out.write(&sent);
        self.exchange = Some(Exchange::new(sent, limits, now));
        Ok(Going::On)
    }

    /// The next step on the way to a command. From the global context a VDOM is asked by `sudo`,
    /// until the device refuses that. Then each is entered, and right before the device must list
    /// it once more: one that was deleted meanwhile would be created.
    fn next(&self, target: Place, command: Command) -> Sent {
        match target {
            Place::Vdom(name) if self.sudo != Some(false) && self.place == Place::Global => {
                Sent::InVdom(name, command)
            }
            Place::Vdom(_) if self.sudo != Some(false) => {
                self.place.step_towards(&Place::Global).unwrap_or(Sent::Command(command))
            }
            Place::Vdom(name)
                if self.place != Place::Vdom(name.clone())
                    && self.confirmed.as_ref().is_none_or(|vdom| vdom.name != name) =>
            {
                let listing = self.places.listing;
                let ask = Sent::StillListed(name, listing);
                self.place.step_towards(&Place::Global).unwrap_or(ask)
            }
            target => self.place.step_towards(&target).unwrap_or(Sent::Command(command)),
        }
    }

    /// Says in a failure what was sent and where.
    fn located(&self, failure: HostFailure) -> HostFailure {
        let Some(exchange) = &self.exchange else { return failure };
        let vdom = self.job.as_ref().and_then(Job::next).and_then(|(visit, _)| visit.vdom);
        let stage = match exchange.sent {
            Sent::Command(_) | Sent::InVdom(..) | Sent::StillListed(..) => failure.stage,
            _ => Stage::Vdom,
        };
        HostFailure { stage, ..failure }.during(exchange.sent.text(), vdom)
    }
}

/// Whether `sudo` was understood, on its first use: neither refused nor answered with what the
/// command's own parser does not know. What a release without it says is not known for sure.
fn is_answer(command: &Command, reply: &Reply) -> bool {
    let parser = parse::by_command(command.as_str());
    reply.refusal.is_none()
        && parser.is_none_or(|parser| (parser.run)(&reply.text).get("error").is_none())
}

/// Nothing is mended here: whatever is sent next would only make it worse.
fn replaced(message: String, visit: Option<Visit>) -> HostFailure {
    HostFailure {
        vdom: visit.and_then(|visit| visit.vdom),
        ..HostFailure::new(
            Stage::Vdom,
            message,
            "The session was ended at once. Look at this VDOM by hand, and delete it again if it was \
             meant to be gone; delete VDOMs on units without `sudo` only while no audit runs.",
        )
    }
}

fn lost(message: impl Into<String>, visit: Option<Visit>) -> HostFailure {
    HostFailure {
        vdom: visit.and_then(|visit| visit.vdom),
        ..HostFailure::new(
            Stage::Vdom,
            message,
            "The session was ended, since it was no longer certain where it stood. Run it again; \
             if it happens again, please report it with the prompts of this device.",
        )
    }
}
