//! The one loop that consumes events: to the screen, to the store, into the record.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::cli::log::{is_json, log_event};
use crate::cli::not_kept::NotKept;
use crate::cli::signals::Wishes;
use crate::cli::stream::{say, stderr_look};
use crate::cli::system_clock::SystemClock;
use crate::model::{RunEvent, RunRecord};
use crate::runner::{Clock, Connector, Interrupt, Runner};
use crate::store::Writer;
use crate::terminal::Progress;

/// Events that may wait between the workers and the loop.
const WAITING: usize = 1024;

/// How long events may gather: to be woken for each costs more than all that is done with it.
const BREATH: Duration = Duration::from_millis(5);

/// What came of a run.
pub(super) struct Followed {
    pub record: RunRecord,
    /// Why the run is not whole in the store, when it is not.
    pub loss: Option<NotKept>,
    /// Whether the run has ended: of one that several processes share, the last ends it.
    pub has_ended: bool,
}

/// Lets a runner run, on threads of its own, and takes what it tells, until it is done or the user
/// wants no more of it.
/// `opening`: what is told before the first host, of the run that `record` is of.
pub(super) async fn follow<C: Connector, K: Clock>(
    runner: Runner<C, K>,
    workers: Runtime,
    record: RunRecord,
    opening: Vec<RunEvent>,
    verbosity: u8,
    writer: Option<Writer>,
    wishes: &Wishes,
) -> Followed {
    let Wishes { mut stop, mut abandon } = wishes.clone();
    let (sender, mut events) = mpsc::channel(WAITING);
    let progress = (!is_json()).then(|| Progress::new(stderr_look(), verbosity));
    let mut trouble = Trouble { told: writer.as_ref().map(Writer::trouble), is_away: false };
    let known = NotKept::settled(&record);
    let mut sinks = Sinks { progress, verbosity, writer, record, known, abandon: abandon.clone() };
    for event in opening {
        sinks.take(event).await;
    }
    let mut driving = workers.spawn(runner.drive(sender, stop.clone()));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            () = abandon.raised() => {
                sinks.say("Not waiting for anything any more.");
                driving.abort();
                break;
            }
            () = stop.raised(), if !is_stopping => {
                is_stopping = true;
                sinks.say(
                    "Interrupted: leaving the devices, then writing what is known. Again: at once.",
                );
            }
            told = trouble.news() => sinks.say(&told),
            event = events.recv() => {
                let Some(event) = event else { break };
                sinks.take(event).await;
                for _ in 1..WAITING {
                    let Ok(event) = events.try_recv() else { break };
                    sinks.take(event).await;
                }
                sleep(BREATH).await;
            }
        }
    }
    if let Err(error) = (&mut driving).await
        && error.is_panic()
    {
        say("error: the run ended in a bug of tokenfleet; what is known of it is reported\n");
    }
    // Threads that only wait would keep the memory that they have used: the reports need it. An agent
    // that never answers keeps one for ever, for which nobody waits.
    workers.shutdown_background();
    // What was told before the end belongs to the run, whoever ended it.
    while let Ok(event) = events.try_recv() {
        sinks.take(event).await;
    }
    if sinks.record.finished.is_none() {
        let at = SystemClock.now();
        sinks.take(RunEvent::RunFinished { at, interrupted: true }).await;
    }
    sinks.finish(trouble).await
}

/// Everything that an event goes to.
struct Sinks {
    /// `None`: every event is logged instead.
    progress: Option<Progress>,
    verbosity: u8,
    writer: Option<Writer>,
    record: RunRecord,
    /// How many hosts had their outcome before this part of the run.
    known: usize,
    abandon: Interrupt,
}

impl Sinks {
    fn show(&mut self, event: &RunEvent) {
        match &mut self.progress {
            Some(progress) => progress.apply(event),
            None => log_event(event, self.verbosity),
        }
    }

    fn say(&mut self, text: &str) {
        match &mut self.progress {
            Some(progress) => progress.say(text),
            None => say(text),
        }
    }

    /// A store that is slow makes the run wait, but not the user who has no more patience.
    async fn take(&mut self, event: RunEvent) {
        self.show(&event);
        if let Some(writer) = &self.writer {
            tokio::select! {
                () = writer.append(event.clone()) => {}
                () = self.abandon.raised() => {
                    writer.try_append(event.clone());
                }
            }
        }
        self.record.apply(event);
    }

    async fn finish(mut self, mut trouble: Trouble) -> Followed {
        let finished = match self.writer.take() {
            None => Ok(true),
            Some(writer) => self.finish_writing(writer, &mut trouble).await,
        };
        let has_ended = !matches!(finished, Ok(false));
        let loss = finished.err();
        if loss.is_none() && trouble.is_away {
            self.say(BACK);
        }
        if let Some(progress) = self.progress {
            progress.finish();
        }
        Followed { record: self.record, loss, has_ended }
    }

    async fn finish_writing(
        &mut self,
        writer: Writer,
        trouble: &mut Trouble,
    ) -> Result<bool, NotKept> {
        let mut abandon = self.abandon.clone();
        let finishing = writer.finish();
        let hurry = hurried(&mut abandon);
        tokio::pin!(finishing, hurry);
        loop {
            tokio::select! {
                biased;
                kept = &mut finishing => return kept.map(|kept| kept.has_ended).map_err(|loss| {
                    NotKept::Failed { error: loss.error, hosts: self.known + loss.hosts }
                }),
                () = &mut hurry => return Err(NotKept::Abandoned),
                told = trouble.news() => self.say(&told),
            }
        }
    }
}

/// A moment after the user has lost patience: a store that is well needs no longer.
async fn hurried(abandon: &mut Interrupt) {
    const MOMENT: std::time::Duration = std::time::Duration::from_secs(2);
    abandon.raised().await;
    tokio::time::sleep(MOMENT).await;
}

/// What the store says of itself while the run goes on.
struct Trouble {
    told: Option<watch::Receiver<Option<String>>>,
    is_away: bool,
}

const BACK: &str = "The store is back: nothing was lost.";

impl Trouble {
    /// The next sentence about it, for a person.
    async fn news(&mut self) -> String {
        let Some(told) = &mut self.told else { return std::future::pending().await };
        if told.changed().await.is_err() {
            self.told = None;
            return std::future::pending().await;
        }
        let news = told.borrow_and_update().clone();
        self.is_away = news.is_some();
        match news {
            Some(trouble) => {
                format!("warning: {trouble}; what is found waits for it, for two minutes at most")
            }
            None => BACK.to_owned(),
        }
    }
}
