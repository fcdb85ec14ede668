//! What runs have in common, and what changed from one to the next.
//!
//! Comes in: the view of a run, and what was kept of earlier ones. Goes out: a snapshot to keep, what
//! is known of a fleet at a run with the runs before it in mind, and the changes between two of these.
//! Does not know: where snapshots are kept, clocks. Start reading at [`Snapshot`], then [`Known`] and
//! [`Changes`]. What makes two states the same one is told in `docs/decisions/0009-history.md`.

mod changes;
mod counts;
mod device_changes;
mod finding_changes;
mod finding_state;
mod glance;
mod host_state;
mod known;
mod moment;
mod overview;
mod remembering;
mod run_head;
mod snapshot;
mod states;
mod table;
mod token_changes;

#[cfg(test)]
mod fleet;

pub use changes::Changes;
pub use counts::{Counts, Tokens};
pub use device_changes::{DeviceChange, DeviceChangeKind, Field};
pub use finding_changes::{Because, FindingChange, FindingChangeKind};
pub use finding_state::FindingState;
pub use glance::Glance;
pub use host_state::{HostState, Sight};
pub use known::{Known, KnownFinding, KnownHost};
pub use moment::Moment;
pub use overview::Overview;
pub use remembering::{TrendPoint, compare, remember, trend};
pub use run_head::{RuleState, RunHead};
pub use snapshot::Snapshot;
pub use states::{DeviceState, KnownStates, States, TokenState, hosts_that_show};
pub use token_changes::{TokenChange, TokenChangeKind};
