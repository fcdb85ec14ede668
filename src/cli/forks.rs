//! How many hosts are under way at once.

use std::fmt;
use std::thread::available_parallelism;

use crate::cli::open_files::{files_each, forks_within};
use crate::model::Target;

/// Sessions for each core, where nobody says how many. A device costs about a millisecond of a core
/// and makes us wait for a second or so: more would keep no core busier, and ask more at once of
/// the servers that decide on logins.
const FOR_EACH_CORE: usize = 250;

/// The most sessions that nobody asked for.
const MOST: usize = 1_000;

/// How many hosts at once, and why so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forks {
    pub count: usize,
    hosts: usize,
    /// The cores of which the number was made, where it was.
    cores: Option<usize>,
}

impl Forks {
    /// For these hosts: as many as `given`, or as the cores can serve; never more than there are
    /// hosts, nor than the limit of open files lets in, which is raised first.
    pub(super) fn choose<'t>(
        given: Option<u32>,
        targets: impl ExactSizeIterator<Item = &'t Target>,
    ) -> Self {
        let hosts = targets.len();
        let wanted = given.map_or_else(usual, |forks| forks as usize);
        let count = forks_within(wanted.min(hosts), files_each(targets));
        let is_of_cores = given.is_none() && count == wanted && count < hosts;
        Self { count, hosts, cores: is_of_cores.then(cores) }
    }
}

impl fmt::Display for Forks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hosts, {} at a time", self.hosts, self.count)?;
        let Some(cores) = self.cores else { return Ok(()) };
        let many = if cores == 1 { "1 core" } else { &format!("{cores} cores") };
        write!(f, ", for {many} (`--forks` asks for another number)")
    }
}

/// How many where nobody says so and there are as many hosts.
pub(super) fn usual() -> usize {
    of_cores(cores())
}

fn of_cores(cores: usize) -> usize {
    cores.saturating_mul(FOR_EACH_CORE).min(MOST)
}

fn cores() -> usize {
    // Where the system does not say, it has one at least.
    available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_cores_serve_more_sessions_up_to_a_limit() {
        assert_eq!([1, 2, 4, 64].map(of_cores), [250, 500, 1_000, 1_000]);
    }

    #[test]
    fn a_number_that_nobody_gave_is_explained() {
        let forks = Forks { count: 500, hosts: 2_000, cores: Some(2) };
        assert_eq!(
            forks.to_string(),
            "2000 hosts, 500 at a time, for 2 cores (`--forks` asks for another number)"
        );
        assert_eq!(Forks { cores: None, ..forks }.to_string(), "2000 hosts, 500 at a time");
    }
}
