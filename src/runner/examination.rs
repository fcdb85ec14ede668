//! One host, from the first packet to `exit`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::contact::Contact;
use super::interrupt::Interrupt;
use super::link::Link;
use super::meeting::Seat;
use super::port::{Clock, Connector};
use super::redactor::Redactor;
use super::reporter::Reporter;
use super::settings::RunnerSettings;
use super::task_result::unusable;
use super::task_run::Ended;
use super::walk::Walk;
use crate::model::{HostFailure, HostName, HostOutcome, Place, Stage};
use crate::playbook::{Flag, HostScope, Letter, Peers, Plan, PlannedHost};
use crate::template::Templar;

/// What the examinations of a run share.
#[derive(Debug)]
pub(super) struct Shared<C, K> {
    pub plan: Arc<Plan>,
    pub connector: C,
    pub clock: K,
    pub settings: RunnerSettings,
    pub templar: Templar,
    /// For the hosts that do something: `forks` of them.
    pub places: Arc<Semaphore>,
    /// For each task with `throttle`, by its place.
    pub throttles: Mutex<HashMap<Place, Arc<Semaphore>>>,
}

impl<C, K> Shared<C, K> {
    /// The places of a task that only so many hosts may do at once.
    pub fn throttle(&self, task: &Place, most: usize) -> Arc<Semaphore> {
        let mut throttles = self.throttles.lock().unwrap_or_else(PoisonError::into_inner);
        let places = throttles.entry(task.clone());
        places.or_insert_with(|| Arc::new(Semaphore::new(most))).clone()
    }
}

/// A part of one host's way: some plays, one after another.
pub(super) struct Visit {
    /// Positions in [`Plan::plays`].
    pub plays: Vec<usize>,
    /// What it knows from the plays before; `None`: these are its first.
    pub scope: Option<HostScope>,
    /// What came of the visits before.
    pub contact: Contact,
    pub peers: Arc<Peers>,
    /// What others have set for it since its last visit.
    pub mail: Vec<Letter>,
    pub seat: Option<Seat>,
    /// Nothing follows for this host.
    pub is_last: bool,
}

/// What a host knows after a visit.
pub(super) struct Visited {
    pub host: HostName,
    pub scope: Option<HostScope>,
    pub contact: Contact,
    /// Its outcome has been reported.
    pub is_over: bool,
    /// And it is that it failed, or was not reached.
    pub has_failed: bool,
}

/// Goes through plays with one host and reports all of it, its end included. Nothing that happens
/// here is an error to the caller: trouble is an outcome.
pub(super) async fn examine<C: Connector, K: Clock>(
    shared: &Shared<C, K>,
    host: &PlannedHost,
    mut visit: Visit,
    events: tokio::sync::mpsc::Sender<crate::model::RunEvent>,
    mut interrupt: Interrupt,
) -> Visited {
    let reporter = Reporter {
        host: host.entry.host.clone(),
        clock: &shared.clock,
        redactor: Redactor::new(&host.target, host.opened.clone()),
        events,
    };
    if visit.scope.is_none() {
        reporter.started().await;
    }
    if let Some(failure) = &host.locked {
        reporter.finished(failure.clone().into()).await;
        let host = host.entry.host.clone();
        let contact = visit.contact;
        return Visited { host, scope: None, contact, is_over: true, has_failed: true };
    }
    let contact = std::mem::take(&mut visit.contact);
    let mut link = Link { shared, target: &host.target, reporter: &reporter, open: None, contact };
    // Who waits for others has no time limit of its own; what it does there has.
    let limit = match visit.seat {
        Some(_) => Duration::MAX,
        None => shared.settings.host,
    };
    let ended = tokio::select! {
        biased;
        () = interrupt.raised() => None,
        done = timeout(limit, lead(host, &mut visit, &mut link)) => Some(done),
    };
    let was_open = link.open.is_some();
    link.leave().await;
    // Nobody waits for a host that has nothing to do any more.
    drop(visit.seat);
    let contact = link.contact;
    let outcome = match ended {
        None => Some(HostOutcome::Interrupted),
        Some(Ok(Ok(has_left))) => visit.is_last.then(|| contact.clone().outcome(host, has_left)),
        Some(Ok(Err(failure))) => Some(contact.clone().failed(failure)),
        Some(Err(_)) => Some(contact.clone().failed(too_slow(shared, host, was_open))),
    };
    let is_over = outcome.is_some();
    let has_failed =
        matches!(outcome, Some(HostOutcome::Failed { .. } | HostOutcome::Unreachable { .. }));
    if let Some(outcome) = outcome {
        // Last, so that whatever happens before, a host has one outcome and no more.
        reporter.finished(outcome).await;
    }
    let host = host.entry.host.clone();
    Visited { host, scope: visit.scope, contact, is_over, has_failed }
}

fn too_slow<C, K>(shared: &Shared<C, K>, host: &PlannedHost, was_open: bool) -> HostFailure {
    let stage = match was_open {
        true => Stage::Command,
        false if host.asks => Stage::Connect,
        false => Stage::Task,
    };
    let remedy = match host.asks {
        true => {
            "The device answers slowly or has very many VDOMs: give it more time with \
             `--host-timeout`."
        }
        false => "Give it more time with `--host-timeout`.",
    };
    let seconds = shared.settings.host.as_secs();
    let message = format!("the examination took longer than {seconds} seconds");
    HostFailure::new(stage, message, remedy)
}

/// Goes through plays. Whether one of them was ended for the host by a `meta`.
async fn lead<C: Connector, K: Clock>(
    host: &PlannedHost,
    visit: &mut Visit,
    link: &mut Link<'_, C, K>,
) -> Result<bool, HostFailure> {
    let mut has_left = false;
    let plan = &link.shared.plan;
    for index in &visit.plays {
        let Some(play) = plan.plays.get(*index) else { continue };
        let scope = match &mut visit.scope {
            Some(scope) => {
                scope.enter_play(play.clone());
                scope
            }
            none => {
                let variables = plan.variables.clone();
                let new = HostScope::new(variables, play.clone(), host.entry.host.clone());
                none.insert(new.remembering(host.opened.clone()))
            }
        };
        visit.mail.drain(..).for_each(|letter| scope.receive(letter));
        scope.meet(visit.peers.clone());
        let seat = visit.seat.as_ref();
        let says = |flag: &Flag| flag.holds(scope, &link.shared.templar).unwrap_or(false);
        let (ignores, is_fatal) = (says(&play.ignore_unreachable), says(&play.any_errors_fatal));
        if play.gathers
            && let Err(failure) = gather(link, seat.is_some()).await
        {
            link.lose(failure.clone()).await;
            if !ignores && !may_come_back(seat, is_fatal).await {
                return Err(failure);
            }
        }
        scope.read_files(&link.shared.templar).map_err(unusable)?;
        let mut walk =
            Walk { play, scope, link, seat, path: Vec::new(), depth: 0, files: 0, begun: 0 };
        match walk.steps(&play.steps, false).await {
            Ended::On | Ended::Included(_) => {}
            Ended::Left => has_left = true,
            Ended::Failed(failure) | Ended::Lost(failure) | Ended::Halted(failure) => {
                return Err(failure);
            }
        }
    }
    Ok(has_left)
}

async fn gather<C: Connector, K: Clock>(
    link: &mut Link<'_, C, K>,
    is_in_step: bool,
) -> Result<(), HostFailure> {
    let shared = link.shared;
    // At its own pace, a host has its place already.
    let _place = if is_in_step { shared.places.acquire().await.ok() } else { None };
    link.device().await.map(drop)
}

async fn may_come_back(seat: Option<&Seat>, is_fatal: bool) -> bool {
    match seat {
        Some(seat) => seat.lost(is_fatal).await,
        None => false,
    }
}
