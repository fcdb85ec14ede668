//! Lets hosts in, a bounded number at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::examination::{Shared, examine};
use super::{Clock, Connector, Interrupt, RunnerSettings};
use crate::model::{HostFailure, HostName, HostOutcome, RunEvent, Stage};
use crate::playbook::Plan;
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
        Self { shared: Arc::new(Shared { plan, connector, clock, settings, templar }) }
    }

    /// Examines every host of the plan and sends what happens, `RunFinished` last. Each host gets
    /// exactly one outcome. A full channel makes the hosts wait, so that nothing piles up.
    ///
    /// When `interrupt` is raised, no host is let in any more, those under way end as
    /// `Interrupted`, and this returns within the time that a session has to say goodbye.
    pub async fn drive(self, events: mpsc::Sender<RunEvent>, mut interrupt: Interrupt) {
        let places = Arc::new(Semaphore::new(self.shared.settings.forks.max(1)));
        let mut starts = self.shared.settings.ramp.map(|ramp| {
            let mut starts = interval(Duration::from_secs(1) / ramp.get());
            // A start that waited for its turn is not made up for by a crowd.
            starts.set_missed_tick_behavior(MissedTickBehavior::Delay);
            starts
        });
        let mut crew = Crew { tasks: JoinSet::new(), hosts: HashMap::new() };
        for index in 0..self.shared.plan.hosts.len() {
            let place = tokio::select! {
                biased;
                () = interrupt.raised() => None,
                place = turn(&places, &mut starts) => place,
            };
            let Some(host) = self.shared.plan.hosts.get(index) else { break };
            let host = host.entry.host.clone();
            let Some(place) = place else {
                let reason = "the run was interrupted before its turn".to_owned();
                self.finished(&events, host, HostOutcome::NotAttempted { reason, remedy: None })
                    .await;
                continue;
            };
            let (shared, channel, stop) = (self.shared.clone(), events.clone(), interrupt.clone());
            let task = crew.tasks.spawn(async move {
                let _place = place;
                if let Some(host) = shared.plan.hosts.get(index) {
                    examine(&shared, host, channel, stop).await;
                }
            });
            crew.hosts.insert(task.id(), host);
            while let Some(ended) = crew.tasks.try_join_next_with_id() {
                self.settle(&mut crew.hosts, ended, &events).await;
            }
        }
        while let Some(ended) = crew.tasks.join_next_with_id().await {
            self.settle(&mut crew.hosts, ended, &events).await;
        }
        let interrupted = interrupt.is_raised();
        let at = self.shared.clock.now();
        events.send(RunEvent::RunFinished { at, interrupted }).await.ok();
    }

    /// A panic stays with its host: the others are not harmed, and it does not go missing.
    async fn settle(
        &self,
        hosts: &mut HashMap<Id, HostName>,
        ended: Result<(Id, ()), JoinError>,
        events: &mpsc::Sender<RunEvent>,
    ) {
        match ended {
            Ok((id, ())) => {
                hosts.remove(&id);
            }
            Err(error) => {
                let Some(host) = hosts.remove(&error.id()) else { return };
                let failure = HostFailure::new(
                    Stage::Task,
                    "the examination ended in a bug of tokenfleet",
                    "Please report it, with what was printed about it.",
                );
                self.finished(events, host, failure.into()).await;
            }
        }
    }

    async fn finished(
        &self,
        events: &mpsc::Sender<RunEvent>,
        host: HostName,
        outcome: HostOutcome,
    ) {
        let at = self.shared.clock.now();
        events.send(RunEvent::HostFinished { host, at, outcome }).await.ok();
    }
}

/// A place among those under way, and the moment to begin.
async fn turn(
    places: &Arc<Semaphore>,
    starts: &mut Option<Interval>,
) -> Option<OwnedSemaphorePermit> {
    let place = places.clone().acquire_owned().await.ok();
    if let Some(starts) = starts {
        starts.tick().await;
    }
    place
}

/// The hosts under way.
struct Crew {
    tasks: JoinSet<()>,
    hosts: HashMap<Id, HostName>,
}
