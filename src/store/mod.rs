//! Runs and their events in a database.
//!
//! Comes in: events, while the run goes on. Goes out: the same events, later.
//! Does not know: what they mean beyond their shape. Start reading at [`Store`]; what is
//! peculiar to one database stands in `sqlite` and `postgres` alone, and where databases do not speak alike in `dialect`.

mod database;
mod deliveries;
mod dialect;
mod entry;
mod holder;
mod joint;
mod location;
mod postgres;
mod row;
mod sqlite;
mod store_error;
mod stored_run;
mod summaries;
mod upkeep;
mod writer;

pub use database::Store;
pub use deliveries::Delivery;
pub use holder::Holder;
pub use joint::{Claim, Claims, Joined, Share, SharedPart};
pub use store_error::StoreError;
pub use stored_run::StoredRun;
pub use summaries::{StoredSnapshot, StoredSummary};
pub use writer::{Kept, Loss, Writer};
