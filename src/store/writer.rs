//! Keeps a run while it goes on.

use std::time::Duration;

use sqlx::{AnyPool, AssertSqlSafe};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::StoreError;
use super::dialect::Dialect;
use super::row::{Packer, insert_rows};
use crate::model::RunEvent;

/// Events that may wait for the writer. When it is full the run waits, for at most
/// [`COMMIT_LIMIT`]: then the store has failed and nothing waits for it any more.
const WAITING: usize = 1024;

/// The most events in one transaction and in one statement.
const BATCH: usize = 256;

/// How long one transaction may take.
const COMMIT_LIMIT: Duration = Duration::from_secs(20);

/// Takes the events of one run and commits them in the background, as many at a time as are
/// waiting: each on its own in a quiet run, in large batches in a busy one.
///
/// The store never costs a run anything: at its first failure the writer stops writing, goes on
/// taking events, and [`Writer::finish`] says what happened.
#[derive(Debug)]
pub struct Writer {
    location: String,
    events: mpsc::Sender<RunEvent>,
    task: JoinHandle<Result<u64, StoreError>>,
}

impl Writer {
    /// Starts writing behind event 0, the header, which is in the store already.
    pub(super) fn start(pool: AnyPool, dialect: Dialect, location: String, run: String) -> Self {
        let (events, inbox) = mpsc::channel(WAITING);
        let packer = Packer::new();
        let log = Log { pool, dialect, location: location.clone(), run, part: 0, seq: 1, packer };
        let task = tokio::spawn(write(log, inbox));
        Self { location, events, task }
    }

    /// Hands over the next event. `RunStarted` may be handed over too: it is not kept twice.
    pub async fn append(&self, event: RunEvent) {
        // A closed channel means that the task is gone, which `finish` reports.
        self.events.send(event).await.ok();
    }

    /// Hands over an event without waiting: one that has no room is lost, and the run in the store
    /// is not whole.
    pub fn try_append(&self, event: RunEvent) {
        self.events.try_send(event).ok();
    }

    /// Waits until everything is committed and says how many events the run has in the store.
    ///
    /// # Errors
    /// The first failure, when there was one: what came before it is in the store.
    pub async fn finish(self) -> Result<u64, StoreError> {
        let Self { location, events, task } = self;
        drop(events);
        task.await.unwrap_or(Err(StoreError::WriterLost { location }))
    }
}

async fn write(mut log: Log, mut inbox: mpsc::Receiver<RunEvent>) -> Result<u64, StoreError> {
    let mut outcome = Ok(());
    let mut batch = Vec::with_capacity(BATCH);
    while inbox.recv_many(&mut batch, BATCH).await > 0 {
        if outcome.is_ok() {
            outcome = log.commit(&batch).await;
        }
        batch.clear();
    }
    outcome.map(|()| log.seq.unsigned_abs())
}

/// The end of one run's events in the database.
struct Log {
    pool: AnyPool,
    dialect: Dialect,
    location: String,
    run: String,
    part: i64,
    /// Number of the next event.
    seq: i64,
    packer: Packer,
}

impl Log {
    async fn commit(&mut self, batch: &[RunEvent]) -> Result<(), StoreError> {
        let rows = timeout(COMMIT_LIMIT, self.insert(batch)).await.map_err(|_| {
            StoreError::Slow { location: self.location.clone(), seconds: COMMIT_LIMIT.as_secs() }
        })?;
        self.seq += rows.map_err(|error| StoreError::database(&self.location, &error))?;
        Ok(())
    }

    /// Inserts a batch in one transaction and returns how many rows it became.
    async fn insert(&mut self, batch: &[RunEvent]) -> Result<i64, sqlx::Error> {
        let mut rows = Vec::with_capacity(batch.len());
        for event in batch {
            if !matches!(event, RunEvent::RunStarted { .. }) {
                let row = self.packer.row(event);
                rows.push(row.map_err(|error| sqlx::Error::Encode(error.into()))?);
            }
        }
        if rows.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.pool.begin().await?;
        insert_rows(&mut transaction, &self.run, self.part, self.seq, &rows).await?;
        for event in batch {
            if let RunEvent::RunFinished { at, interrupted } = event {
                sqlx::query("UPDATE runs SET finished = $1, interrupted = $2 WHERE id = $3")
                    .bind(at.as_millisecond())
                    .bind(*interrupted)
                    .bind(&self.run)
                    .execute(&mut *transaction)
                    .await?;
                let now = self.dialect.now();
                sqlx::query(AssertSqlSafe(format!(
                    "UPDATE parts SET finished = {now} WHERE run_id = $1 AND part = $2"
                )))
                .bind(&self.run)
                .bind(self.part)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }
}
