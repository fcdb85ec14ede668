//! Keeps a run while it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::entry::enter;
use super::joint::{left, settle};
use super::row::{Packer, Row, insert_rows};
use super::{Store, StoreError};
use crate::model::{Division, RunEvent};

/// Events that may wait to be packed.
const WAITING: usize = 1024;

/// What may wait for the database (bytes, packed). When it is reached the run waits, for at most
/// [`PATIENCE`]: then the store has failed and nothing waits for it any more.
const MOST_WAITING: u32 = 32 << 20;

/// The most events in one transaction and in one statement.
const BATCH: usize = 256;

/// How long one transaction may take.
const COMMIT_LIMIT: Duration = Duration::from_secs(20);

/// How long a store may be away before it has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two attempts, at first and at last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How often the part says that its process lives.
const PULSE: Duration = Duration::from_secs(5);

/// Takes the events of one part of a run and commits them in the background, as many at a time as
/// are waiting: each on its own in a quiet run, in large batches in a busy one.
///
/// A store that is away for a while costs nothing: the events wait for it. One that stays away costs
/// the run nothing either: the writer stops writing, goes on taking events, and [`Writer::finish`]
/// says what happened.
#[derive(Debug)]
pub struct Writer {
    location: String,
    events: mpsc::Sender<RunEvent>,
    trouble: watch::Receiver<Option<String>>,
    has_given_up: Arc<AtomicBool>,
    task: JoinHandle<Result<Kept, Loss>>,
}

impl Writer {
    /// Starts writing behind event 0 of the part, which is in the store already.
    pub(super) fn start(store: Store, run: String, part: i64, division: Division) -> Self {
        Self::start_with(store, run, part, division, PATIENCE)
    }

    pub(super) fn start_with(
        store: Store,
        run: String,
        part: i64,
        division: Division,
        patience: Duration,
    ) -> Self {
        let location = store.location.clone();
        let (events, inbox) = mpsc::channel(WAITING);
        let (packed, rows) = mpsc::unbounded_channel();
        let (told, trouble) = watch::channel(None);
        tokio::spawn(pack(inbox, packed));
        let has_given_up = Arc::new(AtomicBool::new(false));
        let log =
            Log { store, run, part, seq: 1, hosts: 0, division, has_ended: false, patience, told };
        let task = tokio::spawn(write(log, rows, has_given_up.clone()));
        Self { location, events, trouble, has_given_up, task }
    }

    /// Hands over the next event. The first of the part may be handed over too: it is not kept
    /// twice.
    pub async fn append(&self, event: RunEvent) {
        // A closed channel means that the task is gone, which `finish` reports.
        self.events.send(event).await.ok();
    }

    /// Hands over an event without waiting: one that has no room is lost, and the run in the store
    /// is not whole.
    pub fn try_append(&self, event: RunEvent) {
        self.events.try_send(event).ok();
    }

    /// Why the store takes nothing at the moment; `None` while it does. It is tried again.
    pub fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.clone()
    }

    /// Becomes true when nothing more will be kept: [`Writer::finish`] then says why.
    pub(super) fn has_given_up(&self) -> Arc<AtomicBool> {
        self.has_given_up.clone()
    }

    /// Waits until everything is committed and says what has become of the part.
    ///
    /// # Errors
    /// The first failure, when there was one: what came before it is in the store.
    pub async fn finish(self) -> Result<Kept, Loss> {
        let Self { location, events, task, .. } = self;
        drop(events);
        let lost = |_| Err(Loss { error: StoreError::WriterLost { location }, hosts: 0 });
        task.await.unwrap_or_else(lost)
    }
}

/// What has become of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How many events it has in the store.
    pub events: u64,
    /// Whether the run has ended with it: of parts that are written at once, only one may say so.
    pub has_ended: bool,
}

/// Why a part is not whole in the store.
#[derive(Debug)]
pub struct Loss {
    pub error: StoreError,
    /// Of how many of its hosts the outcome is there all the same.
    pub hosts: usize,
}

/// A row on its way, and the room that it takes.
struct Waiting {
    row: Result<Row, serde_json::Error>,
    _room: Option<OwnedSemaphorePermit>,
}

async fn pack(mut inbox: mpsc::Receiver<RunEvent>, packed: mpsc::UnboundedSender<Waiting>) {
    let room = Arc::new(Semaphore::new(MOST_WAITING as usize));
    let mut packer = Packer::new();
    while let Some(event) = inbox.recv().await {
        if matches!(event, RunEvent::RunStarted { .. } | RunEvent::PartStarted { .. }) {
            continue;
        }
        let row = packer.row(&event);
        drop(event);
        let size = row.as_ref().map_or(0, Row::size);
        let size = u32::try_from(size).unwrap_or(MOST_WAITING).min(MOST_WAITING);
        let room = room.clone().acquire_many_owned(size).await.ok();
        if packed.send(Waiting { row, _room: room }).is_err() {
            return;
        }
    }
}

async fn write(
    mut log: Log,
    mut rows: mpsc::UnboundedReceiver<Waiting>,
    has_given_up: Arc<AtomicBool>,
) -> Result<Kept, Loss> {
    let mut outcome = Ok(());
    let mut batch = Vec::with_capacity(BATCH);
    let mut pulse = interval(PULSE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            count = rows.recv_many(&mut batch, BATCH) => {
                if count == 0 {
                    break;
                }
                if outcome.is_ok() {
                    outcome = log.keep(&batch).await;
                    has_given_up.store(outcome.is_err(), Ordering::Relaxed);
                }
                batch.clear();
            }
            _ = pulse.tick(), if outcome.is_ok() => log.beat().await,
        }
    }
    match outcome {
        Ok(()) => Ok(Kept { events: log.seq.unsigned_abs(), has_ended: log.has_ended }),
        Err(error) => Err(Loss { error, hosts: log.hosts }),
    }
}

/// The end of one part's events in the database.
struct Log {
    store: Store,
    run: String,
    part: i64,
    /// Number of the next event.
    seq: i64,
    /// How many hosts have their outcome in it.
    hosts: usize,
    division: Division,
    /// Whether the run has ended with this part.
    has_ended: bool,
    patience: Duration,
    told: watch::Sender<Option<String>>,
}

impl Log {
    /// Commits a batch, and again for as long as what is in the way may pass.
    async fn keep(&mut self, batch: &[Waiting]) -> Result<(), StoreError> {
        let begun = Instant::now();
        let mut pause = PAUSES.0;
        loop {
            match self.commit(batch).await {
                Err(error) if error.may_pass() && begun.elapsed() < self.patience => {
                    self.told.send_if_modified(|told| {
                        let is_new = told.is_none();
                        *told = Some(error.to_string());
                        is_new
                    });
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSES.1);
                }
                outcome => {
                    self.told.send_if_modified(|told| told.take().is_some());
                    return outcome;
                }
            }
        }
    }

    async fn commit(&mut self, batch: &[Waiting]) -> Result<(), StoreError> {
        let location = &self.store.location;
        let inserted = timeout(COMMIT_LIMIT, self.insert(batch)).await.map_err(|_| {
            StoreError::Slow { location: location.clone(), seconds: COMMIT_LIMIT.as_secs() }
        })?;
        let (count, has_ended) = inserted.map_err(|error| self.store.failed(&error))?;
        self.seq += count;
        let is_outcome = |waiting: &&Waiting| waiting.row.as_ref().is_ok_and(|row| row.is_outcome);
        self.hosts += batch.iter().filter(is_outcome).count();
        self.has_ended |= has_ended;
        Ok(())
    }

    /// Inserts a batch in one transaction: how many rows it became, and whether the run is over.
    async fn insert(&self, batch: &[Waiting]) -> Result<(i64, bool), sqlx::Error> {
        let mut rows = Vec::with_capacity(batch.len());
        for waiting in batch {
            let row = waiting.row.as_ref();
            rows.push(row.map_err(|error| sqlx::Error::Encode(error.to_string().into()))?);
        }
        let mut transaction = self.store.pool.begin().await?;
        let ending = rows.iter().find_map(|row| row.ending);
        if ending.is_some() && self.division != Division::Whole {
            // The parts that end at the same time ask one after another whether the run is over.
            enter(&mut transaction).await?;
            rows.retain(|row| row.ending.is_none());
        }
        if !rows.is_empty() {
            insert_rows(&mut transaction, &self.run, self.part, self.seq, &rows).await?;
        }
        if self.division == Division::Claims {
            let done = rows.iter().filter(|row| row.is_outcome);
            let hosts: Vec<&str> = done.filter_map(|row| row.host.as_deref()).collect();
            settle(&mut transaction, &self.run, &hosts).await?;
        }
        let mut has_ended = false;
        if let Some((at, interrupted)) = ending {
            has_ended = self.end(&mut transaction, at, interrupted).await?;
            if has_ended && self.division != Division::Whole {
                let row = Packer::new().row(&RunEvent::RunFinished { at, interrupted });
                let row = row.map_err(|error| sqlx::Error::Encode(error.into()))?;
                let seq = self.seq + i64::try_from(rows.len()).unwrap_or(i64::MAX);
                insert_rows(&mut transaction, &self.run, self.part, seq, &[&row]).await?;
            }
        }
        transaction.commit().await?;
        Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), has_ended))
    }

    /// Ends the part, and the run too where nothing is left of it.
    async fn end(
        &self,
        connection: &mut AnyConnection,
        at: Timestamp,
        interrupted: bool,
    ) -> Result<bool, sqlx::Error> {
        let now = self.store.dialect.now();
        sqlx::query(AssertSqlSafe(format!(
            "UPDATE parts SET finished = {now} WHERE run_id = $1 AND part = $2"
        )))
        .bind(&self.run)
        .bind(self.part)
        .execute(&mut *connection)
        .await?;
        if left(connection, &self.run, self.division).await? > 0 {
            return Ok(false);
        }
        let ended = sqlx::query(
            "UPDATE runs SET finished = $1, interrupted = $2 WHERE id = $3 AND finished IS NULL",
        )
        .bind(at.as_millisecond())
        .bind(interrupted)
        .bind(&self.run)
        .execute(&mut *connection)
        .await?;
        if ended.rows_affected() > 0 {
            return Ok(true);
        }
        // It may have been this part that ended it, by a commit whose answer was lost.
        let own: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM events WHERE run_id = $1 AND part = $2 AND kind = 'run_finished'",
        )
        .bind(&self.run)
        .bind(self.part)
        .fetch_one(&mut *connection)
        .await?;
        Ok(own > 0)
    }

    /// Says that this process lives. What is wrong with the store is told where it costs something.
    async fn beat(&self) {
        let now = self.store.dialect.now();
        let beat = sqlx::query(AssertSqlSafe(format!(
            "UPDATE parts SET seen = {now} WHERE run_id = $1 AND part = $2"
        )))
        .bind(&self.run)
        .bind(self.part)
        .execute(&self.store.pool);
        timeout(PULSE, beat).await.ok();
    }
}
