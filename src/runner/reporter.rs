//! What one host has to say, on its way into the channel of events.

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::port::Clock;
use super::redactor::Redactor;
use crate::model::{
    HostFailure, HostName, HostOutcome, Negotiated, RunEvent, TaskOutcome, TaskRef, Transcript,
};

/// Sends the events of one host, without its secrets. A channel that nobody reads any more is no
/// error: the run is over then.
#[derive(Debug)]
pub(super) struct Reporter<'a, K> {
    pub host: HostName,
    pub clock: &'a K,
    pub redactor: Redactor,
    pub events: mpsc::Sender<RunEvent>,
}

impl<K: Clock> Reporter<'_, K> {
    pub async fn started(&self) {
        self.send(RunEvent::HostStarted { host: self.host.clone(), at: self.now() }).await;
    }

    pub async fn connected(&self, negotiated: Negotiated) {
        let (host, at) = (self.host.clone(), self.now());
        self.send(RunEvent::HostConnected { host, at, negotiated }).await;
    }

    /// Reports an answer, and gives it back as it may be kept.
    pub async fn answered(&self, transcript: Transcript) -> Transcript {
        let transcript = self.redactor.transcript(transcript);
        let event =
            RunEvent::CommandAnswered { host: self.host.clone(), transcript: transcript.clone() };
        self.send(event).await;
        transcript
    }

    pub async fn task_finished(&self, mut task: TaskRef, mut outcome: TaskOutcome) {
        task.name = self.redactor.hide(&task.name).into_owned();
        let hide = |text: String| self.redactor.hide(&text).into_owned();
        outcome.message = outcome.message.map(hide);
        outcome.delegate = outcome.delegate.map(hide);
        let (host, at) = (self.host.clone(), self.now());
        self.send(RunEvent::TaskFinished { host, at, task, outcome }).await;
    }

    pub async fn finished(&self, outcome: HostOutcome) {
        let hide = |failure: HostFailure| self.redactor.failure(failure);
        let outcome = match outcome {
            HostOutcome::Failed { failure } => HostOutcome::Failed { failure: hide(failure) },
            HostOutcome::Unreachable { failure } => {
                HostOutcome::Unreachable { failure: hide(failure) }
            }
            other => other,
        };
        let (host, at) = (self.host.clone(), self.now());
        self.send(RunEvent::HostFinished { host, at, outcome }).await;
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn send(&self, event: RunEvent) {
        self.events.send(event).await.ok();
    }
}
