//! One host, from the first packet to `exit`.

use std::sync::Arc;

use tokio::time::timeout;

use super::interrupt::Interrupt;
use super::link::Link;
use super::port::{Clock, Connector};
use super::redactor::Redactor;
use super::reporter::Reporter;
use super::settings::RunnerSettings;
use super::task_run::Ended;
use super::walk::Walk;
use crate::model::{HostFailure, HostOutcome, Stage};
use crate::playbook::{HostScope, Plan, PlannedHost};
use crate::template::Templar;

/// What the examinations of a run share.
#[derive(Debug)]
pub(super) struct Shared<C, K> {
    pub plan: Arc<Plan>,
    pub connector: C,
    pub clock: K,
    pub settings: RunnerSettings,
    pub templar: Templar,
}

/// Examines one host and reports all of it, its end included. Nothing that happens here is an
/// error to the caller: trouble is an outcome.
pub(super) async fn examine<C: Connector, K: Clock>(
    shared: &Shared<C, K>,
    host: &PlannedHost,
    events: tokio::sync::mpsc::Sender<crate::model::RunEvent>,
    mut interrupt: Interrupt,
) {
    let reporter = Reporter {
        host: host.entry.host.clone(),
        clock: &shared.clock,
        redactor: Redactor::new(&host.target, host.opened.clone()),
        events,
    };
    reporter.started().await;
    if let Some(failure) = &host.locked {
        return reporter.finished(failure.clone().into()).await;
    }
    let mut link = Link { shared, target: &host.target, reporter: &reporter, open: None };
    let outcome = tokio::select! {
        biased;
        () = interrupt.raised() => HostOutcome::Interrupted,
        done = timeout(shared.settings.host, lead(host, &mut link)) => {
            match done {
                Ok(Ok(())) => HostOutcome::Examined,
                Ok(Err(failure)) => failure.into(),
                Err(_) => too_slow(shared, link.open.is_some()).into(),
            }
        }
    };
    link.leave().await;
    // Last, so that whatever happens before, a host has one outcome and no more.
    reporter.finished(outcome).await;
}

fn too_slow<C, K>(shared: &Shared<C, K>, was_open: bool) -> HostFailure {
    let seconds = shared.settings.host.as_secs();
    HostFailure::new(
        if was_open { Stage::Command } else { Stage::Connect },
        format!("the examination took longer than {seconds} seconds"),
        "The device answers slowly or has very many VDOMs: give it more time with \
         `--host-timeout`.",
    )
}

/// Goes through the plays of a host.
async fn lead<C: Connector, K: Clock>(
    host: &PlannedHost,
    link: &mut Link<'_, C, K>,
) -> Result<(), HostFailure> {
    let plan = &link.shared.plan;
    let mut scope: Option<HostScope> = None;
    for index in &host.plays {
        let Some(play) = plan.plays.get(*index) else { continue };
        let scope = match &mut scope {
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
        if play.gathers
            && let Err(failure) = link.device().await
            && !play.ignore_unreachable
        {
            return Err(failure);
        }
        let mut walk = Walk { play, scope, link };
        match walk.steps(&play.steps, false).await {
            Ended::On | Ended::Left => {}
            Ended::Failed(failure) | Ended::Lost(failure) => return Err(failure),
        }
    }
    Ok(())
}
