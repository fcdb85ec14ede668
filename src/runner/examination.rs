//! One host, from the first packet to `exit`.

use std::sync::Arc;

use tokio::time::timeout;

use super::action::Device;
use super::device_session::DeviceSession;
use super::interrupt::Interrupt;
use super::patience;
use super::port::{Clock, Connector, Transport};
use super::redactor::Redactor;
use super::reporter::Reporter;
use super::settings::RunnerSettings;
use super::task_run::{Ended, TaskRun};
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
        redactor: Redactor::new(&host.target),
        events,
    };
    reporter.started().await;
    let mut device = None;
    let outcome = tokio::select! {
        biased;
        () = interrupt.raised() => HostOutcome::Interrupted,
        done = timeout(shared.settings.host, lead(shared, host, &reporter, &mut device)) => {
            match done {
                Ok(Ok(())) => HostOutcome::Examined,
                Ok(Err(failure)) => failure.into(),
                Err(_) => too_slow(shared, device.is_some()).into(),
            }
        }
    };
    if let Some(device) = &mut device {
        device.session.leave(shared.settings.leave).await;
    }
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

/// Connects, and goes through the plays. The device is handed out as soon as it is there, so that
/// the session can be left however this ends.
async fn lead<C: Connector, K: Clock>(
    shared: &Shared<C, K>,
    host: &PlannedHost,
    reporter: &Reporter<'_, K>,
    device: &mut Option<Device<C::Transport>>,
) -> Result<(), HostFailure> {
    let retries = shared.settings.retries;
    let transport = patience::connect(&shared.connector, &host.target, retries).await?;
    if let Some(negotiated) = transport.negotiated() {
        reporter.connected(negotiated.clone()).await;
    }
    let limits = shared.settings.session_of(&host.target);
    let (session, mut survey) = DeviceSession::open(transport, limits).await?;
    let mut transcripts = std::mem::take(&mut survey.transcripts);
    for transcript in transcripts.drain(..) {
        reporter.answered(transcript).await;
    }
    let device = device.insert(Device { session, survey });
    let mut scope: Option<HostScope> = None;
    for index in &host.plays {
        let Some(play) = shared.plan.plays.get(*index) else { continue };
        let scope = match &mut scope {
            Some(scope) => {
                scope.enter_play(play.clone());
                scope
            }
            none => none.insert(HostScope::new(
                shared.plan.variables.clone(),
                play.clone(),
                host.entry.host.clone(),
            )),
        };
        for (position, task) in play.tasks.iter().enumerate() {
            scope.enter_task(position);
            let run = TaskRun { play, task, templar: &shared.templar, reporter };
            match run.run(scope, device).await {
                Ended::On => {}
                Ended::Failed(failure) => return Err(failure),
            }
        }
    }
    Ok(())
}
