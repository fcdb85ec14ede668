//! Runs that several processes examine at once, each a part of the hosts.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _, Transaction};

use super::entry::{Beginning, LEASE, refuse_overlap};
use super::row::event_of;
use super::{Holder, Store, StoreError, Writer};
use crate::model::{Division, HostName, RunEvent, RunHeader};

/// Hosts that are written into one statement.
const AT_ONCE: usize = 500;

/// What a process wants of a joint run.
#[derive(Debug)]
pub struct Share<'a> {
    /// Whether the run is named by its id; otherwise it is one of the same cast that began not longer
    /// ago than this.
    pub is_named: bool,
    pub join: Duration,
    /// From 0; `None` where hosts are claimed.
    pub shard: Option<u32>,
    /// The hosts that may be examined here.
    pub members: &'a HashSet<HostName>,
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug)]
pub enum Joined {
    Part(Box<SharedPart>),
    /// All of this run is done.
    Whole(String),
}

/// A part of a run that others examine too.
#[derive(Debug)]
pub struct SharedPart {
    /// Of the run.
    pub header: RunHeader,
    pub first: RunEvent,
    /// Those of the members that have no outcome yet.
    pub left: HashSet<HostName>,
    pub writer: Writer,
    pub claims: Claims,
}

impl Store {
    /// Begins a part of a joint run: of the one that is under way, or else of a new one of this header.
    ///
    /// # Errors
    /// When the run is of another cast, its shard is examined by another process, a run of the same
    /// playbook is at some of the hosts, or the database does not take the part.
    pub async fn join(
        &self,
        header: &RunHeader,
        share: &Share<'_>,
        holder: &Holder,
    ) -> Result<Joined, StoreError> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let division = header.origin.as_ref().map(|origin| origin.division).unwrap_or_default();
        let mut entrance = self.enter().await?;
        let living = self.living(&mut entrance, holder).await?;
        let found = self.find(&mut entrance, header, share).await?;
        let shard = share.shard.map(i64::from);
        let mut left = share.members.clone();
        let (run, first) = match found {
            Some(Found { header, is_over: true }) => return Ok(Joined::Whole(header.id)),
            Some(Found { header: run, .. }) => {
                for host in self.done(&mut entrance, &run.id).await? {
                    left.remove(&host);
                }
                let notes = header.notes.iter().filter(|note| !run.notes.contains(note));
                let first = RunEvent::PartStarted {
                    at: share.now,
                    version: header.version.clone(),
                    hosts: left.len(),
                    notes: notes.cloned().collect(),
                };
                (run, first)
            }
            None => (header.clone(), RunEvent::RunStarted { run: header.clone() }),
        };
        let is_taken = |part: &&super::entry::Living| {
            shard.is_some() && part.run == run.id && part.shard == shard
        };
        if let Some(part) = living.iter().find(is_taken) {
            return Err(self.goes_on(part));
        }
        refuse_overlap(&living, &run)?;
        if matches!(first, RunEvent::RunStarted { .. }) {
            self.insert_run(&mut entrance, &run).await.map_err(failed)?;
            if division == Division::Claims {
                offer(&mut entrance, &run).await.map_err(failed)?;
            }
        }
        let part =
            Beginning { run: &run.id, version: &header.version, shard, first: first.clone() };
        let number = self.begin_part(entrance, part, holder).await?;
        let writer = Writer::start(self.clone(), run.id.clone(), number, division);
        let (store, holder) = (self.clone(), holder.clone());
        let is_in_vain = writer.has_given_up();
        let claims = Claims { store, run: run.id.clone(), part: number, holder, is_in_vain };
        let part = SharedPart { header: run, first, left, writer, claims };
        Ok(Joined::Part(Box::new(part)))
    }

    /// The run to join.
    async fn find(
        &self,
        entrance: &mut Transaction<'static, Any>,
        header: &RunHeader,
        share: &Share<'_>,
    ) -> Result<Option<Found>, StoreError> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let join = i64::try_from(share.join.as_millis()).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT runs.id, runs.finished, events.body, events.packed FROM runs \
             JOIN events ON events.run_id = runs.id AND events.part = 0 AND events.seq = 0 \
             WHERE (runs.id = $1 AND $2 = 1) OR (runs.started >= $3 AND $2 = 0) \
             ORDER BY runs.started DESC, runs.id DESC LIMIT 100",
        )
        .bind(&header.id)
        .bind(i64::from(share.is_named))
        .bind(header.started.as_millisecond().saturating_sub(join))
        .fetch_all(&mut **entrance)
        .await
        .map_err(failed)?;
        for row in rows {
            let is_over = row.try_get::<Option<i64>, _>("finished").map_err(failed)?.is_some();
            let Ok(RunEvent::RunStarted { run }) = event_of(&row).map_err(failed)? else {
                continue;
            };
            if share.is_named {
                let (then, now) = (run.origin.clone(), header.origin.clone());
                let (then, now) = (then.unwrap_or_default(), now.unwrap_or_default());
                let mut what = then.differences(&now);
                if then.division != now.division {
                    what.push("the way in which the hosts are divided");
                }
                if !what.is_empty() {
                    let what = what.join(", ");
                    return Err(StoreError::Differs { run: run.id, what });
                }
            } else if run.origin != header.origin
                || self.has_shard(entrance, &run.id, share.shard).await.map_err(failed)?
            {
                continue;
            }
            return Ok(Some(Found { header: run, is_over }));
        }
        Ok(None)
    }

    /// Whether a shard of a run has been examined: the next run is meant then.
    async fn has_shard(
        &self,
        entrance: &mut Transaction<'static, Any>,
        run: &str,
        shard: Option<u32>,
    ) -> Result<bool, sqlx::Error> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM parts WHERE run_id = $1 AND shard = $2 AND finished IS NOT NULL",
        )
        .bind(run)
        .bind(shard.map(i64::from))
        .fetch_one(&mut **entrance)
        .await?;
        Ok(count > 0)
    }

    /// The hosts of which something is known.
    async fn done(
        &self,
        entrance: &mut Transaction<'static, Any>,
        run: &str,
    ) -> Result<HashSet<HostName>, StoreError> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let mut rows = sqlx::query(
            "SELECT body, packed FROM events WHERE run_id = $1 AND kind = 'host_finished'",
        )
        .bind(run)
        .fetch(&mut **entrance);
        let mut done = HashSet::new();
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            if let Ok(RunEvent::HostFinished { host, outcome, .. }) =
                event_of(&row).map_err(failed)?
                && outcome.is_final()
            {
                done.insert(host);
            }
        }
        Ok(done)
    }
}

struct Found {
    header: RunHeader,
    is_over: bool,
}

/// Hosts that a process takes when it has room.
#[derive(Debug)]
pub struct Claims {
    store: Store,
    run: String,
    part: i64,
    holder: Holder,
    /// Whether nothing more is kept of what is found.
    is_in_vain: Arc<AtomicBool>,
}

/// What there is to be taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// These hosts are this process's now.
    Taken(Vec<HostName>),
    /// Others have all that is left. Their hosts are free again when they die.
    Wait,
    /// Nothing is left, or nothing that is found would be kept.
    Over,
}

impl Claims {
    /// Takes up to `most` hosts, in the order of the inventory.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(&self, most: usize) -> Result<Claim, StoreError> {
        if self.is_in_vain.load(Ordering::Relaxed) {
            return Ok(Claim::Over);
        }
        self.taking(most).await.map_err(|error| self.store.failed(&error))
    }

    async fn taking(&self, most: usize) -> Result<Claim, sqlx::Error> {
        let mut transaction = self.store.pool.begin().await?;
        super::entry::enter(&mut transaction).await?;
        let now = self.store.dialect.now();
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT part, process FROM parts \
             WHERE run_id = $1 AND finished IS NULL AND seen > {now} - $2"
        )))
        .bind(&self.run)
        .bind(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
        .fetch_all(&mut *transaction)
        .await?;
        let mut living = vec![self.part.to_string()];
        for row in rows {
            let process: Option<&str> = row.try_get("process")?;
            if !process.is_some_and(|process| self.holder.is_gone(process)) {
                living.push(row.try_get::<i64, _>("part")?.to_string());
            }
        }
        sqlx::query(AssertSqlSafe(format!(
            "UPDATE claims SET part = NULL WHERE run_id = $1 AND done = 0 AND part IS NOT NULL \
             AND part NOT IN ({})",
            living.join(", ")
        )))
        .bind(&self.run)
        .execute(&mut *transaction)
        .await?;
        let hosts: Vec<String> = sqlx::query_scalar(
            "SELECT host FROM claims WHERE run_id = $1 AND done = 0 AND part IS NULL \
             ORDER BY position LIMIT $2",
        )
        .bind(&self.run)
        .bind(i64::try_from(most.min(AT_ONCE)).unwrap_or(1))
        .fetch_all(&mut *transaction)
        .await?;
        let claim = if hosts.is_empty() {
            match left(&mut transaction, &self.run, Division::Claims).await? {
                0 => Claim::Over,
                _ => Claim::Wait,
            }
        } else {
            let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
            let set = format!("part = {}", self.part);
            update(&mut transaction, &self.run, &set, &names).await?;
            Claim::Taken(hosts.into_iter().map(HostName::new).collect())
        };
        transaction.commit().await?;
        Ok(claim)
    }
}

/// Offers all hosts of a run.
async fn offer(connection: &mut AnyConnection, run: &RunHeader) -> Result<(), sqlx::Error> {
    let numbered: Vec<_> = run.hosts.iter().zip(0_i64..).collect();
    for some in numbered.chunks(AT_ONCE) {
        let mut sql = "INSERT INTO claims (run_id, position, host) VALUES ".to_owned();
        for number in 0..some.len() {
            let comma = if number > 0 { ", " } else { "" };
            sql.push_str(&format!("{comma}($1, ${}, ${})", number * 2 + 2, number * 2 + 3));
        }
        let mut insert = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(&run.id);
        for (host, position) in some {
            insert = insert.bind(position).bind(host.host.as_str());
        }
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

/// These hosts have their outcome.
pub(super) async fn settle(
    connection: &mut AnyConnection,
    run: &str,
    hosts: &[&str],
) -> Result<(), sqlx::Error> {
    update(connection, run, "done = 1", hosts).await
}

async fn update(
    connection: &mut AnyConnection,
    run: &str,
    set: &str,
    hosts: &[&str],
) -> Result<(), sqlx::Error> {
    if hosts.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = (2..hosts.len() + 2).map(|number| format!("${number}")).collect();
    let sql =
        format!("UPDATE claims SET {set} WHERE run_id = $1 AND host IN ({})", names.join(", "));
    let mut update = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(run);
    for host in hosts {
        update = update.bind(*host);
    }
    update.execute(connection).await.map(drop)
}

/// How many hosts of a run have no outcome.
pub(super) async fn left(
    connection: &mut AnyConnection,
    run: &str,
    division: Division,
) -> Result<i64, sqlx::Error> {
    let sql = match division {
        // Its one process has given an outcome to all.
        Division::Whole => return Ok(0),
        Division::Shards(_) => {
            "SELECT hosts - (SELECT COUNT(DISTINCT host) FROM events WHERE run_id = $1 AND \
             kind = 'host_finished') FROM runs WHERE id = $1"
        }
        Division::Claims => "SELECT COUNT(*) FROM claims WHERE run_id = $1 AND done = 0",
    };
    sqlx::query_scalar(sql).bind(run).fetch_one(connection).await
}
