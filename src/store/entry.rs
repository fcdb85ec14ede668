//! How a process comes to write a part of a run: nobody else may be at the same devices for the
//! sake of the same playbook.

use std::collections::HashSet;
use std::time::Duration;

use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _, Transaction};

use super::database::time;
use super::row::{Packer, event_of, insert_rows};
use super::{Holder, Store, StoreError, Writer};
use crate::model::{Division, HostEntry, RunEvent, RunHeader};

/// A process that has not said for so long that it lives is taken for dead. Longer than a database
/// may be away: while it is, nobody can say anything.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A part whose process seems to live.
pub(super) struct Living {
    pub run: String,
    pub shard: Option<i64>,
    pub holder: String,
    pub started: i64,
    header: RunHeader,
}

impl Store {
    /// Writes the header of a new run, so that it is known before its first packet, and starts
    /// the writer of its events.
    ///
    /// # Errors
    /// When another process runs the same playbook on some of the hosts, or the database does not
    /// take the run, or holds one of that id.
    pub async fn begin(&self, header: &RunHeader, holder: &Holder) -> Result<Writer, StoreError> {
        let mut entrance = self.enter().await?;
        let living = self.living(&mut entrance, holder).await?;
        refuse_overlap(&living, header)?;
        if self.next_part(&mut entrance, &header.id).await.map_err(|e| self.failed(&e))? > 0 {
            return Err(StoreError::Exists { run: header.id.clone() });
        }
        self.insert_run(&mut entrance, header).await.map_err(|error| self.failed(&error))?;
        let begun = RunEvent::RunStarted { run: header.clone() };
        let part =
            Beginning { run: &header.id, version: &header.version, shard: None, first: begun };
        let number = self.begin_part(entrance, part, holder).await?;
        Ok(Writer::start(self.clone(), header.id.clone(), number, Division::Whole))
    }

    /// Begins another part of the run of this header, after all `parts` that the caller knows of have
    /// ended; `first` is its first event, by `version` of tokenfleet.
    ///
    /// # Errors
    /// When the run goes on in another process, or one is at some of its hosts for the sake of the
    /// same playbook, or the database does not take the part.
    pub async fn resume(
        &self,
        header: &RunHeader,
        parts: usize,
        version: &str,
        first: RunEvent,
        holder: &Holder,
    ) -> Result<Writer, StoreError> {
        let mut entrance = self.enter().await?;
        let living = self.living(&mut entrance, holder).await?;
        if let Some(part) = living.iter().find(|part| part.run == header.id) {
            return Err(self.goes_on(part));
        }
        refuse_overlap(&living, header)?;
        let count = self.next_part(&mut entrance, &header.id).await;
        if count.map_err(|error| self.failed(&error))? != i64::try_from(parts).unwrap_or(i64::MAX) {
            return Err(StoreError::WentOn { run: header.id.clone() });
        }
        sqlx::query("UPDATE runs SET finished = NULL, interrupted = FALSE WHERE id = $1")
            .bind(&header.id)
            .execute(&mut *entrance)
            .await
            .map_err(|error| self.failed(&error))?;
        let part = Beginning { run: &header.id, version, shard: None, first };
        let number = self.begin_part(entrance, part, holder).await?;
        Ok(Writer::start(self.clone(), header.id.clone(), number, Division::Whole))
    }

    pub(super) fn goes_on(&self, part: &Living) -> StoreError {
        match time(part.started) {
            Ok(since) => {
                let (run, holder) = (part.run.clone(), part.holder.clone());
                StoreError::GoesOn { run, holder, since }
            }
            Err(error) => self.failed(&error),
        }
    }

    /// Begins a transaction in which no other process begins a part: until it ends, they wait.
    pub(super) async fn enter(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let entering = async {
            let mut entrance = self.pool.begin().await?;
            enter(&mut entrance).await?;
            Ok(entrance)
        };
        entering.await.map_err(|error: sqlx::Error| self.failed(&error))
    }

    /// The parts whose processes seem to live, each with the header of its run.
    pub(super) async fn living(
        &self,
        entrance: &mut Transaction<'static, Any>,
        holder: &Holder,
    ) -> Result<Vec<Living>, StoreError> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let now = self.dialect.now();
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT parts.run_id, parts.shard, parts.holder, parts.process, parts.version, \
             parts.started, events.body, events.packed FROM parts \
             JOIN events ON events.run_id = parts.run_id AND events.part = 0 AND events.seq = 0 \
             WHERE parts.finished IS NULL AND parts.seen > {now} - $1 \
             ORDER BY parts.started, parts.run_id, parts.part"
        )))
        .bind(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
        .fetch_all(&mut **entrance)
        .await
        .map_err(failed)?;
        let mut living = Vec::new();
        for row in rows {
            let process: Option<&str> = row.try_get("process").map_err(failed)?;
            if process.is_some_and(|process| holder.is_gone(process)) {
                continue;
            }
            let run: String = row.try_get("run_id").map_err(failed)?;
            let event = event_of(&row).map_err(failed)?;
            let header = match event {
                Ok(RunEvent::RunStarted { run }) => run,
                Ok(_) => continue,
                Err(cause) => {
                    let version = row.try_get("version").map_err(failed)?;
                    return Err(StoreError::Event { run, part: 0, seq: 0, version, cause });
                }
            };
            let holder = row.try_get("holder").map_err(failed)?;
            let started = row.try_get("started").map_err(failed)?;
            let shard = row.try_get("shard").map_err(failed)?;
            living.push(Living { run, shard, holder, started, header });
        }
        Ok(living)
    }

    pub(super) async fn insert_run(
        &self,
        entrance: &mut Transaction<'static, Any>,
        header: &RunHeader,
    ) -> Result<(), sqlx::Error> {
        let inventories = serde_json::to_string(&header.inventories)
            .map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "INSERT INTO runs (id, started, version, playbook, inventories, host_limit, hosts) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&header.id)
        .bind(header.started.as_millisecond())
        .bind(&header.version)
        .bind(&header.playbook)
        .bind(inventories)
        .bind(&header.limit)
        .bind(i64::try_from(header.devices()).unwrap_or(i64::MAX))
        .execute(&mut **entrance)
        .await?;
        Ok(())
    }

    async fn next_part(
        &self,
        entrance: &mut Transaction<'static, Any>,
        run: &str,
    ) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COALESCE(MAX(part) + 1, 0) FROM parts WHERE run_id = $1")
            .bind(run)
            .fetch_one(&mut **entrance)
            .await
    }

    /// Writes the next part of a run with its first event; its number.
    pub(super) async fn begin_part(
        &self,
        mut entrance: Transaction<'static, Any>,
        part: Beginning<'_>,
        holder: &Holder,
    ) -> Result<i64, StoreError> {
        let now = self.dialect.now();
        let beginning = async {
            let row = Packer::new().row(&part.first);
            let row = row.map_err(|error| sqlx::Error::Encode(error.into()))?;
            let number = self.next_part(&mut entrance, part.run).await?;
            sqlx::query(AssertSqlSafe(format!(
                "INSERT INTO parts (run_id, part, holder, process, version, shard, started, seen) \
                 VALUES ($1, $2, $3, $4, $5, $6, {now}, {now})"
            )))
            .bind(part.run)
            .bind(number)
            .bind(&holder.name)
            .bind(&holder.process)
            .bind(part.version)
            .bind(part.shard)
            .execute(&mut *entrance)
            .await?;
            insert_rows(&mut entrance, part.run, number, 0, &[&row]).await?;
            entrance.commit().await?;
            Ok(number)
        };
        beginning.await.map_err(|error: sqlx::Error| self.failed(&error))
    }
}

/// A part that is to be begun.
pub(super) struct Beginning<'a> {
    pub run: &'a str,
    pub version: &'a str,
    pub shard: Option<i64>,
    pub first: RunEvent,
}

/// Two runs of one playbook must not be at one device: the same name at the same address.
pub(super) fn refuse_overlap(living: &[Living], header: &RunHeader) -> Result<(), StoreError> {
    let key = |entry: &HostEntry| (entry.host.clone(), entry.address.clone());
    let ours: HashSet<_> = header.hosts.iter().map(key).collect();
    let others = living.iter().filter(|other| other.run != header.id);
    for other in others.filter(|other| is_same_playbook(&other.header, header)) {
        let shared = other.header.hosts.iter().filter(|host| ours.contains(&key(host))).count();
        if shared == 0 {
            continue;
        }
        return Err(StoreError::Held {
            run: other.run.clone(),
            playbook: other.header.playbook.clone(),
            holder: other.holder.clone(),
            since: other.header.started,
            shared,
            hosts: header.devices(),
        });
    }
    Ok(())
}

/// By its path, or by what is in it.
fn is_same_playbook(a: &RunHeader, b: &RunHeader) -> bool {
    let content = |header: &RunHeader| header.origin.as_ref().map(|origin| origin.playbook.clone());
    a.playbook == b.playbook || content(a).is_some_and(|text| content(b) == Some(text))
}

/// Waits until no other transaction is at this place, and keeps others from it until its own ends.
pub(super) async fn enter(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let entering = sqlx::query("UPDATE entrance SET entered = entered + 1 WHERE id = 1");
    entering.execute(connection).await.map(drop)
}
