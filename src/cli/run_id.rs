//! Names for runs.

use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

/// An id that sorts by time and that two runs of one second do not share: `20261124T031500Z-7f3a`.
pub(super) fn run_id(started: Timestamp) -> String {
    // The keys of this hasher are the standard library's own source of chance.
    let chance = RandomState::new().hash_one(started.as_nanosecond()) & 0xffff;
    format!("{}-{chance:04x}", started.strftime("%Y%m%dT%H%M%SZ"))
}
