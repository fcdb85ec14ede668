//! All that is peculiar to SQLite: the file, its settings, and whose it is.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyPool, AssertSqlSafe, Connection, Executor, SqliteConnection};
use tokio::time::sleep;

use super::StoreError;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// `tkfl`: marks the file as ours in SQLite's header (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x746b_666c;

/// How long a statement waits for another process to release the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const RETRY_EVERY: Duration = Duration::from_millis(50);

/// One connection writes, the others read.
const CONNECTIONS: u32 = 4;

/// Opens the file at `path`, creating it when it is missing, and brings its schema up to date.
/// Nothing is changed in a file that is not ours.
pub(super) async fn open(location: &str, path: &Path) -> Result<AnyPool, StoreError> {
    let failed = |error: sqlx::Error| StoreError::database(location, &error);
    create(path).map_err(|cause| StoreError::File { location: location.to_owned(), cause })?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(failed)?;
    let mut prepared = prepare(location, &mut connection).await;
    if prepared.is_ok() {
        // Only now: the journal mode is kept in the file.
        prepared = write_ahead(&mut connection).await.map_err(failed);
    }
    connection.close().await.map_err(failed)?;
    prepared?;
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(BUSY_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                let settings = format!(
                    "PRAGMA busy_timeout = {}; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
                    BUSY_TIMEOUT.as_millis()
                );
                connection.execute(AssertSqlSafe(settings)).await.map(drop)
            })
        })
        .connect_with(url(path).map_err(failed)?)
        .await
        .map_err(failed)
}

/// What stands for the file where databases are named by URLs. What a URL gives a meaning is hidden
/// from it.
fn url(path: &Path) -> Result<AnyConnectOptions, sqlx::Error> {
    let path = std::path::absolute(path)?;
    let mut url = "sqlite://".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => url.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url.parse()
}

/// Creates what is missing. The store holds raw output of firewalls: it is its owner's alone.
fn create(path: &Path) -> io::Result<()> {
    let mut folders = DirBuilder::new();
    let mut file = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folders.mode(0o700);
        file.mode(0o600);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folders.recursive(true).create(folder)?;
    }
    file.read(true).write(true).create(true).truncate(false).open(path)?;
    Ok(())
}

/// Checks that the file is ours and brings its schema up to date, in one transaction: of two
/// processes that open a new store at once, one waits for the other.
async fn prepare(location: &str, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| StoreError::database(location, &error);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let id: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    if id != APPLICATION_ID {
        let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        if id != 0 || tables != 0 {
            return Err(StoreError::Foreign { location: location.to_owned() });
        }
        sqlx::query("PRAGMA application_id = 0x746b666c")
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    match MIGRATIONS.run_direct(None, &mut *transaction, false).await {
        Ok(()) => transaction.commit().await.map_err(failed),
        Err(MigrateError::VersionMissing(_)) => Err(StoreError::Newer {
            location: location.to_owned(),
            version: newest_version(&mut transaction).await,
        }),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(failed(error))
        }
        Err(other) => Err(StoreError::Damaged {
            location: location.to_owned(),
            cause: format!("its schema is not what it should be: {other}"),
        }),
    }
}

/// Switches to a write-ahead log, so that readers never wait for the writer nor it for them. The
/// switch is the one statement for which SQLite does not wait by itself while the file is in use.
async fn write_ahead(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut attempts = BUSY_TIMEOUT.as_millis() / RETRY_EVERY.as_millis();
    loop {
        attempts -= 1;
        match sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await {
            Err(error) if attempts > 0 && StoreError::is_busy(&error) => sleep(RETRY_EVERY).await,
            outcome => return outcome.map(drop),
        }
    }
}

/// The version of tokenfleet that wrote the newest run, where a newer schema still tells.
async fn newest_version(connection: &mut SqliteConnection) -> Option<String> {
    sqlx::query_scalar("SELECT version FROM runs ORDER BY started DESC LIMIT 1")
        .fetch_optional(connection)
        .await
        .ok()
        .flatten()
}
