//! The limit of open files, which bounds how many hosts can be under way.

use crate::cli::stream::say;

/// Files beyond the connections: the store, reports, epoll, the standard streams.
const OTHER_FILES: u64 = 64;

/// How many of `wanted` hosts can be under way at once, after raising the limit as far as the
/// system lets us. With the lab in this process, both ends of a connection are ours.
pub(super) fn forks_within(wanted: usize, with_lab: bool) -> usize {
    let each = if with_lab { 2 } else { 1 };
    let needed = (wanted as u64).saturating_mul(each).saturating_add(OTHER_FILES);
    // The lab has raised it for itself already; raising never lowers.
    let Ok(limit) = rlimit::increase_nofile_limit(needed.max(8192)) else { return wanted };
    if limit >= needed {
        return wanted;
    }
    let possible = usize::try_from(limit.saturating_sub(OTHER_FILES) / each).unwrap_or(wanted);
    let forks = wanted.min(possible.max(1));
    say(&format!(
        "note: {forks} hosts at a time instead of {wanted}, since this process may open {limit} \
         files; raise the hard limit (`ulimit -Hn`) for more\n"
    ));
    forks
}
