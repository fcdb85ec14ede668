//! What keeps a store in order.

use sqlx::Row as _;

use super::dialect::Dialect;
use super::{Store, StoreError};

impl Store {
    /// Removes runs with all that is kept of them, and gives the room back.
    ///
    /// # Errors
    /// When the database does not do it; then it removed none.
    pub async fn remove(&self, runs: &[String]) -> Result<(), StoreError> {
        let removed = async {
            let mut transaction = self.pool.begin().await?;
            for run in runs {
                sqlx::query("DELETE FROM runs WHERE id = $1")
                    .bind(run)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            sqlx::query("VACUUM").execute(&self.pool).await
        };
        removed.await.map(drop).map_err(|error: sqlx::Error| self.failed(&error))
    }

    /// What the database itself finds wrong with its files, a sentence each.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let question = match self.dialect {
            Dialect::Sqlite => "PRAGMA integrity_check",
            // It looks after its files itself.
            Dialect::Postgres => return Ok(Vec::new()),
        };
        let rows = sqlx::query(question)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.failed(&error))?;
        let said = rows.iter().filter_map(|row| row.try_get::<String, _>(0).ok());
        Ok(said.filter(|said| said != "ok").collect())
    }
}
