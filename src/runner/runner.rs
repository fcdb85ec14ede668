//! Lets hosts in, a bounded number at a time.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::contact::Contact;
use super::examination::{Shared, Visit, Visited, examine};
use super::meeting::{Meeting, Seat};
use super::{Clock, Connector, Interrupt, RunnerSettings, Supply};
use crate::model::{HostFailure, HostName, HostOutcome, RunEvent, Stage};
use crate::playbook::{HostScope, Letter, Peers, Plan};
use crate::template::Templar;

/// Runs plans.
#[derive(Debug)]
pub struct Runner<C, K> {
    shared: Arc<Shared<C, K>>,
}

impl<C: Connector, K: Clock> Runner<C, K> {
    pub fn new(
        plan: Arc<Plan>,
        connector: C,
        clock: K,
        settings: RunnerSettings,
        templar: Templar,
    ) -> Self {
        let places = Arc::new(Semaphore::new(settings.forks.max(1)));
        let throttles = Mutex::default();
        let shared = Shared { plan, connector, clock, settings, templar, places, throttles };
        Self { shared: Arc::new(shared) }
    }

    /// Examines every host of the plan and sends what happens, `RunFinished` last. Each host gets
    /// exactly one outcome. A full channel makes the hosts wait, so that nothing piles up.
    ///
    /// When `interrupt` is raised, no host is let in any more, those under way end as
    /// `Interrupted`, and this returns within the time that a session has to say goodbye.
    pub async fn drive(self, events: mpsc::Sender<RunEvent>, interrupt: Interrupt) {
        let starts = self.shared.settings.ramp.map(|ramp| {
            let mut starts = interval(Duration::from_secs(1) / ramp.get());
            // A start that waited for its turn is not made up for by a crowd.
            starts.set_missed_tick_behavior(MissedTickBehavior::Delay);
            starts
        });
        let mut tour = Tour {
            shared: self.shared,
            events,
            interrupt,
            starts,
            tasks: JoinSet::new(),
            hosts: HashMap::new(),
            scopes: HashMap::new(),
            peers: Arc::default(),
            news: HashMap::new(),
            mail: HashMap::new(),
            over: HashSet::new(),
            failed: Arc::default(),
        };
        tour.run().await;
    }
}

/// One run, on its way through the plays.
struct Tour<C, K> {
    shared: Arc<Shared<C, K>>,
    events: mpsc::Sender<RunEvent>,
    interrupt: Interrupt,
    starts: Option<Interval>,
    /// The hosts under way.
    tasks: JoinSet<Visited>,
    hosts: HashMap<Id, HostName>,
    /// What those know that come again.
    scopes: HashMap<HostName, (HostScope, Contact)>,
    /// What was known of all hosts when the batch began, where plays follow.
    peers: Arc<Peers>,
    /// What has come to be known since.
    news: Peers,
    /// What some have set for others that have not come by since.
    mail: HashMap<HostName, Vec<Letter>>,
    /// The hosts that have their outcome.
    over: HashSet<HostName>,
    /// Those of them that failed, or were not reached.
    failed: Arc<HashSet<HostName>>,
}

impl<C: Connector, K: Clock> Tour<C, K> {
    async fn run(&mut self) {
        let plan = self.shared.plan.clone();
        let stages = plan.stages();
        for (number, stage) in stages.iter().enumerate() {
            let rest: HashSet<usize> = stages[number + 1..].iter().flatten().copied().collect();
            let alone = match stage.as_slice() {
                [only] => plan.plays.get(*only).filter(|play| play.is_alone),
                _ => None,
            };
            let batches = match alone {
                None => vec![self.members(|host| host.iter().any(|play| stage.contains(play)))],
                Some(play) => {
                    let places: HashMap<&HostName, usize> = plan
                        .hosts
                        .iter()
                        .enumerate()
                        .map(|(at, host)| (&host.entry.host, at))
                        .collect();
                    let at = |host| places.get(host).copied();
                    play.batches.iter().map(|batch| batch.iter().filter_map(at).collect()).collect()
                }
            };
            for batch in batches {
                let batch: Vec<usize> = batch.into_iter().filter(|at| !self.is_over(*at)).collect();
                let meeting = alone.filter(|play| play.in_step).map(|play| {
                    let hosts = batch.iter().map(|at| plan.hosts[*at].entry.host.clone()).collect();
                    let known = (self.peers.clone(), self.failed.clone());
                    Meeting::new(hosts, known, play.max_fail, play.may_clear)
                });
                self.batch(&batch, stage, &rest, meeting.as_ref()).await;
                let (peers, post) = match &meeting {
                    Some(meeting) => meeting.leavings(),
                    None => (self.peers.clone(), Vec::new()),
                };
                self.peers = peers;
                if !self.news.is_empty() {
                    Arc::make_mut(&mut self.peers).extend(self.news.drain());
                }
                for (host, letter) in post {
                    let peers = Arc::make_mut(&mut self.peers);
                    peers.entry(host.clone()).or_default().receive(&letter);
                    self.mail.entry(host).or_default().push(letter);
                }
                let Some(meeting) = meeting else { continue };
                if let Some(reason) = meeting.broken() {
                    return self.end(Some(reason)).await;
                }
                if meeting.has_ended_play() {
                    break;
                }
            }
        }
        self.end(None).await;
    }

    /// The positions of the hosts of whose plays this holds.
    fn members(&self, holds: impl Fn(&[usize]) -> bool) -> Vec<usize> {
        let hosts = self.shared.plan.hosts.iter().enumerate();
        hosts.filter(|(_, host)| holds(&host.plays)).map(|(at, _)| at).collect()
    }

    fn is_over(&self, at: usize) -> bool {
        self.shared.plan.hosts.get(at).is_none_or(|host| self.over.contains(&host.entry.host))
    }

    /// Lets the hosts of a batch in, and waits until all are through.
    async fn batch(
        &mut self,
        batch: &[usize],
        stage: &[usize],
        rest: &HashSet<usize>,
        meeting: Option<&Arc<Meeting>>,
    ) {
        if let Some(supply) = self.shared.settings.supply.clone() {
            self.supplied(&*supply, batch, stage, rest).await;
        } else {
            for (member, index) in batch.iter().copied().enumerate() {
                let shared = self.shared.clone();
                let Some(host) = shared.plan.hosts.get(index) else { continue };
                // In step, all have to come before one may begin: they take a place for each task.
                let places = meeting.is_none().then(|| self.shared.places.clone());
                let place = tokio::select! {
                    biased;
                    () = self.interrupt.raised() => None,
                    place = turn(places, &mut self.starts) => Some(place),
                };
                let host_name = host.entry.host.clone();
                let Some(place) = place else {
                    let reason = "the run was interrupted before its turn".to_owned();
                    let outcome = match self.scopes.contains_key(&host_name) {
                        true => HostOutcome::Interrupted,
                        false => HostOutcome::NotAttempted { reason, remedy: None },
                    };
                    self.finished(host_name, outcome).await;
                    continue;
                };
                let seat = meeting.map(|meeting| meeting.seat(member));
                self.admit(index, place, stage, rest, seat).await;
            }
        }
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.settle(ended, rest).await;
        }
    }

    /// Lets those of a batch in that this process is given, until there are no more.
    async fn supplied(
        &mut self,
        supply: &dyn Supply,
        batch: &[usize],
        stage: &[usize],
        rest: &HashSet<usize>,
    ) {
        let shared = self.shared.clone();
        let hosts =
            batch.iter().filter_map(|at| Some((&shared.plan.hosts.get(*at)?.entry.host, *at)));
        let indices: HashMap<&HostName, usize> = hosts.collect();
        loop {
            let (place, host) = tokio::select! {
                biased;
                () = self.interrupt.raised() => return,
                next = async {
                    let place = turn(Some(shared.places.clone()), &mut self.starts).await;
                    (place, supply.next().await)
                } => next,
            };
            let Some(host) = host else { return };
            match indices.get(&host) {
                Some(index) => self.admit(*index, place, stage, rest, None).await,
                None => {
                    let message = "the process that was to examine it does not know it";
                    let remedy = "Give all processes of a run the same inventory.";
                    let failure = HostFailure::new(Stage::Resolve, message, remedy);
                    self.finished(host, failure.into()).await;
                }
            }
        }
    }

    /// Begins a visit.
    async fn admit(
        &mut self,
        index: usize,
        place: Option<OwnedSemaphorePermit>,
        stage: &[usize],
        rest: &HashSet<usize>,
        seat: Option<Seat>,
    ) {
        let shared = self.shared.clone();
        let Some(host) = shared.plan.hosts.get(index) else { return };
        let host_name = host.entry.host.clone();
        let plays = host.plays.iter().filter(|play| stage.contains(play)).copied().collect();
        let (scope, contact) = self.scopes.remove(&host_name).unzip();
        let visit = Visit {
            plays,
            scope,
            contact: contact.unwrap_or_default(),
            peers: self.peers.clone(),
            mail: self.mail.remove(&host_name).unwrap_or_default(),
            seat,
            is_last: !host.plays.iter().any(|play| rest.contains(play)),
        };
        let (shared, events) = (self.shared.clone(), self.events.clone());
        let stop = self.interrupt.clone();
        let task = self.tasks.spawn(async move {
            let _place = place;
            examine(&shared, &shared.plan.hosts[index], visit, events, stop).await
        });
        self.hosts.insert(task.id(), host_name);
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.settle(ended, rest).await;
        }
    }

    /// A panic stays with its host: the others are not harmed, and it does not go missing.
    async fn settle(&mut self, ended: Result<(Id, Visited), JoinError>, rest: &HashSet<usize>) {
        match ended {
            Ok((id, visited)) => {
                self.hosts.remove(&id);
                if visited.is_over {
                    self.over.insert(visited.host.clone());
                }
                if visited.has_failed {
                    Arc::make_mut(&mut self.failed).insert(visited.host.clone());
                }
                let Some(scope) = visited.scope.filter(|_| !rest.is_empty()) else { return };
                self.news.insert(visited.host.clone(), scope.known());
                if !visited.is_over {
                    self.scopes.insert(visited.host, (scope, visited.contact));
                }
            }
            Err(error) => {
                let Some(host) = self.hosts.remove(&error.id()) else { return };
                let failure = HostFailure::new(
                    Stage::Task,
                    "the examination ended in a bug of tokenfleet",
                    "Please report it, with what was printed about it.",
                );
                self.finished(host, failure.into()).await;
            }
        }
    }

    /// Gives an outcome to those that have none, and ends the run.
    async fn end(&mut self, broken: Option<String>) {
        let shared = self.shared.clone();
        for planned in &shared.plan.hosts {
            let host = &planned.entry.host;
            // What was not given to this process is not its to judge.
            if self.over.contains(host) || shared.settings.supply.is_some() {
                continue;
            }
            let outcome = match (self.scopes.remove(host), &broken) {
                (Some((_, contact)), None) => contact.outcome(planned, true),
                (None, None) => Contact::none(),
                (Some((_, contact)), Some(reason)) => {
                    let remedy = "See what the other hosts said.";
                    let stopped = format!("stopped: {reason}");
                    contact.failed(HostFailure::new(Stage::Stopped, stopped, remedy))
                }
                (None, Some(reason)) => {
                    HostOutcome::NotAttempted { reason: reason.clone(), remedy: None }
                }
            };
            self.finished(host.clone(), outcome).await;
        }
        let interrupted = self.interrupt.is_raised();
        let at = self.shared.clock.now();
        self.events.send(RunEvent::RunFinished { at, interrupted }).await.ok();
    }

    async fn finished(&mut self, host: HostName, outcome: HostOutcome) {
        self.over.insert(host.clone());
        let at = self.shared.clock.now();
        self.events.send(RunEvent::HostFinished { host, at, outcome }).await.ok();
    }
}

/// A place among those under way where one is needed, and the moment to begin.
async fn turn(
    places: Option<Arc<Semaphore>>,
    starts: &mut Option<Interval>,
) -> Option<OwnedSemaphorePermit> {
    let place = match places {
        Some(places) => places.acquire_owned().await.ok(),
        None => None,
    };
    if let Some(starts) = starts {
        starts.tick().await;
    }
    place
}
