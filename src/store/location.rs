//! Where a store is, as a user names it.

use std::path::PathBuf;

use sqlx::any::AnyConnectOptions;

use super::StoreError;

/// What a user's `--store` means.
#[derive(Debug, Clone)]
pub(super) enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server(Box<AnyConnectOptions>),
}

impl Location {
    /// `sqlite://PATH`, `sqlite:PATH` or just a path, taken literally; or `postgres://…`.
    pub fn read(text: &str) -> Result<Self, StoreError> {
        let refused = || StoreError::Kind { location: shown(text) };
        let path = match text.split_once("://") {
            Some(("sqlite", path)) => path,
            Some(("postgres" | "postgresql", _)) => {
                let mut server: AnyConnectOptions = text.parse().map_err(|_| refused())?;
                secure(&mut server);
                return Ok(Self::Server(Box::new(server)));
            }
            Some(_) => return Err(refused()),
            None => text.strip_prefix("sqlite:").unwrap_or(text),
        };
        // SQLite reads these as something other than a file.
        if path.is_empty() || path.starts_with("file:") || path == ":memory:" {
            return Err(refused());
        }
        Ok(Self::File(PathBuf::from(path)))
    }
}

/// What leaves this machine is encrypted, and goes to no other server than the one that is named,
/// unless the URL says otherwise.
fn secure(server: &mut AnyConnectOptions) {
    let url = &mut server.database_url;
    let has = |name: &str| url.query_pairs().any(|(key, _)| key == name);
    let is_said = has("sslmode") || has("ssl-mode");
    let has_name = has("application_name");
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = host.is_empty()
        || host == "localhost"
        // The folder of a socket.
        || host.starts_with("%2f")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if !is_said && !is_here {
        url.query_pairs_mut().append_pair("sslmode", "verify-full");
    }
    if !has_name {
        url.query_pairs_mut().append_pair("application_name", "tokenfleet");
    }
}

/// A location as it may be shown: without a password, and without what stands behind `?`, where one
/// may be too.
pub(super) fn shown(location: &str) -> String {
    let Some((scheme, rest)) = location.split_once("://").filter(|(scheme, _)| *scheme != "sqlite")
    else {
        return location.to_owned();
    };
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((account, place)) => {
            let user = account.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{place}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (given, wanted) in [
            ("runs.db", "runs.db"),
            ("sqlite:///var/a?b@c", "sqlite:///var/a?b@c"),
            ("postgres://db/audits", "postgres://db/audits"),
            ("postgres://anna@db:5433/audits", "postgres://anna@db:5433/audits"),
            ("postgres://anna:hunter2@db/audits", "postgres://anna@db/audits"),
            ("postgres://anna:a@b:c@db/audits?password=hunter2", "postgres://anna@db/audits"),
            ("mysql://anna:hunter2@db/audits", "mysql://anna@db/audits"),
        ] {
            assert_eq!(shown(given), wanted);
        }
    }

    fn url(text: &str) -> String {
        match Location::read(text) {
            Ok(Location::Server(server)) => server.database_url.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_the_user_says_otherwise() {
        let name = "application_name=tokenfleet";
        for (given, wanted) in [
            ("postgres://db.example/a", format!("?sslmode=verify-full&{name}")),
            ("postgresql://192.0.2.1/a", format!("?sslmode=verify-full&{name}")),
            ("postgres://db.example/a?sslmode=require", format!("?sslmode=require&{name}")),
            ("postgres://localhost/a", format!("?{name}")),
            ("postgres://[::1]:5433/a", format!("?{name}")),
            ("postgres://%2Frun%2Fpostgresql/a", format!("?{name}")),
            ("postgres:///a?application_name=x", "?application_name=x".to_owned()),
        ] {
            let url = url(given);
            assert!(url.ends_with(&wanted), "{given}: {url}");
        }
    }
}
