//! A time in a sentence.

use jiff::Timestamp;

/// `2026-11-26 03:15 UTC`
pub(super) fn minute(time: Timestamp) -> String {
    format!("{} UTC", time.strftime("%Y-%m-%d %H:%M"))
}
