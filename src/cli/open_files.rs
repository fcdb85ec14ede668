//! The limit of open files, which bounds how many hosts can be under way.

use crate::cli::stream::say;
use crate::model::{Connection, Route, Target};

/// Files beyond the connections: the store, reports, epoll, the standard streams.
const OTHER_FILES: u64 = 64;

/// How many files one host takes. With the lab in this process, both ends of a connection are
/// ours; so are those of the pair of sockets by which a jump host or a command is reached, and
/// a command has its standard error besides.
pub(super) fn files_each<'t>(targets: impl Iterator<Item = &'t Target>) -> u64 {
    let each = targets.map(|target| match (&target.route, &target.connection) {
        (Route::Direct, Connection::Ssh | Connection::Local | Connection::Transcript(_)) => 1,
        (Route::Direct, Connection::Lab) | (Route::Jump(_), _) => 2,
        (Route::Command(_), _) => 4,
    });
    each.max().unwrap_or(1)
}

/// How many of `wanted` hosts can be under way at once, with so many files for each, after
/// raising the limit as far as the system lets us.
pub(super) fn forks_within(wanted: usize, each: u64) -> usize {
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
