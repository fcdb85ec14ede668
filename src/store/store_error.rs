//! Why the store could not be used.

use std::io;

use jiff::Timestamp;

/// Trouble with the store: what, and in [`StoreError::remedy`] what to do. `location` is the
/// store as the user named it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store `{location}` is of a kind that this version cannot open")]
    Kind { location: String },
    #[error("the store `{location}` cannot be opened: {cause}")]
    File { location: String, cause: io::Error },
    #[error("`{location}` is not a store: it is not an SQLite database")]
    NotADatabase { location: String },
    #[error("`{location}` is not a store: it is the database of another program")]
    Foreign { location: String },
    #[error(
        "the store `{location}` was written by a newer tokenfleet{}",
        version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default()
    )]
    Newer { location: String, version: Option<String> },
    #[error("the store `{location}` is damaged: {cause}")]
    Damaged { location: String, cause: String },
    #[error("the disk of the store `{location}` is full")]
    DiskFull { location: String },
    #[error("the store `{location}` may only be read")]
    ReadOnly { location: String },
    #[error("the store `{location}` is in use by another process")]
    Busy { location: String },
    #[error("the store `{location}` cannot be reached: {cause}")]
    Unreachable { location: String, cause: String },
    #[error("the store `{location}` lets nobody in: {cause}")]
    Denied { location: String, cause: String },
    #[error("the store `{location}` cannot be reached safely: {cause}")]
    Insecure { location: String, cause: String },
    #[error("the store `{location}` cannot be opened as its URL says: {cause}")]
    Settings { location: String, cause: String },
    #[error("the store `{location}` failed: {cause}")]
    Database { location: String, cause: String },
    #[error("the store `{location}` did not answer within {seconds} s")]
    Slow { location: String, seconds: u64 },
    #[error(
        "the run {run} of `{playbook}` is at {shared} of these {hosts} hosts: {holder}, since {}",
        moment(*since)
    )]
    Held {
        run: String,
        playbook: String,
        holder: String,
        since: Timestamp,
        /// How many of the hosts it has too.
        shared: usize,
        hosts: usize,
    },
    #[error("the run {run} goes on: {holder}, since {}", moment(*since))]
    GoesOn { run: String, holder: String, since: Timestamp },
    #[error("the run {run} is one of another cast: {what} differ")]
    Differs { run: String, what: String },
    #[error("the store holds a run {run} already")]
    Exists { run: String },
    #[error("another process has gone on with the run {run}")]
    WentOn { run: String },
    #[error("the writer of the store `{location}` ended before its run did")]
    WriterLost { location: String },
    #[error("the store `{location}` holds no run")]
    Empty { location: String },
    #[error("the store `{location}` holds no run `{wanted}`")]
    UnknownRun { location: String, wanted: String, nearest: Vec<String> },
    #[error("`{wanted}` is the beginning of several runs: {}", matches.join(", "))]
    AmbiguousRun { wanted: String, matches: Vec<String> },
    #[error(
        "event {seq} of part {part} of run {run}, written by tokenfleet {version}, cannot be read: {cause}"
    )]
    Event { run: String, part: i64, seq: i64, version: String, cause: String },
    #[error("what is kept of run {run} to compare it with cannot be read: {cause}")]
    Summary { run: String, cause: String },
}

impl StoreError {
    /// Sorts what the database says.
    pub(super) fn database(location: &str, error: &sqlx::Error) -> Self {
        let location = location.to_owned();
        match error {
            sqlx::Error::Tls(cause) => {
                return Self::Insecure { location, cause: cause.to_string() };
            }
            // What TLS finds wrong comes as such an error of the connection.
            sqlx::Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                return Self::Insecure { location, cause: cause.to_string() };
            }
            sqlx::Error::Configuration(cause) => {
                let cause = cause.to_string();
                let cause = cause.trim_start_matches(CONFIGURATION).to_owned();
                return Self::Settings { location, cause };
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => {
                return Self::Unreachable { location, cause: said(error) };
            }
            _ => {}
        }
        if let Some(state) = sql_state(error) {
            return match state.as_str() {
                "53100" => Self::DiskFull { location },
                "28000" | "28P01" => Self::Denied { location, cause: said(error) },
                "25006" => Self::ReadOnly { location },
                "55P03" | "40001" | "40P01" => Self::Busy { location },
                // Connections, resources, and a server that goes down or comes up.
                _ if ["08", "53", "57"].iter().any(|class| state.starts_with(class)) => {
                    Self::Unreachable { location, cause: said(error) }
                }
                _ => Self::Database { location, cause: said(error) },
            };
        }
        match primary_code(error) {
            Some(5 | 6) => Self::Busy { location },
            Some(10 | 14) => Self::Unreachable { location, cause: said(error) },
            Some(8) => Self::ReadOnly { location },
            Some(11) => Self::Damaged { location, cause: said(error) },
            Some(13) => Self::DiskFull { location },
            Some(26) => Self::NotADatabase { location },
            _ => Self::Database { location, cause: said(error) },
        }
    }

    pub(super) fn is_busy(error: &sqlx::Error) -> bool {
        matches!(primary_code(error), Some(5 | 6))
    }

    /// Whether another run is in the way.
    pub fn is_lock(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::GoesOn { .. })
    }

    /// Whether it may be over in a while.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. }
                | Self::DiskFull { .. }
                | Self::Slow { .. }
                | Self::Unreachable { .. }
                | Self::ReadOnly { .. }
        )
    }

    /// What a person can do about it, one sentence without a full stop.
    pub fn remedy(&self) -> String {
        match self {
            Self::Kind { .. } => {
                "name a file, or write sqlite://PATH or postgres://USER@HOST/DATABASE".to_owned()
            }
            Self::Foreign { location } if is_server(location) => {
                "name an empty database or schema: nothing in this one was changed".to_owned()
            }
            Self::Damaged { location, .. } if is_server(location) => {
                "restore the database from a backup, or name another".to_owned()
            }
            Self::DiskFull { location } if is_server(location) => {
                "make room on the server".to_owned()
            }
            Self::ReadOnly { location } if is_server(location) => {
                "name the server that may be written to, and a user who may".to_owned()
            }
            Self::Database { location, .. }
            | Self::Slow { location, .. }
            | Self::WriterLost { location }
                if is_server(location) =>
            {
                "see the server's log, or name another store".to_owned()
            }
            Self::File { .. } | Self::ReadOnly { .. } => {
                "name a file in a folder in which you may write".to_owned()
            }
            Self::NotADatabase { .. } | Self::Foreign { .. } => {
                "name another file: nothing in this one was changed".to_owned()
            }
            Self::Newer { version: Some(version), .. } => {
                format!("use tokenfleet {version} or later, or name another store")
            }
            Self::Newer { version: None, .. } => {
                "use the newest tokenfleet, or name another store".to_owned()
            }
            Self::Damaged { .. } => {
                "move the file away, or restore it from a backup, and run again".to_owned()
            }
            Self::DiskFull { .. } => "make room, or name a store on another disk".to_owned(),
            Self::Busy { .. } => "run again when it is done, or name another store".to_owned(),
            Self::Unreachable { .. } => "see that it is up and can be reached from here".to_owned(),
            Self::Denied { .. } => {
                "check user and password, in its URL, `PGPASSWORD` or ~/.pgpass".to_owned()
            }
            Self::Insecure { cause, .. } if cause.contains("not valid for name") => {
                "name the server as its certificate does, or do without a check of names: \
                 `?sslmode=verify-ca&sslrootcert=FILE`"
                    .to_owned()
            }
            Self::Settings { .. } => "mend what stands behind the `?` of its URL".to_owned(),
            Self::Insecure { .. } => "name the authority that signed for the server with \
                `?sslmode=verify-full&sslrootcert=FILE`, or do without a check: `?sslmode=prefer`"
                .to_owned(),
            Self::Held { .. } => {
                "wait for its end with `--lock-wait 30m`, or leave its hosts out with `--limit`"
                    .to_owned()
            }
            Self::Differs { .. } => "give all processes of a run the same playbook, inventory and \
                flags, or this one another `--run-id`"
                .to_owned(),
            Self::Exists { .. } => {
                "go on with it: `--resume`; or give this one another `--run-id`".to_owned()
            }
            Self::WentOn { .. } => "try again".to_owned(),
            Self::GoesOn { .. } => "wait for its end with `--lock-wait 30m`".to_owned(),
            Self::Database { .. } | Self::Slow { .. } | Self::WriterLost { .. } => {
                "check the file, its folder and its disk, or name another store".to_owned()
            }
            Self::Empty { .. } => "run a playbook first, or name another store".to_owned(),
            Self::UnknownRun { nearest, .. } => {
                format!("`latest` or one of: {}", nearest.join(", "))
            }
            Self::AmbiguousRun { .. } => "write more of the id".to_owned(),
            Self::Event { version, .. } => format!("use tokenfleet {version} or later"),
            Self::Summary { .. } => "`tokenfleet store check` makes it anew".to_owned(),
        }
    }
}

/// sqlx's preamble to what is wrong with a URL.
const CONFIGURATION: &str = "error with configuration: ";

fn is_server(location: &str) -> bool {
    location.starts_with("postgres") && location.contains("://")
}

fn moment(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}

/// PostgreSQL's five characters; SQLite's codes are shorter.
fn sql_state(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    (code.len() == 5).then(|| code.into_owned())
}

/// SQLite's primary result code.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    // The upper bytes only tell variants apart.
    Some(code & 0xff)
}

/// The database's own words, without sqlx's preamble.
fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::PoolTimedOut => "no connection came about in time".to_owned(),
        error => error.to_string(),
    }
}
