//! The store itself.

use std::path::PathBuf;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use super::dialect::Dialect;
use super::location::{Location, shown};
use super::row::event_of;
use super::stored_run::{Named, find};
use super::{StoreError, StoredRun};
use super::{postgres, sqlite};
use crate::model::RunEvent;

/// A database of runs. Cheap to clone: clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) pool: AnyPool,
    pub(super) dialect: Dialect,
    /// As the user named it, but for a password.
    pub(super) location: String,
}

impl Store {
    /// Opens the store at `location`: `sqlite://PATH` or just a path, or `postgres://…`. The file and
    /// its folder are created when they are missing, readable by their owner alone.
    ///
    /// # Errors
    /// When the file or database cannot be opened, is not a store, or is of a newer version.
    pub async fn open(location: &str) -> Result<Self, StoreError> {
        let read = Location::read(location)?;
        let location = shown(location);
        let (pool, dialect) = match read {
            Location::File(path) => (sqlite::open(&location, &path).await?, Dialect::Sqlite),
            Location::Server(server) => {
                (postgres::open(&location, &server).await?, Dialect::Postgres)
            }
        };
        Ok(Self { pool, dialect, location })
    }

    /// The file that a location names, if it names one.
    pub fn file_of(location: &str) -> Option<PathBuf> {
        match Location::read(location) {
            Ok(Location::File(path)) => Some(path),
            Ok(Location::Server(_)) | Err(_) => None,
        }
    }

    /// The newest `limit` runs, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs(&self, limit: u32) -> Result<Vec<StoredRun>, StoreError> {
        sqlx::query(
            "SELECT id, started, finished, CASE WHEN interrupted THEN 1 ELSE 0 END AS interrupted, \
             version, playbook, inventories, host_limit, hosts FROM runs ORDER BY started DESC, id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .and_then(|rows| rows.iter().map(stored_run).collect())
        .map_err(|error| self.failed(&error))
    }

    /// Every event of a run, in order, the first being its header. `run` is an id, the beginning
    /// of exactly one, or `latest`.
    ///
    /// # Errors
    /// When `run` does not name one run, or one of its events cannot be read.
    pub async fn events(&self, run: &str) -> Result<Vec<RunEvent>, StoreError> {
        let id = self.resolve(run).await?;
        let mut rows = sqlx::query(
            "SELECT events.part, events.seq, events.body, events.packed, parts.version FROM events \
             JOIN parts ON parts.run_id = events.run_id AND parts.part = events.part \
             WHERE events.run_id = $1 ORDER BY events.part, events.seq",
        )
        .bind(&id)
        .fetch(&self.pool);
        let failed = |error: sqlx::Error| self.failed(&error);
        let mut events = Vec::new();
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            match event_of(&row).map_err(failed)? {
                Ok(event) => events.push(event),
                Err(cause) => {
                    return Err(StoreError::Event {
                        run: id,
                        part: row.try_get("part").map_err(failed)?,
                        seq: row.try_get("seq").map_err(failed)?,
                        version: row.try_get("version").map_err(failed)?,
                        cause,
                    });
                }
            }
        }
        Ok(events)
    }

    /// The id that `run` means; see [`Store::events`].
    ///
    /// # Errors
    /// When it does not name one run.
    pub async fn resolve(&self, run: &str) -> Result<String, StoreError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM runs ORDER BY started DESC, id DESC")
                .fetch_all(&self.pool)
                .await
                .map_err(|error| self.failed(&error))?;
        let location = self.location.clone();
        match find(run, &ids) {
            Named::One(id) => Ok(id),
            _ if ids.is_empty() => Err(StoreError::Empty { location }),
            Named::Several(matches) => {
                Err(StoreError::AmbiguousRun { wanted: run.to_owned(), matches })
            }
            Named::None(nearest) => {
                Err(StoreError::UnknownRun { location, wanted: run.to_owned(), nearest })
            }
        }
    }

    /// Closes the database: its journal is folded into the file.
    pub async fn close(self) {
        self.pool.close().await;
    }

    pub(super) fn failed(&self, error: &sqlx::Error) -> StoreError {
        StoreError::database(&self.location, error)
    }
}

/// A time of the database: milliseconds since 1970.
pub(super) fn time(ms: i64) -> Result<Timestamp, sqlx::Error> {
    Timestamp::from_millisecond(ms).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn stored_run(row: &AnyRow) -> Result<StoredRun, sqlx::Error> {
    let inventories: &str = row.try_get("inventories")?;
    Ok(StoredRun {
        id: row.try_get("id")?,
        started: time(row.try_get("started")?)?,
        finished: row.try_get::<Option<i64>, _>("finished")?.map(time).transpose()?,
        interrupted: row.try_get::<i64, _>("interrupted")? != 0,
        version: row.try_get("version")?,
        playbook: row.try_get("playbook")?,
        inventories: serde_json::from_str(inventories)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        limit: row.try_get("host_limit")?,
        hosts: row.try_get::<i64, _>("hosts")?.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use sqlx::SqliteConnection;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{Connection, Executor};
    use tempfile::TempDir;

    use super::*;
    use crate::model::{
        Division, HostEntry, HostFailure, HostName, HostOutcome, Limits, RunHeader, Stage,
        Transcript,
    };
    use crate::store::{Holder, Writer};

    fn header(id: &str, started: i64) -> RunHeader {
        RunHeader {
            id: id.to_owned(),
            version: "0.1.0".to_owned(),
            playbook: "playbooks/audit.yml".to_owned(),
            inventories: vec!["inventories/a".to_owned(), "b, c".to_owned()],
            limit: Some("paris:!fgt-2".to_owned()),
            started: Timestamp::from_second(started).unwrap(),
            hosts: vec![HostEntry {
                host: HostName::new("fgt-1"),
                address: "192.0.2.1:22".to_owned(),
                groups: vec!["paris".to_owned()],
                limits: Limits { drift: Some(3), ..Limits::default() },
                new_serial: None,
                is_controller: false,
            }],
            notes: vec!["host keys were not checked".to_owned()],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        }
    }

    fn holder() -> Holder {
        Holder::this_process("anna", "audit-1")
    }

    fn answer(text: &str) -> RunEvent {
        RunEvent::CommandAnswered {
            host: HostName::new("fgt-1"),
            transcript: Transcript {
                command: "diagnose fortitoken info".to_owned(),
                vdom: Some("root".to_owned()),
                text: text.into(),
                elapsed_ms: 12,
                truncated: false,
                refusal: None,
            },
        }
    }

    fn ending() -> [RunEvent; 2] {
        let at = "2026-11-24T03:15:02.123456789Z".parse().unwrap();
        let failure = HostFailure::new(Stage::Login, "no prompt ‹\u{1b}›'\"", "look at it");
        [
            RunEvent::HostFinished {
                host: HostName::new("fgt-1"),
                at,
                outcome: HostOutcome::from(failure),
            },
            RunEvent::RunFinished { at, interrupted: true },
        ]
    }

    async fn temporary() -> (TempDir, String, Store) {
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("data/store.db").to_str().unwrap().to_owned();
        let store = Store::open(&location).await.unwrap();
        (folder, location, store)
    }

    async fn raw(location: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(location).create_if_missing(true);
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Both sentences of a refusal, without the place of the temporary folder.
    async fn refusal(location: &str) -> String {
        let error = Store::open(location).await.unwrap_err();
        format!("{error}; {}", error.remedy()).replace(location, "FILE")
    }

    #[tokio::test]
    async fn what_goes_in_comes_out() {
        let (_folder, location, store) = temporary().await;
        let run = header("20261124T031500Z-7f3a", 1_000);
        let mut events = vec![RunEvent::RunStarted { run: run.clone() }];
        events.extend((0..600).map(|number| answer(&format!("line {number}\n'quoted' ünïcode"))));
        events.extend(ending());

        let writer = store.begin(&run, &holder()).await.unwrap();
        for event in events.clone() {
            writer.append(event).await;
        }
        assert_eq!(writer.finish().await.unwrap().events, 603);
        assert_eq!(store.events("latest").await.unwrap(), events);
        store.close().await;

        let again = Store::open(&format!("sqlite://{location}")).await.unwrap();
        assert_eq!(again.events("20261124").await.unwrap(), events);
    }

    #[tokio::test]
    async fn what_was_examined_is_there_while_the_run_goes_on() {
        let (_folder, location, store) = temporary().await;
        let writer = store.begin(&header("a", 1), &holder()).await.unwrap();
        writer.append(answer("one")).await;

        // Another process, as after a kill: the writer is neither finished nor closed.
        let other = Store::open(&location).await.unwrap();
        for _ in 0..500 {
            if other.events("a").await.unwrap().len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(other.events("a").await.unwrap()[1], answer("one"));
        let runs = other.runs(10).await.unwrap();
        assert_eq!((runs[0].finished, runs[0].interrupted), (None, false));
        drop(writer);
    }

    #[tokio::test]
    async fn runs_are_listed_from_the_newest() {
        let (_folder, _, store) = temporary().await;
        for (id, started) in [("b", 2), ("c", 3), ("a", 1)] {
            let writer = store.begin(&header(id, started), &holder()).await.unwrap();
            for event in ending() {
                writer.append(event).await;
            }
            writer.finish().await.unwrap();
        }
        let runs = store.runs(2).await.unwrap();
        assert_eq!(runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["c", "b"]);
        assert_eq!(
            runs[0],
            StoredRun {
                id: "c".to_owned(),
                started: Timestamp::from_second(3).unwrap(),
                finished: Some("2026-11-24T03:15:02.123Z".parse().unwrap()),
                interrupted: true,
                version: "0.1.0".to_owned(),
                playbook: "playbooks/audit.yml".to_owned(),
                inventories: vec!["inventories/a".to_owned(), "b, c".to_owned()],
                limit: Some("paris:!fgt-2".to_owned()),
                hosts: 1,
            }
        );
        assert_eq!(store.resolve("latest").await.unwrap(), "c");
    }

    #[tokio::test]
    async fn an_unknown_run_is_answered_with_the_ones_there_are() {
        let (_folder, location, store) = temporary().await;
        let error = store.events("latest").await.unwrap_err();
        assert_eq!(error.to_string(), format!("the store `{location}` holds no run"));
        store.begin(&header("20261124T031500Z-7f3a", 1), &holder()).await.unwrap();
        let error = store.events("20261124T031500Z-7f3b").await.unwrap_err();
        assert_eq!(error.remedy(), "`latest` or one of: 20261124T031500Z-7f3a");
    }

    #[tokio::test]
    async fn a_failing_store_costs_the_run_nothing_and_is_reported_at_the_end() {
        let (_folder, location, store) = temporary().await;
        let writer = store.begin(&header("a", 1), &holder()).await.unwrap();
        raw(&location).await.execute("DROP TABLE events").await.unwrap();
        // Many more than may wait.
        for _ in 0..5_000 {
            writer.append(answer("lost")).await;
        }
        let loss = writer.finish().await.unwrap_err();
        assert_eq!(
            loss.error.to_string(),
            format!("the store `{location}` failed: no such table: events")
        );
    }

    /// A store whose writer is quick to find that another process locks it, and is patient for so
    /// many milliseconds; and the connection of that process.
    async fn locked(patience: u64) -> (TempDir, Store, Writer, SqliteConnection) {
        let (folder, location, store) = temporary().await;
        store.begin(&header("a", 1), &holder()).await.unwrap().finish().await.unwrap();
        let mut connections = Vec::new();
        for _ in 0..store.pool.options().get_max_connections() {
            let mut connection = store.pool.acquire().await.unwrap();
            connection.execute("PRAGMA busy_timeout = 20").await.unwrap();
            connections.push(connection);
        }
        drop(connections);
        let patience = Duration::from_millis(patience);
        let writer =
            Writer::start_with(store.clone(), "a".to_owned(), 0, Division::Whole, patience);
        let mut other = raw(&location).await;
        other.execute("BEGIN IMMEDIATE").await.unwrap();
        (folder, store, writer, other)
    }

    #[tokio::test]
    async fn a_store_that_is_locked_for_a_while_costs_nothing() {
        let (_folder, store, writer, mut other) = locked(10_000).await;
        let mut trouble = writer.trouble();
        for _ in 0..2_000 {
            writer.append(answer("kept")).await;
        }
        trouble.changed().await.unwrap();
        let told = trouble.borrow_and_update().clone().unwrap();
        assert!(told.ends_with(" is in use by another process"), "{told}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute("ROLLBACK").await.unwrap();
        trouble.changed().await.unwrap();
        assert_eq!(*trouble.borrow(), None);
        assert_eq!(writer.finish().await.unwrap().events, 2_001);
        assert_eq!(store.events("a").await.unwrap().len(), 2_001);
    }

    #[tokio::test]
    async fn a_store_that_stays_away_is_given_up() {
        let (_folder, store, writer, mut other) = locked(200).await;
        for _ in 0..5_000 {
            writer.append(answer("lost")).await;
        }
        let loss = writer.finish().await.unwrap_err();
        assert!(matches!(loss.error, StoreError::Busy { .. }), "{loss:?}");
        other.execute("ROLLBACK").await.unwrap();
        assert_eq!(store.events("a").await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn an_end_whose_answer_was_lost_is_an_end_when_it_is_written_again() {
        let (_folder, _, store) = temporary().await;
        for (run, division) in [("a", Division::Whole), ("b", Division::Claims)] {
            let mut run_header = header(run, 1);
            run_header.playbook = run.to_owned();
            run_header.origin = None;
            store.begin(&run_header, &holder()).await.unwrap().finish().await.unwrap();
            for attempt in ["first", "again"] {
                let patience = Duration::from_secs(1);
                let writer =
                    Writer::start_with(store.clone(), run.to_owned(), 0, division, patience);
                for event in ending() {
                    writer.append(event).await;
                }
                assert!(writer.finish().await.unwrap().has_ended, "{run}, {attempt}");
            }
            assert_eq!(store.events(run).await.unwrap().len(), 3, "{run}");
        }
    }

    #[tokio::test]
    async fn an_event_from_the_future_is_named() {
        let (_folder, location, store) = temporary().await;
        store.begin(&header("a", 1), &holder()).await.unwrap().finish().await.unwrap();
        raw(&location)
            .await
            .execute(
                "INSERT INTO events VALUES ('a', 0, 1, NULL, 'moon', '{\"event\":\"moon\"}', NULL)",
            )
            .await
            .unwrap();
        let error = store.events("a").await.unwrap_err().to_string();
        assert!(
            error.starts_with(
                "event 1 of part 0 of run a, written by tokenfleet 0.1.0, cannot be read: "
            ),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_file_of_another_kind_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        for text in ["hello", &"not a database, but long enough to look like one\n".repeat(100)] {
            fs::write(&path, text).unwrap();
            assert_eq!(
                refusal(path.to_str().unwrap()).await,
                "`FILE` is not a store: it is not an SQLite database; \
                 name another file: nothing in this one was changed"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn the_database_of_another_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let location = path.to_str().unwrap();
        let mut other = raw(location).await;
        other.execute("CREATE TABLE bookmarks (url TEXT)").await.unwrap();
        other.close().await.unwrap();
        let before = fs::read(&path).unwrap();
        assert_eq!(
            refusal(location).await,
            "`FILE` is not a store: it is the database of another program; \
             name another file: nothing in this one was changed"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_damaged_store_is_refused() {
        let (_folder, location, store) = temporary().await;
        store.begin(&header("a", 1), &holder()).await.unwrap().finish().await.unwrap();
        store.close().await;
        let mut bytes = fs::read(&location).unwrap();
        // Everything but the file's header.
        bytes[100..].fill(0xa5);
        fs::write(&location, bytes).unwrap();
        let refusal = refusal(&location).await;
        assert!(refusal.starts_with("the store `FILE` is damaged: "), "{refusal}");
    }

    #[tokio::test]
    async fn a_newer_store_is_refused_with_the_version_that_wrote_it() {
        let (_folder, location, store) = temporary().await;
        let mut newer = header("a", 1);
        newer.version = "7.0.0".to_owned();
        store.begin(&newer, &holder()).await.unwrap().finish().await.unwrap();
        store.close().await;
        raw(&location)
            .await
            .execute(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (9999, 'later', TRUE, x'00', 0)",
            )
            .await
            .unwrap();
        assert_eq!(
            refusal(&location).await,
            "the store `FILE` was written by a newer tokenfleet (7.0.0); \
             use tokenfleet 7.0.0 or later, or name another store"
        );
    }

    #[tokio::test]
    async fn the_runs_of_an_older_store_stay_readable() {
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("old #1?.db").to_str().unwrap().to_owned();
        let mut old = raw(&location).await;
        sqlite::MIGRATIONS.run_direct(Some(1), &mut old, false).await.unwrap();
        old.execute("PRAGMA application_id = 0x746b666c").await.unwrap();
        old.execute(
            "INSERT INTO runs (id, started, version, playbook, inventories, hosts) \
             VALUES ('a', 1000, '0.0.9', 'audit.yml', '[]', 1)",
        )
        .await
        .unwrap();
        let run = header("a", 1);
        let mut events = vec![RunEvent::RunStarted { run }, answer(&"long ".repeat(1000))];
        events.extend(ending());
        for (seq, event) in (0_i64..).zip(&events) {
            sqlx::query("INSERT INTO events (run_id, seq, kind, body) VALUES ('a', $1, 'x', $2)")
                .bind(seq)
                .bind(serde_json::to_string(event).unwrap())
                .execute(&mut old)
                .await
                .unwrap();
        }
        old.close().await.unwrap();

        let store = Store::open(&location).await.unwrap();
        assert_eq!(store.events("a").await.unwrap(), events);
        assert_eq!(store.runs(1).await.unwrap()[0].version, "0.0.9");
        store.begin(&header("b", 2), &holder()).await.unwrap().finish().await.unwrap();
        store.close().await;
        assert_eq!(Store::open(&location).await.unwrap().resolve("latest").await.unwrap(), "b");
    }

    #[tokio::test]
    async fn a_place_that_cannot_hold_a_store_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        // Beneath a file, where not even root may write, and a folder itself.
        for path in [file.join("store.db"), "/proc/store.db".into(), folder.path().to_owned()] {
            let refusal = refusal(path.to_str().unwrap()).await;
            assert!(refusal.starts_with("the store `FILE` cannot be opened: "), "{refusal}");
            assert!(refusal.ends_with("; name a file in a folder in which you may write"));
        }
        for location in ["mysql://host/db", "sqlite://", ":memory:"] {
            let error = Store::open(location).await.unwrap_err();
            assert!(matches!(error, StoreError::Kind { .. }), "{error}");
        }
    }

    #[tokio::test]
    async fn many_may_open_a_new_store_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("store.db").to_str().unwrap().to_owned();
        let opening: Vec<_> = (0..8)
            .map(|number| {
                let location = location.clone();
                tokio::spawn(async move {
                    let store = Store::open(&location).await?;
                    let playbook = format!("{number}.yml");
                    let run = RunHeader { playbook, ..header(&number.to_string(), number) };
                    let writer = store.begin(&run, &holder()).await?;
                    writer.finish().await.map_err(|loss| loss.error)
                })
            })
            .collect();
        for opened in opening {
            opened.await.unwrap().unwrap();
        }
        assert_eq!(Store::open(&location).await.unwrap().runs(100).await.unwrap().len(), 8);
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_store_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, location, store) = temporary().await;
        store.begin(&header("a", 1), &holder()).await.unwrap().finish().await.unwrap();
        for name in ["", "-wal", "-shm"] {
            let path = format!("{location}{name}");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
        }
        let folder = Path::new(&location).parent().unwrap();
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
