//! Where the next host comes from, when several processes share a run.

use std::fmt;

use async_trait::async_trait;

use crate::model::HostName;

/// Gives the hosts of a plan out, one after another, to whoever has room.
#[async_trait]
pub trait Supply: fmt::Debug + Send + Sync {
    /// The next host to examine here; `None` once there is none for anybody. Waits while others have
    /// all that is left, since they may leave it.
    async fn next(&self) -> Option<HostName>;
}
