//! What has been told of runs, and what could not be delivered.

use jiff::Timestamp;
use sqlx::Row as _;

use super::{Store, StoreError};

/// What became of one notification of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Of the notification.
    pub name: String,
    pub at: Timestamp,
    pub attempts: u32,
    /// Why it was not delivered; `None` where it was.
    pub failure: Option<String>,
}

impl Store {
    /// The id of the run that a notification of an audit told of last. The run itself may be gone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn told(&self, audit: &str, name: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar("SELECT run_id FROM notifications WHERE audit = $1 AND name = $2")
            .bind(audit)
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.failed(&error))
    }

    /// Remembers that the run of that id has been told of.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn remember_told(
        &self,
        (audit, name): (&str, &str),
        run: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO notifications (audit, name, run_id, told) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (audit, name) DO UPDATE SET run_id = excluded.run_id, told = excluded.told",
        )
        .bind(audit)
        .bind(name)
        .bind(run)
        .bind(at.as_millisecond())
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(|error| self.failed(&error))
    }

    /// Keeps what became of a notification of a run.
    ///
    /// # Errors
    /// When the database does not take it, or has no such run.
    pub async fn keep_delivery(&self, run: &str, delivery: &Delivery) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO deliveries (run_id, name, at, attempts, failure) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (run_id, name) DO UPDATE SET at = excluded.at, attempts = excluded.attempts, \
             failure = excluded.failure",
        )
        .bind(run)
        .bind(&delivery.name)
        .bind(delivery.at.as_millisecond())
        .bind(i64::from(delivery.attempts))
        .bind(&delivery.failure)
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(|error| self.failed(&error))
    }

    /// What became of the notifications of a run, by its whole id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(&self, run: &str) -> Result<Vec<Delivery>, StoreError> {
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Delivery {
                name: row.try_get("name")?,
                at: Timestamp::from_millisecond(row.try_get("at")?).unwrap_or_default(),
                attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
                failure: row.try_get("failure")?,
            })
        };
        sqlx::query(
            "SELECT name, at, attempts, failure FROM deliveries WHERE run_id = $1 ORDER BY name",
        )
        .bind(run)
        .fetch_all(&self.pool)
        .await
        .and_then(|rows| rows.iter().map(read).collect())
        .map_err(|error| self.failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_told_is_remembered_for_each_audit_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("s.db").to_str().unwrap()).await.unwrap();
        assert_eq!(store.told("a", "mail").await.unwrap(), None);
        for run in ["first", "second"] {
            store.remember_told(("a", "mail"), run, Timestamp::UNIX_EPOCH).await.unwrap();
        }
        assert_eq!(store.told("a", "mail").await.unwrap().as_deref(), Some("second"));
        assert_eq!(store.told("b", "mail").await.unwrap(), None);
        assert_eq!(store.deliveries("run").await.unwrap(), []);
    }
}
