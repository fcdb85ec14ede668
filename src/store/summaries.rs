//! What is kept of runs beside their events.

use std::collections::HashMap;
use std::io::Read;

use sqlx::Row as _;

use super::{Store, StoreError};

/// What a list of runs shows of one. What it means is not for the store to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSummary {
    /// Id of the run.
    pub run: String,
    /// Number of the form in which it is kept.
    pub format: i64,
    /// Whether it was made of all that the store holds of the run today.
    pub is_current: bool,
    pub counts: String,
    /// Id of the run that it was compared with, and what came of it.
    pub compared: Option<(String, String)>,
}

/// The large parts of what is kept of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSnapshot {
    pub overview: String,
    pub states: String,
}

/// Speed counts: the next levels take twice the time for a tenth of the size.
const LEVEL: i32 = 3;

/// The longest text that is unpacked (bytes): a damaged store must not fill the memory.
const LONGEST: u64 = 256 << 20;

/// How many runs are asked for in one statement.
const AT_ONCE: usize = 200;

impl Store {
    /// The summaries of all runs that have one, by the ids of the runs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn summaries(&self) -> Result<HashMap<String, StoredSummary>, StoreError> {
        // The events of a run that has an end are counted no more: no more of them come.
        let rows = sqlx::query(
            "SELECT run_id, format, counts, compared, changes, CASE \
             WHEN runs.finished IS NOT NULL AND runs.finished = summaries.finished THEN 1 \
             WHEN runs.finished IS NULL AND summaries.finished IS NULL AND summaries.events = \
             (SELECT COUNT(*) FROM events WHERE events.run_id = runs.id) THEN 1 \
             ELSE 0 END AS is_current \
             FROM summaries JOIN runs ON runs.id = summaries.run_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(&error))?;
        let mut summaries = HashMap::new();
        for row in rows {
            let read = || -> Result<StoredSummary, sqlx::Error> {
                let compared: Option<String> = row.try_get("compared")?;
                let changes: Option<String> = row.try_get("changes")?;
                Ok(StoredSummary {
                    run: row.try_get("run_id")?,
                    format: row.try_get("format")?,
                    is_current: row.try_get::<i64, _>("is_current")? != 0,
                    counts: row.try_get("counts")?,
                    compared: compared.zip(changes),
                })
            };
            let summary = read().map_err(|error| self.failed(&error))?;
            summaries.insert(summary.run.clone(), summary);
        }
        Ok(summaries)
    }

    /// Keeps what is to be kept of a run, instead of what was kept of it before.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn keep_summary(
        &self,
        run: &str,
        format: i64,
        counts: &str,
        snapshot: &StoredSnapshot,
    ) -> Result<(), StoreError> {
        let (overview, states) = (pack(&snapshot.overview), pack(&snapshot.states));
        let kept = async {
            let mut transaction = self.pool.begin().await?;
            for table in [
                "DELETE FROM summaries WHERE run_id = $1",
                "DELETE FROM snapshots WHERE run_id = $1",
            ] {
                sqlx::query(table).bind(run).execute(&mut *transaction).await?;
            }
            sqlx::query(
                "INSERT INTO summaries (run_id, format, finished, events, counts) \
                 SELECT id, CAST($1 AS BIGINT), finished, \
                 (SELECT COUNT(*) FROM events WHERE events.run_id = runs.id), CAST($2 AS TEXT) \
                 FROM runs WHERE id = $3",
            )
            .bind(format)
            .bind(counts)
            .bind(run)
            .execute(&mut *transaction)
            .await?;
            sqlx::query("INSERT INTO snapshots (run_id, overview, states) VALUES ($1, $2, $3)")
                .bind(run)
                .bind(overview)
                .bind(states)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        };
        kept.await.map_err(|error: sqlx::Error| self.failed(&error))
    }

    /// Keeps what came of comparing a run with an earlier one.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn keep_comparison(
        &self,
        run: &str,
        with: &str,
        changes: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE summaries SET compared = $1, changes = $2 WHERE run_id = $3")
            .bind(with)
            .bind(changes)
            .bind(run)
            .execute(&self.pool)
            .await
            .map_err(|error| self.failed(&error))?;
        Ok(())
    }

    /// The overviews of runs, by their ids; of a run without one, none.
    ///
    /// # Errors
    /// When the database cannot be read, or one of them not be unpacked.
    pub async fn overviews(&self, runs: &[String]) -> Result<HashMap<String, String>, StoreError> {
        self.parts("overview", runs).await
    }

    /// The states of runs, by their ids; of a run without any, none.
    ///
    /// # Errors
    /// When the database cannot be read, or one of them not be unpacked.
    pub async fn states(&self, runs: &[String]) -> Result<HashMap<String, String>, StoreError> {
        self.parts("states", runs).await
    }

    async fn parts(
        &self,
        part: &'static str,
        runs: &[String],
    ) -> Result<HashMap<String, String>, StoreError> {
        let mut parts = HashMap::new();
        for runs in runs.chunks(AT_ONCE) {
            let places: Vec<String> = (1..=runs.len()).map(|place| format!("${place}")).collect();
            let sql = format!(
                "SELECT run_id, {part} AS part FROM snapshots WHERE run_id IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
            for run in runs {
                query = query.bind(run);
            }
            let rows = query.fetch_all(&self.pool).await.map_err(|error| self.failed(&error))?;
            for row in rows {
                let read = || -> Result<(String, Vec<u8>), sqlx::Error> {
                    Ok((row.try_get("run_id")?, row.try_get("part")?))
                };
                let (run, packed) = read().map_err(|error| self.failed(&error))?;
                let text = unpack(&packed).map_err(|cause| StoreError::Summary {
                    run: run.clone(),
                    cause: cause.to_string(),
                })?;
                parts.insert(run, text);
            }
        }
        Ok(parts)
    }
}

fn pack(text: &str) -> Vec<u8> {
    // Into memory nothing can fail.
    zstd::encode_all(text.as_bytes(), LEVEL).unwrap_or_default()
}

fn unpack(packed: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    zstd::stream::read::Decoder::with_buffer(packed)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
