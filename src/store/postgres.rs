//! All that is peculiar to PostgreSQL: whose the database is, and that one at a time prepares it.

use std::fs::File;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyPool, Connection, PgConnection};
use tokio::time::timeout;

use super::StoreError;
use super::sqlite::MIGRATIONS;

/// `tkfl`: who holds this advisory lock looks whether the database is ours, and makes it so.
const PREPARING: i64 = 0x746b_666c;

/// How long a server may take to let in.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How long it is tried to connect again, before somebody is told.
const RECONNECT_LIMIT: Duration = Duration::from_secs(5);

/// One connection writes, the others read.
const CONNECTIONS: u32 = 4;

/// Opens the database and brings its schema up to date. Nothing is changed in one that is not ours.
pub(super) async fn open(
    location: &str,
    server: &AnyConnectOptions,
) -> Result<AnyPool, StoreError> {
    let failed = |error: sqlx::Error| StoreError::database(location, &error);
    let slow =
        |_| StoreError::Slow { location: location.to_owned(), seconds: CONNECT_LIMIT.as_secs() };
    let options = PgConnectOptions::try_from(server).map_err(failed)?;
    see_authorities(location, server)?;
    let connecting = PgConnection::connect_with(&options);
    let mut connection = timeout(CONNECT_LIMIT, connecting).await.map_err(slow)?.map_err(failed)?;
    let prepared = prepare(location, &mut connection).await;
    // The lock goes with the connection.
    connection.close().await.map_err(failed)?;
    prepared?;
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(RECONNECT_LIMIT)
        .connect_with(server.clone())
        .await
        .map_err(failed)
}

/// The driver says of a file that it cannot read only that something was not found.
fn see_authorities(location: &str, server: &AnyConnectOptions) -> Result<(), StoreError> {
    let mut settings = server.database_url.query_pairs();
    let is_file = |name: &str| matches!(name, "sslrootcert" | "ssl-root-cert" | "ssl-ca");
    let Some((_, file)) = settings.find(|(name, _)| is_file(name)) else { return Ok(()) };
    File::open(&*file).map(drop).map_err(|error| StoreError::Insecure {
        location: location.to_owned(),
        cause: format!("`{file}` cannot be read: {error}"),
    })
}

async fn prepare(location: &str, connection: &mut PgConnection) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| StoreError::database(location, &error);
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(PREPARING)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables \
         WHERE table_schema = current_schema()",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    if !tables.is_empty() && !tables.iter().any(|table| table == "entrance") {
        return Err(StoreError::Foreign { location: location.to_owned() });
    }
    match MIGRATIONS.run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(_)) => Err(StoreError::Newer {
            location: location.to_owned(),
            version: newest_version(connection).await,
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

/// The version of tokenfleet that wrote the newest run, where a newer schema still tells.
async fn newest_version(connection: &mut PgConnection) -> Option<String> {
    sqlx::query_scalar("SELECT version FROM runs ORDER BY started DESC LIMIT 1")
        .fetch_optional(connection)
        .await
        .ok()
        .flatten()
}
